"""Intervals, the tornado, and the cost of a correct answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from course import costs
from course.errors import AmountRefused, CourseError

RANGES = {"price": costs.Range(1, 2, 6), "fixed": costs.Range(100, 400, 500)}


def test_a_triangle_by_hand():
    triangle = costs.Range(0, 1, 4)
    # c = 1/4; below it sqrt(u x 4 x 1), above it 4 - sqrt((1 - u) x 4 x 3)
    assert triangle.at(0.0625) == pytest.approx(0.5)
    assert triangle.at(0.25) == pytest.approx(1)
    assert triangle.at(0.6875) == pytest.approx(4 - math.sqrt(0.3125 * 12))
    assert (triangle.at(0), triangle.at(1)) == (0, 4)
    assert costs.Range(3, 3, 3).at(0.4) == 3


def test_a_triangle_has_the_mean_it_should():
    u = (np.arange(10_000) + 0.5) / 10_000
    assert np.mean([costs.Range(1, 2, 6).at(each) for each in u]) == pytest.approx(3, abs=1e-3)


def test_a_spread_is_numpys_quantiles_of_the_same_draws():
    found = costs.spread(lambda price, fixed: fixed / price, RANGES, draws=500, seed=7)
    table = np.random.default_rng(7).random((500, 2))
    values = [RANGES["fixed"].at(v) / RANGES["price"].at(u) for u, v in table]
    expected = np.quantile(values, [0.1, 0.5, 0.9])
    assert (found.low, found.middle, found.high) == pytest.approx(tuple(expected), rel=1e-12)
    assert found == costs.spread(lambda price, fixed: fixed / price, RANGES, draws=500, seed=7)
    assert found != costs.spread(lambda price, fixed: fixed / price, RANGES, draws=500, seed=8)


def test_even_draws_find_the_same_interval():
    drawn = costs.spread(lambda price, fixed: fixed / price, RANGES, draws=4000)
    even = costs.spread(lambda price, fixed: fixed / price, RANGES, draws=500, seed=None)
    for name in ("low", "middle", "high"):
        assert getattr(even, name) == pytest.approx(getattr(drawn, name), rel=0.03)


def test_even_draws_by_hand():
    expected = [[1 / 2, 1 / 3], [1 / 4, 2 / 3], [3 / 4, 1 / 9]]
    assert costs.even_draws(3, 2) == pytest.approx(np.array(expected))
    with pytest.raises(AmountRefused, match="13 inputs are too many"):
        costs.even_draws(1, 13)


def test_a_break_even_that_never_comes_is_larger_than_every_number():
    def result(price, fixed):
        return costs.break_even(
            costs.per_token("API", price), costs.Way("own", running=2, fixed=fixed)
        )

    found = costs.spread(result, RANGES, draws=400)
    # price is at most 2 in (2 - 1) / (6 - 1) = 20% of the draws
    assert found.never == pytest.approx(80, abs=25)
    assert found.high is None and found.middle > found.low > 0


def test_the_tornado_puts_the_widest_first():
    bars = costs.tornado(lambda price, fixed: price + fixed / 1000, RANGES)
    assert [bar.name for bar in bars] == ["price", "fixed"]
    assert bars[0].swing == pytest.approx(5) and bars[1].swing == pytest.approx(0.4)
    assert (bars[1].at_low, bars[1].at_high) == pytest.approx((2.1, 2.5))
    endless = costs.tornado(lambda price, fixed: None if price < 2 else fixed, RANGES)
    assert endless[0].swing == math.inf and endless[0].at_low is None


@pytest.mark.parametrize("wrong", [(1, 0, 2), (0, 3, 2), (math.nan, 1, 2), (0, 1, math.inf)])
def test_ranges_that_make_no_sense(wrong):
    with pytest.raises(CourseError):
        costs.Range(*wrong)


def test_too_many_draws():
    with pytest.raises(AmountRefused, match="take too long"):
        costs.spread(lambda price, fixed: 1, RANGES, draws=200_001)


# -- a correct answer ------------------------------------------------------------------------------


def test_nothing_checked():
    answer = costs.cost_per_correct(0.01, 0.8)
    assert answer.usd_per_correct == pytest.approx(0.0125)
    assert (answer.correct, answer.wrong, answer.by_person, answer.tries) == pytest.approx(
        (0.8, 0.2, 0, 1)
    )


def test_a_retry_and_a_person():
    answer = costs.cost_per_correct(0.01, 0.8, retries=1, noticed=1, usd_per_person=2)
    # tries 1 + 0.2; person 0.2 x 0.2 = 0.04; 0.01 x 1.2 + 0.04 x 2 = 0.092
    assert answer.usd_per_correct == pytest.approx(0.092)
    assert (answer.correct, answer.by_person, answer.tries) == pytest.approx((1, 0.04, 1.2))


def test_half_of_the_errors_noticed_and_each_costs():
    answer = costs.cost_per_correct(
        0.02, 0.6, retries=1, noticed=0.5, usd_per_check=0.03, usd_per_error=1
    )
    # q = 0.2; tries 1.2; right 0.72; wrong 0.24; unanswered 0.04; 0.05 x 1.2 + 0.24 = 0.30
    assert (answer.tries, answer.correct, answer.wrong) == pytest.approx((1.2, 0.72, 0.24))
    assert answer.usd_per_correct == pytest.approx(0.30 / 0.72)


def test_the_same_by_drawing():
    chance = np.random.default_rng(3)
    right, noticed, most, number = 0.7, 0.6, 3, 40_000
    paid = correct = 0.0
    for _ in range(number):
        for _try in range(most):
            paid += 0.01
            if chance.random() < right:
                correct += 1
                break
            if chance.random() >= noticed:
                break
        else:
            paid, correct = paid + 2, correct + 1
    answer = costs.cost_per_correct(0.01, right, retries=2, noticed=noticed, usd_per_person=2)
    assert answer.usd_per_correct == pytest.approx(paid / correct, rel=0.05)


def test_the_edges():
    assert costs.cost_per_correct(1, 0).usd_per_correct is None
    assert costs.cost_per_correct(1, 0, retries=2, noticed=1).tries == 3
    person = costs.cost_per_correct(1, 0, retries=2, noticed=1, usd_per_person=5)
    assert person.usd_per_correct == pytest.approx(8)
    clumsy = costs.cost_per_correct(0, 0, noticed=1, usd_per_person=5, person_accuracy=0.5)
    assert clumsy.usd_per_correct == pytest.approx(10) and clumsy.wrong == 0.5


@pytest.mark.parametrize(
    "wrong", [{"accuracy": 1.1}, {"accuracy": 93}, {"noticed": -1}, {"retries": 0.5},
              {"usd_per_try": math.nan}, {"usd_per_person": 1e308}],
)  # fmt: skip
def test_answers_that_make_no_sense(wrong):
    with pytest.raises(CourseError):
        costs.cost_per_correct(**{"usd_per_try": 0.01, "accuracy": 0.9} | wrong)
