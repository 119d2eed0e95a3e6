"""The bank: sentences written for the course, with slots and alternatives, in pocket/bank/.

`{name}` is a slot, filled when an example is made; `[a|b|c]` is an alternative, of which one is
taken. A small share of the sentences, names and products is held out of training for good: levels
L3 and L4 of the tests are made from that share alone.
"""

import csv
import functools
import json
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / "bank"
CATEGORIES = ("billing", "account", "shipping", "bug", "product", "cancel")
PRIORITIES = ("low", "normal", "high")
PHRASE_KINDS = ("greeting", "signoff", "urgent", "relaxed", "filler", "contact", "reference")
PEOPLE = {"name", "other", "email", "phone"}
SLOTS = PEOPLE | {"order", "product", "place", "amount", "weekday", "month", "number"}
SLOT = re.compile(r"\{(\w+)\}")
ALTERNATIVES = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
HELD_ROWS, HELD_WORDS = 6, 10  # per cent kept from training


@dataclass(frozen=True)
class Bank:
    """Everything the generator draws from. Rows are the plain dictionaries of the files."""

    tickets: list[dict]  # text, category, priority
    hard: list[dict]  # the same, each touching on more than one desk
    asides: list[dict]  # text, topic: matters that are over or not meant
    refunds: list[dict]  # text with {ago}, used
    agos: list[dict]  # text, days
    redactions: list[str]
    extractions: list[str]
    phrases: dict[str, list[str]]  # kind -> texts to put around a ticket
    replies: dict[str, list[str]]  # category -> answers
    given: list[str]
    family: list[str]
    brands: list[str]  # first words of products
    goods: list[str]  # their nouns
    prices: dict[str, int]  # product -> euros
    places: list[str]
    staff: list[str]  # questions with {region}
    regions: dict[str, str]  # region -> its (fictional) discount code
    smalltalk: list[str]  # what is none of the tasks
    words: list[str] = field(repr=False)  # every word of the tickets, for copying
    refund_days: int = 30


def read_rows(path: Path) -> list[dict]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that are not empty."""
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


def held_out(text: str, percent: int) -> bool:
    """Whether a text is kept from training: decided by the text alone, so for good."""
    return zlib.crc32(text.encode()) % 100 < percent


def _grouped(rows: list[dict], key: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row["text"])
    return groups


@functools.cache
def load(part: str = "all", folder: Path = FOLDER) -> Bank:
    """The bank, read once. part: "train" without what is held out, "held" that alone, or "all"."""

    def mine(texts: list, percent: int = HELD_ROWS) -> list:
        if part == "all":
            return texts
        text_of = {id(t): t["text"] if isinstance(t, dict) else t for t in texts}
        return [t for t in texts if held_out(text_of[id(t)], percent) == (part == "held")]

    def rows(name: str) -> list[dict]:
        return read_rows(folder / f"{name}.jsonl")

    def lines(name: str) -> list[str]:
        return read_lines(folder / f"{name}.txt")

    tickets = mine([row for name in CATEGORIES for row in rows(name)])
    with (folder / "prices.csv").open(encoding="utf-8", newline="") as file:
        prices = {row["product"]: int(row["price_eur"]) for row in csv.DictReader(file)}
    return Bank(
        tickets=tickets,
        hard=mine(rows("hard")),
        asides=rows("asides"),
        refunds=mine(rows("refund")),
        agos=rows("ago"),
        redactions=mine([row["text"] for row in rows("redact")]),
        extractions=mine([row["text"] for row in rows("extract")]),
        phrases=_grouped(rows("phrases"), "kind"),
        replies=_grouped(rows("replies"), "category"),
        given=mine(lines("given"), HELD_WORDS),
        family=mine(lines("family"), HELD_WORDS),
        brands=mine(lines("brands"), HELD_WORDS),
        goods=lines("goods"),
        prices=prices,
        places=lines("places"),
        staff=mine(lines("staff")),
        regions={row["region"]: row["code"] for row in rows("regions")},
        smalltalk=lines("smalltalk"),
        words=sorted({w for row in tickets for w in re.findall(r"[a-zA-Z']+", bare(row["text"]))}),
    )


def bare(text: str) -> str:
    """A text without its slots."""
    return SLOT.sub(" ", text)


def slots(text: str) -> set[str]:
    """The names of the slots in a text."""
    return set(SLOT.findall(text))


def choose(r: Random, text: str) -> str:
    """The text with one of each group of alternatives."""
    return ALTERNATIVES.sub(lambda match: r.choice(match[1].split("|")), text)


def problems(bank: Bank) -> list[str]:
    """What is wrong with the bank, one sentence each; empty when it is in order."""
    found = []
    for row in bank.tickets + bank.hard:
        if row["category"] not in CATEGORIES or row["priority"] not in PRIORITIES:
            found.append(f"unknown label {row['category']}/{row['priority']}: {row['text']}")
    for row in bank.refunds:
        every = [choose(Random(seed), row["text"]) for seed in range(20)]
        if any("ago" not in slots(text) for text in every):
            found.append(f"a refund row needs {{ago}}: {row['text']}")
        if not isinstance(row["used"], bool):
            found.append(f"used must be true or false: {row['text']}")
    for row in bank.asides:
        if row["topic"] not in CATEGORIES:
            found.append(f"unknown topic {row['topic']}: {row['text']}")
    allowed = {"refunds": SLOTS | {"ago"}, "staff": SLOTS | {"region"}}
    for what, texts in _texts(bank).items():
        seen: set[str] = set()
        for text in texts:
            key = " ".join(text.lower().split())
            if key in seen:
                found.append(f"twice in {what}: {text}")
            seen.add(key)
            if not slots(text) <= allowed.get(what, SLOTS):
                found.append(f"unknown slot in {what}: {text}")
            if re.search(r"[{}|\[\]]", ALTERNATIVES.sub("", SLOT.sub("", text))):
                found.append(f"stray bracket in {what}: {text}")
    return found


def _texts(bank: Bank) -> dict[str, list[str]]:
    return {
        "tickets": [row["text"] for row in bank.tickets + bank.hard],
        "asides": [row["text"] for row in bank.asides],
        "refunds": [row["text"] for row in bank.refunds],
        "agos": [row["text"] for row in bank.agos],
        "redactions": bank.redactions,
        "extractions": bank.extractions,
        "phrases": [t for texts in bank.phrases.values() for t in texts],
        "replies": [t for texts in bank.replies.values() for t in texts],
        "given names": bank.given,
        "family names": bank.family,
        "brands": bank.brands,
        "goods": bank.goods,
        "places": bank.places,
        "staff": bank.staff,
        "smalltalk": bank.smalltalk,
    }
