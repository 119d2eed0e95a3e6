"""A closed provider in miniature, on this machine: an address, a key, and a model nobody sees.

    from course import practice

    with practice.provider() as provider:
        print(provider.chat("Triage: my parcel has not come"))
        provider.log()      # what the provider kept of it

It is a real HTTP server in a process of its own, so everything a client can learn of a closed
model can be learned here and nothing more. Any OpenAI client can use it, with `base_url` and
`api_key` of the object above.
"""

import json
import secrets
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from course import children, models, paths
from course.doors import Endpoint, faults
from course.errors import ProviderError
from course.reply import Door

MODEL = "practice-1"  # the only name under which the model is known outside
CONTEXT = 1024
START_SECONDS = 60.0  # a slow machine under load; usual is about two


class PracticeProvider(Endpoint):
    """The provider as its customer sees it: an endpoint, and a look into the provider's log."""

    def __init__(self, base_url: str, api_key: str) -> None:
        super().__init__(base_url, api_key, MODEL, Door.PRACTICE)

    @property
    def api_key(self) -> str:
        """The key of this run; it opens nothing else and ends with the provider."""
        return self._key.reveal()

    def log(self) -> list[dict]:
        """What the provider kept, oldest call first.

        Each entry: time, account, client (what the client program says of itself), model,
        messages, answer, prompt_tokens, completion_tokens. It ends with the provider.
        """
        if self._closed:
            raise ProviderError(
                "The practice provider has ended and its log with it: read it inside the block."
            )
        address = self.base_url.removesuffix("/v1") + "/practice/log"
        failed = None
        try:
            answer = self._http.get(address, headers={"Authorization": f"Bearer {self.api_key}"})
            kept = answer.json()["kept"]
        except Exception as error:  # as in Endpoint: no client frame may reach a traceback
            failed = faults.of_exception(error, self.where)
        if failed is not None:
            raise failed
        return kept


@contextmanager
def provider(
    model: str | Path = "pocket-mini",
    requests_per_minute: int | None = None,
    port: int = 0,
    *,
    logprobs: str = "top5",
) -> Iterator[PracticeProvider]:
    """Starts a practice provider for the length of a `with` block.

    model: what to hide inside, as for `models.load`. requests_per_minute: calls above it are
    answered 429. port: 0 takes any free one; a fixed one lets other programs find it.
    logprobs: what it gives away of its model's probabilities. "top5": for each token the five
        likeliest at most, as services usually do; "full": the whole vocabulary; "none": nothing.
    The process ends with the block, and by itself if this one is gone. Two at once do not meet.
    """
    limit = requests_per_minute
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ProviderError("requests_per_minute must be None or a whole number of at least 1.")
    if logprobs not in ("full", "top5", "none"):
        raise ProviderError('logprobs must be "full", "top5" or "none".')
    source = models.checked(model, CONTEXT)
    inside = "F16" if source.precision == "F32" else source.precision
    key = "practice-" + secrets.token_urlsafe(24)
    settings = {
        "file": str(models.quantize(source.header.path, inside).absolute()),
        "context": min(CONTEXT, source.header.trained_context),
        "key": key,
        "requests_per_minute": limit,
        "logprobs": logprobs,
        "port": port,
    }
    with tempfile.TemporaryFile() as stderr, _process(stderr) as process:
        taken = _start(process, settings, stderr)
        with PracticeProvider(f"http://127.0.0.1:{taken}/v1", key) as endpoint:
            yield endpoint


@contextmanager
def _process(stderr) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, "-m", "course.practice"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=paths.ROOT,
        env=children.environment(),
        start_new_session=True,  # an interrupted cell must not stop the provider
    )
    try:
        yield process
    finally:
        _stop(process)


def _start(process: subprocess.Popen, settings: dict, stderr) -> int:
    """Hands the settings over and waits for the port; raises ProviderError with the reason."""
    try:
        process.stdin.write(json.dumps(settings).encode() + b"\n")
        process.stdin.flush()
    except OSError:
        pass  # it ended already; its own words follow
    import openai  # noqa: F401 (here it costs nothing: the process needs as long to start)

    line = _first_line(process)
    try:
        said = json.loads(line)
    except ValueError:
        said = {}
    if "port" in said:
        return said["port"]
    reason = said.get("error") or _last_words(process, stderr)
    raise ProviderError(f"The practice provider could not be started: {reason}")


def _first_line(process: subprocess.Popen) -> bytes:
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if selector.select(START_SECONDS) else b""


def _last_words(process: subprocess.Popen, stderr) -> str:
    if process.poll() is None and not _ended(process, 1.0):
        return f"it was not ready after {START_SECONDS:.0f} s, so try again with less running."
    stderr.seek(0)
    lines = stderr.read().decode("utf-8", errors="replace").split("\n")
    words = [line.strip() for line in lines if line.strip()]
    return f"{words[-1]} (`make doctor` shows more)." if words else "it ended without a word."


def _ended(process: subprocess.Popen, seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(process: subprocess.Popen) -> None:
    """Closes the pipe, at which the process ends by itself; kills it if it does not."""
    with suppress(OSError):
        process.stdin.close()
    if not _ended(process, 5.0):
        process.kill()
        process.wait()
    process.stdout.close()
