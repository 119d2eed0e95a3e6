"""Scorers: how right one answer is, from 0 to 1.

A scorer takes a ticket and a reply, or the reply's text, and gives a number. The rubric, which
looks at five things at once, is in `course.evaluation.rubric`.
"""

import json
from collections.abc import Callable

import numpy as np

from course.reply import Reply
from course.tickets import Ticket

Scorer = Callable[[Ticket, "Reply | str"], float]


def exact(ticket: Ticket, reply: "Reply | str") -> float:
    """1 where the answer is the expected one to the character, blanks at its ends apart."""
    return float(str(reply).strip() == ticket.expected.strip())


def contains(ticket: Ticket, reply: "Reply | str") -> float:
    """1 where the expected answer stands somewhere in the reply, in capitals or not.

    Kind to models that talk around their answer, and to those that list every possible one.
    """
    return float(ticket.expected.strip().casefold() in str(reply).casefold())


def json_fields(ticket: Ticket, reply: "Reply | str") -> float:
    """The share of the expected JSON object's fields that the answer has right."""
    good = fields(ticket.expected, str(reply))
    return sum(good.values()) / len(good)


def edit_distance(ticket: Ticket, reply: "Reply | str") -> float:
    """1 for the expected text, less the share of its letters that would have to be changed."""
    expected, got = ticket.expected.strip(), str(reply).strip()
    longer = max(len(expected), len(got))
    return 1 - edits(expected, got) / longer if longer else 1.0


def fields(expected: str, got: str) -> dict[str, bool]:
    """For each field of the expected JSON object, whether the answer has the same value.

    An answer that is no JSON object has none. Raises ValueError where `expected` is none.
    """
    wanted = json_object(expected)
    if not wanted:
        raise ValueError(f"{expected!r} is not a JSON object with fields")
    given = json_object(got) or {}
    # In Python True == 1, in JSON it does not.
    return {
        key: key in given and given[key] == value and type(given[key]) is type(value)
        for key, value in wanted.items()
    }


def json_object(text: str) -> dict | None:
    """The JSON object that a text is, or None where it is anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def edits(one: str, other: str) -> int:
    """How many letters must be put in, taken out or replaced to make one text of the other.

    V. I. Levenshtein, *Soviet Physics Doklady* 10 (1966), 707-710, a row of the table at a time.
    """
    letters = np.array([ord(letter) for letter in other], dtype=np.int64)
    places = np.arange(len(other) + 1)
    row = places.copy()
    for number, letter in enumerate(one, start=1):
        below = np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))
        below = np.concatenate(([number], below))
        # What is put in costs one a place: the best start to the left, plus the way from there.
        row = np.minimum.accumulate(below - places) + places
    return int(row[-1])
