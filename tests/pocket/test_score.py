"""Counting: intervals, parts of answers, calibration, the card's blocks."""

import pytest

from pocket import card, evaluate, score
from pocket.score import Answer
from pocket.tasks import Example


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)],
)
def test_wilson(right, count, low, high):
    assert score.wilson(right, count) == pytest.approx((low, high), abs=0.001)


def test_parts_of_triage():
    example = Example("triage", "Triage: x", "bug/low")
    answers = [Answer(text, 1.0) for text in ("bug/low", "bug/high", "nonsense")]
    scores = score.score([example] * 3, answers)
    got = {name: (s.right, s.count) for name, s in scores.items()}
    assert got == {"triage": (1, 3), "triage, category": (2, 3), "triage, priority": (1, 3)}


def test_fields_of_extract():
    example = Example("extract", "Extract: x", '{"name": "Ana", "order": null, "product": null}')
    assert score.fields(example, '{"name": "Ana", "order": "A1", "product": null}') == [
        True,
        False,
        True,
    ]
    for damaged in ("", "{", "[1]", '"Ana"'):
        assert score.fields(example, damaged) == [False, False, False]


def test_one_of_several_good_answers_will_do():
    example = Example("reply", "Reply: x", "Yes.", ("Yes.", "Of course."))
    assert score.parts(example, "Of course.") == {"reply": [True]}
    assert score.parts(example, "No.") == {"reply": [False]}


def test_calibration_error():
    sure_and_right = score.calibration([(0.95, True)] * 95 + [(0.95, False)] * 5)
    assert score.calibration_error(sure_and_right) == pytest.approx(0, abs=1e-9)
    sure_and_wrong = score.calibration([(1.0, False)] * 10)
    assert score.calibration_error(sure_and_wrong) == 1
    assert score.calibration_error(score.calibration([])) == 0


def test_rows_of_other_models_stay(tmp_path):
    def row(model: str, right: int) -> dict:
        row = {"model": model, "seed": 1, "precision": "F16", "set": "L1", "part": "add"}
        return row | {"right": right, "total": 9}

    table = tmp_path / "evaluation.csv"
    evaluate.write_rows(table, evaluate.FIELDS, [row("a", 1), row("b", 2)])
    evaluate.write_rows(table, evaluate.FIELDS, [row("a", 3)])
    evaluate.write_rows(table, evaluate.FIELDS, [row("c", 4)])
    lines = table.read_text().splitlines()
    assert lines[1:] == ["a,1,F16,L1,add,3,9", "b,1,F16,L1,add,2,9", "c,1,F16,L1,add,4,9"]


def test_a_block_of_the_card_is_replaced_and_nothing_else():
    text = "a\n<!-- table: begin -->\nold\n<!-- table: end -->\nb\n"
    new = card.filled(text, {"table": "new"})
    assert card.filled(new, {"table": "newer"}) == text.replace("old", "newer")
