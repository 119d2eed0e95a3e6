"""Copies in smaller precisions, made and kept on the reader's machine."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course import gguf_header, models, paths
from course import quantize as quantizing
from course.errors import CourseError, ModelUnsupported
from tests import tiny_model


@pytest.mark.parametrize("precision", [name for name in quantizing.PRECISIONS if name != "F32"])
def test_every_precision(wide: Path, precision: str) -> None:
    made = models.quantize(wide, precision)
    header = gguf_header.read(made)
    assert quantizing.precision_of(header) == precision
    assert header.parameters == gguf_header.read(wide).parameters
    bits = 8 * sum(tensor.bytes for tensor in header.tensors) / header.parameters
    assert bits == pytest.approx(quantizing.PRECISIONS[precision][1], rel=0.35)


def test_the_same_copy_is_found_again(tiny: Path) -> None:
    first = models.quantize(tiny, "Q8_0")
    when = first.stat().st_mtime_ns
    assert models.quantize(tiny, "Q8_0") == first
    assert first.stat().st_mtime_ns == when
    assert list(first.parent.glob(".*")) == []  # nothing half-made is left


def test_its_own_precision_is_the_file_itself(tiny: Path) -> None:
    assert models.quantize(tiny, "F16") == tiny


@pytest.mark.parametrize("spoil", ["change", "cut", "unseal", "empty"])
def test_a_damaged_copy_is_made_anew(tiny: Path, spoil: str) -> None:
    made = models.quantize(tiny, "Q8_0")
    good = made.read_bytes()
    if spoil == "unseal":
        made.with_name(made.name + ".sha256").unlink()
    else:
        wrong = {"change": b"\0" + good[1:], "cut": good[:-999], "empty": b""}[spoil]
        made.write_bytes(wrong)
    assert models.quantize(tiny, "Q8_0").read_bytes() == good


def test_another_source_is_another_copy(tiny: Path, tmp_path: Path) -> None:
    other = tiny_model.write(tmp_path / "tiny.gguf", seed=1)
    assert models.quantize(other, "Q8_0") != models.quantize(tiny, "Q8_0")


@pytest.mark.parametrize("precision", ["Q9", "", None, "q8_0", 8])
def test_an_unknown_precision(tiny: Path, precision: object) -> None:
    with pytest.raises(ModelUnsupported, match="choose one of F32, F16, Q8_0"):
        models.quantize(tiny, precision)


@pytest.mark.parametrize("precision", ["Q6_K", "Q5_K_M", "Q5_0", "Q4_K_M", "Q4_0", "Q2_K"])
def test_rows_that_do_not_divide(tiny: Path, precision: str) -> None:
    """llama.cpp would make a file of that name, with other types in it."""
    with pytest.raises(ModelUnsupported, match=r"in groups of 256.*use F16 or Q8_0\.$"):
        models.quantize(tiny, precision)
    header = gguf_header.read(models.quantize(tiny, "Q8_0"))
    assert {tensor.type for tensor in header.tensors} == {"F32", "Q8_0"}


def test_rows_too_short_for_any_group(tmp_path: Path) -> None:
    odd = tiny_model.write(tmp_path / "odd.gguf", width=48)
    for precision in ("Q8_0", "Q4_0"):
        with pytest.raises(ModelUnsupported, match=r"in groups of 32 or more.*: use F16\.$"):
            models.quantize(odd, precision)


def test_quantizing_twice(tiny: Path) -> None:
    eight = models.quantize(tiny, "Q8_0")
    with pytest.raises(ModelUnsupported, match="already Q8_0"):
        models.quantize(eight, "Q4_0")
    with models.load(eight) as loaded:  # as it is, without saying so
        assert loaded.path == eight


def test_a_larger_precision(tiny: Path) -> None:
    with pytest.raises(ModelUnsupported, match="would not bring back"):
        models.quantize(tiny, "F32")


def test_no_room(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    full = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(CourseError, match=r"no room for the Q8_0 copy.*0\.1 MB.*COURSE_CACHE"):
        models.quantize(tiny, "Q8_0")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_disk_that_fills_up_on_the_way(tiny: Path, tmp_path: Path) -> None:
    """The system refuses to write on: a sentence, and nothing half-made is left."""
    code = (
        "import resource, signal\n"
        "from course import models\n"
        "from course.errors import CourseError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        f"try: models.quantize({str(tiny)!r}, 'Q8_0')\n"
        "except CourseError as error: print(error)\n"
    )
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "COURSE_CACHE": str(tmp_path)},
        cwd=paths.ROOT,
    )
    assert "could not be made into Q8_0" in done.stdout, done.stderr
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_cache_that_cannot_be_written(tiny: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(paths, "CACHE", tmp_path / "file")
    with pytest.raises(CourseError, match=r"cannot be written.*COURSE_CACHE"):
        models.quantize(tiny, "Q8_0")


def test_a_label_that_lies_is_not_believed(tiny: Path, tmp_path: Path) -> None:
    data = tiny.read_bytes()
    place = data.index(b"general.file_type") + len(b"general.file_type") + 4
    file = tmp_path / "m.gguf"
    file.write_bytes(data[:place] + b"\x07" + data[place + 1 :])  # says Q8_0, holds F16
    assert quantizing.precision_of(gguf_header.read(file)) == "F16"


def test_a_file_with_a_very_long_name(tiny: Path, tmp_path: Path) -> None:
    long = tmp_path / ("語" * 80 + ".gguf")
    shutil.copy(tiny, long)
    assert models.quantize(long, "Q8_0").is_file()


def test_a_seal_that_cannot_be_written(tiny: Path, tmp_path: Path, monkeypatch) -> None:
    def full(*_arguments, **_options) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths, "CACHE", tmp_path)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CourseError, match=r"cannot be written \(No space left.*COURSE_CACHE"):
        models.quantize(tiny, "Q8_0")


def test_two_processes_make_one_copy(tiny: Path, tmp_path: Path) -> None:
    code = f"from course import models; print(models.quantize({str(tiny)!r}, 'Q8_0'))"
    options = {"env": {**os.environ, "COURSE_CACHE": str(tmp_path)}, "cwd": paths.ROOT}
    command = [sys.executable, "-c", code]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, **options) for _ in range(2)]
    made = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(made) == 1
    names = sorted(path.suffix for path in (tmp_path / "models").iterdir())
    assert names == [".gguf", ".sha256"]
