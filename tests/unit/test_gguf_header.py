"""Our own reader of GGUF headers: whatever a file holds, an exception or a header."""

import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course import gguf_header
from course.errors import CourseError, ModelDamaged, ModelNotFound, ModelUnsupported
from tests import tiny_model


def test_a_sound_file_is_read(tiny: Path) -> None:
    header = gguf_header.read(tiny)
    assert header.architecture == "llama"
    assert header.metadata["general.name"] == "tiny"
    assert header.trained_context == 256
    assert header.weight_type == "F16"
    assert header.bytes == tiny.stat().st_size
    names = {tensor.name: tensor for tensor in header.tensors}
    assert names["token_embd.weight"].shape == (64, 262)
    assert header.parameters == 57_920


def test_it_agrees_with_the_gguf_package(tiny: Path) -> None:
    gguf = pytest.importorskip("gguf")
    theirs = {t.name: t for t in gguf.GGUFReader(tiny).tensors}
    start = min(t.data_offset for t in theirs.values())
    for ours in gguf_header.read(tiny).tensors:
        other = theirs[ours.name]
        assert ours.shape == tuple(int(n) for n in other.shape)
        assert (ours.bytes, ours.offset) == (other.n_bytes, other.data_offset - start)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="no file at"):
        gguf_header.read(tmp_path / "none.gguf")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="is a folder"):
        gguf_header.read(tmp_path)


def test_not_an_ordinary_file() -> None:
    with pytest.raises(ModelNotFound, match="not an ordinary file"):
        gguf_header.read("/dev/null")


@pytest.mark.parametrize("name", ["a\0b.gguf", "x" * 5000 + ".gguf"])
def test_a_path_that_cannot_be(name: str) -> None:
    with pytest.raises(ModelNotFound):
        gguf_header.read(name)


def test_no_permission(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # a test run as root may read everything
    with pytest.raises(ModelNotFound, match=r"no permission.*chmod"):
        gguf_header.read(tiny)


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "e.gguf").touch()
    with pytest.raises(ModelDamaged, match="is empty"):
        gguf_header.read(tmp_path / "e.gguf")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x7fELF", b"<html>", b"GG", b"GGU", b"FUGG"])
def test_not_gguf(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "other.gguf"
    file.write_bytes(start)
    with pytest.raises(ModelDamaged, match="not a GGUF file"):
        gguf_header.read(file)


@pytest.mark.parametrize(
    ("version", "words"), [(1, "version 1"), (4, "version 4"), (3 << 24, "big-endian")]
)
def test_another_version(tmp_path: Path, tiny: Path, version: int, words: str) -> None:
    file = tmp_path / "v.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<I", version) + tiny.read_bytes()[8:])
    with pytest.raises(ModelUnsupported, match=words):
        gguf_header.read(file)


@pytest.mark.parametrize("place", [8, 16])
@pytest.mark.parametrize("count", [2**63, 2**64 - 1, 10**7, 10**12])
def test_absurd_counts(tmp_path: Path, tiny: Path, place: int, count: int) -> None:
    data = bytearray(tiny.read_bytes())
    data[place : place + 8] = struct.pack("<Q", count)
    file = tmp_path / "c.gguf"
    file.write_bytes(data)
    with pytest.raises(ModelDamaged, match="counts are larger than the file"):
        gguf_header.read(file)


def test_no_tensors(tmp_path: Path, tiny: Path) -> None:
    data = bytearray(tiny.read_bytes())
    data[8:16] = struct.pack("<Q", 0)
    file = tmp_path / "vocabulary.gguf"
    file.write_bytes(data)
    with pytest.raises(ModelUnsupported, match="no weights"):
        gguf_header.read(file)


def test_cut_short_anywhere(tmp_path: Path, tiny: Path) -> None:
    data = tiny.read_bytes()
    ends = sorted({*range(0, 2000, 7), *range(2000, len(data), 997), len(data) - 1})
    file = tmp_path / "cut.gguf"
    for end in ends:
        file.write_bytes(data[:end])
        with pytest.raises(ModelDamaged):
            gguf_header.read(file)


@pytest.mark.parametrize("name", ["context_length", "block_count", "embedding_length"])
def test_an_impossible_size(tmp_path: Path, name: str) -> None:
    file = tiny_model.write(tmp_path / "m.gguf", overrides={name: 0})
    with pytest.raises(ModelDamaged, match=name):
        gguf_header.read(file)


def test_not_a_whole_model(tmp_path: Path, tiny: Path) -> None:
    data = tiny.read_bytes().replace(b"general.name", b"general.type", 1)
    file = tmp_path / "adapter.gguf"
    file.write_bytes(data)
    with pytest.raises(ModelUnsupported, match="holds a tiny, not a whole model"):
        gguf_header.read(file)


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flips=st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 255)), min_size=1, max_size=4),
)
def test_flipped_bytes_give_a_header_or_a_sentence(tmp_path: Path, tiny: Path, flips) -> None:
    data = bytearray(tiny.read_bytes())
    for place, change in flips:
        data[place] ^= change
    file = tmp_path / "flipped.gguf"
    file.write_bytes(data)
    start = time.perf_counter()
    try:
        header = gguf_header.read(file)
        assert header.parameters > 0
    except CourseError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        assert "\n" not in sentence
    assert time.perf_counter() - start < 2
