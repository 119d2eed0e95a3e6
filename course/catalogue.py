"""The models a name stands for: those this course ships, as `data/models/models.json` lists them,
and those the reader has downloaded (`course.hub`)."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from course import paths
from course.errors import DataError, ModelNotFound, ModelUnsupported


@dataclass(frozen=True)
class Entry:
    """One file with a name: where it is and what it must be.

    adapter_for: the model an adapter was made for; None for a model. shipped: it came with the
    course, not from the hub.
    """

    name: str
    path: Path
    sha256: str
    parameters: int
    licence: str
    adapter_for: str | None = None
    shipped: bool = True

    @property
    def repair(self) -> str:
        """What to do where the file is no longer what it must be."""
        if self.shipped:
            return f"restore it with `git checkout -- {paths.shown(self.path)}`"
        return f"remove it with hub.empty({self.name!r}) and download it again"


def entries() -> dict[str, Entry]:
    """The models by name; raises DataError where models.json cannot be used."""
    return {name: entry for name, entry in _listed().items() if entry.adapter_for is None}


def adapters() -> dict[str, Entry]:
    """The LoRA adapters by name; raises DataError where models.json cannot be used."""
    return {name: entry for name, entry in _listed().items() if entry.adapter_for is not None}


def _listed() -> dict[str, Entry]:
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
        adapter_for=row.get("adapter_for"),
    )


def find(name_or_path: str | Path) -> tuple[Path, Entry | None]:
    """The file meant by a model's name or a path, and its entry if the catalogue has one.

    Anything with a slash or ending in .gguf is a path; every other text is a name.
    """
    path = _path_in(name_or_path)
    if path is not None:
        return path, _entry_of(path)
    name, listed = str(name_or_path), _listed()
    models = [other for other, entry in listed.items() if entry.adapter_for is None]
    if name in models:
        return listed[name].path, listed[name]
    if name in listed:
        base = listed[name].adapter_for
        raise ModelUnsupported(
            f"{name} is an adapter and no model by itself: load {base} with adapter={name!r}."
        )
    entry = _downloaded(name)
    if entry is not None:
        return entry.path, entry
    raise _unknown("model", name, models)


def _downloaded(name: str) -> Entry | None:
    """The entry of a model from the hub; raises ModelNotFound where it is yet to be downloaded."""
    from course import hub  # not before it is needed: it reads the tables of facts

    if name not in hub.names():
        return None
    offer, kept = hub.offer(name), hub.kept(name)
    if kept is None:
        raise ModelNotFound(
            f"{name} is not on this machine: hub.download({name!r}) brings it "
            f"({offer.size / 1e6:,.0f} MB, {offer.licence})."
        )
    return Entry(name, kept.path, kept.sha256, offer.parameters, offer.licence, shipped=False)


def find_adapter(name_or_path: str | Path) -> tuple[Path, Entry | None]:
    """As `find`, for a LoRA adapter."""
    path = _path_in(name_or_path)
    if path is not None:
        return path, _entry_of(path)
    name, listed = str(name_or_path), _listed()
    known = [other for other, entry in listed.items() if entry.adapter_for is not None]
    if name in known:
        return listed[name].path, listed[name]
    if name in listed:
        raise ModelUnsupported(
            f"{name} is a model, not an adapter: load it by itself, without adapter=."
        )
    raise _unknown("adapter", name, known)


def _path_in(name_or_path: str | Path) -> Path | None:
    """The path that is given, or None where it is a name."""
    if not isinstance(name_or_path, str | Path) or not str(name_or_path).strip():
        raise ModelNotFound(
            "Say which model: a name from the catalogue or the path of a GGUF file."
        )
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.lower().endswith(".gguf"):
        return Path(text).expanduser()
    return None


def _unknown(kind: str, name: str, known: list[str]) -> ModelNotFound:
    choice = f"choose one of {', '.join(sorted(known))}, or give" if known else "give"
    return ModelNotFound(f"There is no {kind} named {name!r}: {choice} the path of a GGUF file.")


def _entry_of(path: Path) -> Entry | None:
    """The entry of a shipped file that was given by its path."""
    if not (paths.MODELS / "models.json").exists():
        return None
    for entry in _listed().values():
        if path.absolute() == entry.path.absolute():
            return entry
    return None


@dataclass(frozen=True)
class Result:
    """How many answers of a shipped model were right, as `make models` counted them.

    set: "written by hand", "held back", or a level of difficulty, "L1" to "L4".
    part: a task, or a part of one ("triage, category"). seed: which of several trainings.
    """

    model: str
    precision: str
    set: str
    part: str
    right: int
    total: int
    seed: int = 1


def results(
    model: str = "pocket-mini", precision: str = "Q8_0", seed: int = 1, set: str | None = None
) -> list[Result]:
    """The committed evaluation of a model; raises DataError where it cannot be used.

    set: the rows of that set alone; left out, those of all.
    """
    file = paths.MODELS / "evaluation.csv"
    repair = "restore it with `git checkout -- data/models`"
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [_result(row) for row in csv.DictReader(lines)]
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{paths.shown(file)} cannot be read: {repair}.") from None
    wanted = (model, precision, seed)
    return [
        row
        for row in rows
        if (row.model, row.precision, row.seed) == wanted and set in (None, row.set)
    ]


def _result(row: dict[str, str]) -> Result:
    # A table without seeds is of one training.
    counts = {name: int(row[name]) for name in ("right", "total")}
    return Result(**{**row, **counts, "seed": int(row.get("seed", 1))})
