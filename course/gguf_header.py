"""Our own reader of a GGUF file's header, run before llama.cpp sees the file.

llama.cpp is C++ inside the notebook's process: what it cannot survive kills the kernel. So a file
is read here first, in Python, where the worst that can happen is an exception.

Layout (all little-endian): magic, version, number of tensors, number of metadata entries; the
metadata (key, type, value); the tensor table (name, dimensions, type, offset); padding; weights.
"""

import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from course.errors import ModelDamaged, ModelNotFound, ModelUnsupported
from course.paths import shown

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_STRING = 64 * 2**20  # longest real strings are chat templates of some kilobytes
MAX_DIMENSIONS = 4

# ggml's tensor types: number -> (name, weights in a block, bytes of a block)
TENSOR_TYPES = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}

# metadata types: number -> struct format; 8 is a string and 9 an array
SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
STRING, ARRAY = 8, 9


@dataclass(frozen=True)
class Tensor:
    """One row of the tensor table; shape as GGUF gives it (row length first)."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int
    bytes: int


@dataclass(frozen=True)
class Header:
    """What a GGUF file says about itself."""

    path: Path
    bytes: int
    version: int
    metadata: dict
    tensors: tuple[Tensor, ...]

    @property
    def architecture(self) -> str:
        return self.metadata["general.architecture"]

    @property
    def parameters(self) -> int:
        return sum(prod(tensor.shape) for tensor in self.tensors)

    @property
    def trained_context(self) -> int:
        """The longest text, in tokens, the model was trained on."""
        return self.metadata[f"{self.architecture}.context_length"]

    @property
    def weight_type(self) -> str:
        """The type that holds most of the weights, for instance F16."""
        totals: dict[str, int] = {}
        for tensor in self.tensors:
            totals[tensor.type] = totals.get(tensor.type, 0) + tensor.bytes
        return max(totals, key=totals.__getitem__)


def read(path: Path | str, kind: str = "model") -> Header:
    """Reads and checks the header; the weights themselves are not read.

    kind: "model" or "adapter", whichever is wanted; the other is refused.
    Raises ModelNotFound (nothing there, a folder, no permission), ModelDamaged (empty, cut short,
    not GGUF, impossible counts) or ModelUnsupported (a version or type this course cannot run).
    """
    path = Path(path)
    file = open_model(path)
    with file:
        size = file.seek(0, 2)
        file.seek(0)
        if size == 0:
            raise ModelDamaged(f"{shown(path)} is empty: download or copy the file again.")
        return _Reader(file, path, size).header(kind)


def open_model(path: Path) -> BinaryIO:
    """Opens a model file for reading; raises ModelNotFound with a sentence that helps."""
    try:
        if path.is_dir():
            raise ModelNotFound(
                f"{shown(path)} is a folder: give the path of the .gguf file in it."
            )
        if path.exists() and not path.is_file():
            raise ModelNotFound(f"{shown(path)} is not an ordinary file: give a .gguf file.")
        return path.open("rb")
    except FileNotFoundError:
        raise ModelNotFound(
            f"There is no file at {shown(path)}: check the path, or use a name from the catalogue."
        ) from None
    except PermissionError:
        raise ModelNotFound(
            f"You have no permission to read {shown(path)}: change it with chmod u+r."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise ModelNotFound(
            f"{shown(path)!r} cannot be opened ({reason}): check the path."
        ) from None


class _Reader:
    """Reads forward through the file and never past its end."""

    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self.file, self.path, self.size = file, path, size
        self.at = 0

    # -- errors ---------------------------------------------------------------------------------

    def damaged(self, what: str) -> ModelDamaged:
        return ModelDamaged(f"{shown(self.path)} is damaged ({what}): download or copy it again.")

    def unsupported(self, what: str) -> ModelUnsupported:
        return ModelUnsupported(f"{shown(self.path)} cannot be run here: {what}.")

    # -- primitives -----------------------------------------------------------------------------

    def take(self, count: int) -> bytes:
        if count > self.size - self.at:
            raise self.damaged("it is cut short")
        data = self.file.read(count)
        if len(data) != count:
            raise self.damaged("it is cut short")
        self.at += count
        return data

    def number(self, code: str) -> int | float | bool:
        layout = "<" + code
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def string(self) -> str:
        length = self.number("Q")
        if length > MAX_STRING:
            raise self.damaged("a text in it has an impossible length")
        return self.take(length).decode("utf-8", errors="replace")

    def value(self, kind: int, nested: bool = False):
        if kind in SCALARS:
            return self.number(SCALARS[kind])
        if kind == STRING:
            return self.string()
        if kind == ARRAY and not nested:
            return self.array()
        raise self.damaged("a metadata entry has an unknown type")

    def array(self) -> list:
        kind, count = self.number("I"), self.number("Q")
        # Before anything is read or allocated: the smallest string takes the 8 bytes of its length.
        smallest = 8 if kind == STRING else struct.calcsize("<" + SCALARS.get(kind, "B"))
        if count * smallest > self.size - self.at:
            raise self.damaged("a list in it is longer than the file")
        if kind in SCALARS:
            return list(struct.unpack(f"<{count}{SCALARS[kind]}", self.take(count * smallest)))
        return [self.value(kind, nested=True) for _ in range(count)]

    # -- the parts ------------------------------------------------------------------------------

    def header(self, kind: str) -> Header:
        version, tensor_count, entry_count = self.start()
        metadata = self.metadata(entry_count)
        self.check_metadata(metadata, kind)
        tensors = self.tensors(tensor_count)
        self.check_bounds(tensors, metadata.get("general.alignment", 32))
        return Header(self.path, self.size, version, metadata, tensors)

    def start(self) -> tuple[int, int, int]:
        magic = self.file.read(4)
        self.at = len(magic)
        if magic != MAGIC:
            raise ModelDamaged(
                f"{shown(self.path)} is not a GGUF file: give a file that ends in .gguf, and if it "
                "does, download it again."
            )
        version = self.number("I")
        if version not in VERSIONS:
            if version & 0xFFFF == 0:
                raise self.unsupported("it is written for big-endian machines")
            raise self.unsupported(f"it is GGUF version {version}, and versions 2 and 3 are read")
        tensor_count, entry_count = self.number("Q"), self.number("Q")
        # 24 and 13 bytes are the smallest a tensor's row and a metadata entry can be.
        if tensor_count * 24 + entry_count * 13 > self.size:
            raise self.damaged("its counts are larger than the file")
        return version, tensor_count, entry_count

    def metadata(self, count: int) -> dict:
        metadata: dict = {}
        for _ in range(count):
            key = self.string()
            if not key or len(key) > 65535 or key in metadata:
                raise self.damaged("a metadata entry has no proper name")
            metadata[key] = self.value(self.number("I"))
        return metadata

    def check_metadata(self, metadata: dict, wanted: str) -> None:
        architecture = metadata.get("general.architecture")
        if not isinstance(architecture, str) or not architecture:
            raise self.damaged("it does not name its architecture")
        self.check_kind(metadata.get("general.type", "model"), wanted)
        if not architecture.isprintable() or not architecture.isascii():
            raise self.damaged("the name of its architecture is not text")
        sizes = ("context_length", "block_count", "embedding_length")
        for part in sizes if wanted == "model" else ():  # an adapter has its model's
            value = metadata.get(f"{architecture}.{part}")
            if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
                raise self.damaged(f"{architecture}.{part} is missing or impossible")
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 8 <= alignment <= 2**20:
            raise self.damaged("its alignment is impossible")
        if alignment & (alignment - 1):
            raise self.damaged("its alignment is not a power of two")

    def check_kind(self, kind: object, wanted: str) -> None:
        if kind == wanted:
            return
        if wanted == "adapter":
            raise ModelUnsupported(
                f"{shown(self.path)} is not an adapter: models are loaded by themselves, and "
                "adapter= takes a LoRA adapter in GGUF."
            )
        if kind == "adapter":
            raise ModelUnsupported(
                f"{shown(self.path)} is an adapter and no model by itself: load the model that it "
                "was made for and name this file in adapter=."
            )
        raise self.unsupported(f"it holds a {kind}, not a whole model")

    def tensors(self, count: int) -> tuple[Tensor, ...]:
        if count == 0:
            raise self.unsupported("it holds no weights, only a tokenizer or settings")
        tensors = [self.tensor() for _ in range(count)]
        if len({tensor.name for tensor in tensors}) != count:
            raise self.damaged("two of its tensors have one name")
        return tuple(tensors)

    def tensor(self) -> Tensor:
        name = self.string()
        dimensions = self.number("I")
        if not 1 <= dimensions <= MAX_DIMENSIONS:
            raise self.damaged(f"a tensor has {dimensions} dimensions")
        shape = tuple(self.number("Q") for _ in range(dimensions))
        kind = self.number("I")
        if kind not in TENSOR_TYPES:
            raise self.unsupported(f"a tensor has type {kind}, which is not known here")
        type_name, block, block_bytes = TENSOR_TYPES[kind]
        if any(length == 0 for length in shape) or shape[0] % block:
            raise self.damaged("a tensor has an impossible shape")
        size = prod(shape) // block * block_bytes
        return Tensor(name, shape, type_name, self.number("Q"), size)

    def check_bounds(self, tensors: tuple[Tensor, ...], alignment: int) -> None:
        start = -(-self.at // alignment) * alignment
        for tensor in tensors:
            if tensor.offset % alignment:
                raise self.damaged("a tensor does not begin where one can")
            if start + tensor.offset + tensor.bytes > self.size:
                raise self.damaged("it is cut short: weights are missing at its end")
