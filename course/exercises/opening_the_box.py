"""The exercise of chapter 3: does it matter which of two things a customer says first?"""

import functools
from collections.abc import Callable

import numpy as np

from course.exercise import Exercise, Verdict
from course.forward import Network, log_probability
from course.models import LocalModel

Effect = Callable[[str, str, str], float]
TOLERANCE = 0.05

# What went wrong, what hangs on it, and the category that the rules of the shop give it. All are
# near the line that the rules draw at tomorrow: well beyond it, no order of words moves anything.
PAIRS = [
    ("The zip of my tent is broken.", "We leave at the end of the week.", "product"),
    ("My parcel has not come.", "The race is in a few days.", "shipping"),
    ("You charged my card twice.", "The rent goes out on Friday.", "billing"),
    ("I cannot log in to my account.", "The sale ends soon.", "account"),
    ("The app shows an empty map.", "I set off on Saturday morning.", "bug"),
    ("Please cancel my order.", "The courier collects it on Monday.", "cancel"),
    ("The stove that came has no valve.", "I was hoping to use it this weekend.", "product"),
    ("Tracking has not moved since Monday.", "My flight is on Thursday.", "shipping"),
    ("The refund has not reached my bank.", "My account is nearly empty.", "billing"),
    ("Somebody has changed my password.", "The discount ends at the weekend.", "account"),
    ("The checkout hangs at the last step.", "The offer runs out this week.", "bug"),
    ("I ordered the wrong boots, cancel them.", "They ship within days.", "cancel"),
    ("One of the two poles is bent.", "Our guide leaves before long.", "product"),
    ("The box arrived without the lamp.", "I go underground next week.", "shipping"),
    ("The invoice has the wrong name on it.", "My books close at the end of the month.", "billing"),
    ("The reset link does not work.", "I must change the address before it ships.", "account"),
    ("The site logs me out every minute.", "I have to pay by the weekend.", "bug"),
    ("I want to call off my order.", "It leaves your store soon.", "cancel"),
    ("The rope has a cut in it.", "We climb in three days.", "product"),
    ("The courier left my parcel in the rain.", "Please send somebody soon.", "shipping"),
]


def messages(pair: tuple[str, str, str]) -> tuple[str, str]:
    """The two messages of a pair: what hangs on it said last, and said first."""
    matter, stake, _ = pair
    return f"Triage: {matter} {stake}", f"Triage: {stake} {matter}"


def exercise(network: Network, model: LocalModel) -> Exercise:
    """The check of `order_effect(matter, stake, category)`, on every pair of `PAIRS`.

    The answer wanted is how much likelier, as a difference of log-probabilities, the priority
    `high` is where the stake is said last.
    """

    @functools.cache  # an answer is usually checked more than once
    def log_high(message: str, category: str) -> float:
        return log_probability(network, model, message, f"{category}/high", last=1)

    return Exercise(
        check=lambda order_effect: _judge(order_effect, log_high),
        hints=[
            'Make two messages, `f"Triage: {matter} {stake}"` and the other way round.',
            "`at_priority(message, category)[row]` is one number for each of them.",
            "Return the number of the first message minus that of the second.",
        ],
    )


def _judge(order_effect: Effect, log_high: Callable[[str, str], float]) -> Verdict | str | None:
    code = getattr(order_effect, "__code__", None)
    if code is not None and not code.co_names:
        return None  # a function that names nothing has measured nothing
    given = [order_effect(*pair) for pair in PAIRS]
    if any(value is None for value in given):
        return None
    last, first = np.array(
        [[log_high(message, pair[2]) for message in messages(pair)] for pair in PAIRS]
    ).T
    given = np.array(given, dtype=float)
    if given.shape != last.shape:
        return "Not yet: the function should return one number for each pair."
    if _near(given, last - first):
        return Verdict(True, f"Right, on all {len(PAIRS)} pairs.")
    if _near(given, first - last):
        return "Not yet: your sign is the other way round. Stake last, minus stake first."
    if _near(given, np.exp(last) - np.exp(first)):
        return "Not yet: these are differences of probabilities. Leave the logarithms as they are."
    if _near(given, last) or _near(given, first):
        return "Not yet: this is one of the two numbers. The difference of both is wanted."
    wrong = int((np.abs(given - (last - first)) > TOLERANCE).sum())
    return f"Not yet: {wrong} of {len(PAIRS)} differences are not what was expected."


def _near(some: np.ndarray, others: np.ndarray) -> bool:
    return bool((np.abs(some - others) <= TOLERANCE).all())
