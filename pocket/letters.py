"""Putting sentences together as people do: greetings, asides, slips, farewells. Slots stay open."""

import re
from random import Random

from pocket import bank as banks
from pocket import noise
from pocket.bank import Bank

# An aside with a span of time in it could be taken for the age of a purchase.
_TIME = re.compile(r"\b(ago|back|days?|weeks?|months?|years?|fortnight|used?|wore|worn)\b", re.I)


# Words that stand for somebody, whom a writer might as well have named.
_KIN = (
    "wife|husband|son|daughter|sister|brother|mother|father|mum|dad|gran|uncle|aunt|cousin|nephew|"
    "niece|partner|girlfriend|boyfriend|gf|friend|mate|neighbour|flatmate|colleague|boss|assistant|"
    "landlord|teacher|trainer|guide|coach|treasurer|secretary|nurse"
)
_SOMEBODY = re.compile(
    rf"\b(?P<whose>my|our|his|her|the|your)\s(?P<kin>{_KIN}|driver|courier|manager|clerk|guy|lady|man|"
    r"woman|lad|cashier|mechanic|customer)\b(?!'s?\b)|(?<![\w'])(?P<alone>[Ss]he|[Hh]e)\b(?!')"
)


def peopled(r: Random, text: str) -> str:
    """The text with one or two of its unnamed people named."""
    found = list(_SOMEBODY.finditer(text))
    for match in sorted(
        r.sample(found, min(len(found), r.randint(1, 2))), key=_start, reverse=True
    ):
        slot = r.choice(["{other}", "{other}", "{name}"])
        if match["alone"]:
            named = slot
        else:
            who = f"{match['whose']} {match['kin']}"
            forms = ["{who} {slot}", "{who} {slot}", "{slot}", "{who}, {slot},", "{slot}, {who},"]
            named = r.choice([*forms, "{who} ({slot})"]).format(who=who, slot=slot)
        text = text[: match.start()] + named + text[match.end() :]
    return text.replace(",,", ",").replace(",.", ".")


def _start(match: re.Match) -> int:
    return match.start()


def join(r: Random, *parts: str) -> str:
    """The parts one after another, now and then on lines of their own."""
    return r.choice([" ", " ", " ", " ", "\n"]).join(part for part in parts if part)


def phrase(r: Random, bank: Bank, kind: str) -> str:
    """One of the small phrases that stand around a ticket."""
    return banks.choose(r, r.choice(bank.phrases[kind]))


def slips(r: Random, text: str, style: int) -> str:
    """The text with typing errors: none when plain, most when crossed."""
    return noise.typos(r, text, (0, 0, 0.03, 0.045, 0.03)[style]) if style > 1 else text


def aside(r: Random, bank: Bank, but: str) -> str:
    """A sentence on a matter of another desk that is over or not meant."""
    while True:
        row = r.choice(bank.asides)
        if row["topic"] != but:
            return banks.choose(r, row["text"])


def ticket(r: Random, bank: Bank, style: int) -> tuple[str, str, str]:
    """A ticket with its slots still open, its category and its priority.

    Urgency put around a normal ticket makes it high, ease makes it low. Two problems are joined
    only when their labels agree.
    """
    crossed = style == 3
    hard = style > 1 and r.random() < (0.35 if crossed else 0.12)
    row = r.choice(bank.hard if hard else bank.tickets)
    category, priority = row["category"], row["priority"]
    text = banks.choose(r, row["text"])
    if style == 1:
        return text, category, priority
    if r.random() < (0.12 if crossed else 0.04):
        second = r.choice(bank.tickets)
        if (second["category"], second["priority"]) == (category, priority):
            text = join(r, text, banks.choose(r, second["text"]))
    if crossed and r.random() < 0.6:
        beside = aside(r, bank, category)
        text = join(r, beside, text) if r.random() < 0.6 else join(r, text, beside)
    if r.random() < 0.2:
        filler = phrase(r, bank, "filler")
        text = join(r, text, filler) if r.random() < 0.6 else join(r, filler, text)
    mood = r.random()
    if priority == "normal" and mood < 0.36:
        kind, priority = ("urgent", "high") if mood < 0.18 else ("relaxed", "low")
        said = phrase(r, bank, kind)
        text = join(r, text, said) if r.random() < 0.7 else join(r, said, text)
    if style == 4:
        text = noise.drop_words(r, noise.shuffle_clauses(r, text), r.uniform(0.05, 0.35))
    elif r.random() < 0.06:
        text = noise.drop_words(r, text)
    return slips(r, _letter(r, bank, text), style), category, priority


def _letter(r: Random, bank: Bank, text: str, signed: bool = True) -> str:
    """The text with perhaps a greeting, a reference, a way to be reached and a farewell."""
    if r.random() < 0.2:
        text = join(r, phrase(r, bank, "greeting"), text)
    if signed and r.random() < 0.12:
        text = join(r, text, phrase(r, bank, "reference"))
    if signed and r.random() < 0.12:
        text = join(r, text, phrase(r, bank, "contact"))
    if signed and r.random() < 0.2:
        text = join(r, text, phrase(r, bank, "signoff"))
    return text


def dressed(r: Random, bank: Bank, text: str, style: int, signed: bool = True) -> str:
    """A text of any kind with the slips and the small talk of its style."""
    if style == 1 or r.random() < 0.5:
        return text
    if style == 3 and r.random() < 0.5:
        beside = aside(r, bank, "")
        text = join(r, beside, text) if r.random() < 0.5 else join(r, text, beside)
    return slips(r, _letter(r, bank, text, signed), style)


def scrap(r: Random, bank: Bank) -> str:
    """A few phrases with no ticket at all: signatures, notes, lists of ways to be reached."""
    kinds = ["contact", "contact", "reference", "signoff", "filler", "greeting"]
    return join(r, *(phrase(r, bank, r.choice(kinds)) for _ in range(r.randint(1, 4))))


def request(r: Random, bank: Bank, text: str, style: int) -> str:
    """A request for a refund as people write it."""
    if style == 1:
        return text
    if r.random() < 0.2:
        text = join(r, phrase(r, bank, "greeting"), text)
    if style == 3:
        beside = aside(r, bank, "billing")
        if not _TIME.search(beside):
            text = join(r, beside, text) if r.random() < 0.5 else join(r, text, beside)
    if r.random() < 0.1:
        text = join(r, text, phrase(r, bank, "signoff"))
    return slips(r, text, style)
