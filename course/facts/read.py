"""Reads a table of facts, or says which cell of which file is wrong.

Nothing is loaded by halves: a file with one bad cell gives an error and no table.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from pathlib import Path

from course.errors import CourseError
from course.facts.schema import Column, Table

BOM = b"\xef\xbb\xbf"
FORMULA = re.compile(r"[=+@]|-(?!\d)")  # what a spreadsheet would run; a negative number is not
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"-?\d{1,3}(\.\d{3})*,\d+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class FactsDamaged(CourseError):  # noqa: N818 (as in course.errors)
    """A file of facts is not as the package describes it; the message names file, row, column."""


def rows(table: Table) -> list[dict]:
    """The rows of a table as Python values; an empty cell is None.

    Row numbers in messages count lines of the file as a spreadsheet does: the header is row 1.

    Raises:
        FactsDamaged: the file is missing, or is not as the package describes it.
    """
    text = _text(table.path)
    reader = csv.reader(io.StringIO(text), strict=True)
    name = table.path.name
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        row = reader.line_num
        raise FactsDamaged(f"{name}, row {row}: not readable as CSV ({error}).") from None
    if not lines:
        raise FactsDamaged(f"{name} is empty: copy it anew from the course.")
    _check_header(table, lines[0][1])
    if len(lines) - 1 > table.most_rows:
        raise FactsDamaged(
            f"{name} has {len(lines) - 1} rows, where at most {table.most_rows} are expected: "
            "was something pasted into it twice?"
        )
    found = [_row(table, number, cells) for number, cells in lines[1:]]
    _check_key(table, [number for number, _ in lines[1:]], found)
    return found


def check_foreign(table: Table, found: list[dict], of: dict[str, list[dict]]) -> None:
    """Raises FactsDamaged where a row names something that its other table does not have."""
    for column, other, there in table.foreign:
        known = {row[there] for row in of[other]}
        for number, row in enumerate(found, start=2):
            if row[column] is not None and row[column] not in known:
                raise FactsDamaged(
                    f"{table.path.name}, row {number}, column {column}: "
                    f"“{row[column]}” is not in {other}.csv."
                )


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError:
        raise FactsDamaged(f"{path.name} cannot be read: copy it anew from the course.") from None
    if raw.startswith(BOM):
        raise FactsDamaged(
            f"{path.name}, row 1, first column: begins with a byte-order mark; "
            "save it as plain UTF-8."
        )
    if b"\r" in raw:
        row = raw[: raw.index(b"\r")].count(b"\n") + 1
        raise FactsDamaged(
            f"{path.name}, row {row}, last column: Windows line ends; "
            "save it with plain line feeds."
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise FactsDamaged(f"{path.name}, row {row}: not UTF-8; save it as UTF-8.") from None


def _check_header(table: Table, header: list[str]) -> None:
    expected = [column.name for column in table.columns]
    for name in expected:
        if name not in header:
            raise FactsDamaged(f"{table.path.name}, row 1: the column {name} is missing.")
    for name in header:
        if name not in expected:
            raise FactsDamaged(f"{table.path.name}, row 1: the column {name} is not known.")
    if header != expected:
        raise FactsDamaged(
            f"{table.path.name}, row 1: the columns are out of order; "
            f"expected {', '.join(expected)}."
        )


def _row(table: Table, number: int, cells: list[str]) -> dict:
    if len(cells) != len(table.columns):
        raise FactsDamaged(
            f"{table.path.name}, row {number}, column {_first_odd(table, cells)}: "
            f"{len(cells)} cells where {len(table.columns)} belong."
        )
    row = {}
    for column, cell in zip(table.columns, cells, strict=True):
        problem, value = _value(column, cell)
        if problem:
            raise FactsDamaged(f"{table.path.name}, row {number}, column {column.name}: {problem}.")
        row[column.name] = value
    return row


def _first_odd(table: Table, cells: list[str]) -> str:
    """The column from which on a row of the wrong length can no longer be trusted."""
    for column, cell in zip(table.columns, cells, strict=False):
        if _value(column, cell)[0]:
            return column.name
    return table.columns[min(len(cells), len(table.columns)) - 1].name


def _value(column: Column, cell: str) -> tuple[str, object]:
    """What is wrong with a cell ("" for nothing), and its value."""
    if cell == "":
        return ("is empty" if column.constraints.get("required") else ""), None
    if cell.startswith("=") or (column.kind == "string" and FORMULA.match(cell)):
        return f"“{cell[:30]}” would run as a formula in a spreadsheet", None
    problem, value = _KINDS[column.kind](cell)
    return (problem, None) if problem else (_outside(column, value), value)


def _number(cell: str) -> tuple[str, object]:
    if DECIMAL_COMMA.fullmatch(cell):
        return f"“{cell}” has a decimal comma; write a point", None
    if not NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
        return f"“{cell}” is not a number", None
    return "", float(cell)


def _integer(cell: str) -> tuple[str, object]:
    if not re.fullmatch(r"-?\d+", cell):
        return f"“{cell}” is not a whole number", None
    return "", int(cell)


def _boolean(cell: str) -> tuple[str, object]:
    if cell not in ("true", "false"):
        return f"“{cell}” is neither true nor false", None
    return "", cell == "true"


def _date(cell: str) -> tuple[str, object]:
    if DATE.fullmatch(cell):
        try:
            return "", dt.date.fromisoformat(cell)
        except ValueError:
            pass
    return f"“{cell}” is not a date; write it as 2026-11-21", None


_KINDS = {
    "string": lambda cell: ("", cell),
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
}


def _outside(column: Column, value: object) -> str:
    limits = column.constraints
    if "minimum" in limits and value < limits["minimum"]:
        return f"{value} is below {limits['minimum']} {column.unit}".rstrip()
    if "maximum" in limits and value > limits["maximum"]:
        return f"{value} is above {limits['maximum']} {column.unit}".rstrip()
    if "enum" in limits and value not in limits["enum"]:
        return f"“{value}” is none of {', '.join(limits['enum'])}"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        return f"“{value}” is not of the form {limits['pattern']}"
    return ""


def _check_key(table: Table, numbers: list[int], found: list[dict]) -> None:
    first: dict[tuple, int] = {}
    for number, row in zip(numbers, found, strict=True):
        key = tuple(row[name] for name in table.key)
        if key in first:
            shown = ", ".join(str(part) for part in key if part is not None)
            raise FactsDamaged(
                f"{table.path.name}, row {number}, column {table.key[0]}: “{shown}” stands in "
                f"row {first[key]} already."
            )
        first[key] = number
