"""Where things are. Every other module asks here, so a test can move them."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
MODELS = DATA / "models"
CACHE = Path(os.environ.get("COURSE_CACHE") or ROOT / ".cache").expanduser()


def shown(path: Path | str) -> str:
    """A path as a reader should see it: relative to the course folder where it lies inside it."""
    path = Path(path)
    try:
        return str(path.resolve().relative_to(ROOT))
    except (ValueError, OSError):
        return str(path)
