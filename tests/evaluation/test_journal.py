"""The journal: what is in it stays, whatever happens to the file's end."""

import errno
import json
import os

import pytest

from course.errors import CourseError, DataError
from course.evaluation.journal import Journal, Key
from course.reply import Usage
from tests.evaluation.answerers import reply


def key(item: int) -> Key:
    return Key(f"item {item}", 0, "model", "abc")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "new" / "journal.jsonl"
    with Journal(path) as journal:
        for item in range(3):
            journal.add(key(item), reply(f"answer {item} – ü\n"))
    return path


def test_replies_come_back_as_they_were(path):
    with Journal(path) as journal:
        assert len(journal) == 3
        assert journal.find(key(1)) == reply("answer 1 – ü\n")
        assert journal.find(Key("item 1", 1, "model", "abc")) is None


def test_usage_that_was_not_told_stays_unknown(tmp_path):
    import dataclasses

    silent = dataclasses.replace(reply(), usage=Usage(None, None))
    with Journal(tmp_path / "j") as journal:
        journal.add(key(0), silent)
    with Journal(tmp_path / "j") as journal:
        assert journal.find(key(0)) == silent


def test_half_of_a_letter_pair_can_be_kept(tmp_path):
    with Journal(tmp_path / "j") as journal:
        journal.add(key(0), reply("half \ud83d"))
    with Journal(tmp_path / "j") as journal:
        assert journal.find(key(0)).text == "half \ud83d"


def test_a_last_line_cut_anywhere_is_the_only_one_lost(path):
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for end in (*range(start, len(whole), 29), len(whole) - 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        with Journal(path) as journal:
            # Without its line end alone, the last answer is whole.
            assert len(journal) == (3 if end == len(whole) - 1 else 2)
            journal.add(key(2), reply("answer 2 – ü\n"))
        assert path.read_bytes() == whole


@pytest.mark.parametrize("line", [b"nonsense", b"[1]", b"{}", b"\xff", b"null", b""])
def test_a_bad_line_before_the_last_is_named_and_nothing_is_changed(path, line):
    lines = path.read_bytes().split(b"\n")
    lines[1] = line
    path.write_bytes(b"\n".join(lines))
    before = path.read_bytes()
    with pytest.raises(DataError, match="line 2"):
        Journal(path)
    assert path.read_bytes() == before


def test_fields_of_a_later_version_do_no_harm(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[0]["reply"]["mood"] = "cheerful"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Journal(path) as journal:
        assert journal.find(key(0)).text == "answer 0 – ü\n"


def test_two_runs_cannot_write_one_journal(path):
    with Journal(path), pytest.raises(CourseError, match="another run"):
        Journal(path)
    Journal(path).close()


def test_one_that_ships_is_only_read(path, tmp_path):
    whole = path.read_bytes()
    for data in (whole, whole[:-1], whole[:-9]):
        path.write_bytes(data)
        reading = Journal(path, read_only=True)
        assert len(reading) == (2 if data == whole[:-9] else 3)
        with pytest.raises(CourseError, match="journal of your own"):
            reading.add(key(9), reply())
        assert path.read_bytes() == data
    with pytest.raises(DataError, match="git checkout"):
        Journal(tmp_path / "none", read_only=True)


def test_a_full_disk_stops_the_run_and_spoils_nothing(path, monkeypatch):
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(CourseError, match="No space left"):
                journal.add(key(9), reply())
        assert path.read_bytes() == before
        journal.add(key(9), reply())
    with Journal(path) as journal:
        assert len(journal) == 4


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        Journal(tmp_path / "file" / "journal.jsonl")
    with pytest.raises(CourseError, match="cannot be written"):
        Journal(tmp_path)
