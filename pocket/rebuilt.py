"""How long it took to make a model again, and how far its answers are from the shipped one's."""

import csv
from pathlib import Path

from pocket import evaluate
from pocket.recipes import file_of

FIELDS = ("model", "seed", "precision", "tokens", "seconds", "alike", "right", "shipped", "total")


def row(name: str, seed: int, made: Path, log: Path, shipped: Path) -> dict:
    """One line of rebuilt.csv.

    made, log: the new file and its training log. seconds: of training, those of compiling included.
    alike: how many of `total` answers are the same. right, shipped: right answers of either file.
    """
    *_, last = csv.DictReader(log.read_text("utf-8").splitlines())
    found = evaluate.compare(made, shipped / file_of(name))
    return {
        "model": name,
        "seed": seed,
        "precision": "Q8_0",
        "tokens": int(last["tokens"]),
        "seconds": round(float(last["seconds"])),
        "alike": found.alike,
        "right": found.right[0],
        "shipped": found.right[1],
        "total": found.total,
    }


def table(rows: list[dict]) -> list[list[str]]:
    """The lines of the card's table."""
    return [
        [
            f"{each['model']}, seed {each['seed']}",
            f"{int(each['tokens']):,}",
            f"{int(each['seconds']) / 60:.0f}",
            each["right"],
            each["shipped"],
            each["alike"],
            each["total"],
        ]
        for each in rows
    ]
