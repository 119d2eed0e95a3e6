"""Every test, notebooks included, runs beside an empty case and without anybody's keys."""

import os
import tempfile

import pytest

LIVE = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "COURSE_LIVE_MODEL",
    "COURSE_LIVE_MAX_CALLS",
    "COURSE_LIVE_MAX_TOKENS",
)


def pytest_configure(config: pytest.Config) -> None:
    """Kernels inherit this environment, so a chapter under test cannot touch the reader's case."""
    for name in LIVE:
        os.environ.pop(name, None)
    folder = tempfile.TemporaryDirectory(prefix="course-case-")
    os.environ["COURSE_CASE"] = folder.name
    config.add_cleanup(folder.cleanup)
