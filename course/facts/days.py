"""Days: the one a question is about, and the one a row was last seen on."""

from __future__ import annotations

import datetime as dt

from course.facts.frames import FactNotFound

SEEN = ("checked_on", "source_date", "retrieved")  # which date says how old a row is


def seen_on(row: dict) -> dt.date:
    return next(row[name] for name in SEEN if row.get(name))


def day_of(on: dt.date | str | None) -> dt.date:
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
