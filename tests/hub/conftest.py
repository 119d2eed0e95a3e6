import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from course import paths
from tests.course_fixtures import catalogue, course_cache, own_world, tiny, wide
from tests.hub.fake_hub import FakeHub, State, running

__all__ = ["catalogue", "course_cache", "own_world", "tiny", "wide"]


@pytest.fixture(scope="session")
def fake_hub() -> Iterator[FakeHub]:
    with running() as hub:
        yield hub


@pytest.fixture
def hub_state(
    fake_hub: FakeHub, own_world: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Path
) -> State:
    """The hub on loopback, in place of the real one, with one file; an empty cache; no waiting."""
    from huggingface_hub import constants, file_download

    for name in list(os.environ):
        if name.startswith(("HF_", "TRANSFORMERS_", "HUGGING")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_ENDPOINT", fake_hub.url)
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    monkeypatch.setattr(file_download.time, "sleep", lambda seconds: None)
    state = fake_hub.reset()
    state.files["SmolLM2-135M-Instruct-Q8_0.gguf"] = tiny.read_bytes()
    return state
