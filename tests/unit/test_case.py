"""The reader's case: written whole or not at all, set aside when damaged, never lost."""

import json
import os
import threading
from pathlib import Path

import pytest

from course import case
from course.errors import CaseError


def test_recorded_and_read() -> None:
    assert case.read() == {}
    file = case.record("01", verdict="closed", agreed=6, share=0.75, seen=["a", {"b": None}])
    case.record("02", ok=True)
    assert file == case.folder() / "01.json"
    assert case.read() == {
        "01": {"verdict": "closed", "agreed": 6, "share": 0.75, "seen": ["a", {"b": None}]},
        "02": {"ok": True},
    }


def test_new_values_join_the_old() -> None:
    case.record("01", a=1, b=1)
    case.record("01", b=2, c=3)
    assert case.read()["01"] == {"a": 1, "b": 2, "c": 3}


def test_the_file_can_be_read_by_people() -> None:
    text = case.record("01", name="Zoë").read_text(encoding="utf-8")
    assert '"name": "Zoë"' in text
    assert json.loads(text)["recorded"].endswith("+00:00")


@pytest.mark.parametrize("chapter", ["", "../01", "a/b", "01.json", None, 1, "x" * 50, ".hidden"])
def test_a_name_that_is_no_chapter(chapter: object) -> None:
    with pytest.raises(CaseError, match="not the name of a chapter"):
        case.record(chapter, a=1)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), object(), {1: 2}, b"x", [float("nan")], {"a": {1, 2}}]
)
def test_what_cannot_be_kept_changes_nothing(value: object) -> None:
    case.record("01", a=1)
    with pytest.raises(CaseError, match="cannot be kept"):
        case.record("01", a=2, b=value)
    assert case.read() == {"01": {"a": 1}}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"values": 3}', "\0\0", "[" * 100_000])
def test_a_damaged_file_is_set_aside_and_kept(text: str) -> None:
    file = case.record("01", a=1)
    file.write_text(text)
    assert case.read() == {}
    aside = file.with_name("01.damaged-1.json")
    assert aside.read_text() == text
    case.record("01", b=2)
    file.write_text(text)
    case.record("01", c=3)
    assert file.with_name("01.damaged-2.json").read_text() == text
    assert case.read() == {"01": {"c": 3}}


def test_a_full_disk_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    case.record("01", a=1)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CaseError, match="No space left"):
        case.record("01", a=2)
    monkeypatch.undo()


def test_nothing_half_written_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    file = case.record("01", a=1)
    before = file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(CaseError):
            case.record("01", a=2)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["01.json"]


def test_a_folder_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CASE", str(tmp_path / "file"))
    with pytest.raises(CaseError, match="COURSE_CASE"):
        case.record("01", a=1)


def test_several_writers_lose_nothing() -> None:
    def write(number: int) -> None:
        case.record("01", **{f"value_{number}": number})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(case.read()["01"]) == 12


@pytest.mark.parametrize("value", ["\ud83d", ["\ud83d"], {"\ud83d": 1}])
def test_half_of_a_character_pair(value: object) -> None:
    case.record("01", a=1)
    with pytest.raises(CaseError, match="half of a character pair"):
        case.record("01", b=value)
    assert case.read() == {"01": {"a": 1}}


def test_a_folder_that_knows_no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_arguments) -> None:
        raise OSError(9, "Bad file descriptor")  # what network folders answer

    monkeypatch.setattr(case.fcntl, "flock", no_locks)
    case.record("01", a=1)
    assert case.read() == {"01": {"a": 1}}
