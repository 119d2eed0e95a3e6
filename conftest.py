"""Every test, notebooks included, runs beside an empty case and without anybody's keys."""

import os
import tempfile

import pytest

from course.doors.providers import is_live


def pytest_configure(config: pytest.Config) -> None:
    """Kernels inherit this environment, so a chapter under test cannot touch the reader's case."""
    for name in filter(is_live, list(os.environ)):
        os.environ.pop(name)
    folder = tempfile.TemporaryDirectory(prefix="course-case-")
    os.environ["COURSE_CASE"] = folder.name
    config.add_cleanup(folder.cleanup)
