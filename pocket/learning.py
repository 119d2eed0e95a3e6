"""What a run learns from, batch after batch, and the gradients of one batch."""

import ctypes
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from pocket import batches, tokenizer
from pocket.bank import Bank
from pocket.batches import PROMPT_WEIGHT, Batch
from pocket.curriculum import Curriculum
from pocket.model import SHAPES, SHORT, Pocket

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h
COMPILE_FROM = 200_000  # tokens; for fewer, compiling takes longer than it saves


@dataclass(frozen=True)
class Plan:
    """How long and how hard to train. The rates are peaks; they fall in a straight line."""

    shape: str = "mini"
    lessons: Curriculum = field(default_factory=Curriculum)
    tokens: int = 24_000_000
    batch: int = 4096  # tokens a step, padding included
    muon_lr: float = 0.012
    adam_lr: float = 0.006
    warmup: int = 50  # steps
    seed: int = 1
    marks: tuple[float, ...] = ()  # shares of the run after which its state is kept
    save_every: float = 180.0  # seconds
    pool: int = batches.POOL  # examples made and sorted at a time


class Lessons:
    """The batches of a run, in their order, until its tokens are used up.

    They follow from the plan and from how many pools and tokens came before.
    """

    def __init__(self, plan: Plan, tok, pool: int = 0, tokens: int = 0) -> None:
        self.plan, self.tok, self.pool, self.tokens = plan, tok, pool, tokens

    def progress(self) -> float:
        """0 at the start, 1 when the tokens are used up."""
        return min(1.0, self.tokens / self.plan.tokens)

    def count(self, batch: Batch) -> None:
        """Note that a batch was learnt from; padding does not count."""
        self.tokens += int((batch[0] != tokenizer.PAD_ID).sum())

    def pools(self) -> Iterator[list[Batch]]:
        """The batches of one pool after the other; whoever takes them counts them."""
        bank = self.plan.lessons.bank()
        # A thread has a heap of its own in glibc. On the one that the tensors of a step use, a
        # pool's thousands of lists leave holes, and to look for room takes longer and longer.
        with ThreadPoolExecutor(1) as maker:
            while self.progress() < 1:
                yield maker.submit(self._pool, bank).result()
                _give_back_memory()

    def _pool(self, bank: Bank) -> list[Batch]:
        plan, r = self.plan, Random(f"train/{self.plan.seed}/{self.pool}")
        made = batches.turns(r, plan.lessons, bank, self.progress(), self.tok, plan.pool)
        self.pool += 1
        return batches.pool_batches(r, made, SHAPES[plan.shape], plan.batch)


def loss_of(model: Pocket, batch: Batch) -> tuple[Tensor, Tensor]:
    """The weighted loss to learn from, and the mean loss of the answers' tokens to report."""
    ids, targets, weights = batch
    # Rows that are long, or alone, would each be compiled for anew, and they are few.
    forward = model if len(ids) > 1 and ids.shape[1] <= SHORT else model.forward
    each, w = model.losses(forward(ids).flatten(0, 1), targets.flatten()), weights.flatten()
    return (each * w).sum() / w.sum(), each[w > PROMPT_WEIGHT].mean().detach()


def gradients_of(model: Pocket, batch: Batch, bfloat16: bool) -> float:
    """Leaves the gradients in the model; the mean loss of the answers, in nats a token."""
    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        loss, answers = loss_of(model, batch)
    loss.backward()
    return answers.item()


def quicken(model: Pocket, plan: Plan) -> None:
    """Make a long run quicker: half of its time is what stands between the products."""
    if plan.tokens >= COMPILE_FROM:
        model.compile(dynamic=True)
        model.losses = torch.compile(model.losses, dynamic=True)
        _keep_memory()


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself."""
    names = ("amx_bf16", "avx512_bf16")
    capability = torch.backends.cpu.get_cpu_capability()
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "AVX512" in capability and any(name in flags for name in names)


def _glibc(name: str) -> Callable[..., int] | None:
    """A function of glibc's allocator; None where another one is in use."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


def _keep_memory() -> None:
    """Let the heap keep large blocks: to ask for them anew at each step takes a tenth of it."""
    if option := _glibc("mallopt"):
        option(M_MMAP_THRESHOLD, 2**25)  # bytes; the most that is allowed
        option(M_TRIM_THRESHOLD, 2**31 - 1)


def _give_back_memory() -> None:
    """Batches differ in length, and the holes they leave in the heap grow to gigabytes."""
    if trim := _glibc("malloc_trim"):
        trim(0)
