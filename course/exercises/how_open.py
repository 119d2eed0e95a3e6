"""The exercise of chapter 2: seven plans, seven licences, and what each licence says."""

from collections.abc import Mapping
from dataclasses import dataclass

from course import openness
from course.exercise import Exercise, Verdict, is_attempted
from course.say import escape
from course.tables import Table

ANSWERS = ("yes", "with a duty", "ask first", "no")


@dataclass(frozen=True)
class Plan:
    """A plan, the licence it meets, which of openness.QUESTIONS decides it, and the answer."""

    text: str
    licence: str
    question: str
    answer: str


PLANS = {
    "A": Plan(
        "The shop builds Command R+ into the help page of its web shop, to sell more.",
        "CC-BY-NC-4.0 + acceptable-use addendum", "commercial use", "no",
    ),
    "B": Plan(
        "A social network that had 900 million users a month on the day when Llama 3.1 came out "
        "puts it into its app.",
        "Llama 3.1 Community License", "limit by users or revenue", "ask first",
    ),
    "C": Plan(
        "A firm has Grok 2 write a million examples and trains a general model of its own on them.",
        "xAI Community License (Grok 2)", "training other models", "no",
    ),
    "D": Plan(
        "A rival fine-tunes gpt-oss-20b, sells the use of the result and publishes none of it.",
        "Apache-2.0", "commercial use", "yes",
    ),
    "E": Plan(
        "An app that takes in 30 million USD a month runs on Kimi K2.5.",
        "Modified MIT (Kimi K2 family)", "limit by users or revenue", "with a duty",
    ),
    "F": Plan(
        "A design office in Berlin runs Llama 4 Scout, which reads pictures.",
        "Llama 4 Community License", "territory", "no",
    ),
    "G": Plan(
        "A start-up trains a small model on answers of Llama 3.1 and publishes it as Alptriage.",
        "Llama 3.1 Community License", "attribution and naming", "with a duty",
    ),
}  # fmt: skip


def plans() -> Table:
    """The plans as a table: what is planned, and under which licence the model comes."""
    return Table(
        {
            "plan": list(PLANS),
            "what is planned": [plan.text for plan in PLANS.values()],
            "licence": [plan.licence for plan in PLANS.values()],
        }
    )


def exercise() -> Exercise:
    """The check of a dict from the letter of each plan to one of ANSWERS."""
    return Exercise(
        check=_judge,
        hints=[
            "`openness.clause(licence, question)` shows one clause; the questions are "
            "`list(openness.QUESTIONS)`.",
            "Ask first what the plan *is*: a sale, a number of users, a name, a place, or a "
            "training set. Then put that one question to the licence.",
            "Two of the plans are allowed if something is shown or named, and one needs a licence "
            "that the text itself offers.",
        ],
    )


def _judge(answers: object) -> Verdict | str:
    if not isinstance(answers, Mapping):
        return "Not yet: the answers should be a dict with a letter for each plan."
    given = {letter: answers.get(letter) for letter in PLANS if is_attempted(answers.get(letter))}
    strange = [letter for letter, answer in given.items() if answer not in ANSWERS]
    if strange:
        allowed = ", ".join(f"`{answer}`" for answer in ANSWERS)
        return f"Not yet: plan {strange[0]} should be answered with one of {allowed}."
    wrong = [letter for letter, answer in given.items() if answer != PLANS[letter].answer]
    left = [letter for letter in PLANS if letter not in given]
    right = len(given) - len(wrong)
    message = f"{right} of {len(PLANS)} right."
    if wrong:
        plan = PLANS[wrong[0]]
        clause = openness.clause(plan.licence, plan.question)
        message += (
            f" Look again at {', '.join(wrong)}. To plan {wrong[0]}, the question of "
            f"{plan.question}, the licence says: *{escape(clause.text)}*."
        )
    if left:
        message += f" Still open: {', '.join(left)}."
    return Verdict(right == len(PLANS), message)
