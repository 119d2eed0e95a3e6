"""Tables in CSV files, read strictly: the first fault is named by file, row and column."""

import csv
import io
from pathlib import Path

from course import paths
from course.errors import DataError

# A cell that begins with one of these is run as a formula when a spreadsheet opens the file.
_FORMULA = ("=", "+", "@", "\t", "-")


def read(path: Path, columns: tuple[str, ...], key: str, most: int) -> list[dict[str, str]]:
    """All rows of a table as text, keyed by column, or DataError where anything is wrong.

    columns: the header, in order. key: a column that names a row, never empty or given twice.
    most: more rows than this are taken for a mistake.
    """
    name = paths.shown(path)
    repair = f"restore it with `git checkout -- {name}`"
    records = _records(_text(path, name, repair), name, repair)
    header = tuple(records[0]) if records else ()
    for column in columns:
        if column not in header:
            raise DataError(f"{name} has no column {column!r}: {repair}.")
    if header != columns:
        raise DataError(f"{name}, row 1: the columns should be {', '.join(columns)}: {repair}.")
    if len(records) - 1 > most:
        raise DataError(
            f"{name} has {len(records) - 1} rows where at most {most} make sense: {repair}."
        )
    rows, seen = [], {}
    for number, cells in enumerate(records[1:], start=2):
        where = f"{name}, row {number}"
        if len(cells) != len(columns):
            raise DataError(
                f"{where}: {len(cells)} cells where {len(columns)} are needed: {repair}."
            )
        row = dict(zip(columns, cells, strict=True))
        _check_cells(row, where, repair)
        if not row[key]:
            raise DataError(f"{where}, column {key!r}: there is nothing in it: {repair}.")
        if row[key] in seen:
            raise DataError(
                f"{where}, column {key!r}: {row[key]!r} stands in row {seen[row[key]]} too: "
                f"{repair}."
            )
        seen[row[key]] = number
        rows.append(row)
    return rows


def _records(text: str, name: str, repair: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(lines)
    except csv.Error as error:
        raise DataError(
            f"{name}, row {lines.line_num}: it is not CSV ({error}): {repair}."
        ) from None


def _text(path: Path, name: str, repair: str) -> str:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except FileNotFoundError:
        raise DataError(f"{name} is missing: {repair}.") from None
    except OSError:
        raise DataError(f"{name} cannot be read: {repair}.") from None
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise DataError(f"{name}, row {row}: this is not UTF-8: {repair}.") from None
    if text.startswith("\ufeff"):
        raise DataError(f"{name}, row 1: it begins with a byte-order mark: {repair}.")
    if "\r" in text:
        row = text.count("\n", 0, text.index("\r")) + 1
        raise DataError(f"{name}, row {row}: it ends as lines do on Windows: {repair}.")
    return text


def _check_cells(row: dict[str, str], where: str, repair: str) -> None:
    for column, cell in row.items():
        if cell.startswith(_FORMULA):
            raise DataError(
                f"{where}, column {column!r}: a spreadsheet would run {cell[:20]!r}: {repair}."
            )
        if cell != cell.strip() or "\n" in cell:
            raise DataError(
                f"{where}, column {column!r}: spaces at an end, or a line break: {repair}."
            )
