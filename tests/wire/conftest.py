from pathlib import Path

import pytest

from course import paths, practice
from tests.course_fixtures import catalogue, course_cache, own_world, tiny, wide

__all__ = ["catalogue", "course_cache", "own_world", "tiny", "wide"]

# What a server started without care would take as settings, and what is none of its business.
NAMES = ("MODEL", "SEED", "CHAT_FORMAT", "API_KEY", "CONFIG_FILE", "HOST", "PORT", "N_CTX")
NOT_FOR_IT = {*NAMES, "OPENAI_API_KEY"}


@pytest.fixture(scope="session")
def provider(tiny: Path, course_cache: Path):
    """One practice provider for all tests that do not need one of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", course_cache)
        for name in NOT_FOR_IT:
            patch.setenv(name, "nonsense")
        with practice.provider(tiny) as running:
            patch.undo()
            yield running
