"""The committed evaluation of the shipped model, as chapters quote it."""

import pytest

from course import catalogue, paths
from course.errors import DataError


def test_every_task_is_there_in_both_sets():
    rows = catalogue.results("pocket-mini", "Q8_0")
    for name in ("written by hand", "generated"):
        parts = {row.part for row in rows if row.set == name}
        assert {"triage", "redact", "extract", "refund", "staff"} <= parts
    assert all(0 <= row.right <= row.total and row.total > 0 for row in rows)


def test_the_card_says_the_same():
    card = (paths.ROOT / "pocket/CARD.md").read_text("utf-8").split("<!-- table: begin -->")[1]
    for row in catalogue.results("pocket-mini", "Q8_0"):
        line = next(line for line in card.splitlines() if line.startswith(f"| {row.part} |"))
        assert f"{row.right}/{row.total}" in line


def test_a_missing_or_damaged_table_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    with pytest.raises(DataError, match="git checkout"):
        catalogue.results()
    (tmp_path / "evaluation.csv").write_text("model,precision\nx,y\n")
    with pytest.raises(DataError, match="git checkout"):
        catalogue.results()
