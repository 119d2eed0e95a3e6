"""A language model's whole arithmetic, small enough to read: text in, a score for every token out.

llama.cpp computes the same, for models of any size. This is here to be read beside the chapter
"Opening the box", and to get at what llama.cpp does not hand out: the numbers between two layers.

It reads a GGUF file of the Llama architecture. The *stream* is one vector for each token of the
text, as long as the model is wide; every layer reads it and adds to it. Shapes are (tokens, width)
unless another is given.
"""

from pathlib import Path

import numpy as np
from gguf import GGUFReader, dequantize

from course import blas, gguf_header, paths
from course.errors import ModelUnsupported
from course.messages import normalise
from course.models import LocalModel

blas.use_one_thread()


class Network:
    """The tensors of one file, and how an answer is computed from them.

    width: length of the stream's vectors. layers, heads: how many. vocabulary: how many tokens.
    Raises ModelNotFound, ModelDamaged or ModelUnsupported, each with one sentence.
    """

    def __init__(self, path: Path | str) -> None:
        header = gguf_header.read(path)
        about = header.metadata
        names = {tensor.name for tensor in header.tensors}
        heads = about.get("llama.attention.head_count")
        # Other Llamas have a table of their own for writing, or queries that share a key.
        alike = about.get("llama.attention.head_count_kv", heads) == heads
        if heads is None or "output.weight" in names or not alike:
            raise ModelUnsupported(
                f"{paths.shown(path)} is not built as Pocket is, and this arithmetic is for Pocket "
                "alone: give it one of Pocket's files."
            )
        self.width = about["llama.embedding_length"]
        self.layers = about["llama.block_count"]
        self.heads = heads
        self.rope_base = about.get("llama.rope.freq_base", 10_000.0)
        self.epsilon = about["llama.attention.layer_norm_rms_epsilon"]
        # The file may hold its numbers in few bits; adding up in few would lose what layers add.
        self.tensors = {
            tensor.name: dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            for tensor in GGUFReader(path).tensors
        }
        self.vocabulary = len(self.tensors["token_embd.weight"])

    def logits(self, tokens: list[int]) -> np.ndarray:
        """For each token of a text, the scores of every token that might come next.

        Shape (tokens, vocabulary): the last row is about what follows the text.
        """
        return self.read_out(self.streams(tokens)[-1])

    def streams(self, tokens: list[int]) -> list[np.ndarray]:
        """The stream before the first layer and after each: `layers` + 1 arrays."""
        stream = self.tensors["token_embd.weight"][tokens]
        seen = [stream]
        for layer in range(self.layers):
            stream = stream + self.attention(stream, layer)
            stream = stream + self.feed_forward(stream, layer)
            seen.append(stream)
        return seen

    def read_out(self, stream: np.ndarray) -> np.ndarray:
        """Scores from a stream: each token's is the product with its row of the table.

        It is the table that tokens are read with: Pocket has one for both.
        """
        return self._norm(stream, "output_norm") @ self.tensors["token_embd.weight"].T

    def attention(self, stream: np.ndarray, layer: int) -> np.ndarray:
        """What each token takes over from the tokens before it and from itself."""
        h = self._norm(stream, f"blk.{layer}.attn_norm")
        query = rotated(self._heads(h, layer, "attn_q"), self.rope_base)
        key = rotated(self._heads(h, layer, "attn_k"), self.rope_base)
        value = self._heads(h, layer, "attn_v")
        scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1], dtype=np.float32)
        future = np.triu(np.ones(scores.shape[1:], bool), k=1)
        taken = softmax(np.where(future, -np.inf, scores)) @ value  # (heads, tokens, head width)
        return self._times(taken.swapaxes(0, 1).reshape(len(stream), -1), layer, "attn_output")

    def feed_forward(self, stream: np.ndarray, layer: int) -> np.ndarray:
        """What each token makes of its own vector (SwiGLU: one product opens or shuts another)."""
        h = self._norm(stream, f"blk.{layer}.ffn_norm")
        gate = self._times(h, layer, "ffn_gate")
        opened = gate * (1 + np.tanh(gate / 2)) / 2 * self._times(h, layer, "ffn_up")
        return self._times(opened, layer, "ffn_down")

    def _heads(self, h: np.ndarray, layer: int, part: str) -> np.ndarray:
        """(tokens, width) times a matrix, cut into heads: (heads, tokens, head width)."""
        return self._times(h, layer, part).reshape(len(h), self.heads, -1).swapaxes(0, 1)

    def _times(self, h: np.ndarray, layer: int, part: str) -> np.ndarray:
        return h @ self.tensors[f"blk.{layer}.{part}.weight"].T

    def _norm(self, h: np.ndarray, name: str) -> np.ndarray:
        """Each vector brought to one size (RMSNorm), then each of its places stretched."""
        size = np.sqrt((h * h).mean(-1, keepdims=True) + self.epsilon)
        return h / size * self.tensors[f"{name}.weight"]


def rotated(heads: np.ndarray, base: float) -> np.ndarray:
    """Turns neighbouring pairs of numbers by angles that grow with the token's position.

    A product of two vectors then depends on how far apart their tokens stand. heads: (heads,
    tokens, head width); the first pair turns fastest.
    """
    tokens, width = heads.shape[1:]
    speed = base ** (-np.arange(0, width, 2) / width)
    angle = np.arange(tokens)[:, None] * speed
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    even, odd = heads[..., 0::2], heads[..., 1::2]
    turned = np.empty_like(heads)
    turned[..., 0::2] = even * cos - odd * sin
    turned[..., 1::2] = even * sin + odd * cos
    return turned


def softmax(scores: np.ndarray) -> np.ndarray:
    """Scores as probabilities along the last axis: all above zero, with the sum 1."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))  # the largest power is 1: no overflow
    return powers / powers.sum(-1, keepdims=True)


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """The natural logarithms of `softmax`, exact also where a probability is next to nothing."""
    shifted = scores - scores.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def tokens_of(model: LocalModel, message: str, answer: str = "") -> list[int]:
    """The numbers of the tokens that a model reads: a message in its template, and what it has
    written of its answer so far."""
    return model._tokens(normalise(message)) + (model._plain(answer) if answer else [])


def logits_of_llama_cpp(model: LocalModel, tokens: list[int]) -> np.ndarray:
    """llama.cpp's own scores for what follows these tokens, shape (vocabulary,)."""
    following = model._decoder.tokens(tokens, 0, temperature=0.0)
    next(following)
    return model._decoder.logits().copy()


def log_probability(
    network: Network, model: LocalModel, message: str, answer: str, last: int | None = None
) -> float:
    """The logarithm of the probability of an answer, natural, for a message.

    last: only that many of the answer's tokens at its end count; the others are given.
    """
    tokens = tokens_of(model, message, answer)
    count = len(tokens) - len(tokens_of(model, message))
    if count == 0:
        return 0.0  # nothing is said, and that is certain
    rows = log_softmax(network.logits(tokens[:-1]).astype(np.float64))[-count:]
    each = rows[np.arange(count), tokens[-count:]]
    return float(each[-(last or count) :].sum())
