"""How long it took to make a model again, and how far its answers are from the shipped one's."""

import csv
from pathlib import Path

from pocket import evaluate
from pocket.recipes import file_of

FIELDS = ("model", "seed", "precision", "tokens", "seconds", "alike", "right", "shipped", "total")
HEAD = ["made again", "tokens", "minutes", "right", "right, shipped", "same answer", "of"]


def row(name: str, seed: int, made: Path, models: Path) -> dict:
    """One line of rebuilt.csv.

    made: the new file, with its run's log beside it; the states of another model's run have none.
    seconds: of training, those of compiling included. alike: how many of `total` answers are the
    same. right, shipped: right answers of the new and of the shipped file.
    """
    log, last = made.with_name("log.csv"), {"tokens": 0, "seconds": 0}
    if log.exists():
        *_, last = csv.DictReader(log.read_text("utf-8").splitlines())
    found = evaluate.compare(made, models / file_of(name))
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


def sentence(found: dict) -> str:
    """A row in words."""
    long = f", {found['seconds'] / 60:.0f} minutes of training" if found["tokens"] else ""
    return (
        f"{found['model']} made again{long}: of {found['total']} prompts it answers "
        f"{found['right']} right and the shipped one {found['shipped']}; {found['alike']} answers "
        "of the two are the same."
    )


def lines(rows: list[dict]) -> list[list[str]]:
    """The rows as they stand in the card, under HEAD, with the minutes added up."""
    told = [
        [
            f"{each['model']}, seed {each['seed']}",
            f"{int(each['tokens']):,}",
            f"{int(each['seconds']) / 60:.1f}",
            *(str(each[key]) for key in ("right", "shipped", "alike", "total")),
        ]
        for each in rows
    ]
    if len(rows) > 1:
        minutes = sum(int(each["seconds"]) for each in rows) / 60
        told.append(["together", "", f"{minutes:.1f}", "", "", "", ""])
    return told
