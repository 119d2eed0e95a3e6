"""Python and JavaScript come to the same results: on the vectors, and on 1,000 random inputs."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets._text import number, pieces
from widgets.cost_shapes.cost_shapes import (
    MOST,
    PRESETS,
    WidgetError,
    compare,
    crossover_sentence,
    quantity,
)
from widgets.edge.edge import agreement
from widgets.quiz.quiz import mark, significant

WIDGETS = Path(__file__).resolve().parents[2] / "widgets"


def vectors(name: str, part: str) -> list[dict[str, Any]]:
    return json.loads((WIDGETS / name).read_text(encoding="utf-8"))[part]


BASE = "_base.vectors.json"
MARKS = vectors("quiz/quiz.vectors.json", "marks")
COSTS = vectors("cost_shapes/cost_shapes.vectors.json", "comparisons")
EDGES = vectors("edge/edge.vectors.json", "agreements")
FIGURES = ("fee", "fixed", "running", "uses")
RESULTS = ("kind", "crossover", "pay_total", "own_total", "cheaper")


def assert_same(got: dict[str, Any], expected: dict[str, Any], rel: float) -> None:
    """The same words, and the same numbers to a relative `rel`."""
    for name in RESULTS:
        value = expected[name]
        assert got[name] == (
            pytest.approx(value, rel=rel) if isinstance(value, float | int) else value
        ), (name, expected)


@pytest.mark.parametrize("case", MARKS, ids=[case["note"] for case in MARKS])
def test_quiz_marks(case: dict[str, Any]) -> None:
    assert mark(case["question"], case["answer"]) == (case["right"], tuple(case["matched"]))


@pytest.mark.parametrize("case", COSTS)
def test_costs(case: dict[str, Any]) -> None:
    result = compare(*(case[name] for name in FIGURES))
    assert_same(result._asdict(), case, rel=1e-12)
    sentence = crossover_sentence(PRESETS[case["preset"]], result.kind, result.crossover)
    assert sentence == case["sentence"]


@pytest.mark.parametrize("case", EDGES)
def test_edge_agreement(case: dict[str, Any]) -> None:
    assert agreement(case["verdict"], [{"says": s} for s in case["says"]]) == case["agreement"]


def test_text_and_numbers() -> None:
    for case in vectors(BASE, "pieces"):
        assert [list(piece) for piece in pieces(case["text"])] == case["pieces"], case["text"]
    for case in vectors(BASE, "numbers"):
        assert number(case["value"], case["most"], case["least"]) == case["text"]


@pytest.mark.browser
def test_vectors_in_javascript(bench: Any) -> None:
    got = bench("quiz", "mark", [[case["question"], case["answer"]] for case in MARKS])
    assert got == [{"right": case["right"], "matched": case["matched"]} for case in MARKS]

    got = bench("cost_shapes", "compare", [[case[name] for name in FIGURES] for case in COSTS])
    for result, case in zip(got, COSTS, strict=True):
        assert_same(result, case, rel=1e-12)
    asked = [[asdict(PRESETS[c["preset"]]), c["kind"], c["crossover"]] for c in COSTS]
    sentences = bench("cost_shapes", "crossoverSentence", asked)
    assert sentences == [case["sentence"] for case in COSTS]

    asked = [[case["verdict"], [{"says": says} for says in case["says"]]] for case in EDGES]
    assert bench("edge", "agreement", asked) == [case["agreement"] for case in EDGES]

    cases = vectors(BASE, "pieces")
    assert bench("quiz", "pieces", [[c["text"]] for c in cases]) == [c["pieces"] for c in cases]
    cases = vectors(BASE, "numbers")
    asked = [[c["value"], c["most"], c["least"]] for c in cases]
    assert bench("quiz", "number", asked) == [c["text"] for c in cases]
    cases = vectors(BASE, "typed")
    answers = bench("quiz", "readNumber", [[c["typed"]] for c in cases])
    for case, read in zip(cases, answers, strict=True):
        assert read.get("value") == case["value"], case["typed"]
        assert ("problem" in read) == (case["value"] is None), case["typed"]


def amounts(luck: random.Random) -> list[float]:
    """Four amounts of every size, often 0 and often equal."""
    values = [luck.choice([0.0, 1.0, 10 ** luck.uniform(-6, 9)]) for _ in FIGURES]
    if luck.random() < 0.1:
        values[2] = values[0]
    return values


@pytest.mark.browser
def test_a_thousand_random_costs(bench: Any) -> None:
    luck = random.Random(2026)
    inputs = [amounts(luck) for _ in range(1000)]
    for figures, got in zip(inputs, bench("cost_shapes", "compare", inputs), strict=True):
        assert_same(got, compare(*figures)._asdict(), rel=1e-9)


@pytest.mark.browser
def test_a_thousand_random_numbers(bench: Any) -> None:
    luck = random.Random(7)
    values = [luck.choice([-1, 1]) * 10 ** luck.uniform(-8, 15) for _ in range(900)]
    values += [
        luck.randrange(-999, 999) / 8 for _ in range(100)
    ]  # halves that binary holds exactly
    digits = [luck.randrange(1, 8) for _ in values]
    written = bench("quiz", "number", [[v, d] for v, d in zip(values, digits, strict=True)])
    rounded = bench("quiz", "significant", [[v, d] for v, d in zip(values, digits, strict=True)])
    for value, count, text, round_value in zip(values, digits, written, rounded, strict=True):
        assert text == number(value, count), value
        assert round_value == significant(value, count), value
    preset = PRESETS["taxi"]
    uses = [abs(value) for value in values]
    texts = bench("cost_shapes", "quantity", [[asdict(preset), use] for use in uses])
    assert texts == [quantity(preset, use) for use in uses]


@pytest.mark.browser
def test_a_thousand_random_marks(bench: Any) -> None:
    luck = random.Random(11)
    asked = []
    for _ in range(1000):
        value = round(luck.uniform(-50, 50), luck.randrange(4))
        question = {
            "type": "numeric",
            "answers": [
                {"value": value, "correct": True, "tolerance": luck.choice([0, 0.01, 1])},
                {"range": sorted([luck.uniform(-9, 9), luck.uniform(-9, 9)]), "correct": False},
            ],
        }
        if luck.random() < 0.5:
            question["precision"] = luck.randrange(1, 6)
        asked.append([question, value + luck.choice([0, 0.001, 0.5, -1, 3])])
    for (question, answer), got in zip(asked, bench("quiz", "mark", asked), strict=True):
        expected = mark(question, answer)
        assert got == {"right": expected.right, "matched": list(expected.matched)}, (
            question,
            answer,
        )


amount = st.floats(0, MOST)


@given(amount, amount, amount, amount)
def test_the_crossover_separates_the_cheap_from_the_dear(
    fee: float, fixed: float, running: float, uses: float
) -> None:
    result = compare(fee, fixed, running, uses)
    if result.crossover is None:
        assert result.cheaper != "own"
    elif uses > result.crossover * (1 + 1e-9) + 1e-300:
        assert result.cheaper != "pay"
    elif uses < result.crossover * (1 - 1e-9):
        assert result.cheaper != "own"


@pytest.mark.parametrize(
    "bad", [-1, -0.01, float("nan"), float("inf"), 1e308, "3", None, True], ids=repr
)
@pytest.mark.parametrize("position", range(4))
def test_amounts_that_are_refused(bad: Any, position: int) -> None:
    figures = [1.0, 1.0, 1.0, 1.0]
    figures[position] = bad
    with pytest.raises(WidgetError, match=FIGURES[position]):
        compare(*figures)
