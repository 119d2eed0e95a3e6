"""What the tests of `course` share: tiny models, and a world without the reader's settings."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from course import doors, paths
from tests import tiny_model


@pytest.fixture(scope="session")
def course_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of this run's own, shared so that each tiny model is tried out once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_world(
    monkeypatch: pytest.MonkeyPatch, course_cache: Path, tmp_path: Path
) -> Iterator[None]:
    """No keys of the reader, no case of the reader, no cache of the reader."""
    for name in list(os.environ):
        is_key = name.startswith(("OPENAI_", "COURSE_")) or name.endswith("_API_KEY")
        if is_key or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COURSE_CACHE", str(course_cache))
    monkeypatch.setenv("COURSE_CASE", str(tmp_path / "my_case"))
    monkeypatch.setattr(paths, "CACHE", course_cache)
    monkeypatch.setattr(doors, "spending", doors.Spending())
    monkeypatch.setattr(doors.keys, "_asked", {})
    yield


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 60,000 random weights in F16."""
    return tiny_model.write(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose rows divide by 256, so that every precision can be made of it."""
    return tiny_model.write(tmp_path_factory.mktemp("wide") / "wide.gguf", width=256)


@pytest.fixture
def catalogue(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue folder holding one model, "tiny", that a test may spoil."""
    import hashlib
    import json
    import shutil

    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(tiny, folder / "tiny.gguf")
    row = {
        "file": "tiny.gguf",
        "sha256": hashlib.sha256(tiny.read_bytes()).hexdigest(),
        "bytes": tiny.stat().st_size,
        "parameters": 57920,
        "licence": "Apache-2.0",
    }
    (folder / "models.json").write_text(json.dumps({"tiny": row}))
    monkeypatch.setattr(paths, "MODELS", folder)
    return folder
