"""The facts of the course: tables that know where and when each row was read.

    facts.table("prices")                                    a typed pandas frame
    facts.figure("hardware", "H100 SXM", "memory_gb")        a value with unit and citation
    facts.price("GPT-4o", "OpenAI API", on="2026-08-01")     a price, or "not known"
    facts.stale()                                            rows to read again

`python -m course.facts` prints how many rows each table has and how old they are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import sys
import urllib.parse
from dataclasses import dataclass
from functools import cache

import pandas as pd

from course.errors import CourseError
from course.facts_figure import Citation, Figure, NotKnown
from course.facts_gap import gap_on
from course.facts_read import FactsDamaged, check_foreign, rows
from course.facts_schema import Table, tables

__all__ = [
    "Citation", "FactNotFound", "FactsDamaged", "Figure", "NotKnown", "Price",
    "ages", "figure", "gap_on", "names", "price", "quoted", "stale", "table",
]  # fmt: skip

PANDAS = {
    "string": "str",
    "number": "float64",
    "integer": "Int64",
    "boolean": "boolean",
    "date": "datetime64[s]",
}
SEEN = ("checked_on", "source_date", "retrieved")  # which date says how old a row is
MILLION = 1_000_000
# Sources that stand for many pages: a citation names the page's host instead.
MANY_PAGES = {
    "licence-text", "maker-page", "model-card", "paper", "provider-page", "public-domain",
    "secondary-page",
}  # fmt: skip


class FactNotFound(CourseError):  # noqa: N818 (as in course.errors)
    """No such table, row or column; the message names what is near."""


def names() -> list[str]:
    """The names of the tables."""
    return list(tables())


def table(name: str) -> pd.DataFrame:
    """A table as a frame with typed columns; units stand in the package and on the data card.

    Raises:
        FactNotFound: there is no such table.
        FactsDamaged: a file of facts is not as it should be; nothing is loaded then.
    """
    described = _described(name)
    found = _load()[name]
    columns = {}
    for column in described.columns:
        values = [row[column.name] for row in found]
        columns[column.name] = pd.Series(values, dtype="object").astype(PANDAS[column.kind])
    return pd.DataFrame(columns)


def ages(name: str, on: dt.date | str | None = None) -> pd.Series:
    """Days from when each row was last seen at its source to `on` (today unless given).

    A price counts from the last day it was seen listed; a row whose source carries no full date
    counts from the day it was read, so it is at least that old.
    """
    day = _day(on)
    found = _load()[_described(name).name]
    return pd.Series([(day - _seen(row)).days for row in found], name="age_days", dtype="int64")


def stale(on: dt.date | str | None = None) -> pd.DataFrame:
    """The rows older than their table's limit: 90 days for prices, 180 for the rest.

    A price that has ended, or that a newer row replaces, is history and is not counted.

    Columns: table, row (its key), age_days, limit_days, source_url.
    """
    day = _day(on)
    found = []
    for described in tables().values():
        for row, age in zip(_load()[described.name], ages(described.name, on), strict=True):
            if age > described.stale_after and not _history(described, row, day):
                found.append(
                    {
                        "table": described.name,
                        "row": " / ".join(str(row[key]) for key in described.key if row[key]),
                        "age_days": age,
                        "limit_days": described.stale_after,
                        "source_url": row["source_url"],
                    }
                )
    return pd.DataFrame(found, columns=["table", "row", "age_days", "limit_days", "source_url"])


def figure(name: str, *where: str) -> Figure | NotKnown:
    """One value with its unit and citation.

    `where` is the key of the row, then the column: figure("hardware", "H100 SXM", "power_w").
    The column may be left out in tables with one value a row (inputs, quoted_figures).

    Raises:
        FactNotFound: there is no such table, row or column.
    """
    described = _described(name)
    known = [column.name for column in described.columns]
    column = where[-1] if len(where) > len(described.key) else "value"
    key = where[: len(described.key)]
    if column not in known:
        raise FactNotFound(f"The table {name} has no column {column!r}{_near(column, known)}.")
    for row in _load()[name]:
        if tuple(str(row[part]) for part in described.key) == tuple(map(str, key)):
            return _figure(described, row, column)
    keys = [" / ".join(str(row[part]) for part in described.key) for row in _load()[name]]
    wanted = " / ".join(map(str, key))
    raise FactNotFound(f"The table {name} has no row {wanted!r}{_near(wanted, keys)}.")


def quoted(name: str) -> Figure | NotKnown:
    """A single figure from a source whose rows do not ship, with its citation."""
    return figure("quoted_figures", name)


@dataclass(frozen=True)
class Price:
    """A price on a day: figures in USD per million tokens, each with its citation."""

    model: str
    provider: str
    tier: str
    on: dt.date
    input: Figure
    output: Figure | NotKnown
    cached_input: Figure | NotKnown

    known = True

    def cost(self, input_tokens: float, output_tokens: float) -> Figure:
        """What that many tokens cost, in USD, uncached, with the citation of the price."""
        value = (input_tokens * float(self.input) + output_tokens * float(self.output)) / MILLION
        return Figure(value, "USD", self.input.citation)

    def __str__(self) -> str:
        output = self.output.shown if self.output.known else str(self.output)
        return (
            f"{self.model} at {self.provider} on {self.on}: {self.input.shown} in, "
            f"{output} out ({self.input.citation})"
        )


def price(
    model: str,
    provider: str,
    on: dt.date | str | None = None,
    tier: str = "standard",
) -> Price | NotKnown:
    """The list price on a day, where its interval is known; otherwise a value that says not known.

    With `on` left out, the price as last seen, on that day. Between its first day and its end a
    price is known; without an end, up to the last day it was seen listed.
    """
    day = None if on is None else _day(on)
    held = [row for row in _load()["prices"] if row["model"] == model]
    if not held:
        known = sorted({row["model"] for row in _load()["prices"]})
        return NotKnown(f"no price of {model!r} was read{_near(model, known)}")
    here = [row for row in held if row["provider"] == provider]
    if not here:
        sellers = ", ".join(sorted({row["provider"] for row in held}))
        return NotKnown(f"no price of {model} at {provider!r} was read; read at {sellers}")
    fitting = [row for row in here if row["tier"] == tier]
    if not fitting:
        tiers = ", ".join(sorted({row["tier"] for row in here}))
        return NotKnown(f"{model} at {provider} has no tier {tier!r}; there is {tiers}")
    if day is None:
        begun = [row for row in fitting if row["from_date"] and row["from_date"] <= _seen(row)]
        if not begun:
            return NotKnown(f"no day is known on which {model} had this price at {provider}")
        row = max(begun, key=lambda each: (each["to_date"] is None, _seen(each)))
        day = _seen(row) if row["to_date"] is None else row["to_date"] - dt.timedelta(days=1)
        return _price(row, day)
    holding = [row for row in fitting if _holds(row, day)]
    if holding:
        return _price(max(holding, key=lambda each: each["from_date"]), day)
    spans = "; ".join(_span(row) for row in fitting)
    return NotKnown(f"the price of {model} at {provider} on {day} was not read; known is {spans}")


def _history(described: Table, row: dict, day: dt.date) -> bool:
    """Whether a row is a price that no longer counts as the newest on `day`."""
    if described.name != "prices":
        return False
    if row["to_date"] and row["to_date"] <= day:
        return True
    return bool(row["from_date"]) and row["from_date"] < _newest(day).get(_line(row), dt.date.min)


def _line(row: dict) -> tuple:
    return row["model"], row["provider"], row["tier"]


@cache
def _newest(day: dt.date) -> dict[tuple, dt.date]:
    """The latest first day, up to `day`, of each price."""
    starts: dict[tuple, dt.date] = {}
    for row in _load()["prices"]:
        start = row["from_date"] or dt.date.min
        if start <= day:
            starts[_line(row)] = max(start, starts.get(_line(row), start))
    return starts


def _holds(row: dict, day: dt.date) -> bool:
    if row["from_date"] is None or day < row["from_date"]:
        return False
    return day < row["to_date"] if row["to_date"] else day <= row["checked_on"]


def _span(row: dict) -> str:
    start = row["from_date"] or "an unknown day"
    if row["to_date"]:
        return f"from {start} until {row['to_date']}"
    if row["from_date"] and row["from_date"] > row["checked_on"]:
        return f"announced from {start}"
    return f"from {start} to {row['checked_on']}"


def _price(row: dict, day: dt.date) -> Price:
    described = tables()["prices"]
    return Price(
        model=row["model"],
        provider=row["provider"],
        tier=row["tier"],
        on=day,
        input=_figure(described, row, "usd_per_m_input"),
        output=_figure(described, row, "usd_per_m_output"),
        cached_input=_figure(described, row, "usd_per_m_cached_input"),
    )


def _figure(described: Table, row: dict, column: str) -> Figure | NotKnown:
    if row[column] is None:
        return NotKnown(f"{described.name} has no {column} in this row")
    unit = described.column(column).unit
    if column in ("value", "score"):
        unit = row["unit"]
    title = _titles()[row["source"]]
    if row["source"] in MANY_PAGES:
        title = urllib.parse.urlsplit(row["source_url"]).netloc.removeprefix("www.")
    date = row.get("checked_on") or row["source_date"]
    cited = Citation(title, row["source_url"], date, row["date_note"] or "")
    return Figure(row[column], unit, cited)


def _seen(row: dict) -> dt.date:
    return next(row[name] for name in SEEN if row.get(name))


def _day(on: dt.date | str | None) -> dt.date:
    if on is None:
        return dt.date.today()
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    try:
        return dt.date.fromisoformat(on)
    except ValueError:
        raise FactNotFound(f"{on!r} is not a day: write it as 2026-11-21.") from None


def _described(name: str) -> Table:
    if name not in tables():
        raise FactNotFound(f"There is no table {name!r}{_near(name, names())}.")
    return tables()[name]


def _near(wanted: str, known: list[str]) -> str:
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    return f"; near it: {', '.join(close)}" if close else ""


@cache
def _load() -> dict[str, list[dict]]:
    """Every table, read and checked against the others; all of them or none."""
    found = {name: rows(described) for name, described in tables().items()}
    for name, described in tables().items():
        check_foreign(described, found[name], found)
    return found


@cache
def _titles() -> dict[str, str]:
    return {source["source"]: source["title"] for source in _load()["sources"]}


def undated(row: dict) -> bool:
    """Whether a row says nothing of its source or of its date."""
    return not row["source_url"] or not (row["source_date"] or row["date_note"])


def summary(on: dt.date | str | None = None) -> tuple[str, bool]:
    """The lines that the command prints, and whether every row has a source and a date."""
    late = stale(on)["table"].value_counts()
    lines = [f"{'table':16}{'rows':>6}  {'oldest':12}{'newest':12}{'stale':>6}{'no source':>11}"]
    total = missing = 0
    for name, described in tables().items():
        found = _load()[name]
        dates = [row["source_date"] for row in found if row["source_date"]]
        bare = sum(map(undated, found))
        span = (str(min(dates)), str(max(dates))) if dates else ("-", "-")
        old = late.get(described.name, 0)
        lines.append(f"{name:16}{len(found):>6}  {span[0]:12}{span[1]:12}{old:>6}{bare:>11}")
        total, missing = total + len(found), missing + bare
    lines.append(f"{'all':16}{total:>6}  {'':24}{int(late.sum()):>6}{missing:>11}")
    lines.append(f"Ages as of {_day(on)}: stale is 90 days for prices, 180 for the rest.")
    return "\n".join(lines), missing == 0


def main(arguments: list[str] | None = None) -> int:
    """Prints the summary; 1 where a row has no source or no date, or a file is damaged."""
    parser = argparse.ArgumentParser(prog="python -m course.facts", description="Counts the facts.")
    parser.add_argument("--on", help="count ages as of this day (2026-11-21); today if left out")
    try:
        text, whole = summary(parser.parse_args(arguments).on)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
