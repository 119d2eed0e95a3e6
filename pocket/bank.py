"""The bank: sentences written for the course, with slots, in pocket/bank/."""

import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "bank"
CATEGORIES = ("billing", "account", "shipping", "bug", "product", "cancel")
PRIORITIES = ("low", "normal", "high")
PHRASE_KINDS = ("greeting", "signoff", "urgent", "relaxed", "filler", "contact", "reference")
TICKET_SLOTS = {"name", "order", "product", "email", "phone"}
REFUND_SLOTS = TICKET_SLOTS | {"ago"}
PHRASE_SLOTS = TICKET_SLOTS | {"other"}
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Bank:
    """Everything the generator draws from. Rows are the plain dictionaries of the files."""

    tickets: list[dict]  # text, category, priority
    refunds: list[dict]  # text with {ago}, used
    agos: list[dict]  # text, days
    phrases: dict[str, list[str]]  # kind -> texts to put around a ticket
    names: list[str]
    products: list[str]
    staff: list[str]  # questions with {region}
    regions: dict[str, str]  # region -> its (fictional) discount code
    smalltalk: list[str]  # what is none of the tasks
    words: list[str] = field(repr=False, default_factory=list)


def read_rows(path: Path) -> list[dict]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that are not empty."""
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


@functools.cache
def load(folder: Path = FOLDER) -> Bank:
    """The whole bank, read once."""
    tickets = [row for name in CATEGORIES for row in read_rows(folder / f"{name}.jsonl")]
    phrases: dict[str, list[str]] = {kind: [] for kind in PHRASE_KINDS}
    for row in read_rows(folder / "phrases.jsonl"):
        phrases[row["kind"]].append(row["text"])
    plain = (SLOT.sub("", row["text"]) for row in tickets)
    return Bank(
        tickets=tickets,
        refunds=read_rows(folder / "refund.jsonl"),
        agos=read_rows(folder / "ago.jsonl"),
        phrases=phrases,
        names=read_lines(folder / "names.txt"),
        products=read_lines(folder / "products.txt"),
        staff=read_lines(folder / "staff.txt"),
        regions={row["region"]: row["code"] for row in read_rows(folder / "regions.jsonl")},
        smalltalk=read_lines(folder / "smalltalk.txt"),
        words=sorted({word for text in plain for word in re.findall(r"[a-zA-Z']+", text)}),
    )


def slots(text: str) -> set[str]:
    """The names of the slots in a text."""
    return set(SLOT.findall(text))


def problems(bank: Bank) -> list[str]:
    """What is wrong with the bank, one sentence each; empty when it is in order."""
    found = []
    for row in bank.tickets:
        if row["category"] not in CATEGORIES or row["priority"] not in PRIORITIES:
            found.append(f"unknown label {row['category']}/{row['priority']}: {row['text']}")
        if not slots(row["text"]) <= TICKET_SLOTS:
            found.append(f"unknown slot: {row['text']}")
    for row in bank.refunds:
        if "ago" not in slots(row["text"]) or not slots(row["text"]) <= REFUND_SLOTS:
            found.append(f"a refund row needs {{ago}} and known slots: {row['text']}")
        if not isinstance(row["used"], bool):
            found.append(f"used must be true or false: {row['text']}")
    for text in (t for texts in bank.phrases.values() for t in texts):
        if not slots(text) <= PHRASE_SLOTS:
            found.append(f"unknown slot: {text}")
    for text in bank.staff:
        if not slots(text) <= {"region"}:
            found.append(f"unknown slot: {text}")
    lists = {
        "tickets": [row["text"] for row in bank.tickets],
        "refunds": [row["text"] for row in bank.refunds],
        "agos": [row["text"] for row in bank.agos],
        "phrases": [t for texts in bank.phrases.values() for t in texts],
        "names": bank.names,
        "products": bank.products,
        "staff": bank.staff,
        "smalltalk": bank.smalltalk,
    }
    for what, texts in lists.items():
        seen: set[str] = set()
        for text in texts:
            key = " ".join(text.lower().split())
            if key in seen:
                found.append(f"twice in {what}: {text}")
            seen.add(key)
            if re.search(r"[{}]", SLOT.sub("", text)):
                found.append(f"stray brace: {text}")
    return found
