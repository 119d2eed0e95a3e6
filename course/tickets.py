"""The support tickets the chapters put to every model."""

import json
from dataclasses import dataclass
from pathlib import Path

from course import paths
from course.errors import DataError

FIRST_EIGHT = "evaluation/first_eight.jsonl"
# The sets that people wrote, as `catalogue.results` names them, and where they lie.
BY_HAND = {"written by hand": "pocket/dev", "held back": "pocket/exam"}


@dataclass(frozen=True)
class Ticket:
    """One message and the answer that counts as right.

    task: triage, redact, extract, refund or staff. personal: the words in the prompt that
    tell who wrote it.
    """

    prompt: str
    expected: str
    task: str
    personal: tuple[str, ...] = ()


def first_eight() -> list[Ticket]:
    """The eight tickets of chapter 01; raises DataError where their file cannot be used."""
    return read(FIRST_EIGHT)


def by_hand(which: str, task: str) -> list[Ticket]:
    """The items of one task that were written by hand: those of "written by hand", which were
    looked at while Pocket was being made, or those of "held back", which were not.

    Raises DataError for another set or task, or where the file cannot be used.
    """
    if which not in BY_HAND:
        raise DataError(f"There is no set {which!r}: choose one of {', '.join(BY_HAND)}.")
    files = {path.stem: path for path in (paths.ROOT / BY_HAND[which]).glob("*.jsonl")}
    if task not in files:
        known = ", ".join(sorted(files)) or "none"
        raise DataError(f"{which!r} has no task {task!r}: there are {known}.")
    return _read(files[task])


def read(name: str) -> list[Ticket]:
    """Tickets from a JSON Lines file under data/: one object with prompt, expected and task."""
    return _read(paths.DATA / name)


def _read(path: Path) -> list[Ticket]:
    repair = f"restore it with `git checkout -- {paths.shown(path)}`"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DataError(f"{paths.shown(path)} cannot be read: {repair}.") from None
    tickets = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            tickets.append(_ticket(line, f"{paths.shown(path)}, line {number},", repair))
    return tickets


def _ticket(line: str, where: str, repair: str) -> Ticket:
    try:
        row = json.loads(line)
        personal = tuple(row.get("personal", ()))
        fields = (row["prompt"], row["expected"], row["task"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(f"{where} is not a ticket: {repair}.") from None
    if not all(isinstance(field, str) for field in (*fields, *personal)):
        raise DataError(f"{where} holds something that is not text: {repair}.")
    return Ticket(*fields, personal)
