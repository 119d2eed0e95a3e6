"""Low-rank adapters: a change to a finished model, small enough to send by mail.

Each matrix W of a block gets a product B·A beside it, of rank RANK; the model itself stays as it is
(Hu et al. 2021, arXiv:2106.09685).
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from pocket.model import Pocket

RANK, ALPHA = 8, 16.0


class Adapted(nn.Module):
    """A linear layer with a low-rank product beside it: x -> Wx + ALPHA/RANK · B(Ax)."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.lora_a = nn.Parameter(torch.randn(RANK, layer.in_features) / layer.in_features**0.5)
        self.lora_b = nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x) + ALPHA / RANK * ((x @ self.lora_a.T) @ self.lora_b.T)


def adapt(model: Pocket) -> list[nn.Parameter]:
    """Put an adapter beside every matrix of the blocks; the numbers that are left to train."""
    model.requires_grad_(False)
    trained: list[nn.Parameter] = []
    for block in model.blk:
        for name, layer in list(block.named_children()):
            if isinstance(layer, nn.Linear):
                adapted = Adapted(layer)
                setattr(block, name, adapted)
                trained += [adapted.lora_a, adapted.lora_b]
    return trained


def save(model: Pocket, target: Path) -> None:
    """The adapter's numbers alone, under the names that a GGUF adapter uses."""
    adapter = {
        # "blk.0.attn_q.lora_a" -> "blk.0.attn_q.weight.lora_a"
        f"{name.rpartition('.')[0]}.weight.{name.rpartition('.')[2]}": tensor.detach().clone()
        for name, tensor in model.named_parameters()
        if name.endswith(("lora_a", "lora_b"))
    }
    torch.save({"shape": model.shape.as_dict(), "adapter": adapter}, target)
