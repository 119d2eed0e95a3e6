"""Muon: momentum whose step is made orthogonal, for the matrices inside the blocks.

Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks". It does what
torch.optim.Muon does, for all matrices of one shape at a time: quicker, where they are small.
"""

import math

import torch
from torch import Tensor, nn

STEPS = 5
A, B, C = 3.4445, -4.775, 2.0315  # of the fifth-degree polynomial, from the source
EPS = 1e-7


def orthogonal(g: Tensor) -> Tensor:
    """The matrices g (count, rows, columns) with their singular values brought near 1.

    By Newton-Schulz iterations in bfloat16, which end between about 0.7 and 1.2.
    """
    x = g.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=EPS)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=B, alpha=C), x, beta=A)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """One group of matrices for each shape; the state is one momentum for each matrix."""

    def __init__(
        self, matrices: list[nn.Parameter], lr: float, weight_decay: float, momentum: float = 0.95
    ) -> None:
        """lr: of a square matrix; a tall one's is larger by the root of rows over columns."""
        shapes: dict[torch.Size, list[nn.Parameter]] = {}
        for p in matrices:
            shapes.setdefault(p.shape, []).append(p)
        groups = [{"params": alike} for alike in shapes.values()]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """One step along the gradients, which every matrix must have."""
        for group in self.param_groups:
            parameters, keep, lr = group["params"], group["momentum"], group["lr"]
            gradient = torch.stack([p.grad for p in parameters])
            state = self.state[parameters[0]]
            if not state:
                state["momentum"] = torch.zeros_like(gradient)
            momentum = state["momentum"].lerp_(gradient, 1 - keep)
            update = orthogonal(gradient.lerp_(momentum, keep))  # Nesterov's look ahead
            rows, columns = parameters[0].shape
            size = lr * math.sqrt(max(1, rows / columns))
            torch._foreach_mul_(parameters, 1 - lr * group["weight_decay"])
            torch._foreach_add_(parameters, list(update.unbind()), alpha=-size)
