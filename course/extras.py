"""Packages that one appendix chapter needs and nothing else does."""

import importlib
from importlib.util import find_spec
from types import ModuleType

from course.errors import ExtraMissing

# Package -> the extra of pyproject.toml it comes with, and its name there.
EXTRAS = {"inspect_ai": ("eval", "inspect-ai"), "distributed": ("scale", "Dask")}
# The chapters that cannot run without them.
CHAPTERS = {"outgrow.ipynb": ("inspect_ai", "distributed")}


def missing(package: str) -> str | None:
    """The sentence for a package that is not installed; None where it is."""
    if find_spec(package) is not None:
        return None
    extra, name = EXTRAS[package]
    return (
        f"{name} is not installed: run `.venv/bin/python -m pip install -e '.[{extra}]'` in the "
        "course's folder, then restart the kernel."
    )


def load(package: str) -> ModuleType:
    """The package, imported now; raises ExtraMissing where it is not installed."""
    sentence = missing(package)
    if sentence is not None:
        raise ExtraMissing(sentence)
    return importlib.import_module(package)


def missing_for(chapter: str) -> str | None:
    """What a chapter, by its file's name, needs and this machine lacks; None where nothing."""
    sentences = filter(None, map(missing, CHAPTERS.get(chapter, ())))
    return next(sentences, None)
