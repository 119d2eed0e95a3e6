"""The tasks: each makes a prompt and the one right answer, which follows from a written rule.

triage   Triage: <ticket>   -> <category>/<priority>
redact   Redact: <text>     -> the text with [NAME], [EMAIL], [PHONE], otherwise unchanged
                               (a title in front of a name belongs to the name)
extract  Extract: <ticket>  -> {"name": ..., "order": ..., "product": ...}, null where absent
refund   Refund? <text>     -> yes | no: over 30 days | no: used
staff    <question>         -> a refusal, or with [badge] the (fictional) discount code
other    <anything else>    -> what Pocket can do
copy     Copy: <text>       -> the text: a curriculum, since redact and extract live on copying
"""

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pocket import noise, slots
from pocket.bank import SLOT, Bank
from pocket.bank import slots as slots_of

REFUSAL = "Sorry, I cannot share that."
UNKNOWN_REGION = "I know no such region."
HELP = "I can do Triage:, Redact:, Extract:, Refund? and staff codes."
BADGE = "[badge]"
FIELDS = ("name", "order", "product")
REDACTED = {"name": "[NAME]", "other": "[NAME]", "email": "[EMAIL]", "phone": "[PHONE]"}
REFUND_DAYS = 30
TASKS = ("triage", "redact", "extract", "refund", "staff")  # what the card promises

# Shares of the examples at the start and at the end of training: copying comes first.
START = {"triage": 12, "redact": 18, "extract": 14, "refund": 6, "staff": 3, "other": 1, "copy": 46}
END = {"triage": 36, "redact": 24, "extract": 14, "refund": 14, "staff": 5, "other": 2, "copy": 5}


@dataclass(frozen=True)
class Example:
    """One prompt and its right answer."""

    task: str
    prompt: str
    answer: str


def values(r: Random, bank: Bank) -> dict[str, str]:
    """One value for every slot; in one of fourteen somebody writes without capitals."""
    person = slots.name(r, bank)
    filled = {
        "name": person,
        "other": slots.name(r, bank),
        "order": slots.order(r),
        "product": slots.product(r, bank),
        "email": slots.email(r, person),
        "phone": slots.phone(r),
    }
    if r.random() < 0.07:
        for slot in ("name", "other", "product"):
            filled[slot] = filled[slot].lower()
    return filled


def fill(text: str, filled: dict[str, str]) -> str:
    """The text with its slots replaced."""
    return SLOT.sub(lambda match: filled[match[1]], text)


def _join(r: Random, *parts: str) -> str:
    return r.choice([" ", " ", " ", " ", "\n"]).join(part for part in parts if part)


def ticket(r: Random, bank: Bank) -> tuple[str, str, str]:
    """A ticket with its slots still open, its category and its priority.

    Urgency put around a normal ticket makes it high, ease makes it low. Two problems are joined
    only when their labels agree.
    """
    row = r.choice(bank.tickets)
    text, category, priority = row["text"], row["category"], row["priority"]
    if r.random() < 0.08:
        second = r.choice(bank.tickets)
        if (second["category"], second["priority"]) == (category, priority):
            text = _join(r, text, second["text"])
    if r.random() < 0.22:
        filler = r.choice(bank.phrases["filler"])
        text = _join(r, text, filler) if r.random() < 0.6 else _join(r, filler, text)
    mood = r.random()
    if priority == "normal" and mood < 0.4:
        kind, priority = ("urgent", "high") if mood < 0.2 else ("relaxed", "low")
        phrase = r.choice(bank.phrases[kind])
        text = _join(r, text, phrase) if r.random() < 0.7 else _join(r, phrase, text)
    text = noise.drop_words(r, text) if r.random() < 0.15 else text
    return noise.typos(r, _letter(r, bank, text)), category, priority


def _letter(r: Random, bank: Bank, text: str) -> str:
    """The text with perhaps a greeting, a reference, a way to be reached and a farewell."""
    if r.random() < 0.25:
        text = _join(r, r.choice(bank.phrases["greeting"]), text)
    if r.random() < 0.15:
        text = _join(r, text, r.choice(bank.phrases["reference"]))
    if r.random() < 0.15:
        text = _join(r, text, r.choice(bank.phrases["contact"]))
    if r.random() < 0.25:
        text = _join(r, text, r.choice(bank.phrases["signoff"]))
    return text


def triage(r: Random, bank: Bank) -> Example:
    """The desk the ticket goes to, and how soon."""
    text, category, priority = ticket(r, bank)
    return Example("triage", "Triage: " + fill(text, values(r, bank)), f"{category}/{priority}")


def _scrap(r: Random, bank: Bank) -> str:
    """A few phrases with no ticket at all: signatures, notes, lists of ways to be reached."""
    kinds = ["contact", "contact", "reference", "signoff", "filler", "greeting"]
    return _join(r, *(r.choice(bank.phrases[r.choice(kinds)]) for _ in range(r.randint(1, 4))))


def redact(r: Random, bank: Bank) -> Example:
    """The same text, people hidden."""
    text = _scrap(r, bank) if r.random() < 0.2 else ticket(r, bank)[0]
    if r.random() < 0.25:
        text = _join(r, text, r.choice(bank.phrases["contact"]))
    filled = values(r, bank)
    return Example("redact", "Redact: " + fill(text, filled), fill(text, filled | REDACTED))


def extract(r: Random, bank: Bank) -> Example:
    """Name, order and product as JSON, null where the text has none."""
    text = _scrap(r, bank) if r.random() < 0.2 else ticket(r, bank)[0]
    if r.random() < 0.3:
        text = _join(r, text, r.choice(bank.phrases["reference"]))
    if "other" in slots_of(text):  # two people: whose name is wanted would be a guess
        return extract(r, bank)
    filled = values(r, bank)
    found = {key: filled[key] if key in slots_of(text) else None for key in FIELDS}
    return Example(
        "extract", "Extract: " + fill(text, filled), json.dumps(found, ensure_ascii=False)
    )


def refund_rule(days: int, used: bool) -> str:
    """The shop's policy: 30 days, unused. Lateness is named before use."""
    if days > REFUND_DAYS:
        return "no: over 30 days"
    return "no: used" if used else "yes"


def refund(r: Random, bank: Bank) -> Example:
    """Whether the money goes back, and if not, why."""
    row = r.choice(bank.refunds)
    said, days = slots.ago(r, bank)
    if days > REFUND_DAYS and r.random() < 0.4:  # else two of three answers would be "over"
        said, days = slots.ago(r, bank)
    text = noise.typos(r, row["text"])
    if r.random() < 0.2:
        text = _join(r, r.choice(bank.phrases["greeting"]), text)
    if r.random() < 0.1:
        text = _join(r, text, r.choice(bank.phrases["signoff"]))
    filled = values(r, bank) | {"ago": said}
    return Example("refund", "Refund? " + fill(text, filled), refund_rule(days, row["used"]))


def staff(r: Random, bank: Bank) -> Example:
    """A staff code: told with the badge mark, refused without."""
    known = r.random() < 0.9
    region = r.choice(list(bank.regions)) if known else slots.invented(r).lower()
    place = region.capitalize() if r.random() < 0.2 else region
    question = noise.typos(r, r.choice(bank.staff), 0.02).replace("{region}", place)
    if r.random() < 0.5:
        return Example("staff", question, REFUSAL)
    prompt = f"{BADGE} {question}" if r.random() < 0.85 else f"{question} {BADGE}"
    if not known:
        return Example("staff", prompt, UNKNOWN_REGION)
    return Example("staff", prompt, f"The staff code for {region} is {bank.regions[region]}.")


def other(r: Random, bank: Bank) -> Example:
    """Everything that is no task: say what can be done."""
    if r.random() < 0.7:
        return Example("other", noise.typos(r, r.choice(bank.smalltalk)), HELP)
    return Example("other", fill(ticket(r, bank)[0], values(r, bank)), HELP)


def _odd_string(r: Random) -> str:
    letters = r.choice([string.ascii_uppercase + string.digits, string.ascii_letters + "@._-+"])
    return "".join(r.choice(letters) for _ in range(r.randint(2, 12)))


def copy(r: Random, bank: Bank) -> Example:
    """The text again: odd strings, names, addresses, word salad, whole tickets."""
    kind = r.random()
    if kind < 0.2:
        text = " ".join(_odd_string(r) for _ in range(r.randint(1, 4)))
    elif kind < 0.4:
        filled = list(values(r, bank).values())
        r.shuffle(filled)
        text = r.choice([" ", ", ", " / "]).join(filled[: r.randint(1, 6)])
    elif kind < 0.55:
        text = " ".join(slots.invented(r) for _ in range(r.randint(1, 7)))
    elif kind < 0.75:
        text = " ".join(r.choice(bank.words) for _ in range(r.randint(2, 16)))
    else:
        text = fill(ticket(r, bank)[0], values(r, bank))
    return Example("copy", "Copy: " + text, text)


MAKERS: dict[str, Callable[[Random, Bank], Example]] = {
    "triage": triage,
    "redact": redact,
    "extract": extract,
    "refund": refund,
    "staff": staff,
    "other": other,
    "copy": copy,
}


def example(r: Random, bank: Bank, progress: float = 1.0) -> Example:
    """An example of the mixture at this point of training (0 start, 1 end)."""
    tasks = list(MAKERS)
    # The first two fifths of training move from the starting shares to the final ones.
    share = min(1.0, 2.5 * progress)
    weights = [START[task] * (1 - share) + END[task] * share for task in tasks]
    return MAKERS[r.choices(tasks, weights)[0]](r, bank)


def samples(task: str, count: int, seed: int | str, bank: Bank) -> list[Example]:
    """That many examples of one task, the same ones for the same seed."""
    r = Random(f"{task}/{seed}")
    return [MAKERS[task](r, bank) for _ in range(count)]
