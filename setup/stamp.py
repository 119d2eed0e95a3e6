"""The note that an environment carries about how it was made, and whether it still fits.

A prepared environment is recognised by reading this note and hashing two or three small files, so
a second run costs next to nothing. The note says "working" from the first moment to the last: an
environment that still says so was interrupted, and is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from setup import places

PLAN = "1"  # counts up when the set-up's own steps change, so that old environments are redone
PACKAGES = ("course", "pocket", "publish", "widgets")
NEEDS = {"reader": ("reader",), "dev": ("reader", "dev"), "train": ("train",)}


def folder(level: str) -> Path:
    """The environment that a level lives in."""
    return places.VENV_TRAIN if level == "train" else places.VENV


def digest(level: str) -> str:
    """What a level was made from."""
    told = hashlib.sha256(PLAN.encode())
    files = [places.LOCKS[level]]
    if level == "reader":
        files.append(places.ROOT / "pyproject.toml")
        told.update(str([name for name in PACKAGES if (places.ROOT / name).is_dir()]).encode())
    if level == "train":
        files.append(places.ROOT / "requirements-train.in")
    for file in files:
        told.update(file.read_bytes() if file.exists() else b"missing")
    return told.hexdigest()


def read(where: Path) -> dict | None:
    """The note of an environment; None when it has none that can be read."""
    try:
        found = json.loads((where / places.STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write(where: Path, note: dict) -> None:
    """Write the note in one step."""
    half = where / (places.STAMP + ".half")
    half.write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
    half.replace(where / places.STAMP)


def new() -> dict:
    """The note of an environment that is about to be made with this Python."""
    return {
        "state": "working",
        "root": str(places.ROOT),
        "python": running(),
        "base": "",
        "levels": {},
        "wheel": "",
    }


def usable(where: Path, note: dict | None) -> bool:
    """Whether an environment can be kept and brought up to date.

    It must be whole, in the place it was made for, and its Python must be the one it was made with;
    a reader who names a Python (COURSE_PYTHON, set by `make lab PYTHON=...`) gets that one.
    """
    return (
        bool(note)
        and note.get("state") == "complete"
        and note.get("root") == str(places.ROOT)
        and (where / "bin" / "python").exists()
        and note.get("base") == base(where)
        and (not os.environ.get("COURSE_PYTHON") or note.get("python") == running())
    )


def base(where: Path) -> str:
    """The Python that an environment leads to."""
    return os.path.realpath(where / "bin" / "python")


def running() -> str:
    """The version of the Python that runs this, as in "3.12"."""
    return "{}.{}".format(*sys.version_info[:2])


def wheel_fits(note: dict) -> bool:
    """Whether the llama.cpp inside is the one the reader asks for; with no wish, any is."""
    named = os.environ.get("LLAMA_WHEEL")
    if named:
        return note.get("wheel") == given_id(Path(named).expanduser().resolve())
    if os.environ.get("NATIVE") == "1":
        return str(note.get("wheel")).startswith("native:")
    return True


def given_id(wheel: Path) -> str:
    """What tells one wheel of the reader's from another, without reading it."""
    try:
        found = wheel.stat()
    except OSError:
        return "missing"
    return f"given:{wheel}:{found.st_size}:{found.st_mtime_ns}"


def fresh(level: str) -> bool:
    """Whether nothing is left to do for a level."""
    where = folder(level)
    note = read(where)
    return (
        usable(where, note)
        and all(note.get("levels", {}).get(name) == digest(name) for name in NEEDS[level])
        and (level == "train" or wheel_fits(note))
    )
