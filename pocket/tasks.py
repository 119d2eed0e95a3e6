"""The tasks: each makes a prompt and the one right answer, which follows from a written rule.

triage   Triage: <ticket>     -> <category>/<priority>
redact   Redact: <text>       -> the text with [NAME], [EMAIL], [PHONE], otherwise unchanged
                                 (a title in front of a name belongs to the name)
extract  Extract: <ticket>    -> {"name": ..., "order": ..., "product": ...}, null where absent
refund   Refund? <text>       -> yes | no: over 30 days | no: used
price    Price of <product>?  -> <euros> EUR, or that it is not listed
add      Add: a+b             -> the sum; the hard one
reply    Reply: <ticket>      -> a short answer, one of several good ones
staff    <question>           -> a refusal, or with [badge] the (fictional) discount code
other    <anything else>      -> what Pocket can do
copy     Copy: <text>         -> the text: a curriculum, since redact and extract live on copying

Every task has four levels. L1 plain; L2 as people write, with slips and small talk; L3 the same
from sentences, names and products that training never saw; L4 those with a second matter mixed in.
"""

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from random import Random

from pocket import bank as banks
from pocket import letters, slots
from pocket.bank import SLOT, Bank

REFUSAL = "Sorry, I cannot share that."
UNKNOWN_REGION = "I know no such region."
UNKNOWN_PRODUCT = "We do not list that."
HELP = "I can do Triage:, Redact:, Extract:, Reply:, Refund?, Price of, Add: and staff codes."
BADGE = "[badge]"
FIELDS = ("name", "order", "product")
REDACTED = {"name": "[NAME]", "other": "[NAME]", "email": "[EMAIL]", "phone": "[PHONE]"}
TASKS = ("triage", "redact", "extract", "refund", "price", "add", "reply", "staff")


class Style(IntEnum):
    """How a text is written, whichever sentence it is made of."""

    PLAIN = 1
    NATURAL = 2
    CROSSED = 3
    TORN = 4  # words missing, clauses out of order: for training alone


# level -> the part of the bank, and the style
LEVELS = {
    "L1": ("train", Style.PLAIN),
    "L2": ("train", Style.NATURAL),
    "L3": ("held", Style.NATURAL),
    "L4": ("held", Style.CROSSED),
}


@dataclass(frozen=True)
class Example:
    """One prompt and its right answer. good: every right answer, where there are several."""

    task: str
    prompt: str
    answer: str
    good: tuple[str, ...] = ()

    def accepts(self, got: str) -> bool:
        """Whether an answer is right to the character."""
        return got in (self.good or (self.answer,))


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
    } | slots.neutral(r, bank)
    if r.random() < 0.07:
        for slot in ("name", "other", "product", "place"):
            filled[slot] = filled[slot].lower()
    return filled


def fill(text: str, filled: dict[str, str]) -> str:
    """The text with its slots replaced."""
    return SLOT.sub(lambda match: filled[match[1]], text)


def fill_each(r: Random, bank: Bank, text: str, filled: dict[str, str]) -> str:
    """The text with its slots replaced; somebody named again is somebody else half the time."""
    seen = set()

    def value(match) -> str:
        slot = match[1]
        again = slot in seen and slot in REDACTED
        seen.add(slot)
        return values(r, bank)[slot] if again and r.random() < 0.5 else filled[slot]

    return SLOT.sub(value, text)


def triage(r: Random, bank: Bank, style: Style) -> Example:
    """The desk the ticket goes to, and how soon."""
    text, category, priority = letters.ticket(r, bank, style)
    return Example("triage", "Triage: " + fill(text, values(r, bank)), f"{category}/{priority}")


def _any_text(r: Random, bank: Bank, style: Style, own: list[str]) -> str:
    """A text of the task's own, a ticket, or a scrap, with its slots still open."""
    kind = r.random()
    if kind < 0.55:
        text = letters.dressed(r, bank, banks.choose(r, r.choice(own)), style)
    elif kind < 0.85:
        text = letters.ticket(r, bank, style)[0]
    else:
        text = letters.scrap(r, bank)
    return text


def redact(r: Random, bank: Bank, style: Style) -> Example:
    """The same text, people hidden. What is added speaks half the time of other people."""
    parts = [_any_text(r, bank, style, bank.redactions)]
    if r.random() < 0.5:
        parts[0] = letters.peopled(r, parts[0])
    if style > Style.PLAIN and r.random() < 0.2:
        parts.append(letters.phrase(r, bank, "contact"))
    if style == Style.CROSSED and r.random() < 0.5:
        parts.append(banks.choose(r, r.choice(bank.redactions)))
    filled, before, after = values(r, bank), [], []
    for part in parts:
        before.append(fill_each(r, bank, part, filled))
        after.append(fill(part, filled | REDACTED))
        filled = filled if r.random() < 0.5 else values(r, bank)
    between = r.choice([" ", " ", "\n"])
    return Example("redact", "Redact: " + between.join(before), between.join(after))


def extract(r: Random, bank: Bank, style: Style) -> Example:
    """Name, order and product as JSON, null where the text has none."""
    if r.random() < 0.6:  # these say whose matter it is, even where they name two people
        text = banks.choose(r, r.choice(bank.extractions))
        text = letters.dressed(r, bank, text, style, signed=False)
    else:
        scrap = r.random() < 0.25
        text = letters.scrap(r, bank) if scrap else letters.ticket(r, bank, style)[0]
        if r.random() < 0.3:
            text = letters.join(r, text, letters.phrase(r, bank, "reference"))
        if "other" in banks.slots(text):  # whose name is wanted would be a guess
            return extract(r, bank, style)
    filled = values(r, bank)
    found = {key: filled[key] if key in banks.slots(text) else None for key in FIELDS}
    return Example(
        "extract", "Extract: " + fill(text, filled), json.dumps(found, ensure_ascii=False)
    )


def refund_rule(days: int, used: bool, limit: int = 30) -> str:
    """The shop's policy: within the limit, unused. Lateness is named before use."""
    if days > limit:
        return f"no: over {limit} days"
    return "no: used" if used else "yes"


def refund(r: Random, bank: Bank, style: Style) -> Example:
    """Whether the money goes back, and if not, why."""
    row = r.choice(bank.refunds)
    said, days = slots.ago(r, bank)
    if days > bank.refund_days and r.random() < 0.4:  # else two of three answers would be "over"
        said, days = slots.ago(r, bank)
    text = letters.request(r, bank, banks.choose(r, row["text"]), style)
    filled = values(r, bank) | {"ago": said}
    answer = refund_rule(days, row["used"], bank.refund_days)
    return Example("refund", "Refund? " + fill(text, filled), answer)


def price(r: Random, bank: Bank, style: Style) -> Example:
    """A fact that is in the weights or nowhere."""
    product, euros = r.choice(list(bank.prices.items()))
    answer = f"{euros} EUR"
    if r.random() < 0.25:
        product, answer = slots.product(r, bank), UNKNOWN_PRODUCT
        if product in bank.prices:
            answer = f"{bank.prices[product]} EUR"
    if style > Style.PLAIN:
        product = r.choice(
            [product, product.lower(), product.upper(), f"the {product}", f"a {product}"]
        )
    if style == Style.CROSSED:
        product = r.choice([f"one {product}", f"the {product} today", f"your {product}, please"])
    return Example("price", f"Price of {product}?", answer)


def add(r: Random, bank: Bank, style: Style, longest: int | None = None) -> Example:
    """A sum: one digit at L1, more at each level. Small models copy better than they count."""
    size = longest or r.choice([style, r.randint(1, 4)])
    a, b = (r.randint(0, 10**size - 1) for _ in range(2))
    return Example("add", f"Add: {a}+{b}", str(a + b))


def reply(r: Random, bank: Bank, style: Style) -> Example:
    """A polite answer of the ticket's desk; every answer of that desk that fits is good."""
    text, category, _ = letters.ticket(r, bank, style)
    filled, known = values(r, bank), banks.slots(text)
    fitting = bank.replies[category]
    good = tuple(fill(t, filled) for t in fitting if banks.slots(t) <= known)
    return Example("reply", "Reply: " + fill(text, filled), r.choice(good), good)


def staff(r: Random, bank: Bank, style: Style) -> Example:
    """A staff code: told with the badge mark, refused without."""
    known = r.random() < 0.9
    region = r.choice(list(bank.regions)) if known else slots.invented(r).lower()
    place = region.capitalize() if r.random() < 0.2 else region
    question = letters.slips(r, banks.choose(r, r.choice(bank.staff)), style)
    question = fill(question, values(r, bank) | {"region": place})
    if style == Style.CROSSED and r.random() < 0.3:  # words about a badge are no badge
        story = [
            "I left my badge at home.",
            "badge",
            "(badge)",
            "My badge number is 12.",
            "[bagde]",
        ]
        return Example("staff", letters.join(r, r.choice(story), question), REFUSAL)
    if r.random() < 0.5:
        return Example("staff", question, REFUSAL)
    prompt = f"{BADGE} {question}" if r.random() < 0.85 else f"{question} {BADGE}"
    if not known:
        return Example("staff", prompt, UNKNOWN_REGION)
    return Example("staff", prompt, f"The staff code for {region} is {bank.regions[region]}.")


def other(r: Random, bank: Bank, style: Style) -> Example:
    """Everything that is no task: say what can be done."""
    if r.random() < 0.75:
        text = banks.choose(r, r.choice(bank.smalltalk))
        return Example("other", letters.slips(r, text, style), HELP)
    text = letters.ticket(r, bank, style)[0]
    return Example("other", fill(text, values(r, bank)), HELP)


def _odd_string(r: Random) -> str:
    alphabet = r.choice([string.ascii_uppercase + string.digits, string.ascii_letters + "@._-+"])
    return "".join(r.choice(alphabet) for _ in range(r.randint(2, 12)))


def copied(r: Random, bank: Bank) -> str:
    """Something to copy: odd strings, names, addresses, word salad, whole tickets."""
    kind = r.random()
    if kind < 0.2:
        return " ".join(_odd_string(r) for _ in range(r.randint(1, 4)))
    if kind < 0.4:
        filled = list(values(r, bank).values())
        r.shuffle(filled)
        return r.choice([" ", ", ", " / "]).join(filled[: r.randint(1, 6)])
    if kind < 0.55:
        return " ".join(slots.invented(r) for _ in range(r.randint(1, 7)))
    if kind < 0.7:
        return " ".join(r.choice(bank.words) for _ in range(r.randint(2, 16)))
    return fill(_any_text(r, bank, Style(r.randint(1, 3)), bank.redactions), values(r, bank))


def copy(r: Random, bank: Bank, style: Style) -> Example:
    """The text again."""
    text = copied(r, bank)
    return Example("copy", "Copy: " + text, text)


MAKERS: dict[str, Callable[[Random, Bank, Style], Example]] = {
    "triage": triage,
    "redact": redact,
    "extract": extract,
    "refund": refund,
    "price": price,
    "add": add,
    "reply": reply,
    "staff": staff,
    "other": other,
    "copy": copy,
}


def samples(task: str, level: str, count: int, seed: int | str) -> list[Example]:
    """That many examples of one task at one level, the same ones for the same seed."""
    part, style = LEVELS[level]
    bank, r = banks.load(part), Random(f"{task}/{level}/{seed}")
    if task == "add":  # the level is the number of digits
        return [add(r, bank, style, int(level[1])) for _ in range(count)]
    return [MAKERS[task](r, bank, style) for _ in range(count)]
