"""`make clean`: deletes what the course made, and nothing that is the reader's."""

from __future__ import annotations

import shutil
from pathlib import Path

from setup import places

MADE = (
    ".venv",
    ".venv-train",
    "_build",
    "build",
    "open_or_closed.egg-info",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
)
# Never on the list, whatever changes above: the reader's own work.
READERS = ("my_course", "my_case")
CODE = ("course", "pocket", "publish", "setup", "tests", "widgets")


def targets(everything: bool) -> list:
    """What there is to delete; compiled wheels are kept unless everything is asked for."""
    found = [places.ROOT / name for name in MADE]
    if places.CACHE.is_dir():
        found += [e for e in places.CACHE.iterdir() if everything or e != places.WHEELS]
    for name in CODE:
        found += places.ROOT.joinpath(name).rglob("__pycache__")
    found += places.ROOT.joinpath("chapters").rglob(".ipynb_checkpoints")
    return [entry for entry in found if entry.exists() or entry.is_symlink()]


def clean(everything: bool = False) -> None:
    """Delete, and say what was kept."""
    for entry in targets(everything):
        delete(entry)
    if places.CACHE.is_dir() and not any(places.CACHE.iterdir()):
        places.CACHE.rmdir()
    kept = [name for name in READERS if (places.ROOT / name).exists()]
    if places.WHEELS.is_dir() and any(places.WHEELS.iterdir()):
        kept.append(f"{places.shown(places.WHEELS)} (`make clean ALL=1` deletes it too)")
    print("Cleaned." + (f" Kept: {', '.join(kept)}." if kept else ""))


def delete(entry: Path) -> None:
    """Delete a file, a link or a folder."""
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
