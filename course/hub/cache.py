"""What was downloaded: one folder a model under the course's cache, a file and a note beside it."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from glob import escape
from pathlib import Path

import pandas as pd

from course import paths
from course.errors import CourseError, ModelDamaged
from course.hub.listing import MB, offer

NOTE, PART, LOCK = "about.json", ".part", ".lock"


@dataclass(frozen=True)
class Kept:
    """A whole download. commit: the repository's at that time. on: the day, in UTC."""

    name: str
    file: str
    repository: str
    commit: str
    sha256: str
    bytes: int
    licence: str
    on: str

    @property
    def path(self) -> Path:
        return folder(self.name) / self.file


def home() -> Path:
    return paths.CACHE / "hub"


def folder(name: str) -> Path:
    """Where a download lies; name: of an offer."""
    return home() / name


def keep(kept: Kept) -> None:
    """Writes the note; a download without one is not yet whole."""
    note = folder(kept.name) / NOTE
    note.write_text(json.dumps(asdict(kept), indent=1) + "\n", encoding="utf-8")


def kept(name: str) -> Kept | None:
    """The download of that name, or None. Raises ModelDamaged where its note cannot be read."""
    note = folder(name) / NOTE
    try:
        found = Kept(**json.loads(note.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError):
        raise ModelDamaged(
            f"{paths.shown(note)} cannot be read: remove the download with hub.empty({name!r}) and "
            "download it again."
        ) from None
    return found if found.path.is_file() else None


def cached() -> pd.DataFrame:
    """What lies in the cache, one row a model: name, mb, whole, licence, downloaded, folder.

    A download that broke off is not whole; `download` goes on with it.
    """
    rows = []
    for place in _places():
        try:
            found = kept(place.name)
        except ModelDamaged:
            found = None
        rows.append(
            {
                "name": place.name,
                "mb": round(_size(place) / MB, 1),
                "whole": found is not None,
                "licence": found.licence if found else "",
                "downloaded": found.on if found else "",
                "folder": paths.shown(place),
            }
        )
    columns = ["name", "mb", "whole", "licence", "downloaded", "folder"]
    return pd.DataFrame(rows, columns=columns)


def empty(name: str | None = None) -> int:
    """Takes one download out of the cache, or all of them; gives the bytes that are free again.

    Copies in other precisions that were made from a download go with it.
    """
    places = _places()
    if name is not None and name not in {place.name for place in places}:
        offer(name)  # says so where there is no such name
    freed = 0
    for place in places:
        if name in (None, place.name):
            freed += _size(place) + _drop_copies(place.name)
            try:
                shutil.rmtree(place)
            except OSError as error:
                raise CourseError(
                    f"{paths.shown(place)} cannot be removed ({error.strerror}): close the model "
                    "if it is in use, or remove the folder yourself."
                ) from None
    return freed


def _drop_copies(name: str) -> int:
    try:
        found = kept(name)
    except ModelDamaged:
        found = None
    if found is None:
        return 0
    stem = Path(found.file).stem[:40]
    freed = 0
    for copy in (paths.CACHE / "models").glob(f"{escape(stem)}-{found.sha256[:16]}-*"):
        freed += copy.stat().st_size
        copy.unlink(missing_ok=True)
    return freed


def _places() -> list[Path]:
    return sorted(each for each in home().glob("*") if each.is_dir())


def _size(place: Path) -> int:
    return sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
