"""The models this course ships, as `data/models/models.json` lists them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from course import paths
from course.errors import DataError, ModelNotFound


@dataclass(frozen=True)
class Entry:
    """One shipped model: where its file is and what that file must be."""

    name: str
    path: Path
    sha256: str
    parameters: int
    licence: str


def entries() -> dict[str, Entry]:
    """The catalogue by name; raises DataError where models.json cannot be used."""
    listing = paths.MODELS / "models.json"
    repair = "restore it with `git checkout -- data/models`"
    try:
        rows = json.loads(listing.read_text(encoding="utf-8"))
        return {name: _entry(name, row) for name, row in rows.items()}
    except FileNotFoundError:
        raise DataError(f"{paths.shown(listing)} is missing: {repair}.") from None
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise DataError(f"{paths.shown(listing)} cannot be read ({error}): {repair}.") from None


def _entry(name: str, row: dict) -> Entry:
    return Entry(
        name=name,
        path=paths.MODELS / row["file"],
        sha256=row["sha256"],
        parameters=int(row["parameters"]),
        licence=row["licence"],
    )


def find(name_or_path: str | Path) -> tuple[Path, Entry | None]:
    """The file meant by a catalogue name or a path, and its entry if the catalogue has one.

    Anything with a slash or ending in .gguf is a path; every other text is a name.
    """
    if not isinstance(name_or_path, str | Path) or not str(name_or_path).strip():
        raise ModelNotFound(
            "Say which model: a name from the catalogue or the path of a GGUF file."
        )
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.lower().endswith(".gguf"):
        path = Path(text).expanduser()
        return path, _entry_of(path)
    known = entries()
    if text not in known:
        raise ModelNotFound(
            f"There is no model named {text!r}: choose one of {', '.join(sorted(known))}, "
            "or give the path of a GGUF file."
        )
    return known[text].path, known[text]


def _entry_of(path: Path) -> Entry | None:
    """The entry of a shipped file that was given by its path."""
    if not (paths.MODELS / "models.json").exists():
        return None
    for entry in entries().values():
        if path.absolute() == entry.path.absolute():
            return entry
    return None


@dataclass(frozen=True)
class Result:
    """How many answers of a shipped model were right, as `make models` counted them.

    set: "written by hand" or "generated". part: a task, or a part of one ("triage, category").
    """

    model: str
    precision: str
    set: str
    part: str
    right: int
    total: int


def results(model: str = "pocket-mini", precision: str = "Q8_0") -> list[Result]:
    """The committed evaluation of a model; raises DataError where it cannot be used."""
    file = paths.MODELS / "evaluation.csv"
    repair = "restore it with `git checkout -- data/models`"
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [
                Result(**{**row, "right": int(row["right"]), "total": int(row["total"])})
                for row in csv.DictReader(lines)
            ]
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{paths.shown(file)} cannot be read: {repair}.") from None
    return [row for row in rows if (row.model, row.precision) == (model, precision)]
