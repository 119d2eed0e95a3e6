"""The arithmetic behind a benchmark table, against published figures and against SciPy."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from course import gap


def test_elo_differences():
    assert gap.expected_score(0) == 0.5
    assert gap.expected_score(400) == pytest.approx(10 / 11)
    assert gap.expected_score(70) == pytest.approx(0.599, abs=0.001)
    assert gap.expected_score(70) + gap.expected_score(-70) == pytest.approx(1)


def test_the_four_rows_of_the_table():
    shares = [gap.compare(*row).share for row in ((92.0, 87.5), (93, 90), (68, 59))]
    assert [round(100 * share, 1) for share in shares] == [95.1, 96.8, 86.8]
    assert gap.compare(92.0, 87.5).more_errors == pytest.approx(0.5625)
    assert gap.compare(92.0, 87.5).points == 4.5


def test_no_errors_at_all():
    assert gap.compare(100, 99).more_errors == inf
    assert gap.compare(100, 100).more_errors == 0


@pytest.mark.parametrize("scores", [(90, 93), (0, 0), (101, 50), (50, -1), (float("nan"), 1)])
def test_what_is_no_pair_of_scores(scores):
    with pytest.raises(ValueError, match="better one first"):
        gap.compare(*scores)


@pytest.mark.parametrize(
    ("counts", "interval"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ],
)
def test_interval_of_a_difference_is_newcombes(counts, interval):
    found = gap.difference_of_shares(*counts)
    assert (found.low, found.high) == pytest.approx(interval, abs=0.0001)


def test_p_is_that_of_the_chi_squared_test():
    found = gap.difference_of_shares(56, 70, 48, 80)
    table = [[56, 14], [48, 32]]
    assert found.p == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert found.significant
    assert gap.difference_of_shares(0, 10, 0, 10).p == 1


def test_humaneval_cannot_tell_93_from_90():
    found = gap.difference_of_shares(gap.count_of(93, 164), 164, gap.count_of(90, 164), 164)
    assert gap.count_of(93, 164) == 153 and gap.count_of(90, 164) == 148
    assert found.low < 0 < found.high and not found.significant
    assert found.p > 0.3


def test_how_many_answers_tell_90_from_95():
    assert gap.needed_for(0.90, 0.95) == 435
    assert gap.needed_for(0.90, 0.95, power=0.9) > 435
    assert gap.needed_for(0.2, 0.9) < 20
    with pytest.raises(ValueError, match="different"):
        gap.needed_for(0.9, 0.9)


def test_counts_that_cannot_be():
    for right, total in ((5, 4), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="cannot be"):
            gap.wilson(right, total)


def test_a_difference_of_differences_by_hand():
    # Leads of 2/4 and 0/4; the paired differences have variances 1/3 and 2/3.
    first = ([1, 1, 1, 0], [0, 0, 1, 0])
    second = ([1, 0, 1, 0], [0, 1, 1, 0])
    found = gap.difference_of_differences(first, second)
    assert found.difference == pytest.approx(0.5)
    assert found.high - 0.5 == pytest.approx(1.959964 * (1 / 12 + 1 / 6) ** 0.5, abs=1e-5)
    assert gap.difference_of_differences(second, first).low == pytest.approx(-found.high)


def test_a_difference_of_differences_covers_as_often_as_it_says():
    generator, covered = np.random.default_rng(1), 0
    for _ in range(400):
        asked = [generator.random(size) for size in (140, 110)]
        marks = [(tasks < high, tasks < low) for tasks, high, low in zip(
            asked, (0.9, 0.6), (0.6, 0.5), strict=True)]  # fmt: skip
        found = gap.difference_of_differences(*marks)
        covered += found.low <= 0.2 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_tests_that_cannot_be_compared():
    for one, other in (([1, 0], [1]), ([1], [0]), ([], [])):
        with pytest.raises(ValueError, match="two tasks or more"):
            gap.difference_of_differences((one, other), ([1, 0], [0, 1]))
    same = ([1, 1], [1, 1])
    assert gap.difference_of_differences(same, same).p == 1
