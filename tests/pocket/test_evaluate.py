"""Counting: intervals, parts of answers, the card's blocks."""

import pytest

from pocket import evaluate
from pocket.tasks import Example


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)],
)
def test_wilson(right, count, low, high):
    assert evaluate.wilson(right, count) == pytest.approx((low, high), abs=0.001)


def test_parts_of_triage():
    example = Example("triage", "Triage: x", "bug/low")
    scores = evaluate.score([example] * 3, ["bug/low", "bug/high", "nonsense"])
    got = {name: (s.right, s.count) for name, s in scores.items()}
    assert got == {"triage": (1, 3), "triage, category": (2, 3), "triage, priority": (1, 3)}


def test_fields_of_extract():
    example = Example("extract", "Extract: x", '{"name": "Ana", "order": null, "product": null}')
    assert evaluate.fields(example, '{"name": "Ana", "order": "A1", "product": null}') == [
        True,
        False,
        True,
    ]
    for damaged in ("", "{", "[1]", '"Ana"'):
        assert evaluate.fields(example, damaged) == [False, False, False]


def test_a_block_of_the_card_is_replaced_and_nothing_else(tmp_path):
    card = tmp_path / "card.md"
    card.write_text("a\n<!-- table: begin -->\nold\n<!-- table: end -->\nb\n")
    evaluate.write_card("table", "new", card)
    evaluate.write_card("table", "newer", card)
    assert card.read_text() == "a\n<!-- table: begin -->\nnewer\n<!-- table: end -->\nb\n"
