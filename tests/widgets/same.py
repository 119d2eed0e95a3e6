"""Equality of results from two languages."""

from typing import Any

import pytest


def same(one: Any, other: Any, rel: float) -> bool:
    """Equal to a relative `rel`, whatever they hold."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k], rel) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other, [rel] * len(one)))
    if isinstance(one, bool | str | None) or isinstance(other, bool | str | None):
        return one == other
    return one == pytest.approx(other, rel=rel)
