"""Every test, notebooks included, runs beside an empty case and without anybody's keys."""

import os
import signal
import tempfile
from pathlib import Path

import pytest

from course import extras
from course.doors.providers import is_live


def pytest_configure(config: pytest.Config) -> None:
    """Kernels inherit this environment, so a chapter under test cannot touch the reader's case."""
    # A shell lets what runs in the background ignore Ctrl+C, and programs that tests end with it
    # would inherit that and stay for ever.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in filter(is_live, list(os.environ)):
        os.environ.pop(name)
    folder = tempfile.TemporaryDirectory(prefix="course-case-")
    os.environ["COURSE_CASE"] = folder.name
    config.add_cleanup(folder.cleanup)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A chapter that needs packages which are not here is not run: the summary says which."""
    return True if extras.missing_for(collection_path.name) else None


def pytest_terminal_summary(terminalreporter) -> None:
    """Name the chapters that were left out."""
    for chapter in extras.CHAPTERS:
        if lacking := extras.missing_for(chapter):
            terminalreporter.section(f"{chapter} was not run: {lacking}")
