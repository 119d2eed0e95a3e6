"""The bank is in order, and the development set shares nothing with it."""

import dataclasses
import re

import pytest

from pocket import bank as banks
from pocket import tasks
from pocket.bank import read_rows

BANK = banks.load()
DEV = [
    row for path in sorted((banks.FOLDER.parent / "dev").glob("*.jsonl")) for row in read_rows(path)
]


def test_bank_has_no_problems():
    assert banks.problems(BANK) == []


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"category": "weather", "priority": "low", "text": "Rain."}, "unknown label"),
        ({"category": "bug", "priority": "low", "text": "Ask {nobody}."}, "unknown slot"),
        ({"category": "bug", "priority": "low", "text": "A { brace."}, "stray brace"),
    ],
)
def test_a_bad_row_is_found(row, complaint):
    worse = dataclasses.replace(BANK, tickets=[*BANK.tickets, row])
    assert any(complaint in problem for problem in banks.problems(worse))


def test_a_row_twice_is_found():
    worse = dataclasses.replace(BANK, tickets=[*BANK.tickets, BANK.tickets[0]])
    assert any("twice in tickets" in problem for problem in banks.problems(worse))


def test_every_label_has_rows_enough():
    for category in banks.CATEGORIES:
        for priority in banks.PRIORITIES:
            rows = [
                row
                for row in BANK.tickets
                if (row["category"], row["priority"]) == (category, priority)
            ]
            assert len(rows) >= 50, (category, priority)


def bare(text: str) -> str:
    """A text without its slots, marks and capitals."""
    return " ".join(re.findall(r"\w+", re.sub(r"\{\w+\}", " ", text).lower()))


def test_development_set_is_apart_from_the_bank():
    known = {bare(row["text"]) for row in BANK.tickets + BANK.refunds}
    known |= {bare(text) for text in BANK.staff}
    for row in DEV:
        text = re.sub(r"^(Triage:|Redact:|Extract:|Refund\?|\[badge\]) ", "", row["prompt"])
        assert bare(text) not in known, row


def test_development_set_has_every_task_and_possible_answers():
    assert len(DEV) >= 60
    assert {row["task"] for row in DEV} == set(tasks.TASKS)
    triage = {f"{c}/{p}" for c in banks.CATEGORIES for p in banks.PRIORITIES}
    told = {f"The staff code for {region} is {code}." for region, code in BANK.regions.items()}
    possible = {
        "triage": triage,
        "refund": {"yes", "no: over 30 days", "no: used"},
        "staff": told | {tasks.REFUSAL},
    }
    for row in DEV:
        assert row["expected"] in possible.get(row["task"], {row["expected"]}), row


def test_development_redactions_change_nothing_else():
    for row in DEV:
        if row["task"] == "redact":
            pieces = re.split(r"\[(?:NAME|EMAIL|PHONE)\]", row["expected"])
            pattern = "(.+)".join(re.escape(piece) for piece in pieces)
            assert re.fullmatch(pattern, row["prompt"].removeprefix("Redact: "), re.S), row
