"""The tables of the card, made from the committed rows."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pocket import evaluate, rebuilt, tasks
from pocket.lessons import HELD_BACK, SEEN
from pocket.recipes import ADAPTERS, RECIPES, SEEDS, SIZES, file_of, folder_of, log_of
from pocket.score import Score, calibration_error

HERE = Path(__file__).parent
CARD = HERE / "CARD.md"
MODELS = HERE.parent / "data" / "models"
PARTS = ("triage", "triage, category", "triage, priority", "redact", "extract", "extract, fields")
PARTS += ("refund", "price", "add", "reply", "staff")
SETS = (SEEN, HELD_BACK, *tasks.LEVELS)
ADAPTER_SETS = (
    *("own job, without it", "own job, with it"),
    *("triage at L2, without it", "triage at L2, with it"),
)
LADDER_SETS = (SEEN, HELD_BACK, "L4")
Key = tuple[str, int, str, str, str]  # model, seed, precision, set, part


@dataclass(frozen=True)
class Order:
    """What to ask of one file. known: precisions asked for comparison alone."""

    seed: int
    file: Path
    precisions: tuple[str, ...]
    sets: tuple[str, ...] = SETS
    known: tuple[str, ...] = ()


def to_ask(name: str, work: Path, models: Path, wanted: list[str] | None) -> Iterator[Order]:
    """The orders for a model: the shipped file, its smaller precisions, other seeds."""
    if name in ADAPTERS:
        return
    recipe = RECIPES[name]
    shipped = models / file_of(name)
    full = recipe.precision == "F16"
    first = tuple(wanted or (("F16", "Q8_0") if full else (recipe.precision,)))
    yield Order(1, shipped, first)
    if wanted:
        return
    if name == "pocket-mini":
        yield Order(1, shipped, ("F16", *evaluate.LADDER), LADDER_SETS, known=("F16",))
    for seed in SEEDS.get(name, (1,))[1:]:
        made = folder_of(work, name, seed) / "model-f16.gguf"
        if made.exists():
            yield Order(seed, made, ("Q8_0",))


def read(file: str = "evaluation.csv") -> list[dict]:
    """The committed rows."""
    with (MODELS / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def scores(rows: Iterable[dict]) -> dict[Key, Score]:
    """The rows as scores."""
    return {
        (r["model"], int(r["seed"]), r["precision"], r["set"], r["part"]): Score(
            int(r["right"]), int(r["total"])
        )
        for r in rows
    }


def grid(head: list[str], lines: Iterable[list[str]]) -> str:
    """A Markdown table."""
    written = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join([*written, *("| " + " | ".join(line) + " |" for line in lines)])


def table(rows: list[dict]) -> str:
    """All rows of some models: a line a model, seed, precision and part, a column a set."""
    found = scores(rows)
    lines = []
    for model, seed, precision in dict.fromkeys(key[:3] for key in found):
        for part in (*PARTS, evaluate.SAME):
            cells = [found.get((model, seed, precision, name, part)) for name in SETS]
            if any(cells):
                shown = [str(cell) if cell else "–" for cell in cells]
                lines.append([model, str(seed), precision, part, *shown])
    return grid(["model", "seed", "precision", "part", *SETS], lines)


def main_table(found: dict[Key, Score], name: str) -> str:
    """One set: a line a part, a column each of the three sizes."""
    sizes = [model for model in SIZES if (model, 1, "Q8_0", name, "triage") in found]
    lines = []
    for part in PARTS:
        cells = [found.get((model, 1, "Q8_0", name, part)) for model in sizes]
        if any(cells):
            counted = next(cell for cell in cells if cell).count
            lines.append([part, str(counted), *(str(cell or "–") for cell in cells)])
    return grid([name, "n", *sizes], lines)


def pooled(found: dict[Key, Score], model: str, seed: int, part: str) -> Score:
    """L2 to L4 together."""
    total = Score()
    for level in ("L2", "L3", "L4"):
        one = found.get((model, seed, "Q8_0", level, part), Score())
        total = Score(total.right + one.right, total.count + one.count)
    return total


def held_back(found: dict[Key, Score], model: str, seed: int, part: str) -> Score:
    """The items of which nobody looked at an answer."""
    return found.get((model, seed, "Q8_0", HELD_BACK, part), Score())


def seeds_table(
    found: dict[Key, Score],
    title: str,
    parts: Iterable[str],
    score: Callable[[dict[Key, Score], str, int, str], Score],
) -> str:
    """A line a part, a column a model and seed. score: such as `pooled`."""
    columns = [
        (model, seed)
        for model, seeds in SEEDS.items()
        for seed in seeds
        if (model, seed, "Q8_0", "L2", "triage") in found
    ]
    head = [title, "n", *(f"{model}, seed {seed}" for model, seed in columns)]
    lines = []
    for part in parts:
        cells = [score(found, model, seed, part) for model, seed in columns]
        if any(cell.count for cell in cells):
            lines.append([part, str(cells[0].count), *map(str, cells)])
    return grid(head, lines)


def over_ladder_sets(found: dict[Key, Score], precision: str) -> tuple[Score, Score]:
    """Right answers of pocket-mini, and answers like those of F16, over the ladder's sets."""
    right, same = Score(), Score()
    for name in LADDER_SETS:
        for task in tasks.TASKS:
            one = found.get(("pocket-mini", 1, precision, name, task), Score())
            right = Score(right.right + one.right, right.count + one.count)
        alike = found.get(("pocket-mini", 1, precision, name, evaluate.SAME), Score())
        same = Score(same.right + alike.right, same.count + alike.count)
    return right, same


def precision_table(found: dict[Key, Score]) -> str:
    """pocket-mini in each precision, over the items that all of them were asked."""
    lines = []
    for precision in ("F16", "Q8_0", *evaluate.LADDER):
        right, same = over_ladder_sets(found, precision)
        if right.count:
            shown = str(same) if same.count else "–"
            lines.append([precision, str(right.count), str(right), shown])
    return grid(["precision", "n", "right", "same answer as F16"], lines)


def family_table(found: dict[Key, Score], catalogue: dict) -> str:
    """Every file that is shipped, and how it does on the sets written by hand."""
    lines = []
    for name, entry in catalogue.items():
        if name in ADAPTERS:
            continue
        cells = []
        for part in ("triage, category", "redact", "extract, fields", "refund"):
            total = Score()
            for which in (SEEN, HELD_BACK):
                one = found.get((name, 1, best(found, name), which, part), Score())
                total = Score(total.right + one.right, total.count + one.count)
            cells.append(str(total))
        size = f"{entry['parameters']:,}"
        lines.append([name, entry["purpose"], size, f"{entry['bytes']:,}", *cells])
    head = ["file", "what it is for", "parameters", "bytes"]
    return grid([*head, "triage, category", "redact", "extract, fields", "refund"], lines)


def adapters_table(found: dict[Key, Score]) -> str:
    """Each adapter on its own job and on the usual one, with and without it."""
    lines = []
    for name, (purpose, _) in ADAPTERS.items():
        if not any(key[0] == name for key in found):
            continue
        part = "reply" if name == "mini-sea" else "triage, category"
        line = [name, purpose]
        for which in ADAPTER_SETS:
            wanted = part if which.startswith("own") else "triage, category"
            line.append(str(found.get((name, 1, "Q8_0", which, wanted), Score())))
        lines.append(line)
    return grid(["adapter", "what it is for", *ADAPTER_SETS], lines) if lines else ""


def best(found: dict[Key, Score], name: str) -> str:
    """The precision a model is quoted in: Q8_0, or the only one it was asked in."""
    asked = {key[2] for key in found if key[0] == name}
    return "Q8_0" if "Q8_0" in asked or not asked else sorted(asked)[0]


def calibration_line(rows: list[dict], model: str) -> str:
    """The expected calibration error of a model over the generated sets."""
    mine = [
        {"count": int(r["count"]), "sum": float(r["sum"]), "right": int(r["right"])}
        for r in rows
        if (r["model"], r["seed"], r["precision"]) == (model, "1", "Q8_0")
    ]
    count = sum(row["count"] for row in mine)
    return f"- {model}: {calibration_error(mine):.3f} over {count:,} answers."


def facts(catalogue: dict, logs: Path) -> str:
    """What the catalogue and the training logs say of the three sizes, and of mini-nocopy."""
    lines = []
    for name in (*SIZES, "mini-nocopy"):  # chapter 3 asks how long that one was trained
        log = logs / log_of(name)
        if name not in catalogue or not log.exists():
            continue
        entry = catalogue[name]
        *_, last = csv.DictReader(log.read_text("utf-8").splitlines())
        lines.append(
            f"- `{entry['file']}`: {entry['parameters']:,} parameters, {entry['bytes']:,} bytes, "
            f"SHA-256 `{entry['sha256']}`. Trained on {int(last['tokens']):,} tokens in "
            f"{int(last['step']):,} steps, which took {float(last['seconds']) / 60:.0f} minutes; "
            f"the last loss was {last['loss']}."
        )
    return "\n".join(lines)


def blocks() -> dict[str, str]:
    """Every block of the card, from the committed rows alone."""
    found, bins = scores(read()), read("calibration.csv")
    catalogue = json.loads((MODELS / "models.json").read_text("utf-8"))
    return {
        "facts": facts(catalogue, HERE / "logs"),
        "hand": main_table(found, SEEN),
        "held back": seeds_table(found, HELD_BACK, PARTS, held_back),
        "levels": seeds_table(found, "L2 to L4", tasks.TASKS, pooled),
        "each level": "\n\n".join(main_table(found, level) for level in tasks.LEVELS),
        "precisions": precision_table(found),
        "calibration": "\n".join(
            calibration_line(bins, model)
            for model in SIZES
            if (model, 1, "Q8_0", "L1", "triage") in found
        ),
        "family": family_table(found, catalogue),
        "adapters": adapters_table(found),
        "rebuilt": grid(rebuilt.HEAD, rebuilt.lines(read("rebuilt.csv"))),
    }


def filled(text: str, blocks: dict[str, str]) -> str:
    """The card's text with its blocks put in."""
    for name, block in blocks.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        after = rest.split(end)[1]
        text = f"{before}{begin}\n{block}\n{end}{after}"
    return text


def write(card: Path = CARD) -> None:
    """Put the present figures into the card."""
    card.write_text(filled(card.read_text("utf-8"), blocks()), "utf-8")
