"""The committed evaluation of the shipped model, as chapters quote it."""

import pytest

from course import catalogue, paths
from course.errors import DataError


def test_every_task_is_there_in_every_set():
    rows = catalogue.results("pocket-mini", "Q8_0")
    by_hand = {"triage", "redact", "extract", "refund", "staff"}
    for name in ("written by hand", "held back", "L1", "L2", "L3", "L4"):
        parts = {row.part for row in rows if row.set == name}
        assert by_hand | ({"price", "add", "reply"} if name.startswith("L") else set()) <= parts
    assert all(0 <= row.right <= row.total and row.total > 0 for row in rows)


def test_a_missing_or_damaged_table_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    with pytest.raises(DataError, match="git checkout"):
        catalogue.results()
    (tmp_path / "evaluation.csv").write_text("model,precision\nx,y\n")
    with pytest.raises(DataError, match="git checkout"):
        catalogue.results()


OLD = """model,precision,set,part,right,total
m,Q8_0,written by hand,triage,3,4
m,F16,written by hand,triage,4,4
"""
NEW = """model,seed,precision,set,part,right,total
m,1,Q8_0,written by hand,triage,3,4
m,1,Q8_0,L2,triage,2,4
m,2,Q8_0,L2,triage,1,4
m,1,F16,L2,triage,4,4
n,1,Q8_0,L2,triage,0,4
"""


def table(folder, monkeypatch, text: str) -> None:
    (folder / "evaluation.csv").write_text(text)
    monkeypatch.setattr(paths, "MODELS", folder)


def test_a_table_of_one_training(tmp_path, monkeypatch):
    table(tmp_path, monkeypatch, OLD)
    (row,) = catalogue.results("m")
    assert (row.seed, row.right, row.total) == (1, 3, 4)
    assert catalogue.results("m", seed=2) == []


def test_a_table_of_several(tmp_path, monkeypatch):
    table(tmp_path, monkeypatch, NEW)
    assert [row.right for row in catalogue.results("m")] == [3, 2]
    assert [row.right for row in catalogue.results("m", set="L2")] == [2]
    assert [row.right for row in catalogue.results("m", seed=2)] == [1]
    assert [row.right for row in catalogue.results("m", "F16", set="L2")] == [4]
    assert [row.right for row in catalogue.results("n")] == [0]
    assert catalogue.results("m", set="held back") == []


@pytest.mark.parametrize(
    "wrong", [NEW.replace(",2,Q8_0", ",two,Q8_0"), NEW + "m,1,F16\n", NEW + "m,1,F16,L2,a,1,2,3\n"]
)
def test_a_table_that_cannot_be_read(tmp_path, monkeypatch, wrong: str):
    table(tmp_path, monkeypatch, wrong)
    with pytest.raises(DataError, match="git checkout"):
        catalogue.results("m")
