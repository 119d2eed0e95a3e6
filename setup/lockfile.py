"""Reads what `make lock` wrote, as far as the set-up needs it."""

from __future__ import annotations

import re
from pathlib import Path

from setup.errors import SetupError


def entries(lock: Path) -> dict:
    """The entries of a lock: each package's name and its lines, hashes included.

    Raises:
        SetupError: the lock is missing.
    """
    try:
        text = lock.read_text(encoding="utf-8")
    except OSError:
        raise SetupError(
            f"{lock.name} is missing: fetch the course again, or restore it with "
            f"`git checkout {lock.name}`."
        ) from None
    found: dict = {}
    name = None
    for line in text.splitlines():
        start = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", line)
        if start:
            name = start[1]
        if name and (start or line.startswith("    --hash=")):
            found.setdefault(name, []).append(line.rstrip())
    return {name: "\n".join(lines).rstrip("\\ ") + "\n" for name, lines in found.items()}


def version(lock: Path, name: str) -> str:
    """The version that a lock names for a package."""
    return re.match(rf"{re.escape(name)}==(\S+)", entries(lock)[name])[1]


def part(lock: Path, names: tuple, target: Path) -> Path:
    """Write the entries of these packages, in the lock's own words, to a file of their own."""
    held = entries(lock)
    target.write_text("".join(held[name] for name in names), encoding="utf-8")
    return target
