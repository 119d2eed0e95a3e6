"""A bill by the token, as the sellers of APIs write it.

| part      | tokens            | USD                                                        |
|-----------|-------------------|------------------------------------------------------------|
| input     | input - cached    | calls x tokens x rates.input / 1e6 x batch                 |
| cached    | cached            | calls x tokens x rates.cached / 1e6 x batch                |
| output    | output            | calls x tokens x rates.output / 1e6 x batch                |
| reasoning | reasoning         | calls x tokens x rates.output / 1e6 x batch                |
| total     |                   | the sum; per million tokens: total / (calls x all tokens)  |

Tokens are those of one call. Cached tokens are part of the input. Where no price of cached tokens
is listed they are billed as other input. Reasoning tokens are billed as output, though nobody reads
them. A *context tier* holds for every token of a call whose input is longer than its threshold, not
only for those above it; a tier with *hours* holds between two times of day (UTC), the end left out.
`batch` is the share of the price that is left when answers may wait: 0.5 where they cost half.

Sources: the conventions are those of genai-prices (Pydantic, github.com/pydantic/genai-prices),
whose calculator agrees with this one on random usages (tests/costs/test_bill.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from course.costs.amounts import MILLION, amount, positive_share
from course.errors import AmountRefused

PARTS = ("input", "cached", "output", "reasoning")
MINUTES = 24 * 60


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, and how many such calls are made (in a month, say)."""

    input: float = 0
    cached: float = 0  # part of the input
    output: float = 0  # what the reader sees
    reasoning: float = 0  # written before it, billed and not seen
    calls: float = 1

    def __post_init__(self) -> None:
        for name in (*PARTS, "calls"):
            amount(name, getattr(self, name))
        if self.cached > self.input:
            raise AmountRefused(
                f"{self.cached:g} cached tokens are more than the {self.input:g} of the input they "
                "are part of: give at most as many."
            )

    @property
    def tokens(self) -> float:
        """All tokens of one call."""
        return self.input + self.output + self.reasoning


@dataclass(frozen=True)
class Rates:
    """Prices in USD per million tokens, and when they hold.

    above: they hold for calls with more input tokens than this. hours: pairs of minutes after
    midnight (UTC) between which they hold; empty for all day. A price that is None is not known.
    """

    input: float | None
    output: float | None = None
    cached: float | None = None
    above: float = 0
    hours: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        for name in ("input", "output", "cached"):
            if getattr(self, name) is not None:
                amount(f"the price of {name} tokens", getattr(self, name))
        amount("above", self.above)

    def at(self, minute: int | None) -> bool:
        """Whether they hold at a minute of the day; hours over midnight are understood."""
        if not self.hours or minute is None:
            return not self.hours
        return any(
            start <= minute < end if start <= end else minute >= start or minute < end
            for start, end in self.hours
        )


@dataclass(frozen=True)
class Bill:
    """What a usage costs in USD. A part is None where its price is not known; notes say why."""

    input: float | None
    cached: float | None
    output: float | None
    reasoning: float | None
    tokens: float  # all of them, all calls
    notes: tuple[str, ...] = ()

    @property
    def usd(self) -> float | None:
        """The total; None where a part is not known."""
        parts = [getattr(self, name) for name in PARTS]
        return None if None in parts else sum(parts)

    @property
    def at_least(self) -> float:
        """The sum of the parts that are known."""
        return sum(getattr(self, name) or 0.0 for name in PARTS)


def choose(tiers: Sequence[Rates], input_tokens: float, minute: int | None = None) -> Rates:
    """The rates that hold for a call: of its hour, the highest threshold that it passes.

    minute: minutes after midnight (UTC); where left out, rates without hours are taken.
    """
    if not tiers:
        raise AmountRefused("There are no rates to choose from: give at least one.")
    now = [each for each in tiers if each.hours and each.at(minute)]
    now = now or [each for each in tiers if not each.hours] or list(tiers)
    fitting = [each for each in now if input_tokens > each.above]
    lowest = min(now, key=lambda each: each.above)
    return max(fitting, key=lambda each: each.above, default=lowest)


def bill(usage: Usage, rates: Rates, batch: float = 1.0) -> Bill:
    """What a usage costs at these rates; the formulas stand at the head of this module.

    1,000 calls with 2,000 input tokens, half of them cached, and 500 of output, at 3 USD a million
    (0.3 cached) and 15 for output: 3.00 + 0.30 + 7.50 = 10.80 USD.
    """
    positive_share("batch", batch)
    notes = []
    cached_price = rates.cached
    if cached_price is None:
        cached_price = rates.input
        if usage.cached and rates.input is not None:
            notes.append("No price of cached tokens is listed: they are billed as other input.")
    prices = {
        "input": (usage.input - usage.cached, rates.input),
        "cached": (usage.cached, cached_price),
        "output": (usage.output, rates.output),
        "reasoning": (usage.reasoning, rates.output),
    }
    parts: dict[str, float | None] = {}
    for name, (tokens, price) in prices.items():
        if price is None and tokens:
            parts[name] = None
            notes.append(f"No price of {name} tokens is known.")
        else:
            parts[name] = usage.calls * tokens * (price or 0.0) / MILLION * batch
    return Bill(**parts, tokens=usage.calls * usage.tokens, notes=tuple(notes))


def per_million(usage: Usage, rates: Rates, batch: float = 1.0) -> float | None:
    """USD for a million tokens of this mix of input and output; None where not known.

    1,500 input and 500 output tokens at 2 and 6 USD: (0.003 + 0.003) / 2,000 x 1e6 = 3 USD.
    """
    whole = bill(usage, rates, batch)
    if whole.usd is None:
        return None
    if not whole.tokens:
        raise AmountRefused("There are no tokens to share the cost: give input or output tokens.")
    return whole.usd / whole.tokens * MILLION
