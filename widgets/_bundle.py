"""The one place that puts the shared code in front of each widget's module, for both homes."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    """Return the names of all widgets, in alphabetical order: every folder with its own module."""
    return sorted(p.parent.name for p in HERE.glob("*/*.js") if p.stem == p.parent.name)


@cache
def base_source() -> str:
    """Return what every module shares, as JavaScript with no import and no export."""
    files = sorted(HERE.glob("_base*.js"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@cache
def own_source(name: str) -> str:
    """Return one widget's JavaScript alone; it needs `base_source` in front of it to run.

    Where a folder holds parts, files that begin with an underscore, they come first.
    """
    if name not in names():
        known = ", ".join(names())
        raise ValueError(f"There is no widget called {name!r}; there are: {known}.")
    files = [*sorted((HERE / name).glob("_*.js")), HERE / name / f"{name}.js"]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def module_source(name: str) -> str:
    """Return one complete ES module: the shared code, then the widget's own with its export."""
    return base_source() + "\n" + own_source(name)


@cache
def css() -> str:
    """Return the style sheet of all widgets: what they share, then each one's own, if any."""
    own = (HERE / name / f"{name}.css" for name in names())
    sheets = [*sorted(HERE.glob("_base*.css")), *(path for path in own if path.exists())]
    return "\n".join(path.read_text(encoding="utf-8") for path in sheets)
