"""Processes that learn from one batch together, each from its share of the rows.

The weights stand in memory that all of them see. The first process adds up the gradients and alone
steps the optimizers; the others make the same batches for themselves, so that none is sent.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from pocket.batches import Batch
from pocket.learning import Lessons, gradients_of, has_bfloat16, quicken
from pocket.model import Pocket

GOODBYE = 10.0  # seconds for a process to put away what it holds; then it is ended


class LostError(Exception):
    """A process of the crew ended on its own."""

    def __init__(self) -> None:
        super().__init__(
            "A training process ended on its own, perhaps for want of memory: "
            "run it again to go on from what was last saved."
        )


class Crew:
    """The processes of a run, seen from the first of them; a context manager."""

    def __init__(self, size: int, model: Pocket, lessons: Lessons) -> None:
        """size: how many processes, this one included."""
        self.size, self.model = size, model
        self.bfloat16 = has_bfloat16()
        self.lines: list[Connection] = []
        self.others: list[BaseProcess] = []
        if size > 1:
            model.share_memory()
        self.parts = torch.zeros(size - 1, model.parameter_count()).share_memory_()
        start = torch.multiprocessing.get_context("spawn")
        for rank in range(1, size):
            ours, theirs = start.Pipe()
            given = (rank, size, model, lessons, self.parts[rank - 1], theirs)
            other = start.Process(target=_help, args=given, daemon=True)
            other.start()
            theirs.close()  # held by the other alone, or its end would go unnoticed
            self.lines.append(ours)
            self.others.append(other)
        quicken(model, lessons.plan)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for line in self.lines:
            line.close()
        for other in self.others:
            other.join(GOODBYE)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While the others wait for the next batch, their processors are this one's to use."""
        threads = torch.get_num_threads()
        torch.set_num_threads(max(threads, self.size))
        yield
        torch.set_num_threads(threads)

    def gradients(self, batch: Batch) -> float:
        """Leaves the gradients of the batch in the model; the mean loss of the first share.

        Raises LostError.
        """
        try:
            for line in self.lines:
                line.send_bytes(b"next")
            loss = gradients_of(self.model, batch, 0, self.size, self.bfloat16)
            for line in self.lines:
                line.recv_bytes()
        except (EOFError, OSError) as error:
            raise LostError from error
        for part in self.parts:
            sizes = [p.numel() for p in self.model.parameters()]
            for p, flat in zip(self.model.parameters(), part.split(sizes), strict=True):
                p.grad.add_(flat.view_as(p))
        return loss


def _help(
    rank: int, size: int, model: Pocket, lessons: Lessons, into: Tensor, line: Connection
) -> None:
    """One of the others, until the first process hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first to hear
    torch.set_num_threads(1)
    bfloat16 = has_bfloat16()
    quicken(model, lessons.plan)
    for pool in lessons.pools():
        for batch in pool:
            try:
                line.recv_bytes()
                gradients_of(model, batch, rank, size, bfloat16)
                into.copy_(parameters_to_vector(p.grad for p in model.parameters()))
                line.send_bytes(b"done")
            except (EOFError, OSError):
                return
            lessons.count(batch)
