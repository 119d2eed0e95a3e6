"""Trying a stranger's model file in a process of its own before the notebook loads it.

A file that is neither shipped nor made here may pass every check of its header and still end the
process inside llama.cpp. So such a file is tried once in a child: if that dies, the reader gets a
sentence and keeps the kernel. A pass is remembered by the file's hash.

The trial runs a batch of several tokens and asks for all their logits, because with one token at a
time some crashes stay hidden; it writes and reads text too, because a vocabulary can be broken.
"""

import json
import subprocess
import sys
from pathlib import Path

from course import children, llama_cpp_guard, paths
from course.errors import CourseError, ModelDamaged, ModelUnsupported

SECONDS = 120
BATCH = 16
# Every byte that text can hold, and letters of two, three and four bytes.
LETTERS = bytes(range(1, 128)) + "".join(map(chr, range(128, 2048, 7))).encode() + "語🎒".encode()


def check(path: Path, sha256: str, context: int, adapter: Path | None = None) -> None:
    """Returns if the file can be run here; raises ModelDamaged or ModelUnsupported if not.

    sha256: of the file. With an adapter it is the adapter that is on trial, and sha256 stands for
    both files.
    """
    version = llama_cpp_guard.prepared().__version__
    passed = paths.CACHE / "probes" / f"{sha256}-{context}-llama{version}.json"
    if passed.is_file():
        return
    verdict = _run_child(path, context, adapter)
    tried = adapter or path
    if not verdict.get("ok"):
        raise _refusal(tried, verdict)
    try:
        passed.parent.mkdir(parents=True, exist_ok=True)
        passed.write_text(json.dumps({"file": tried.name}), encoding="utf-8")
    except OSError:
        pass  # a cache that cannot be written costs a second trial next time, nothing else


def _run_child(path: Path, context: int, adapter: Path | None = None) -> dict:
    command = [sys.executable, "-m", "course.probe", str(path.absolute()), str(context)]
    if adapter is not None:
        command.append(str(adapter.absolute()))
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            cwd=paths.ROOT,
            env=children.environment(),
        )
    except subprocess.TimeoutExpired:
        return {"reason": f"a first answer took more than {SECONDS} seconds"}
    if done.returncode != 0:
        return {"reason": "trying it ended the process it was tried in"}
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"reason": "trying it gave no result"}


def _refusal(path: Path, verdict: dict) -> CourseError:
    reason = verdict.get("reason") or "no reason given"
    if "unknown model architecture" in reason:
        return ModelUnsupported(
            f"{paths.shown(path)} cannot be run here: {reason}. Choose a model whose architecture "
            "the installed llama.cpp knows."
        )
    return ModelDamaged(
        f"{paths.shown(path)} cannot be run ({reason}): download or copy the file again, or choose "
        "another model."
    )


def _try(path: str, context: int, adapter: str | None = None) -> dict:
    """In the child: load, run one batch with all logits, look at them."""
    llama_cpp = llama_cpp_guard.prepared()
    import numpy as np

    try:
        model = llama_cpp.Llama(
            path,
            n_ctx=context,
            n_threads=1,
            n_threads_batch=1,
            logits_all=True,
            lora_path=adapter,
            verbose=False,
        )
        tokens = [number % model.n_vocab() for number in range(min(BATCH, context - 1))]
        model.eval(tokens)
        scores = model.scores[: len(tokens)]
        model.tokenize(LETTERS, add_bos=False, special=True)
        model.detokenize(list(range(model.n_vocab())))
    except Exception as error:  # any way of failing is an answer here
        return {"ok": False, "reason": llama_cpp_guard.complaint() or str(error)}
    if not np.isfinite(scores).all():
        return {"ok": False, "reason": "its weights lead to values that are not numbers"}
    return {"ok": True}


if __name__ == "__main__":
    print(json.dumps(_try(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])))
