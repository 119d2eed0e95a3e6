"""The reader's copy of the chapters: made once, renewed with care, never overwritten.

`my_course/` is the reader's. A file they never touched follows the course; a file they did touch is
left as it is, and a new version is laid beside it under another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course.errors import CourseError

NOTES = ".copied.json"  # for each file: the hash of what was copied, and of what was offered
IGNORED = (".ipynb_checkpoints", "__pycache__")


@dataclass
class Notice:
    """What `refresh` did, as paths inside the copy."""

    made: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """What the reader is told; nothing when nothing happened."""
        told = []
        if self.renewed:
            told.append("Renewed, as you had not touched them: " + ", ".join(self.renewed) + ".")
        for name, new in self.beside.items():
            told.append(f"{name} has a new version: yours is as you left it, the new one is {new}.")
        return told


def digest(content: bytes) -> str:
    """What tells one content from another."""
    return hashlib.sha256(content).hexdigest()


def sources(chapters: Path) -> Iterator[str]:
    """The files of the chapters, as paths relative to them, in order."""
    for file in sorted(chapters.rglob("*")):
        relative = file.relative_to(chapters)
        hidden = any(part.startswith(".") or part in IGNORED for part in relative.parts)
        if file.is_file() and not hidden:
            yield relative.as_posix()


def write(target: Path, content: bytes) -> None:
    """Write a file in one step: an interrupted copy leaves no half notebook."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    half.write_bytes(content)
    half.replace(target)


def beside(target: Path, offered: str | None) -> Path:
    """A name for a new version that overwrites nothing but an untouched earlier offer."""
    first = target.with_name(f"{target.stem}.new{target.suffix}")
    number, name = 2, first
    while name.exists() and digest(name.read_bytes()) != offered:
        name = first.with_name(f"{target.stem}.new{number}{target.suffix}")
        number += 1
    return name


def read_notes(folder: Path) -> dict[str, dict[str, str]]:
    """What was copied before; a damaged note counts every file as touched, the safe side."""
    try:
        notes = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(notes, dict):
        return {}
    return {name: note for name, note in notes.items() if isinstance(note, dict)}


def refresh(chapters: Path, folder: Path) -> Notice:
    """Bring the reader's copy up to date.

    A file that is missing in the copy is copied, so deleting one is the way to start it afresh.

    Args:
        chapters: the course's own chapters, only read.
        folder: the reader's copy; made when it is not there.

    Returns:
        What was made, renewed, or laid beside.

    Raises:
        CourseError: the copy cannot be written.
    """
    notice = Notice()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        notes = read_notes(folder)
        before = json.dumps(notes, sort_keys=True)
        for name in sources(chapters):
            bring(chapters / name, folder / name, name, notes.setdefault(name, {}), notice)
        if json.dumps(notes, sort_keys=True) != before:
            write(folder / NOTES, json.dumps(notes, indent=1, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise CourseError(
            f"Your copy of the course could not be written ({error.strerror} in "
            f"{os.path.relpath(error.filename or folder)}): make room, or make the folder "
            "writable, and run `make lab` again."
        ) from error
    return notice


def bring(source: Path, target: Path, name: str, note: dict[str, str], notice: Notice) -> None:
    """Bring one file up to date; `note` is what is remembered of it, and is changed."""
    content = source.read_bytes()
    now = digest(content)
    theirs = digest(target.read_bytes()) if target.exists() else None
    if theirs is None:
        write(target, content)
        notice.made.append(name)
    elif theirs == now:
        pass
    elif theirs == note.get("copied"):
        write(target, content)
        notice.renewed.append(name)
    elif now not in (note.get("copied"), note.get("offered")):
        new = beside(target, note.get("offered"))
        write(new, content)
        note["offered"] = now
        notice.beside[name] = new.relative_to(target.parent).as_posix()
        return
    else:
        return
    note["copied"] = now
    note.pop("offered", None)
