"""Doubling the width of a finished model, so that a larger one need not begin with nothing.

The wide model gives the same answers at first: each number of the stream stands there twice, each
head twice, and what reads the stream takes part of its answer from either copy. The two parts are
drawn apart, or the copies would learn the same for ever (Chen et al. 2015, "Net2Net",
arXiv:1511.05641).
"""

import torch
from torch import Tensor

APART = 0.5  # of a matrix's own spread


def widened(state: dict[str, Tensor], seed: int) -> dict[str, Tensor]:
    """The weights of a model of twice the width and twice the heads, and of the same answers."""
    r = torch.Generator().manual_seed(seed)
    return {name: _wide(name.split(".")[-2], weight, r) for name, weight in state.items()}


def _wide(layer: str, weight: Tensor, r: torch.Generator) -> Tensor:
    if layer == "output_norm":
        return torch.cat((weight, weight)) / 2  # both copies add to every score
    if layer.endswith("norm"):
        return torch.cat((weight, weight))
    if layer == "token_embd":
        return torch.cat((weight, weight), 1)
    if layer == "ffn_down":
        return torch.cat((weight, weight), 0)
    if layer in ("ffn_gate", "ffn_up"):
        return _shared_out(weight, r)
    return torch.cat((_shared_out(weight, r), _shared_out(weight, r)), 0)


def _shared_out(weight: Tensor, r: torch.Generator) -> Tensor:
    """(rows, width) to (rows, 2 width): on a stream that stands there twice, the same product."""
    apart = APART * weight.std() * torch.randn(weight.shape, generator=r)
    return torch.cat((weight / 2 + apart, weight / 2 - apart), 1)
