"""How sure a figure is when its inputs are not: draws, intervals and which input matters most.

| name       | formula                                                                          |
|------------|----------------------------------------------------------------------------------|
| Range      | low, likely, high: a triangular distribution; likely may be left out (uniform)    |
| at(u)      | inverse of its distribution, c = (likely - low) / (high - low):                   |
|            | u <= c: low + sqrt(u (high - low)(likely - low))                                  |
|            | u > c: high - sqrt((1 - u)(high - low)(high - likely))                            |
| spread     | the 10th, 50th and 90th of 100 of the results; unknown or endless ones counted    |
| tornado    | the result with one input at its low and at its high, the others at likely        |
| even_draws | Halton's sequence: digit-reversed numbers in prime bases, the same on every page  |

Quantiles interpolate linearly between results (NumPy's default, Hyndman and Fan's type 7). A result
of None, such as a break-even that never comes, counts as larger than every number.

Sources: triangular distribution, Kotz and van Dorp, Beyond Beta (2004), chapter 1; Halton (1960),
Numerische Mathematik 2, 84-90; tornado diagrams, Eschenbach (1992), Interfaces 22(6).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course.costs.amounts import amount, count
from course.errors import AmountRefused

DRAWS = 2000
MOST_DRAWS = 200_000
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


@dataclass(frozen=True)
class Range:
    """What an input may be: at least, most likely, at most (none of them negative)."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        for name in ("low", "likely", "high"):
            amount(name, getattr(self, name))
        if not self.low <= self.likely <= self.high:
            raise AmountRefused(
                f"A range goes from low over likely to high: {self.low:g}, {self.likely:g}, "
                f"{self.high:g} do not rise."
            )

    def at(self, u: float) -> float:
        """The value below which a share `u` (0 to 1) of the draws lie."""
        width = self.high - self.low
        if width == 0:
            return self.likely
        if u <= (self.likely - self.low) / width:
            return self.low + math.sqrt(u * width * (self.likely - self.low))
        return self.high - math.sqrt((1 - u) * width * (self.high - self.likely))


@dataclass(frozen=True)
class Spread:
    """Results of many draws: three quantiles (None: beyond every number) and two counts."""

    low: float | None
    middle: float | None
    high: float | None
    draws: int
    never: int  # draws that have no number as their result


class Bar(NamedTuple):
    """What one input does to a result: its values at low and at high, and their distance."""

    name: str
    at_low: float | None
    at_high: float | None
    swing: float  # infinite where one of the two is beyond every number


def spread(
    result: Callable[..., float | None],
    ranges: Mapping[str, Range],
    draws: int = DRAWS,
    seed: int | None = 0,
    between: tuple[float, float] = (0.1, 0.9),
) -> Spread:
    """Draw every input from its range, again and again, and sum up the results.

    result: called with the inputs by name. seed: of NumPy's Generator; None takes `even_draws`,
    which pages without Python draw too. between: the two outer quantiles.
    """
    number = count("draws", draws, 1)
    if number > MOST_DRAWS:
        raise AmountRefused(f"{number:,} draws take too long: give {MOST_DRAWS:,} at the most.")
    if seed is None:
        table = even_draws(number, len(ranges))
    else:
        table = np.random.default_rng(seed).random((number, len(ranges)))
    found = []
    for row in table.tolist():
        inputs = {name: each.at(u) for (name, each), u in zip(ranges.items(), row, strict=True)}
        found.append(_number(result(**inputs)))
    values = sorted(found)
    low, middle, high = (_quantile(values, q) for q in (between[0], 0.5, between[1]))
    return Spread(low, middle, high, number, sum(value == math.inf for value in values))


def tornado(result: Callable[..., float | None], ranges: Mapping[str, Range]) -> list[Bar]:
    """The bars of a tornado diagram, the widest first.

    Two inputs that pull together are not seen so: each moves alone.
    """
    likely = {name: each.likely for name, each in ranges.items()}
    bars = []
    for name, each in ranges.items():
        low = _number(result(**likely | {name: each.low}))
        high = _number(result(**likely | {name: each.high}))
        swing = 0.0 if low == high else abs(high - low)
        bars.append(Bar(name, _shown(low), _shown(high), swing))
    return sorted(bars, key=lambda bar: -bar.swing)


def even_draws(draws: int, inputs: int) -> np.ndarray:
    """Points spread evenly over the unit cube, shape (draws, inputs); no chance in them.

    The first three for two inputs: (1/2, 1/3), (1/4, 2/3), (3/4, 1/9).
    """
    if count("inputs", inputs) > len(PRIMES):
        raise AmountRefused(f"{inputs} inputs are too many to draw: give {len(PRIMES)} at most.")
    table = np.empty((draws, inputs))
    for column, base in enumerate(PRIMES[:inputs]):
        table[:, column] = [_reversed(place, base) for place in range(1, draws + 1)]
    return table


def _reversed(number: int, base: int) -> float:
    """The digits of a number in a base, mirrored behind the point."""
    value, part = 0.0, 1.0
    while number:
        number, digit = divmod(number, base)
        part /= base
        value += digit * part
    return value


def _quantile(values: list[float], share: float) -> float | None:
    """The quantile of sorted values, between neighbours in proportion."""
    place = share * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    if values[above] == math.inf and (place > below or values[below] == math.inf):
        return None
    return values[below] + (place - below) * (values[above] - values[below] if place > below else 0)


def _number(value: Any) -> float:
    """A result as a number that can be sorted; none counts as endless."""
    if value is None:
        return math.inf
    number = float(value)
    return math.inf if math.isnan(number) else number


def _shown(value: float) -> float | None:
    return None if value == math.inf else value
