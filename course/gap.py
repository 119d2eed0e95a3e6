"""How far apart two models, or two groups of models, are: the arithmetic behind a benchmark table.

Nothing here reads a file or draws a picture. Sources of the formulas:

- Elo: A. E. Elo, *The Rating of Chessplayers, Past and Present*, 1978; the logistic form is that of
  R. A. Bradley and M. E. Terry, *Biometrika* 39 (1952), 324-345.
- Interval of one share: E. B. Wilson, *Journal of the American Statistical Association* 22 (1927),
  209-212; of a difference of two: R. G. Newcombe, *Statistics in Medicine* 17 (1998), 873-890,
  method 10.
- How many are needed: J. L. Fleiss, *Statistical Methods for Rates and Proportions*, 1981.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from scipy.stats import binomtest, norm


def expected_score(difference: float) -> float:
    """What an Elo difference means: the better one's expected score, a draw counting half.

    difference: in Elo points, negative for the weaker one. 0 gives 0.5, 400 gives 10/11.
    Only differences mean anything: adding 1000 to every rating changes no result.
    """
    return 1 / (1 + 10 ** (-difference / 400))


@dataclass(frozen=True)
class Comparison:
    """Two scores out of 100, seen in three ways.

    points: better minus other. share: other as a part of better. more_errors: by how much more
    the other gets wrong, 0.5 meaning half as much again; infinite where the better makes none.
    """

    points: float
    share: float
    more_errors: float


def compare(better: float, other: float) -> Comparison:
    """The same gap as points, as a share of the score and as a ratio of errors.

    Both in per cent right, between 0 and 100 and better above 0, or ValueError.
    """
    if not (0 < better <= 100 and 0 <= other <= better):
        raise ValueError("two scores from 0 to 100 are needed, the better one first")
    wrong = 100 - better
    more = (100 - other) / wrong - 1 if wrong else (0.0 if other == better else inf)
    return Comparison(better - other, other / better, more)


@dataclass(frozen=True)
class Difference:
    """A difference of shares with its interval; p: of no difference, two-sided."""

    difference: float
    low: float
    high: float
    p: float

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        return not self.low <= 0 <= self.high


def count_of(percentage: float, total: int) -> int:
    """How many of `total` a rounded percentage stands for: the nearest whole number."""
    return round(percentage * total / 100)


def wilson(right: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share, from 0 to 1."""
    _check_counts(right, total)
    interval = binomtest(right, total).proportion_ci(level, method="wilson")
    return interval.low, interval.high


def difference_of_shares(
    right: int, total: int, other_right: int, other_total: int, level: float = 0.95
) -> Difference:
    """The difference of two independent shares: Newcombe's interval, and p of the pooled z test.

    Two models that took the same tasks are not independent. Where the answers task by task are
    known, compare those; a table of percentages does not have them, and this is then cautious.
    """
    low, high = wilson(right, total, level)
    other_low, other_high = wilson(other_right, other_total, level)
    share, other = right / total, other_right / other_total
    difference = share - other
    below = sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - share) ** 2 + (other - other_low) ** 2)
    pooled = (right + other_right) / (total + other_total)
    spread = sqrt(pooled * (1 - pooled) * (1 / total + 1 / other_total))
    p = 2 * norm.sf(abs(difference) / spread) if spread else 1.0
    return Difference(difference, difference - below, difference + above, float(p))


def difference_of_differences(
    first: tuple[Sequence[bool], Sequence[bool]],
    second: tuple[Sequence[bool], Sequence[bool]],
    level: float = 0.95,
) -> Difference:
    """By how much one model's lead over another is greater on a first test than on a second.

    first, second: for each test the two models' answers, task by task, right or not. On a test
    both sat the same tasks, so its lead is a mean of paired differences; the two tests are
    independent samples. Normal interval, with the sum of the variances of the two means. ValueError
    where a test has fewer than two tasks or the models' answers differ in number.
    """
    leads, variances = [], []
    for one, other in (first, second):
        if len(one) != len(other) or len(one) < 2:
            raise ValueError("each test needs two tasks or more, and an answer of each model")
        paired = np.asarray(one, dtype=float) - np.asarray(other, dtype=float)
        leads.append(float(paired.mean()))
        variances.append(float(paired.var(ddof=1)) / len(paired))
    found, spread = leads[0] - leads[1], sqrt(sum(variances))
    reach = float(norm.isf((1 - level) / 2)) * spread
    p = 2 * norm.sf(abs(found) / spread) if spread else float(found == 0)
    return Difference(found, found - reach, found + reach, float(p))


def needed_for(share: float, other: float, power: float = 0.8, level: float = 0.95) -> int:
    """How many answers of each of two models it takes to notice that their shares differ.

    share, other: right answers, from 0 to 1. power: how often the difference is to be noticed.
    For independent samples; rounded up.
    """
    if not (0 <= share <= 1 and 0 <= other <= 1 and share != other):
        raise ValueError("two different shares from 0 to 1 are needed")
    middle = (share + other) / 2
    by_chance = norm.isf((1 - level) / 2) * sqrt(2 * middle * (1 - middle))
    missed = norm.isf(1 - power) * sqrt(share * (1 - share) + other * (1 - other))
    exact = ((by_chance + missed) / (share - other)) ** 2
    return int(exact) + int(exact > int(exact))


def _check_counts(right: int, total: int) -> None:
    if not (isfinite(total) and total > 0 and 0 <= right <= total):
        raise ValueError(f"{right} right of {total} cannot be")
