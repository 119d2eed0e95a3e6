"""Files with flipped bytes: an exception or a working model, and never the end of this process.

Two findings stand behind this test. The header's checks alone are not enough: a flipped byte in
the vocabulary ends llama.cpp with a failed assertion. And the trial in a child process is enough:
what passes it can be loaded and used.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course import catalogue as shipped
from course import gguf_header, models, paths
from course.errors import CourseError, DataError

EXAMPLES = 60


class Worker:
    """The child in which files are tried; a new one is started when one has died."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None

    def ask(self, command: str, file: Path) -> str:
        """Runs "try" or "use" on a file: "works", "refused" or "died"."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.unit.model_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=paths.ROOT,
            )
        self.process.stdin.write(f"{command} {file}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer:
            return answer
        self.close()
        return "died"

    def close(self) -> None:
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait(10)
            self.process = None


@pytest.fixture(scope="module")
def worker():
    running = Worker()
    yield running
    running.close()


def flipped(source: Path, target: Path, flips: list[tuple[int, int]]) -> Path:
    data = bytearray(source.read_bytes())
    for place, change in flips:
        data[place % len(data)] ^= change
    target.write_bytes(data)
    return target


# Settings and vocabulary lie in the first thousands of bytes; the rest is weights.
PLACES = st.one_of(st.integers(0, 900), st.integers(0, 9000), st.integers(0, 2**40))
FLIPS = st.lists(st.tuples(PLACES, st.integers(1, 255)), min_size=1, max_size=3)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(flips=FLIPS)
def test_flipped_bytes(tiny: Path, tmp_path: Path, worker: Worker, flips) -> None:
    file = flipped(tiny, tmp_path / "flipped.gguf", flips)
    try:
        gguf_header.read(file)
    except CourseError:
        return
    if worker.ask("try", file) == "works":
        # A refusal is still possible, for instance by a chat template that no longer reads.
        assert worker.ask("use", file) in ("works", "refused")


@pytest.fixture(scope="module")
def real() -> Path:
    try:
        return shipped.entries()["pocket-mini"].path
    except (DataError, KeyError):
        pytest.skip("the course ships no pocket-mini here")


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 2**40), change=st.integers(1, 255), end=st.integers(0, 2**40))
def test_the_shipped_file_flipped_or_cut(real: Path, tmp_path: Path, place, change, end) -> None:
    """Its hash is known, so any change at all is noticed before llama.cpp sees it."""
    data = real.read_bytes()
    place %= len(data)
    folder = tmp_path / "models"
    folder.mkdir(exist_ok=True)
    (folder / "models.json").write_bytes((paths.MODELS / "models.json").read_bytes())
    for changed in (
        data[:place] + bytes([data[place] ^ change]) + data[place + 1 :],
        data[: end % len(data)],
    ):
        (folder / real.name).write_bytes(changed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(paths, "MODELS", folder)
            with pytest.raises(CourseError) as caught:
                models.load("pocket-mini")
        assert str(caught.value).endswith(".")


def test_the_shipped_file_answers(real: Path) -> None:
    with models.load("pocket-mini") as model:
        assert model.precision == "Q8_0"
        assert model.context == 1024
        first = model.chat("Triage: No hurry, but where is my parcel?")
        assert model.chat("Triage: No hurry, but where is my parcel?").text == first.text
        assert first.text.count("/") == 1
