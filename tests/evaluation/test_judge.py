"""Judges whose biases are known are found out, and fair ones are not accused."""

import pytest

from course.errors import CourseError
from course.evaluation.judge import FIRST, TIE, compare, length_bias, toy


def quality(prompt: str, answer: str) -> float:
    return 1.0 if answer.startswith("good") else 0.0


def even(count: int) -> list[tuple[str, str, str]]:
    return [(f"prompt {n}", f"good a{n}", f"good b{n}") for n in range(count)]


def test_a_fair_judge_is_not_accused():
    found = compare(toy(quality), even(60))
    assert not found.position.found and found.position.p > 0.05
    assert 0.3 < found.wins < 0.7
    assert not length_bias(toy(quality, seed=1), [(f"{n}", "good") for n in range(60)]).found


def test_a_judge_that_looks_at_the_place_is_found_out_and_its_bias_cancels():
    found = compare(toy(quality, place=0.5), even(60))
    assert found.position.found and found.position.leaning == found.position.count >= 55
    assert found.wins == pytest.approx(0.5, abs=0.05)
    assert "first" in str(found.position)
    # In one order alone it would have been sure of the wrong thing.
    judge = toy(quality, place=0.5)
    assert sum(judge(*pair) == FIRST for pair in even(60)) > 55


def test_a_judge_that_looks_at_the_length_is_found_out():
    answers = [(f"{n}", "good") for n in range(40)]
    found = length_bias(toy(quality, length=0.5), answers)
    assert found.found and found.leaning > 75 and found.count == 80
    assert not length_bias(toy(quality, place=0.5), answers).found


def test_a_plain_difference_is_still_seen():
    pairs = [(f"{n}", "good", "bad") for n in range(10)]
    found = compare(toy(quality, place=0.5), pairs)
    assert found.wins == 1 and found.agreed == 10 and found.position.count == 0
    assert "no verdict" in str(found.position)


def test_ties_count_half():
    found = compare(lambda *_: TIE, even(4))
    assert found.wins == 0.5 and found.agreed == 4 and not found.position.found
    assert length_bias(lambda *_: TIE, [("x", "y")]).count == 0


def test_what_is_no_verdict_is_refused():
    with pytest.raises(CourseError, match="'A'"):
        compare(lambda *_: "A", even(1))
    for function in (compare, length_bias):
        with pytest.raises(CourseError, match="nothing to judge"):
            function(toy(quality), [])
