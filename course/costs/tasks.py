"""What a correct answer costs, not a token: accuracy, retries, and a person behind the model.

p: share of tries that are right. d: share of the wrong ones that are noticed. t: tries at most.

| name     | formula                                                                    |
|----------|----------------------------------------------------------------------------|
| q        | (1 - p) d: a try that is noticed to be wrong                               |
| tries    | (1 - q^t) / (1 - q), on average; t where q = 1                             |
| person   | q^t: every try was noticed to be wrong, somebody takes over                |
| right    | p x tries + person x accuracy of the person                                |
| wrong    | (1 - p)(1 - d) x tries: wrong and not noticed (and the person's errors)    |
| cost     | (try + check) x tries + person x USD of a person + wrong x USD of an error |
| result   | cost / right                                                               |

The tries are taken as independent. A greedy model that is asked the same again says the same again:
for it, t is 1. Source: the geometric series; nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

from course.costs.amounts import amount, count, share


@dataclass(frozen=True)
class Answer:
    """What one question comes to, on average."""

    usd_per_correct: float | None  # None where no answer is ever right
    usd: float  # of a question, right or wrong
    correct: float  # share of questions answered rightly in the end
    wrong: float  # share answered wrongly, and nobody noticed
    by_person: float  # share that a person takes over
    tries: float


def cost_per_correct(
    usd_per_try: float,
    accuracy: float,
    *,
    retries: int = 0,
    noticed: float = 0.0,
    usd_per_check: float = 0.0,
    usd_per_person: float | None = None,
    person_accuracy: float = 1.0,
    usd_per_error: float = 0.0,
) -> Answer:
    """What a correct answer costs.

    noticed: the share of wrong answers that a check finds. usd_per_person: what it costs when
    somebody takes over; None where nobody does, and the question stays unanswered.

    0.01 USD a try, 80% right, nothing checked: 0.01 / 0.8 = 0.0125 USD for a correct one. With a
    perfect check, one retry and a person for 2 USD: 0.01 x 1.2 + 0.04 x 2 = 0.092 USD, all correct.
    """
    price = amount("USD per try", usd_per_try) + amount("USD per check", usd_per_check)
    right, found = share("accuracy", accuracy), share("noticed", noticed)
    most = 1 + count("retries", retries)
    again = (1 - right) * found
    left = again**most
    tries = float(most) if again == 1 else (1 - left) / (1 - again)
    person = 0.0 if usd_per_person is None else left
    skill = share("accuracy of the person", person_accuracy)
    correct = right * tries + person * skill
    wrong = (1 - right) * (1 - found) * tries + person * (1 - skill)
    usd = price * tries + wrong * amount("USD per error", usd_per_error)
    if usd_per_person is not None:
        usd += person * amount("USD per person", usd_per_person)
    each = usd / correct if correct > 0 else None
    return Answer(each, usd, correct, wrong, person, tries)
