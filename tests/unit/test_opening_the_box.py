"""The exercise of chapter 03: a right answer passes, typical wrong ones are told why."""

from __future__ import annotations

import functools
import math

import pytest

from course import models
from course.exercises import opening_the_box as box
from course.forward import Network, log_probability


@pytest.fixture(scope="module")
def desk():
    with models.load("pocket-mini", "F16") as model:
        network = Network(model.path)

        @functools.cache
        def log_high(message: str, category: str) -> float:
            return log_probability(network, model, message, f"{category}/high", last=1)

        yield box.exercise(network, model), log_high


def both(log_high, pair) -> tuple[float, float]:
    return tuple(log_high(message, pair[2]) for message in box.messages(pair))


def test_the_right_answer_passes(desk):
    exercise, log_high = desk

    def order_effect(*pair):
        last, first = both(log_high, pair)
        return last - first

    assert exercise.check(order_effect).passed is True


WRONG = {
    "sign": lambda last, first: first - last,
    "probabilities": lambda last, first: math.exp(last) - math.exp(first),
    "one of the two": lambda last, first: last,
    "not what was expected": lambda last, first: 7.0,
}


@pytest.mark.parametrize("says", WRONG)
def test_a_wrong_answer_is_told_why(desk, says):
    exercise, log_high = desk
    verdict = exercise.check(lambda *pair: WRONG[says](*both(log_high, pair)))
    assert verdict.passed is False
    assert says in verdict.message


def test_untouched_is_not_attempted(desk):
    def order_effect(matter, stake, category): ...

    def only_names(matter, stake, category):
        print(matter)

    for untouched in (order_effect, only_names, None, ...):
        assert desk[0].check(untouched).passed is None


def test_whatever_is_given_nothing_is_raised(desk):
    for given in (lambda *pair: str(pair), lambda: len([]), 42, lambda *pair: [len(pair)]):
        assert desk[0].check(given).passed is False


def test_pairs_are_different_and_of_known_categories():
    assert len({pair[0] for pair in box.PAIRS}) == len(box.PAIRS) == 20
    known = {"billing", "account", "shipping", "bug", "product", "cancel"}
    assert {pair[2] for pair in box.PAIRS} == known
