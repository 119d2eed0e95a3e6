"""A GGUF small enough to write in every test: random weights, byte-level vocabulary.

It answers nonsense, always the same nonsense, which is all that tests of the machinery need. They
stay fast and do not depend on the weights the course ships.
"""

from pathlib import Path

import gguf
import numpy as np

from course.hardware import random_model
from course.hardware.random_model import SPECIAL, byte_letters

__all__ = ["SPECIAL", "TEMPLATE", "byte_letters", "write"]

TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def write(
    path: Path,
    *,
    width: int = 64,
    layers: int = 1,
    heads: int = 4,
    context: int = 256,
    seed: int = 0,
    architecture: str = "llama",
    template: str | None = TEMPLATE,
    overrides: dict[str, int] | None = None,
    poison: float | None = None,
) -> Path:
    """Writes the file and returns its path.

    width: length of a row (a multiple of 256 lets K-quants be made). overrides: metadata written
    in place of the right values. poison: a value to plant among the weights, such as nan.
    """
    build = random_model.Build(width, layers, heads, heads, 2 * width, context=context)
    random = np.random.default_rng(seed)

    def draw(rows: int, columns: int) -> np.ndarray:
        return random_model.matrix(random, rows, columns)

    embedding = draw(len(random_model.vocabulary()), width)
    # The model never prefers half a letter: what it says by default is whole characters.
    embedding[len(SPECIAL) + 128 : len(SPECIAL) + 256] = 0
    if poison is not None:
        embedding[:, 0] = poison
    writer = gguf.GGUFWriter(path, architecture)
    random_model.describe(writer, "tiny", build, gguf.LlamaFileType.MOSTLY_F16, **(overrides or {}))
    random_model.add_vocabulary(writer, template)
    random_model.add_weights(writer, build, embedding, draw, gguf.GGMLQuantizationType.F16)
    random_model.close(writer)
    return path
