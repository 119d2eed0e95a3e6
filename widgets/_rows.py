"""Rows of the tables of facts, as widgets carry them: values, and where each was read."""

from __future__ import annotations

from functools import cache
from typing import Any

from course.facts import read
from course.facts.schema import tables
from widgets._base import WidgetError

SOURCE = ("source_url", "source_date", "date_note", "retrieved")


@cache
def table(name: str) -> list[dict[str, Any]]:
    """The rows of a table, with their types."""
    return read.rows(tables()[name])


def cited(row: dict[str, Any], **values: Any) -> dict[str, Any]:
    """`values`, with where and when a row was read, as text."""
    return values | {column: str(row[column] or "") for column in SOURCE}


def one(name: str, column: str, value: str) -> dict[str, Any]:
    """The row of a table in which a column has that value."""
    for row in table(name):
        if row[column] == value:
            return row
    raise WidgetError(f"The table {name} has no {column} {value!r}: look at its data card.")
