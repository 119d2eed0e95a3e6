"""The reader's copy: what they touched is never overwritten."""

import json

import pytest

from course import readers_copy
from course.errors import CourseError
from tests.setup.sentences import assert_sentence


@pytest.fixture
def chapters(tmp_path):
    """A small course of one notebook, one quiz and an appendix."""
    folder = tmp_path / "chapters"
    (folder / "appendix").mkdir(parents=True)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "01-one.ipynb").write_text("not this")
    (folder / "01-one.ipynb").write_text("first")
    (folder / "01-one.quiz.json").write_text("[]")
    (folder / "appendix" / "words.md").write_text("words")
    return folder


@pytest.fixture
def mine(tmp_path):
    """Where the copy goes."""
    return tmp_path / "my_course"


def held(folder):
    """What a folder holds, the notes apart."""
    return {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in folder.rglob("*")
        if file.is_file() and file.name != readers_copy.NOTES
    }


def test_a_copy_keeps_the_layout_so_that_links_go_on_working(chapters, mine):
    notice = readers_copy.refresh(chapters, mine)
    assert held(mine) == {"01-one.ipynb": "first", "01-one.quiz.json": "[]",
                          "appendix/words.md": "words"}  # fmt: skip
    assert sorted(notice.made) == sorted(held(mine))
    assert notice.sentences() == []


def test_a_second_run_changes_nothing(chapters, mine):
    readers_copy.refresh(chapters, mine)
    (mine / "01-one.ipynb").write_text("mine")
    before = {file: file.stat().st_mtime_ns for file in mine.rglob("*")}
    assert readers_copy.refresh(chapters, mine).sentences() == []
    assert {file: file.stat().st_mtime_ns for file in mine.rglob("*")} == before


def test_an_untouched_chapter_follows_the_course(chapters, mine):
    readers_copy.refresh(chapters, mine)
    (chapters / "01-one.ipynb").write_text("second")
    notice = readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.ipynb"] == "second"
    assert "01-one.new.ipynb" not in held(mine)
    assert "01-one.ipynb" in notice.sentences()[0]


def test_a_touched_chapter_stays_and_the_new_one_lies_beside_it(chapters, mine):
    readers_copy.refresh(chapters, mine)
    (mine / "01-one.ipynb").write_text("mine")
    (chapters / "01-one.ipynb").write_text("second")
    notice = readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.ipynb"] == "mine"
    assert held(mine)["01-one.new.ipynb"] == "second"
    assert "01-one.new.ipynb" in notice.sentences()[0]
    assert readers_copy.refresh(chapters, mine).sentences() == [], "told once"


def test_an_offer_is_renewed_unless_it_was_touched(chapters, mine):
    readers_copy.refresh(chapters, mine)
    (mine / "01-one.ipynb").write_text("mine")
    for version in ("second", "third"):
        (chapters / "01-one.ipynb").write_text(version)
        readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.new.ipynb"] == "third"
    (mine / "01-one.new.ipynb").write_text("mine too")
    (chapters / "01-one.ipynb").write_text("fourth")
    readers_copy.refresh(chapters, mine)
    now = held(mine)
    assert (now["01-one.ipynb"], now["01-one.new.ipynb"]) == ("mine", "mine too")
    assert now["01-one.new2.ipynb"] == "fourth"


def test_a_deleted_file_comes_back_fresh(chapters, mine):
    readers_copy.refresh(chapters, mine)
    (mine / "01-one.ipynb").write_text("mine")
    (chapters / "01-one.ipynb").write_text("second")
    readers_copy.refresh(chapters, mine)
    (mine / "01-one.ipynb").unlink()
    readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.ipynb"] == "second"
    (chapters / "01-one.ipynb").write_text("third")
    readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.ipynb"] == "third", "it is untouched again"


def test_a_chapter_that_left_the_course_stays_with_the_reader(chapters, mine):
    readers_copy.refresh(chapters, mine)
    (chapters / "01-one.ipynb").unlink()
    readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.ipynb"] == "first"


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"01-one.ipynb": 3}', "\x00"])
def test_with_a_damaged_note_every_file_counts_as_touched(chapters, mine, damage):
    readers_copy.refresh(chapters, mine)
    (mine / readers_copy.NOTES).write_text(damage)
    (mine / "01-one.ipynb").write_text("mine")
    (chapters / "01-one.ipynb").write_text("second")
    readers_copy.refresh(chapters, mine)
    assert held(mine)["01-one.ipynb"] == "mine"
    assert held(mine)["01-one.new.ipynb"] == "second"
    json.loads((mine / readers_copy.NOTES).read_text())


def test_an_interrupted_copy_leaves_no_half_notebook(chapters, mine, monkeypatch):
    readers_copy.refresh(chapters, mine)
    (chapters / "01-one.ipynb").write_text("second")

    def interrupted(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        readers_copy.refresh(chapters, mine)
    monkeypatch.undo()
    assert (mine / "01-one.ipynb").read_text() == "first"
    readers_copy.refresh(chapters, mine)
    assert (mine / "01-one.ipynb").read_text() == "second"


def test_a_copy_that_cannot_be_written_is_a_sentence(chapters, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CourseError) as caught:
        readers_copy.refresh(chapters, tmp_path / "file")
    assert_sentence(str(caught.value))
