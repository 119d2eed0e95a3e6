"""Ask the models, count exact answers, and keep the counts as rows that card and chapters quote."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course import models
from pocket import tasks
from pocket.lessons import HELD_BACK, SEEN, adapter_set, by_hand
from pocket.recipes import ADAPTERS
from pocket.score import Answer, Score, calibration, parts, score
from pocket.tasks import Example

SEED = 20_000  # of the generated test items; training draws from other seeds
COUNT = 100  # generated items a task and level
FIELDS = ("model", "seed", "precision", "set", "part", "right", "total")
BINS = ("model", "seed", "precision", "low", "high", "count", "sum", "right")
SAME = "all, same as F16"
LADDER = ("Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0", "Q3_K_M", "Q2_K")


def level_set(level: str, count: int = COUNT) -> list[Example]:
    """That many generated items of every task at one level."""
    return [e for task in tasks.TASKS for e in tasks.samples(task, level, count, SEED)]


def test_sets(count: int = COUNT) -> dict[str, list[Example]]:
    """Every set by name."""
    written = {which: by_hand(which) for which in (SEEN, HELD_BACK)}
    return written | {level: level_set(level, count) for level in tasks.LEVELS}


def ask(model: models.LocalModel, examples: list[Example]) -> list[Answer]:
    """The model's greedy answers."""
    found = []
    for example in examples:
        reply = model.chat(example.prompt, max_tokens=300, logprobs=0)
        found.append(Answer(reply.text, math.exp(sum(t["logprob"] for t in reply.logprobs))))
    return found


@dataclass(frozen=True)
class Asked:
    """What one model in one precision answered, by set."""

    model: str
    seed: int
    precision: str
    answers: dict[str, list[Answer]]

    def rows(self, sets: dict[str, list[Example]], full: "Asked | None") -> Iterator[dict]:
        """Its counts, and how often it said the same as in full precision."""
        head = {"model": self.model, "seed": self.seed, "precision": self.precision}
        for name, answers in self.answers.items():
            scores = score(sets[name], answers)
            if full and full is not self:
                scores[SAME] = Score()
                for mine, theirs in zip(answers, full.answers[name], strict=True):
                    scores[SAME].add(mine.text == theirs.text)
            for part, found in scores.items():
                counts = {"set": name, "part": part, "right": found.right, "total": found.count}
                yield head | counts

    def bins(self, sets: dict[str, list[Example]]) -> Iterator[dict]:
        """Calibration over the generated sets."""
        pairs = [
            (answer.probability, parts(example, answer.text)[example.task][0])
            for name in tasks.LEVELS
            if name in self.answers
            for example, answer in zip(sets[name], self.answers[name], strict=True)
        ]
        for row in calibration(pairs):
            head = {"model": self.model, "seed": self.seed, "precision": self.precision}
            yield head | row | {"sum": f"{row['sum']:.2f}"}


def evaluate(
    file: Path, name: str, seed: int, precisions: tuple[str, ...], sets: dict[str, list[Example]]
) -> list[Asked]:
    """Asks one model every set in each precision."""
    asked = []
    for precision in precisions:
        with models.load(file, precision=precision) as model:
            answers = {key: ask(model, examples) for key, examples in sets.items()}
        asked.append(Asked(name, seed, precision, answers))
    return asked


def write_rows(path: Path, fields: tuple[str, ...], rows: list[dict]) -> None:
    """Rows into a table; what it held of the same models, seeds and precisions goes.

    Models keep their order, and new ones come last, so that two states of a table can be compared.
    """
    old = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            old = list(csv.DictReader(file))
    fresh = {(row["model"], str(row["seed"]), row["precision"]) for row in rows}
    kept = [row for row in old if (row["model"], row["seed"], row["precision"]) not in fresh]
    order = {name: i for i, name in enumerate(dict.fromkeys(row["model"] for row in old + rows))}
    together = sorted(kept + rows, key=lambda row: (order[row["model"]], int(row["seed"])))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(together)


def rows_of(
    file: Path,
    name: str,
    seed: int,
    precisions: tuple[str, ...],
    sets: dict[str, list[Example]],
    known: tuple[str, ...] = (),
) -> tuple[list[dict], list[dict]]:
    """The rows of evaluation.csv and of calibration.csv for one model, but for what is known."""
    asked = evaluate(file, name, seed, precisions, sets)
    full = next((one for one in asked if one.precision == "F16"), None)
    told = [one for one in asked if one.precision not in known]
    rows = [row for one in told for row in one.rows(sets, full)]
    return rows, [row for one in told for row in one.bins(sets)]


def adapter_rows(file: Path, name: str) -> list[dict]:
    """Counts on an adapter's own job, with it and without, and on the usual job with it.

    file: the adapter's. The usual job is triage at L2, where an adapter may have done harm.
    """
    own, usual = adapter_set(ADAPTERS[name][1]), tasks.samples("triage", "L2", COUNT, SEED)
    rows = []
    for adapter, suffix in ((None, "without it"), (file, "with it")):
        with models.load("pocket-mini", adapter=adapter) as model:
            for job, examples in (("own job", own), ("triage at L2", usual)):
                head = {"model": name, "seed": 1, "precision": "Q8_0", "set": f"{job}, {suffix}"}
                for part, found in score(examples, ask(model, examples)).items():
                    rows.append(head | {"part": part, "right": found.right, "total": found.count})
    return rows


@dataclass(frozen=True)
class Compared:
    """Two files on the same prompts: equal answers, right ones of the first and the second."""

    alike: int
    right: tuple[int, int]
    total: int

    def __str__(self) -> str:
        first, second = self.right
        return (
            f"{self.alike} of {self.total} answers are the same; the first file has {first} right, "
            f"the second {second}."
        )


def compare(first: Path, second: Path, count: int = 200) -> Compared:
    """The greedy answers of two files to that many generated prompts of every task, or a few more.

    Both are asked in Q8_0, which every file can be had in.
    """
    each = count // (2 * len(tasks.TASKS)) + 1
    examples = [e for level in ("L2", "L4") for e in level_set(level, each)]
    said = []
    for file in (first, second):
        with models.load(file, precision="Q8_0") as model:
            said.append([answer.text for answer in ask(model, examples)])
    right = [sum(map(Example.accepts, examples, texts)) for texts in said]
    alike = sum(a == b for a, b in zip(*said, strict=True))
    return Compared(alike, (right[0], right[1]), len(examples))
