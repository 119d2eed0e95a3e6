"""Values for the slots: names, orders, products, addresses, numbers, dates gone by.

Real lists alone would be learnt by heart. So part of the names and products are made up from
syllables or put together anew, which leaves copying as the only way to get them right.
"""

import re
import string
import unicodedata
from random import Random

from pocket.bank import Bank


def _words(text: str) -> list[str]:
    return text.split()


SYLLABLES = _words(
    """ba be bi bo bu da de di do fa fe gi go ha he hi ja jo ka ke ki ko la le li lo ma me
mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi wa we ya yo za zo chi sha tru
bren gor lin mar nor vik stan ford son ez ian ura ström ć ña lé gh wyn quist ska dorf"""
)
COMMON_FIRST = _words(
    """Anna Ben Carla David Emma Frank Grace Henry Isla Jack Karen Leo Mary Nick Olivia
Paul Ruth Steve Tom Uma Vera Will Amy Bob Chloe Dan Ella Fred Gina Harry Ivy Jim Kate Lucy Mark Nora
Oscar Peter Rose Sam Tina Victor Wendy Zack Alice Brian Claire Daisy Eve George Helen Ian Jane Kevin
Laura Mike Nancy Phil Rachel Simon Tess"""
)
COMMON_LAST = _words(
    """Smith Jones Brown Taylor Wilson Davies Evans Thomas Johnson Roberts Walker Wright
Robinson Thompson White Hughes Edwards Green Hall Wood Harris Lewis Martin Jackson Clarke Turner
Hill Scott Cooper Morris Ward Moore King Watson Baker Harrison Young Allen Mitchell Kelly Carter
Bennett Gray Cox Fox Shaw Price Stone Marsh Holt Barnes Reed"""
)
DOMAINS = _words("mail post inbox example gmail outlook web fastmail hotmail proton icloud gmx")
ENDINGS = _words("com org net co.uk de fr io eu ch ie se info")
ONES = _words(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
)
TENS = _words("zero ten twenty thirty forty fifty sixty seventy eighty ninety")


def digits(r: Random, count: int) -> str:
    """That many random digits."""
    return "".join(r.choice(string.digits) for _ in range(count))


def invented(r: Random) -> str:
    """A word that is nobody's name yet."""
    return "".join(r.choice(SYLLABLES) for _ in range(r.randint(2, 3))).capitalize()


def name(r: Random, bank: Bank) -> str:
    """A person's name: given name alone, both, or made up."""
    kind = r.random()
    if kind < 0.30:
        return r.choice(bank.names)
    if kind < 0.40:
        return r.choice(bank.names).split()[0]
    if kind < 0.55:
        return r.choice(bank.names).split()[0] + " " + r.choice(bank.names).split()[-1]
    if kind < 0.65:
        return r.choice(COMMON_FIRST) + " " + r.choice(COMMON_LAST)
    if kind < 0.72:
        return r.choice(COMMON_FIRST)
    if kind < 0.78:
        return r.choice(string.ascii_uppercase) + ". " + r.choice([*COMMON_LAST, invented(r)])
    if kind < 0.82:
        return r.choice(["Mr", "Mrs", "Ms", "Dr"]) + " " + r.choice([*COMMON_LAST, invented(r)])
    return invented(r) if kind < 0.88 else invented(r) + " " + invented(r)


def product(r: Random, bank: Bank) -> str:
    """A product of the shop: a word and a noun."""
    kind = r.random()
    first, noun = r.choice(bank.products).split()[0], r.choice(bank.products).split()[-1]
    if kind < 0.40:
        return r.choice(bank.products)
    return f"{first} {noun}" if kind < 0.75 else f"{invented(r)} {noun}"


def order(r: Random) -> str:
    """An order number: a letter and five digits."""
    return r.choice(string.ascii_uppercase) + digits(r, 5)


def email(r: Random, person: str) -> str:
    """An address, often built from the person's name."""
    ascii_name = unicodedata.normalize("NFKD", person).encode("ascii", "ignore").decode()
    parts = [part.lower() for part in re.findall(r"[A-Za-z]+", ascii_name)] or ["x"]
    user = r.choice(
        [
            ".".join(parts),
            parts[0] + digits(r, r.randint(1, 4)),
            parts[0][0] + parts[-1],
            parts[-1] + "_" + parts[0],
            "-".join(parts),
            invented(r).lower() + digits(r, 2),
            r.choice(["info", "office", "orders", "hello", "club", "team", "accounts"]),
        ]
    )
    domain = r.choice(DOMAINS) if r.random() < 0.6 else invented(r).lower()
    ascii_user = unicodedata.normalize("NFKD", user).encode("ascii", "ignore").decode() or "x"
    ascii_domain = unicodedata.normalize("NFKD", domain).encode("ascii", "ignore").decode() or "web"
    return f"{ascii_user}@{ascii_domain}.{r.choice(ENDINGS)}"


def phone(r: Random) -> str:
    """A telephone number in one of the many ways people write them."""

    def d(count: int) -> str:
        return digits(r, count)

    country = f"+{r.randint(1, 99)}"
    return r.choice(
        [
            f"{country} {d(3)} {d(4)}",
            f"{country} {d(2)} {d(2)} {d(2)} {d(2)}",
            f"{country} {d(3)} {d(3)} {d(3)}",
            f"{country}{d(9)}",
            f"+44 7{d(3)} {d(6)}",
            f"0{d(3)} {d(6)}",
            f"0{d(4)} {d(3)} {d(3)}",
            f"0{d(9)}",
            f"0{d(2)}-{d(4)}-{d(4)}",
            f"({d(3)}) {d(3)}-{d(4)}",
            f"{d(3)}-{d(3)}-{d(4)}",
            f"{d(3)}.{d(3)}.{d(4)}",
            f"555-{d(4)}",
            f"0{d(3)}/{d(6)}",
        ]
    )


def in_words(number: int) -> str:
    """A number from 0 to 99 in English words."""
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens] + (f"-{ONES[ones]}" if ones else "")


def ago(r: Random, bank: Bank) -> tuple[str, int]:
    """A way of saying how long ago, and the days that it means (a month counts as 30)."""
    kind = r.random()
    if kind < 0.45:
        row = r.choice(bank.agos)
        return row["text"], row["days"]
    if kind < 0.75:
        days = r.randint(2, 95) if r.random() < 0.6 else r.randint(24, 37)
        number = str(days) if r.random() < 0.7 else in_words(days)
        style = r.choice(
            ["{} days ago", "{} days back", "about {} days ago", "exactly {} days ago"]
        )
        return style.format(number), days
    if kind < 0.9:
        weeks = r.randint(2, 12)
        number = str(weeks) if r.random() < 0.5 else in_words(weeks)
        return f"{number} weeks {r.choice(['ago', 'back'])}", 7 * weeks
    months = r.randint(2, 11)
    number = str(months) if r.random() < 0.5 else in_words(months)
    return f"{number} months {r.choice(['ago', 'back'])}", 30 * months
