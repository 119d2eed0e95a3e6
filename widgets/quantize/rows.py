"""The form of a file of precisions, checked.

``{"model", "made" (a date), "machine" (what speed was measured on), "counted_on" (which questions
the answers were counted on), "rows": [...]}``. A row is ``{"precision", "bytes", "bits_per_weight",
"speed" (times the first row's, in one run; null where it was not measured), "same": {"right",
"total"} (answers equal to the first row's), "right", "total" (answers that are correct)}``.
"""

from collections.abc import Mapping
from typing import Any

from widgets._base import WidgetError
from widgets._text import well_formed

LONGEST_NAME = 60  # letters of a precision
MOST = 1e15  # of a count or a size: beyond it something else was meant


class QuantizeError(WidgetError):
    """A file of precisions is not in its agreed form, or something it does not hold was asked."""


def checked(data: Any, where: str) -> list[dict[str, Any]]:
    """Return the rows in their agreed form, or say in one sentence what is wrong with them."""
    if not isinstance(data, Mapping) or not isinstance(data.get("model"), str):
        raise QuantizeError(f'{where}: the field "model" is missing or is not text.')
    rows = data.get("rows")
    if not isinstance(rows, list | tuple) or not rows:
        raise QuantizeError(f'{where}: the field "rows" must be a list of at least one row.')
    found = [_row(row, f"{where}, row {n}") for n, row in enumerate(rows, start=1)]
    names = [row["precision"] for row in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise QuantizeError(f"{where}: the precision {twice} has two rows; it needs one.")
    return found


def _row(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise QuantizeError(f"{where}: this is not a row but {row!r}.")
    name = row.get("precision")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise QuantizeError(
            f'{where}: the field "precision" must be text of 1 to {LONGEST_NAME} letters.'
        )
    same = row.get("same")
    if not isinstance(same, Mapping):
        raise QuantizeError(f'{where}: the field "same" must hold "right" and "total".')
    return {
        "precision": well_formed(name),
        "bytes": _number(row, "bytes", where, whole=True),
        "bits_per_weight": _number(row, "bits_per_weight", where),
        "speed": None if row.get("speed") is None else _number(row, "speed", where),
        "same": _count(same, f'{where}, "same"'),
        **_count(row, where),
    }


def _count(row: Mapping[str, Any], where: str) -> dict[str, int]:
    total = _number(row, "total", where, whole=True)
    right = _number(row, "right", where, whole=True, least=0)
    if right > total:
        raise QuantizeError(f"{where}: {right} right of {total} is more than there were.")
    return {"right": right, "total": total}


def _number(
    row: Mapping[str, Any], name: str, where: str, *, whole: bool = False, least: float = 1e-9
) -> Any:
    value = row.get(name)
    kinds = int if whole else int | float
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= MOST:
        kind = "whole number" if whole else "number"
        least_words = "of 0 or more" if least == 0 else "above 0"
        raise QuantizeError(f'{where}: the field "{name}" must be a {kind} {least_words}.')
    return value
