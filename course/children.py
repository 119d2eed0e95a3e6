"""What a process that the course starts gets to see of this one's environment."""

import os

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def environment() -> dict[str, str]:
    """What Python needs to run: not the reader's keys, nor names a library takes as settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(("PYTHON", "COURSE_CACHE", "LC_"))
    }
