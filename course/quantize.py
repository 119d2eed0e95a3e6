"""Making smaller precisions of a model on the reader's own machine."""

import ctypes
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course import gguf_header, llama_cpp_guard, paths, progress
from course.errors import CourseError, ModelDamaged, ModelUnsupported

# name -> (llama.cpp's number for it, bits a weight takes)
PRECISIONS = {
    "F32": (0, 32.0),
    "F16": (1, 16.0),
    "Q8_0": (7, 8.5),
    "Q6_K": (18, 6.6),
    "Q5_K_M": (17, 5.7),
    "Q5_0": (8, 5.5),
    "Q4_K_M": (15, 4.9),
    "Q4_0": (2, 4.5),
    "Q3_K_M": (12, 3.9),
    "Q2_K": (10, 3.4),
}
BLOCK, GROUP = 32, 256  # weights that Q8_0 packs together, and those that the K-quants do
LARGE = 20_000_000  # bytes of a file from which a copy takes long enough for a bar
FULL = ("F32", "F16", "BF16")
_NAMES = {number: name for name, (number, _) in PRECISIONS.items()}


def precision_of(header: gguf_header.Header) -> str:
    """The precision a file is in, as its header tells: F16, Q8_0, Q4_K_M ..."""
    stated = _NAMES.get(header.metadata.get("general.file_type"))
    # The stated type is a label anyone can write; it must at least agree with the weights.
    family = header.weight_type
    if stated and stated.split("_")[0] == family.split("_")[0]:
        return stated
    return family


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with gguf_header.open_model(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quantize(path: Path | str, precision: str) -> Path:
    """A copy of the model in another precision, made once and kept in the cache.

    path: a GGUF file in F32, F16 or BF16. precision: a name of `PRECISIONS`.
    The copy is found again by the source's hash, the precision and llama.cpp's version; a copy
    that was damaged since is made anew. Returns `path` itself where it is in that precision.
    Raises ModelUnsupported where the request makes no sense, CourseError where there is no room.
    """
    path = Path(path)
    header = gguf_header.read(path)
    check_request(header, precision)
    if precision == precision_of(header):
        return path
    version = llama_cpp_guard.prepared().__version__
    folder = paths.CACHE / "models"
    # A name may take 255 bytes, and each letter of the file's up to four of them.
    name = f"{path.stem[:40]}-{sha256_of(path)[:16]}-{precision}-llama{version}.gguf"
    made, seal = folder / name, folder / f"{name}.sha256"
    if not _is_sealed(made, seal):
        _make(header, precision, made, seal)
    return made


def check_request(header: gguf_header.Header, precision: str) -> None:
    """Raises ModelUnsupported, in one sentence, where this copy would make no sense."""
    own, file = precision_of(header), paths.shown(header.path)
    if precision not in PRECISIONS:
        raise ModelUnsupported(
            f"There is no precision {precision!r} here: choose one of {', '.join(PRECISIONS)}."
        )
    if precision == own:
        return
    if own not in FULL:
        raise ModelUnsupported(
            f"{file} is already {own}, and quantizing twice loses twice: start from the F16 file, "
            f"or load this one with precision={own!r}."
        )
    if precision in FULL and own != "F32":
        raise ModelUnsupported(
            f"{file} is {own}: {precision} would not bring back what that left out. "
            f"Load it with precision={own!r}."
        )
    rows = [tensor.shape[0] for tensor in header.tensors if len(tensor.shape) > 1]
    if precision in FULL or all(row % GROUP == 0 for row in rows):
        return
    if any(row % BLOCK for row in rows):
        raise ModelUnsupported(
            f"{precision} packs weights in groups of {BLOCK} or more, and {file} has rows that do "
            f"not divide by it: use {own}."
        )
    if precision != "Q8_0":
        # Asked for one of them, llama.cpp would choose other types for these tensors, and say
        # nothing; even Q4_0 keeps the table of tokens in Q6_K.
        raise ModelUnsupported(
            f"{precision} stores at least some weights in groups of {GROUP}, and {file} has rows "
            f"that do not divide by it, so the copy would not be what it says: use {own} or Q8_0."
        )


def _is_sealed(made: Path, seal: Path) -> bool:
    try:
        return made.is_file() and seal.read_text(encoding="ascii") == sha256_of(made)
    except (OSError, UnicodeDecodeError, CourseError):
        return False


def _make(header: gguf_header.Header, precision: str, made: Path, seal: Path) -> None:
    """Writes beside the final name and moves into place, so no half-made copy is ever found."""
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{precision}-", suffix=".part", dir=made.parent)
        os.close(handle)
    except OSError as error:
        raise _not_writable(made.parent, error) from None
    part = Path(name)
    try:
        _check_room(header, precision, made.parent)
        with _progress(header, precision):
            _run(header.path, precision, part)
        gguf_header.read(part)
        digest = sha256_of(part)
        part.chmod(0o644)
        part.replace(made)
        seal.write_text(digest, encoding="ascii")
    except OSError as error:
        raise _not_writable(made.parent, error) from None
    finally:
        part.unlink(missing_ok=True)


def _not_writable(folder: Path, error: OSError) -> CourseError:
    return CourseError(
        f"The folder {paths.shown(folder)} cannot be written ({error.strerror}): free some room, "
        "or name another folder in COURSE_CACHE."
    )


def _check_room(header: gguf_header.Header, precision: str, folder: Path) -> None:
    bits = PRECISIONS[precision][1]
    # The tokenizer and the header travel along; ten per cent covers tensors kept in more bits.
    rest = max(0, header.bytes - sum(tensor.bytes for tensor in header.tensors))
    needed = int(header.parameters * bits / 8 * 1.1) + rest
    if shutil.disk_usage(folder).free < needed:
        raise _no_room(precision, needed, folder)


def _no_room(precision: str, needed: int, folder: Path) -> CourseError:
    return CourseError(
        f"There is no room for the {precision} copy of the model, which takes about "
        f"{needed / 1e6:.1f} MB in {paths.shown(folder)}: free some, or name another folder in "
        "COURSE_CACHE."
    )


@contextmanager
def _progress(header: gguf_header.Header, precision: str) -> Iterator[None]:
    """A bar for large files. llama.cpp tells how far it is in its log alone: "[  3/ 21] ..."."""
    if header.bytes < LARGE:
        yield
        return
    with progress.bar(f"Making the {precision} copy of {header.path.name}") as at:

        def listen(line: str) -> None:
            place = re.match(r"\[ *(\d+)/ *(\d+)\]", line)
            if place:
                # The line comes before the work on that tensor.
                at((int(place[1]) - 1) / int(place[2]))

        with llama_cpp_guard.listening(listen):
            yield


def _run(source: Path, precision: str, target: Path) -> None:
    llama_cpp = llama_cpp_guard.prepared()
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = PRECISIONS[precision][0]
    params.nthread = 1
    llama_cpp_guard.clear_log()
    failed = llama_cpp.llama_model_quantize(
        os.fsencode(source), os.fsencode(target), ctypes.byref(params)
    )
    if not failed:
        return
    free = shutil.disk_usage(target.parent).free
    if free < 2**20:
        raise _no_room(precision, source.stat().st_size, target.parent)
    reason = llama_cpp_guard.complaint() or "no reason given"
    raise ModelDamaged(
        f"{paths.shown(source)} could not be made into {precision} (llama.cpp: {reason}): check "
        "the file and the room on the disk."
    )
