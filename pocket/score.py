"""Counting right answers: shares with intervals, parts of answers, calibration."""

from collections.abc import Iterable
from dataclasses import dataclass

from course import gap
from course.evaluation import scorers
from pocket.tasks import Example


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95% interval of a proportion after Wilson (1927); (0, 1) when nothing was counted."""
    return gap.wilson(right, count) if count else (0.0, 1.0)


@dataclass
class Score:
    """Right answers out of a count."""

    right: int = 0
    count: int = 0

    def add(self, good: bool) -> None:
        """One more answer."""
        self.right += good
        self.count += 1

    def __str__(self) -> str:
        if not self.count:
            return "–"
        low, high = wilson(self.right, self.count)
        return f"{100 * self.right / self.count:.0f}% ({100 * low:.0f}–{100 * high:.0f})"


@dataclass(frozen=True)
class Answer:
    """What a model said, and how likely it held exactly that: the product of its tokens' odds."""

    text: str
    probability: float


def parts(example: Example, got: str) -> dict[str, list[bool]]:
    """What was right: the whole answer, and its parts where it has any."""
    found = {example.task: [example.accepts(got)]}
    if example.task == "triage":
        wanted, given = example.answer.split("/"), [*got.split("/"), ""][:2]
        found["triage, category"] = [given[0] == wanted[0]]
        found["triage, priority"] = [given[1] == wanted[1]]
    if example.task == "extract":
        found["extract, fields"] = fields(example, got)
    return found


def fields(example: Example, got: str) -> list[bool]:
    """For extract: each of the three fields, right or not."""
    return list(scorers.fields(example.answer, got).values())


def score(examples: Iterable[Example], answers: Iterable[Answer]) -> dict[str, Score]:
    """Scores by task and part of a task."""
    scores: dict[str, Score] = {}
    for example, got in zip(examples, answers, strict=True):
        for part, goods in parts(example, got.text).items():
            for good in goods:
                scores.setdefault(part, Score()).add(good)
    return scores


def calibration(pairs: Iterable[tuple[float, bool]], bins: int = 10) -> list[dict]:
    """Answers grouped by the probability the model gave them: count, mean of it, right.

    The expected calibration error is the mean distance between mean and right / count, weighted
    by count (Guo et al. 2017, arXiv:1706.04599).
    """
    rows = [
        {"low": i / bins, "high": (i + 1) / bins, "count": 0, "sum": 0.0, "right": 0}
        for i in range(bins)
    ]
    for probability, good in pairs:
        row = rows[min(bins - 1, int(probability * bins))]
        row["count"] += 1
        row["sum"] += probability
        row["right"] += good
    return rows


def calibration_error(rows: list[dict]) -> float:
    """The expected calibration error of `calibration`'s rows; 0 when nothing was counted."""
    count = sum(row["count"] for row in rows)
    return sum(abs(row["sum"] - row["right"]) for row in rows) / count if count else 0.0
