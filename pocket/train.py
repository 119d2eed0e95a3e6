"""Training: examples are made as they are needed, sorted by length, and learnt from once.

The whole run follows from its seed and its budget of tokens, unless a time limit ends it sooner.
Every few minutes it saves; started again in the same folder, it goes on from there, as long as the
sentences and the code that make the examples are the ones it was begun with.
"""

import csv
import hashlib
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from pocket import bank as banks
from pocket import tasks, tokenizer
from pocket.model import SHAPES, Pocket, Shape

POOL = 4096  # examples made and sorted at a time
LONG_SHARE = 0.03  # share of the tokens seen as conversations that fill the context
PROMPT_SHARE = 0.25  # share of the examples whose prompt is learnt too, not the answer alone
PROMPT_WEIGHT = 0.1  # what such a token counts in the loss; an answer's count 0.3 to 3
HERE = Path(__file__).parent
LEARNT_FROM = ("bank/*", "bank.py", "slots.py", "noise.py", "tasks.py", "tokenizer.py", "model.py")


class OtherRunError(Exception):
    """The folder holds a run that this one cannot go on with."""


@dataclass(frozen=True)
class Budget:
    """How long and how hard to train."""

    tokens: int = 12_000_000
    minutes: float = 60.0
    batch: int = 4096  # tokens a step, padding included
    muon_lr: float = 0.02
    adam_lr: float = 0.003
    warmup: int = 50  # steps
    seed: int = 1
    save_every: float = 180.0  # seconds


Batch = tuple[Tensor, Tensor, Tensor]  # ids, targets, weights; each (rows, time)


def digest() -> str:
    """What tells one state of the sentences and of the code around them from another."""
    told = hashlib.sha256()
    for file in sorted(file for pattern in LEARNT_FROM for file in HERE.glob(pattern)):
        told.update(file.name.encode() + b"\0" + file.read_bytes())
    return told.hexdigest()


def make_tokenizer(folder: Path, vocabulary: int, seed: int) -> "tokenizer.Tokenizer":
    """The tokenizer in the folder, learnt first when there is none."""
    path = folder / "tokenizer.json"
    if not path.exists():
        r, bank = Random(f"tokenizer/{seed}"), banks.load()
        examples = (tasks.example(r, bank) for _ in range(20_000))
        texts = (text for e in examples for text in (e.prompt, e.answer))
        tokenizer.train(texts, vocabulary).save(str(path))
    return tokenizer.load(path)


def conversations(turns: list[tuple[list[int], list[float]]], context: int) -> list:
    """Turns glued into conversations as long as the context, so that far positions are seen."""
    glued, ids, weights = [], [], []
    for turn, weight in turns:
        if len(ids) + len(turn) > context:
            glued.append((ids, weights))
            ids, weights = [], []
        ids, weights = ids + turn, weights + weight
    return glued


def answer_weight(length: int) -> float:
    """What a token of an answer counts: the whole answer as the root of its length.

    Else a label of five tokens would hardly be heard beside a copied text of a hundred.
    """
    return (32 / length) ** 0.5


def pool_batches(number: int, progress: float, budget: Budget, shape: Shape, tok) -> list[Batch]:
    """The batches of one pool: the same for the same number, seed and progress."""
    r, bank = Random(f"train/{budget.seed}/{number}"), banks.load()
    turns = []
    for _ in range(POOL):
        e = tasks.example(r, bank, progress)
        ids, start = tokenizer.encode_turn(tok, e.prompt, e.answer)
        prompt = PROMPT_WEIGHT if r.random() < PROMPT_SHARE else 0.0
        length = len(ids) - start
        turns.append((ids, [prompt] * start + [answer_weight(length)] * length))
    long = int(LONG_SHARE * POOL)
    rows = conversations(turns[:long], shape.context)
    rows += [(ids, weight) for ids, weight in turns[long:] if len(ids) <= shape.context]
    rows.sort(key=lambda row: len(row[0]))  # like lengths together: little padding
    batches, rest = [], rows
    while rest:
        count = 1
        while count < len(rest) and (count + 1) * len(rest[count][0]) <= budget.batch:
            count += 1
        batches.append(to_tensors(rest[:count]))
        rest = rest[count:]
    r.shuffle(batches)
    return batches


def to_tensors(rows: list[tuple[list[int], list[float]]]) -> Batch:
    """Rows of ids and weights as padded tensors; the target of a token is the next one."""
    width = max(len(ids) for ids, _ in rows) - 1
    ids = torch.full((len(rows), width), tokenizer.PAD_ID)
    targets, weights = ids.clone(), torch.zeros(len(rows), width)
    for i, (row, weight) in enumerate(rows):
        n = len(row) - 1
        ids[i, :n] = torch.tensor(row[:-1])
        targets[i, :n] = torch.tensor(row[1:])
        weights[i, :n] = torch.tensor(weight[1:])
    return ids, targets, weights


def loss_of(model: Pocket, batch: Batch) -> tuple[Tensor, Tensor]:
    """The weighted loss to learn from, and the mean loss of the answers' tokens to report."""
    ids, targets, weights = batch
    seen = weights > 0
    each = F.cross_entropy(model.logits(model(ids)[seen]).float(), targets[seen], reduction="none")
    w = weights[seen]
    return (each * w).sum() / w.sum(), each[w > PROMPT_WEIGHT].mean().detach()


def optimizers(model: Pocket, budget: Budget) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for the embeddings and the norms."""
    matrices = [p for p in model.blk.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if not any(p is m for m in matrices)]
    return [
        torch.optim.Muon(matrices, lr=budget.muon_lr, weight_decay=0.05),
        torch.optim.AdamW(others, lr=budget.adam_lr, betas=(0.9, 0.95), weight_decay=0.01),
    ]


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself."""
    names = ("amx_bf16", "avx512_bf16")
    capability = torch.backends.cpu.get_cpu_capability()
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "AVX512" in capability and any(name in flags for name in names)


class Run:
    """A training run and what it takes to go on with it."""

    def __init__(self, folder: Path, shape: Shape, budget: Budget) -> None:
        """Raises OtherRunError when the folder's run was begun from something else."""
        self.folder, self.shape, self.budget = folder, shape, budget
        folder.mkdir(parents=True, exist_ok=True)
        if not self.checkpoint.exists():  # what a run left that ended before it first saved
            for name in ("log.csv", "tokenizer.json"):
                (folder / name).unlink(missing_ok=True)
        torch.manual_seed(budget.seed)
        self.tok = make_tokenizer(folder, shape.vocabulary, budget.seed)
        self.model = Pocket(shape)
        self.optimizers = optimizers(self.model, budget)
        self.pool = self.step = self.tokens = 0
        self.seconds = 0.0
        if self.checkpoint.exists():
            self._resume()

    @property
    def checkpoint(self) -> Path:
        """The file that holds the whole state."""
        return self.folder / "checkpoint.pt"

    def progress(self) -> float:
        """0 at the start, 1 when the tokens or the minutes are used up."""
        b = self.budget
        return min(1.0, max(self.tokens / b.tokens, self.seconds / (60 * b.minutes)))

    def save(self) -> None:
        """The state to disk, whole or not at all."""
        state = {
            "shape": self.shape.as_dict(),
            "budget": asdict(self.budget),
            "digest": digest(),
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "counts": (self.pool, self.step, self.tokens, self.seconds),
        }
        partial = self.checkpoint.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        same = (state.get("digest"), state["shape"], state["budget"]["seed"])
        if same != (digest(), self.shape.as_dict(), self.budget.seed):
            raise OtherRunError(
                f"The run in {self.folder} was begun with other sentences, code or seed: "
                "delete that folder to train anew."
            )
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.pool, self.step, self.tokens, self.seconds = state["counts"]
        self._forget_later_lines()
        done = self.progress() >= 1
        then = f"finished: delete {self.folder} to train anew" if done else "going on from there"
        print(f"step {self.step} was reached earlier; {then}", flush=True)

    def _forget_later_lines(self) -> None:
        """Drop from the log what was learnt after the checkpoint and will be learnt again."""
        log = self.folder / "log.csv"
        head, *lines = log.read_text().splitlines()
        kept = [line for line in lines if int(line.split(",")[0]) <= self.step]
        log.write_text("\n".join([head, *kept]) + "\n")

    def learn(self, batch: Batch, bfloat16: bool) -> tuple[float, float]:
        """One step; the loss of the answers and the learning rate's share of its peak."""
        share = min(1.0, (self.step + 1) / self.budget.warmup) * max(0.02, 1 - self.progress())
        for optimizer, peak in zip(
            self.optimizers, (self.budget.muon_lr, self.budget.adam_lr), strict=True
        ):
            for group in optimizer.param_groups:
                group["lr"] = peak * share
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss, answers = loss_of(self.model, batch)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return answers.item(), share

    def batches(self) -> Iterator[Batch]:
        """Batches until the budget is used up. Saving waits for the end of a pool."""
        saved = time.monotonic()
        while self.progress() < 1:
            yield from pool_batches(self.pool, self.progress(), self.budget, self.shape, self.tok)
            self.pool += 1
            if time.monotonic() - saved > self.budget.save_every:
                self.save()
                saved = time.monotonic()

    def train(self) -> None:
        """Until the budget is used up; writes log.csv beside the checkpoint."""
        bfloat16 = has_bfloat16()
        size, most = self.model.parameter_count(), self.budget.minutes
        print(f"{size:,} parameters, bfloat16 {bfloat16}, at most {most:g} minutes", flush=True)
        log = self.folder / "log.csv"
        fresh = not log.exists()
        with log.open("a", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            if fresh:
                rows.writerow(["step", "loss", "lr", "tokens", "seconds"])
            recent, last = [], time.monotonic()
            for batch in self.batches():
                loss, share = self.learn(batch, bfloat16)
                now = time.monotonic()
                self.seconds, last = self.seconds + now - last, now
                self.step += 1
                self.tokens += int((batch[0] != tokenizer.PAD_ID).sum())
                recent.append(loss)
                ends = self.progress() >= 1
                if ends or self.step % 20 == 0:
                    lr = f"{share * self.budget.muon_lr:.5f}"
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


def train(folder: Path, model: str = "mini", budget: Budget | None = None, threads: int = 2) -> Run:
    """Train a model of that shape in that folder, or go on with one begun there."""
    torch.set_num_threads(threads)
    run = Run(folder, SHAPES[model], budget or Budget())
    run.train()
    return run
