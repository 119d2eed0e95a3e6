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
TITLES = _words(
    """Mr Mrs Ms Dr Miss Prof. Mr. Mrs. Dr. Professor Prof Sir Herr Frau Mme Captain Capt. Rev. Rev
Sergeant Sister Father Lady Lord Judge Councillor Mx Señor Signora"""
)
WEEKDAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = _words(
    """January February March April May June July August September October November December"""
)
DOMAINS = _words(
    """mail post inbox example gmail outlook web fastmail hotmail proton icloud gmx club school farm
    hotel uni office"""
)
ENDINGS = _words(
    "com org net co.uk de fr io eu ch ie se info example test nl it es pl org.uk edu app"
)
ONES = _words(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
)
TENS = _words("zero ten twenty thirty forty fifty sixty seventy eighty ninety")


def digits(r: Random, count: int) -> str:
    """That many random digits: those `r.choice` would draw, but sooner."""
    drawn = []
    while len(drawn) < count:
        digit = r.getrandbits(4)
        if digit < 10:
            drawn.append(string.digits[digit])
    return "".join(drawn)


def invented(r: Random) -> str:
    """A word that is nobody's name yet."""
    return "".join(r.choice(SYLLABLES) for _ in range(r.randint(2, 3))).capitalize()


def name(r: Random, bank: Bank) -> str:
    """A person's name: given name alone, both, or made up."""
    kind = r.random()
    given, family = r.choice(bank.given), r.choice(bank.family)
    if kind < 0.48:
        return f"{given} {family}"
    if kind < 0.66:
        return given
    if kind < 0.69:
        return f"{given} {r.choice(string.ascii_uppercase)}. {family}"
    if kind < 0.73:
        return f"{r.choice(string.ascii_uppercase)}. {family}"
    if kind < 0.82:
        return f"{r.choice(TITLES)} {r.choice([family, f'{given} {family}', invented(r)])}"
    if kind < 0.87:
        return invented(r)
    return r.choice(
        [f"{invented(r)} {invented(r)}", f"{given} {invented(r)}", f"{invented(r)} {family}"]
    )


def product(r: Random, bank: Bank) -> str:
    """A product of the shop: a brand word and a noun."""
    brand = r.choice(bank.brands) if r.random() < 0.7 else invented(r)
    return f"{brand} {r.choice(bank.goods)}"


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
            ".".join(parts) + "+" + invented(r).lower(),
            "_".join(parts) + digits(r, 2),
            parts[0] + r.choice(["", ".", "_"]) + r.choice(["hill", "climbs", "bikes", "outdoors"]),
            invented(r).lower() + digits(r, 2),
            r.choice(["info", "office", "orders", "hello", "club", "team", "accounts"]),
        ]
    )
    domain = r.choice(DOMAINS) if r.random() < 0.5 else invented(r).lower()
    if r.random() < 0.2:
        domain += r.choice(["", "-"]) + invented(r).lower()
    ascii_user = unicodedata.normalize("NFKD", user).encode("ascii", "ignore").decode() or "x"
    ascii_domain = unicodedata.normalize("NFKD", domain).encode("ascii", "ignore").decode() or "web"
    return f"{ascii_user}@{ascii_domain}.{r.choice(ENDINGS)}"


def amount(r: Random) -> str:
    """A sum of money in one of the ways people write it."""
    whole = r.choice([r.randint(2, 99), r.randint(20, 400), r.randint(2, 40) * 5])
    cents = r.choice(["", "", f".{r.randint(0, 9)}0", ".99", ".95", ".50", f".{r.randint(10, 99)}"])
    return r.choice(["{} euros", "{} EUR", "£{}", "€{}", "{} pounds", "{} quid", "{}€"]).format(
        f"{whole}{cents}"
    )


def neutral(r: Random, bank: Bank) -> dict[str, str]:
    """Values that say nothing about a person, and that no task asks for."""
    return {
        "place": r.choice(bank.places) if r.random() < 0.8 else invented(r),
        "amount": amount(r),
        "weekday": r.choice(WEEKDAYS),
        "month": r.choice(MONTHS),
        "number": str(r.randint(2, 12)) if r.random() < 0.6 else in_words(r.randint(2, 12)),
    }


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
            f"0{d(4)} {d(6)}",
            f"0{d(3)} {d(3)} {d(4)}",
            f"0{d(2)} {d(4)} {d(4)}",
            f"0{d(3)}-{d(7)}",
            f"{country} {d(2)} {d(4)} {d(4)}",
            f"{country} (0){d(2)} {d(6)}",
            f"{country} {d(4)} {d(6)}",
            f"{country}-{d(3)}-{d(3)}-{d(4)}",
            f"(0{d(3)}) {d(6)}",
            f"{d(3)} {d(4)}",
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
