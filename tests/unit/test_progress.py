"""The bar that is shown while a large copy is made, and that leaves no trace."""

import io
import sys
from pathlib import Path

import pytest

from course import gguf_header, paths, progress
from course import quantize as quantizing


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the bar shows, and -1 where it goes."""
    seen: list[float] = []
    monkeypatch.setattr(progress, "_in_lab", lambda label: None)
    ways = (seen.append, lambda: seen.append(-1.0))
    monkeypatch.setattr(progress, "_in_terminal", lambda label: ways)
    return seen


def test_a_large_copy_moves_it_on(tiny: Path, tmp_path: Path, monkeypatch, moves) -> None:
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    monkeypatch.setattr(quantizing, "LARGE", tiny.stat().st_size)
    made = quantizing.quantize(tiny, "Q8_0")
    tensors = len(gguf_header.read(made).tensors)
    assert moves[0] == 0 and moves[-1] == -1
    assert moves[:-1] == sorted(set(moves[:-1]))
    assert moves[-2] == int(100 * (tensors - 1) / tensors) / 100
    assert len(moves) == tensors + 1


def test_it_goes_when_the_copy_fails(tiny: Path, tmp_path: Path, monkeypatch, moves) -> None:
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    monkeypatch.setattr(quantizing, "LARGE", 1)

    def failing(*_) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(quantizing, "_run", failing)
    with pytest.raises(Exception, match="No space"):
        quantizing.quantize(tiny, "Q8_0")
    assert moves == [0, -1]


def test_a_small_copy_shows_nothing(tiny: Path, tmp_path: Path, monkeypatch, moves) -> None:
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    quantizing.quantize(tiny, "Q8_0")
    assert moves == []


def test_in_a_terminal_it_is_one_line_that_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress.bar("Copying") as at:
        for share in (0.1, 0.101, 0.5, 0.2, 7.0):
            at(share)
    said = screen.getvalue()
    assert [part[-4:] for part in said.split("\r")[1:-1]] == ["  0%", " 10%", " 50%", "100%"]
    assert said.endswith("\r\033[K") and "\n" not in said


def test_where_nobody_looks_on_it_is_silent(monkeypatch, capfd) -> None:
    for out in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", out)
        with progress.bar("Copying") as at:
            at(0.5)
        assert out is None or out.getvalue() == ""
    assert capfd.readouterr() == ("", "")


def test_in_the_lab_it_is_one_display_that_ends_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython
    import IPython.display

    shown: list[str] = []

    class Handle:
        def update(self, content) -> None:
            shown.append(content.data)

    def display(content, display_id: bool) -> Handle:
        assert display_id
        shown.append(content.data)
        return Handle()

    kernel = type("Shell", (), {"kernel": object()})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: kernel)
    monkeypatch.setattr(IPython.display, "display", display)
    with progress.bar("Copying <model>") as at:
        at(0.5)
    assert 'value="50"' in shown[-2] and "&lt;model&gt;" in shown[-2]
    assert shown[-1] == ""
