"""Run a GGUF in llama.cpp, count exact answers, and write the table: into the card, and as rows."""

import csv
import ctypes
import json
import math
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import llama_cpp
from llama_cpp import Llama

from pocket import bank as banks
from pocket import tasks
from pocket.tasks import Example

HERE = Path(__file__).parent
DEV = HERE / "dev"
CARD = HERE / "CARD.md"
SEED = 20_000  # of the generated test items; training draws from other seeds
CSV_FIELDS = ("model", "precision", "set", "part", "right", "total")
PRECISIONS = {"F16": None, "Q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0}


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% Wilson interval of a proportion; (0, 1) when nothing was counted."""
    if count == 0:
        return 0.0, 1.0
    p = right / count
    middle = p + z * z / (2 * count)
    spread = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _portable_defaults() -> None:
    """Make llama.cpp use its plain code path: the one for AMX processors crashes on Q8_0."""
    if getattr(llama_cpp.llama_model_default_params, "portable", False):
        return
    original = llama_cpp.llama_model_default_params

    def portable():
        params = original()
        if not hasattr(params, "use_extra_bufts"):  # a ctypes structure would take any name
            raise RuntimeError("this llama-cpp-python has no use_extra_bufts: use another version")
        params.use_extra_bufts = False
        return params

    portable.portable = True
    llama_cpp.llama_model_default_params = portable
    llama_cpp.llama_cpp.llama_model_default_params = portable


def open_model(path: Path, context: int = 1024) -> Llama:
    """The model in one thread, which is fastest for one this small."""
    _portable_defaults()
    return Llama(str(path), n_ctx=context, n_threads=1, n_threads_batch=1, verbose=False)


def quantized(path: Path, precision: str, folder: Path) -> Path:
    """The file at another precision, written into the folder; the file itself for F16."""
    if PRECISIONS[precision] is None:
        return path
    target = folder / f"{path.stem}-{precision}.gguf"
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = PRECISIONS[precision]
    params.nthread = 1
    source, goal = str(path).encode(), str(target).encode()
    if llama_cpp.llama_model_quantize(source, goal, ctypes.byref(params)) != 0:
        raise RuntimeError(f"llama.cpp could not make {precision} of {path.name}.")
    return target


def answer(model: Llama, prompt: str, limit: int = 300) -> str:
    """The model's answer with no randomness, at most `limit` tokens."""
    turn = f"<|user|>{prompt}<|assistant|>".encode()
    ids = model.tokenize(turn, add_bos=False, special=True)
    reply = model.create_completion(ids, max_tokens=limit, temperature=0.0)
    return reply["choices"][0]["text"]


@dataclass
class Score:
    """Right answers out of a count."""

    right: int = 0
    count: int = 0

    def add(self, good: bool) -> None:
        """One more answer."""
        self.right += good
        self.count += 1

    def __str__(self) -> str:
        if not self.count:
            return "–"
        low, high = wilson(self.right, self.count)
        share = f"{100 * self.right / self.count:.0f}%"
        return f"{share} ({100 * low:.0f}–{100 * high:.0f}), {self.right}/{self.count}"


def parts(example: Example, got: str) -> dict[str, bool]:
    """What was right: the whole answer, and its parts where it has any."""
    exact = {example.task: got == example.answer}
    if example.task == "triage":
        wanted, given = example.answer.split("/"), [*got.split("/"), ""][:2]
        exact["triage, category"] = given[0] == wanted[0]
        exact["triage, priority"] = given[1] == wanted[1]
    return exact


def fields(example: Example, got: str) -> list[bool]:
    """For extract: each of the three fields, right or not."""
    wanted = json.loads(example.answer)
    try:
        given = json.loads(got)
    except json.JSONDecodeError:
        given = None
    given = given if isinstance(given, dict) else {}
    return [key in given and given[key] == value for key, value in wanted.items()]


def score(examples: Iterable[Example], answers: Iterable[str]) -> dict[str, Score]:
    """Scores by task and part of a task."""
    scores: dict[str, Score] = {}
    for example, got in zip(examples, answers, strict=True):
        for part, good in parts(example, got).items():
            scores.setdefault(part, Score()).add(good)
        if example.task == "extract":
            for good in fields(example, got):
                scores.setdefault("extract, fields", Score()).add(good)
    return scores


def development_set() -> list[Example]:
    """The items written by hand, in no voice of the bank's and apart from the generator."""
    rows = [row for path in sorted(DEV.glob("*.jsonl")) for row in banks.read_rows(path)]
    return [Example(row["task"], row["prompt"], row["expected"]) for row in rows]


def generated_set(count: int) -> list[Example]:
    """That many generated items a task, from seeds that training never uses."""
    bank = banks.load()
    return [e for task in tasks.TASKS for e in tasks.samples(task, count, SEED, bank)]


@dataclass(frozen=True)
class Evaluation:
    """What one model got right, on both sets and in both precisions.

    scores: (set, precision) -> part -> Score. same: answers alike in both precisions.
    """

    scores: dict[tuple[str, str], dict[str, Score]]
    same: Score

    def markdown(self) -> str:
        """The table for the card: a row a task, or part of a task."""
        names = sorted({part for column in self.scores.values() for part in column}, key=_order)
        lines = ["| | " + " | ".join(f"{name}, {precision}" for name, precision in self.scores)]
        lines[0] += " |"
        lines.append("|---" * (len(self.scores) + 1) + "|")
        for part in names:
            cells = [str(column.get(part, Score())) for column in self.scores.values()]
            lines.append(f"| {part} | " + " | ".join(cells) + " |")
        return "\n".join([*lines, "", f"F16 and Q8_0 give the same answer: {self.same}."])

    def write_csv(self, path: Path, model: str) -> None:
        """The same figures as rows, for chapters to quote; other models' rows stay."""
        kept = []
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                kept = [row for row in csv.DictReader(file) if row["model"] != model]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, CSV_FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
            for (name, precision), column in self.scores.items():
                for part, score in sorted(column.items(), key=lambda item: _order(item[0])):
                    row = (model, precision, name, part, score.right, score.count)
                    writer.writerow(dict(zip(CSV_FIELDS, row, strict=True)))


def evaluate(path: Path, count: int = 200) -> Evaluation:
    """Asks a model both sets in both precisions."""
    sets = {"written by hand": development_set(), "generated": generated_set(count)}
    answers: dict[tuple[str, str], list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for precision in PRECISIONS:
            model = open_model(quantized(path, precision, Path(folder)))
            for name, examples in sets.items():
                answers[name, precision] = [answer(model, e.prompt) for e in examples]
            model.close()
    scores = {key: score(sets[key[0]], given) for key, given in answers.items()}
    same = Score()
    for name in sets:
        for a, b in zip(answers[name, "F16"], answers[name, "Q8_0"], strict=True):
            same.add(a == b)
    return Evaluation(scores, same)


def _order(part: str) -> tuple[int, str]:
    return tasks.TASKS.index(part.split(",")[0]), part


def facts(path: Path, log: Path) -> str:
    """What the catalogue and the training log say about a file, as Markdown."""
    catalogue = json.loads((path.parent / "models.json").read_text("utf-8"))
    entry = next(e for e in catalogue.values() if e["file"] == path.name)
    *_, last = csv.DictReader(log.read_text("utf-8").splitlines())
    return "\n".join(
        [
            f"- File: `{entry['file']}`, {entry['bytes']:,} bytes, SHA-256 `{entry['sha256']}`.",
            f"- {entry['parameters']:,} parameters in F16, context {entry['context']:,} tokens.",
            f"- Trained on {int(last['tokens']):,} tokens in {int(last['step']):,} steps and "
            f"{float(last['seconds']) / 60:.0f} minutes; the last loss was {last['loss']}.",
        ]
    )


def write_card(block: str, text: str, card: Path = CARD) -> None:
    """Put text between the two markers of a block of the card."""
    begin, end = f"<!-- {block}: begin -->", f"<!-- {block}: end -->"
    before, rest = card.read_text("utf-8").split(begin)
    after = rest.split(end)[1]
    card.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
