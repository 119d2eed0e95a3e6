"""Steps: they move, their failures become sentences, and an interrupt leaves nothing behind."""

import os
import select
import sys
import types
from pathlib import Path

import pytest

from setup import places, progress
from setup.errors import SetupError
from tests.setup.sentences import assert_sentence


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    """A log of the test's own."""
    monkeypatch.setattr(places, "LOG", tmp_path / "setup.log")


def step(code, reader=lambda line: None, title="Trying"):
    """Run some Python as a step."""
    progress.run([sys.executable, "-c", code], title, reader, dict(os.environ), -1)


def test_a_build_tells_how_far_it_is():
    assert progress.building("[12/140] Building CXX object ggml.o") == (12, 140)
    assert progress.building("  [1/2] Linking") == (1, 2)
    assert progress.building("-- The CXX compiler is GNU") is None


def test_an_installation_counts_packages_and_never_passes_the_total():
    count = progress.Collecting(2)
    lines = ["Collecting a==1", "  Downloading a.whl", "Requirement already satisfied: b", "no"]
    assert [count(line) for line in lines] == [(1, 2), None, (2, 2), None]
    assert count("Collecting c==1") == (2, 2)
    assert count("Installing collected packages: a, b") == "unpacking"


def test_progress_is_shown_at_each_tenth_and_all_output_is_kept(capsys):
    step("for n in range(1, 101): print(f'[{n}/100] file')", progress.building, "Compiling")
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "  Compiling ..."
    assert [line.split(":")[1].split(",")[0].strip() for line in shown[1:-1]] == [
        f"{n} of 100" for n in (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
    ]
    assert "done" in shown[-1]
    assert places.LOG.read_text("utf-8").count("file") == 100


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("cc1plus: fatal error: x.o: No space left on device", "disk is full"),
        ("OSError: [Errno 122] Disk quota exceeded", "disk is full"),
        ("NewConnectionError: Temporary failure in name resolution", "network"),
        ("ReadTimeoutError: ReadTimeout", "network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE", "not the one"),
        ("[Errno 30] Read-only file system", "cannot be written"),
        ("c++: fatal error: Killed signal terminated program cc1plus", "out of memory"),
        ("ERROR: x.whl is not a supported wheel on this platform.", "LLAMA_WHEEL"),
        ("something nobody thought of", "says why"),
    ],
)
def test_failures_become_sentences(written, word):
    with pytest.raises(SetupError) as caught:
        step(f"import sys; print({written!r}, file=sys.stderr); sys.exit(1)")
    assert_sentence(str(caught.value))
    assert word in str(caught.value)


def test_a_failure_on_a_disk_with_no_room_is_the_disks(monkeypatch):
    left = types.SimpleNamespace(free=10**6)
    monkeypatch.setattr(progress.shutil, "disk_usage", lambda folder: left)
    assert "disk is full" in progress.reason("ensurepip returned 1", "Making the environment")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_disk_that_is_full_while_a_step_runs(monkeypatch):
    monkeypatch.setattr(places, "LOG", Path("/dev/full"))
    with pytest.raises(OSError, match="No space left"):
        step("print('x' * 100_000)")


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux can wait for any process")
def test_an_interrupt_ends_the_step_with_all_that_it_started():
    ends = []

    def interrupt(line):
        ends.append(os.pidfd_open(int(line)))
        if len(ends) == 2:
            raise KeyboardInterrupt

    # A child and a grandchild, both waiting for ever.
    code = (
        "import os, signal, subprocess, sys\n"
        "print(os.getpid(), flush=True)\n"
        "inner = 'import os, signal; print(os.getpid(), flush=True); signal.pause()'\n"
        "subprocess.run([sys.executable, '-c', inner])\n"
    )
    with pytest.raises(KeyboardInterrupt):
        step(code, interrupt)
    for end in ends:  # becomes readable when its process has ended
        assert select.select([end], [], [], 10)[0], "a process was left behind"
        os.close(end)
