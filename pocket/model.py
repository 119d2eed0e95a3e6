"""The network: a small Llama, in plain PyTorch.

Rotary positions pair the first half of a head with its second half, which is quick here;
llama.cpp pairs neighbours, so the export reorders the rows. The embedding table is also the
output layer.
"""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

SHORT = 512  # tokens; attention over longer rows is left to PyTorch's own kernel


@dataclass(frozen=True)
class Shape:
    """The sizes of a model.

    width and hidden are multiples of 256 in mini and plus: quantization packs weights in groups of
    that size. nano is too small for it.
    """

    vocabulary: int = 1024
    width: int = 256
    layers: int = 4
    heads: int = 4
    hidden: int = 512
    context: int = 1024
    rope_base: float = 10_000.0
    norm_eps: float = 1e-5

    def as_dict(self) -> dict:
        """The sizes as plain values."""
        return asdict(self)


SHAPES = {
    "nano": Shape(width=64, layers=3, heads=2, hidden=192),
    "mini": Shape(),
    "plus": Shape(width=512, heads=8),
    "tiny": Shape(width=64, layers=2, heads=2, hidden=128, context=256),  # for tests only
}


def rotary_table(shape: Shape) -> tuple[Tensor, Tensor]:
    """cos and sin of every position and pair, each (context, head width / 2)."""
    half = shape.width // shape.heads // 2
    frequency = shape.rope_base ** (-torch.arange(half) / half)
    angle = torch.arange(shape.context)[:, None] * frequency[None]
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x (batch, heads, time, head width) turned by its positions."""
    first, second = x.chunk(2, -1)
    cos, sin = cos[: x.shape[-2]].to(x.dtype), sin[: x.shape[-2]].to(x.dtype)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention, each (batch, heads, time, head width).

    Short rows are written out: that is quicker on a processor than PyTorch's own kernel.
    """
    time, width = q.shape[-2:]
    if time > SHORT:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    future = torch.full((time, time), -math.inf, dtype=q.dtype).triu(1)
    flat_q, flat_k, flat_v = (x.reshape(-1, time, width) for x in (q, k, v))
    scores = torch.baddbmm(future, flat_q, flat_k.mT, alpha=width**-0.5)
    return (scores.softmax(-1, dtype=scores.dtype) @ flat_v).view_as(q)


class Block(nn.Module):
    """Attention, then a gated feed-forward layer, each added to the stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, hidden = shape.width, shape.hidden
        self.heads = shape.heads
        self.attn_norm = nn.RMSNorm(width, shape.norm_eps)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, width, bias=False)
        self.attn_v = nn.Linear(width, width, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_norm = nn.RMSNorm(width, shape.norm_eps)
        self.ffn_gate = nn.Linear(width, hidden, bias=False)
        self.ffn_up = nn.Linear(width, hidden, bias=False)
        self.ffn_down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, time, width = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, time, self.heads, -1).transpose(1, 2)

        h = self.attn_norm(x)
        q = rotate(heads(self.attn_q(h)), cos, sin)
        k = rotate(heads(self.attn_k(h)), cos, sin)
        mixed = attend(q, k, heads(self.attn_v(h)))
        x = x + self.attn_output(mixed.transpose(1, 2).reshape(batch, time, width))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Pocket(nn.Module):
    """ids (batch, time) -> the stream (batch, time, width); `logits` turns it into scores."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, shape.norm_eps)
        cos, sin = rotary_table(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        nn.init.normal_(self.token_embd.weight, std=0.02)
        for block in self.blk:  # every block starts as doing nothing to the stream
            nn.init.zeros_(block.attn_output.weight)
            nn.init.zeros_(block.ffn_down.weight)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, self.cos, self.sin)
        return self.output_norm(x)

    def logits(self, stream: Tensor) -> Tensor:
        """Scores over the vocabulary for any rows of the stream."""
        return stream @ self.token_embd.weight.T

    def losses(self, stream: Tensor, targets: Tensor) -> Tensor:
        """What each row of the stream loses on its target, in nats."""
        return F.cross_entropy(self.logits(stream).float(), targets, reduction="none")

    def parameter_count(self) -> int:
        """Numbers that were trained."""
        return sum(p.numel() for p in self.parameters())
