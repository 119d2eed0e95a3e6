"""The training loop.

The whole run follows from its recipe and its seed. Every few minutes it saves; started again in the
same folder, it goes on from there, as long as the sentences and the code that make the examples are
the ones it was begun with.
"""

import csv
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from pocket import batches, grow
from pocket.batches import Batch
from pocket.learning import Lessons, Plan, gradients_of, has_bfloat16, quicken
from pocket.model import SHAPES, Pocket
from pocket.muon import Muon

HERE = Path(__file__).parent
LEARNT_FROM = (
    *("bank/*", "bank.py", "slots.py", "noise.py", "letters.py", "tasks.py", "curriculum.py"),
    *("tokenizer.py", "model.py", "batches.py"),
)


class OtherRunError(Exception):
    """The folder holds a run that this one cannot go on with."""


def digest() -> str:
    """What tells one state of the sentences and of the code around them from another."""
    told = hashlib.sha256()
    for file in sorted(
        file for pattern in LEARNT_FROM for file in HERE.glob(pattern) if file.is_file()
    ):
        told.update(file.name.encode() + b"\0" + file.read_bytes())
    return told.hexdigest()


def length_of(folder: Path) -> int | None:
    """How many tokens the folder's run was to learn from; None where that was not kept."""
    return torch.load(folder / "checkpoint.pt", weights_only=True).get("length")


def optimizers(model: Pocket, plan: Plan) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for the embeddings and the norms."""
    matrices = [p for p in model.blk.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if not any(p is m for m in matrices)]
    return [
        Muon(matrices, lr=plan.muon_lr, weight_decay=0.05),
        torch.optim.AdamW(others, lr=plan.adam_lr, betas=(0.9, 0.95), weight_decay=0.01),
    ]


class Run:
    """A training run and what it takes to go on with it."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        """Raises OtherRunError when the folder's run was begun from something else."""
        self.folder, self.plan, self.shape = folder, plan, SHAPES[plan.shape]
        folder.mkdir(parents=True, exist_ok=True)
        if not self.checkpoint.exists():  # what a run left that ended before it first saved
            for name in ("log.csv", "tokenizer.json"):
                (folder / name).unlink(missing_ok=True)
        torch.manual_seed(plan.seed)
        # All models share the tokens of seed 1, so that they can be compared token by token.
        self.tok = batches.make_tokenizer(folder, self.shape.vocabulary, 1)
        self.model = Pocket(self.shape)
        self.optimizers = optimizers(self.model, plan)
        self.lessons, self.step = Lessons(plan, self.tok), 0
        self.seconds, self.bfloat16 = 0.0, has_bfloat16()
        if self.checkpoint.exists():
            self.restore(self.checkpoint)

    @property
    def checkpoint(self) -> Path:
        """The file that holds the whole state."""
        return self.folder / "checkpoint.pt"

    def mark(self, share: float) -> Path:
        """The file that holds the state after that share of the run."""
        return self.folder / f"mark-{100 * share:02.0f}.pt"

    @property
    def tokens(self) -> int:
        """How many were learnt from."""
        return self.lessons.tokens

    def progress(self) -> float:
        """0 at the start, 1 when the tokens are used up."""
        return self.lessons.progress()

    def save(self, file: Path | None = None) -> None:
        """The state to disk, whole or not at all."""
        file = file or self.checkpoint
        state = {
            "shape": self.shape.as_dict(),
            "seed": self.plan.seed,
            "length": self.plan.tokens,
            "digest": digest(),
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "counts": (self.lessons.pool, self.step, self.tokens, self.seconds),
        }
        partial = file.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(file)

    def begin_with(self, file: Path) -> None:
        """The weights of another run, at the start of this one; a finished start stays.

        A run of half this one's width is widened first.
        """
        if self.step == 0:
            state = torch.load(file, weights_only=True)
            half = 2 * state["shape"]["width"] == self.shape.width
            model = grow.widened(state["model"], self.plan.seed) if half else state["model"]
            self.model.load_state_dict(model)

    def restore(self, file: Path) -> None:
        """Everything as it was when the file was saved."""
        state = torch.load(file, weights_only=True)
        same = (state.get("digest"), state["shape"], state["seed"], state.get("length"))
        if same != (digest(), self.shape.as_dict(), self.plan.seed, self.plan.tokens):
            raise OtherRunError(
                f"The run in {self.folder} was begun with other sentences, code, seed or length: "
                "delete that folder to train anew."
            )
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.lessons.pool, self.step, self.lessons.tokens, self.seconds = state["counts"]
        self._forget_later_lines()
        then = "going on from there."
        if self.progress() >= 1:
            then = f"the run is finished. To train anew, delete {self.folder}."
        print(f"Step {self.step} was reached earlier: {then}", flush=True)

    def _forget_later_lines(self) -> None:
        """Drop from the log what was learnt after the checkpoint and will be learnt again."""
        log = self.folder / "log.csv"
        if log.exists():
            head, *lines = log.read_text().splitlines()
            kept = [line for line in lines if int(line.split(",")[0]) <= self.step]
            log.write_text("\n".join([head, *kept]) + "\n")

    def learn(self, batch: Batch) -> tuple[float, float]:
        """One step; the loss of the answers and the learning rate's share of its peak."""
        share = min(1.0, (self.step + 1) / self.plan.warmup) * max(0.02, 1 - self.progress())
        peaks = (self.plan.muon_lr, self.plan.adam_lr)
        for optimizer, peak in zip(self.optimizers, peaks, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * share
        loss = gradients_of(self.model, batch, self.bfloat16)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss, share

    def batches(self) -> Iterator[Batch]:
        """Batches until the budget is used up. Saving waits for the end of a pool."""
        saved, plan = time.monotonic(), self.plan
        for made in self.lessons.pools():
            yield from made
            for share in plan.marks:
                if self.progress() >= share and not self.mark(share).exists():
                    self.save(self.mark(share))
            if time.monotonic() - saved > plan.save_every:
                self.save()
                saved = time.monotonic()

    def train(self) -> None:
        """Until the budget is used up; writes log.csv beside the checkpoint."""
        size = self.model.parameter_count()
        print(
            f"{size:,} parameters, {self.plan.tokens:,} tokens, bfloat16 {self.bfloat16}",
            flush=True,
        )
        quicken(self.model, self.plan)
        log = self.folder / "log.csv"
        fresh = not log.exists()
        with log.open("a", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            if fresh:
                rows.writerow(["step", "loss", "lr", "tokens", "seconds"])
            recent, last = [], time.monotonic()
            for batch in self.batches():
                loss, share = self.learn(batch)
                now = time.monotonic()
                self.seconds, last = self.seconds + now - last, now
                self.step += 1
                self.lessons.count(batch)
                recent.append(loss)
                ends = self.progress() >= 1
                if ends or self.step % 20 == 0:
                    lr = f"{share * self.plan.muon_lr:.5f}"
                    mean = sum(recent) / len(recent)
                    row = [self.step, f"{mean:.4f}", lr, self.tokens, f"{self.seconds:.1f}"]
                    rows.writerow(row)
                    file.flush()
                    speed = self.tokens / self.seconds
                    print(*row, f"{speed:.0f} tok/s {self.progress():.3f}", flush=True)
                    recent = []
                if ends:
                    break
        self.save()
