"""Offers of the table of prices, as the bill shows them, and the bill of each.

A row is ``{"model", "provider", "on" (the day the price was last seen), "tiers" (lists of input,
cached and output price, and the input tokens above which they hold), "peak", "off_peak" (the same,
or null), "url", "note"}``; prices are USD per million tokens, null where they are not known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from course import costs
from course.costs.offers import Offer
from course.facts.cited import Citation
from widgets._text import money, number, times

DAYS_PER_MONTH = 365 / 12

Row = dict[str, Any]


class Line(NamedTuple):
    """What one offer comes to, in USD; None where a price is not known."""

    place: int  # of its row
    call: float | None
    day: float | None
    month: float | None
    times: float | None  # the cheapest; None where that costs nothing
    level: bool  # with the cheapest, where texts may be so many tokens more for one model
    note: str


@cache
def row(model: str, provider: str, on: str | None = None) -> Row:
    """Return the row of an offer; where no price is known, one without tiers that says so."""
    found = costs.offer(model, provider, on)
    start = {"model": model, "provider": provider}
    if not found.known:
        empty = {"on": "", "tiers": [], "peak": None, "off_peak": None, "url": ""}
        return start | empty | {"note": f"The price is {found}."}
    hours = any(each.hours for each in found.tiers)
    note = "At other hours of the day it has another price." if hours else ""
    return start | {
        "on": found.on.isoformat(),
        "tiers": [_prices(each) for each in found.tiers],
        "peak": found.peak and _prices(found.peak),
        "off_peak": found.off_peak and _prices(found.off_peak),
        "url": found.citation.url,
        "note": note,
    }


def name(row: Mapping[str, Any]) -> str:
    """Return what an offer is called: the model and who sells it."""
    return f"{row['model']}, {row['provider']}"


def lines(rows: Sequence[Row], figures: Mapping[str, Any], wait: bool) -> list[Line]:
    """Return the bill of each row, the cheapest first, unknown ones last; twin in _bill.js.

    figures: input, output and reasoning tokens, calls a day; cached, batch, peak and tokenizers in
    per cent.
    """
    usage = costs.Usage(
        input=figures["input"],
        cached=figures["input"] * (figures["cached"] / 100),
        output=figures["output"],
        reasoning=figures["reasoning"],
    )
    batch = figures["batch"] / 100 if wait else 1.0
    bills = [_bill(usage, each, figures["peak"] / 100, batch) for each in rows]
    known = [usd for usd, _ in bills if usd is not None]
    least = min(known, default=0.0)
    found = []
    for place, (usd, note) in enumerate(bills):
        ratio = None if usd is None or least == 0 else usd / least
        level = ratio is not None and ratio <= 1 + figures["tokenizers"] / 100
        day = None if usd is None else usd * figures["calls"]
        month = None if day is None else day * DAYS_PER_MONTH
        found.append(Line(place, usd, day, month, ratio, level, note))
    return sorted(found, key=lambda line: (line.call is None, line.call or 0.0))


def summary(rows: Sequence[Row], found: Sequence[Line]) -> str:
    """Return what the bills come to, in sentences; the twin of `billSummary` in _bill.js."""
    known = [line for line in found if line.call is not None]
    if not known:
        return "No price is known of what is chosen: add a model."
    first, last = known[0], known[-1]
    if last.call == 0:
        return "There is nothing to pay for: type how many tokens a call has."
    start = f"{name(rows[first.place])} is the cheapest at {money(first.month)} a month"
    if len(known) == 1:
        return f"{start}, and nothing else here has a price."
    end = f"{name(rows[last.place])} the dearest at {money(last.month)}"
    ratio = "" if last.times is None else f", {times(last.times)} times as much"
    near = sum(line.level for line in known) - 1
    if last.times is None or near < 1:
        return f"{start}, {end}{ratio}."
    others = "another is" if near == 1 else f"{number(near, 0)} others are"
    return f"{start}, {end}{ratio}. {others.capitalize()} so near that tokenizers may decide."


def _prices(rates: costs.Rates) -> list[float | None]:
    return [rates.input, rates.cached, rates.output, rates.above]


def _rates(prices: Sequence[float | None] | None) -> costs.Rates | None:
    if prices is None:
        return None
    return costs.Rates(input=prices[0], cached=prices[1], output=prices[2], above=prices[3] or 0)


def _bill(usage: costs.Usage, row: Row, peak: float, batch: float) -> tuple[float | None, str]:
    if not row["tiers"]:
        return None, row["note"]
    tiers = tuple(_rates(each) for each in row["tiers"])
    offered = Offer(
        row["model"], row["provider"], dt.date.fromisoformat(row["on"]), tiers,
        _rates(row["peak"]), _rates(row["off_peak"]), Citation("", row["url"], None),
    )  # fmt: skip
    whole = costs.offer_bill(usage, offered, peak_share=peak, batch=batch)
    above = costs.choose(tiers, usage.input).above
    tier = [f"The price for inputs above {number(above, 0)} tokens holds."] if above else []
    static = [row["note"]] if row["note"] else []
    return whole.usd, " ".join([*static, *tier, *whole.notes])
