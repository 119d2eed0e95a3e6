"""What the tests of the course's own modules share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course import models, paths
from tests.course_fixtures import catalogue, course_cache, own_world, tiny, wide

__all__ = ["catalogue", "course_cache", "own_world", "tiny", "wide"]


@pytest.fixture(scope="module")
def model(tiny: Path, course_cache: Path) -> Iterator[models.LocalModel]:
    """The tiny model, loaded."""
    before, paths.CACHE = paths.CACHE, course_cache
    with models.load(tiny) as loaded:
        yield loaded
    paths.CACHE = before


@pytest.fixture
def sizes(model: models.LocalModel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the batches that llama.cpp is given."""
    seen: list[int] = []
    compute = model._llama_cpp.llama_decode

    def watched(context, batch) -> int:
        seen.append(batch.n_tokens)
        return compute(context, batch)

    monkeypatch.setattr(model._llama_cpp, "llama_decode", watched)
    return seen
