"""Trains a tiny model and writes down what PyTorch makes of it. Run where PyTorch is installed.

python -m tests.pocket.trained FOLDER leaves in FOLDER: tiny.gguf, run/ and told.json.
"""

import contextlib
import io
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import torch

from pocket import batches, export, grow, learning, make, muon, tasks, tokenizer
from pocket import train as training
from tests.pocket import texts

PLAN = learning.Plan(  # few examples at a time, so that the run saves now and then
    shape="tiny", tokens=60_000, batch=2048, warmup=5, save_every=0.0, pool=192
)
STOP = 23  # a step after a line of the log, and after a save before that line


def main(folder: Path) -> None:
    """Train, export, and tell what was seen."""
    torch.set_num_threads(1)
    run = training.Run(folder / "run", PLAN)
    before = training.Pocket(run.shape)
    run.train()
    target = folder / "tiny.gguf"
    state = run.checkpoint
    export.write_gguf(state, run.folder / "tokenizer.json", target, "tiny")
    told = {"losses": [], "steps": run.step, "tokens": run.tokens}
    turns = _turns(run)
    batch = batches.to_tensors(turns)
    told["losses"] = [learning.loss_of(m, batch)[1].item() for m in (before, run.model)]
    told |= {"stopped": _stopped(run, folder / "stopped"), "finished": _finished(run)}
    told["muon"] = _muon()
    told |= {"refused": _refused(run), "adapters": _adapters(run, target, folder / "work")}
    told["ids"] = [run.tok.encode(p, add_special_tokens=False).ids for p in texts.prompts()]
    ids, _ = tokenizer.encode_turn(run.tok, *texts.TURN)
    with torch.no_grad():
        told["logits"] = run.model.logits(run.model(torch.tensor([ids])))[0, -1].tolist()
    told["turn"] = ids
    told["widened"] = _widened(run, ids)
    (folder / "told.json").write_text(json.dumps(told))


def _turns(run: training.Run) -> list[batches.Turn]:
    turns = []
    for e in tasks.samples("triage", "L2", 30, 7):
        ids, start = tokenizer.encode_turn(run.tok, e.prompt, e.answer)
        turns.append((ids, [0.0] * start + [1.0] * (len(ids) - start)))
    return turns


def _stopped(run: training.Run, folder: Path) -> dict:
    """What became of the same run, interrupted and taken up again; `run` was not."""
    batches.make_tokenizer = lambda *_: run.tok  # learning it is what takes longest
    first = training.Run(folder, PLAN)
    learn = first.learn

    def learn_and_stop(batch: batches.Batch) -> tuple[float, float]:
        if first.step == STOP:
            raise KeyboardInterrupt
        return learn(batch)

    first.learn = learn_and_stop
    with contextlib.suppress(KeyboardInterrupt):
        first.train()
    written = _steps(first)
    again = training.Run(folder, PLAN)
    saved = again.step
    again.train()
    pairs = zip(again.model.parameters(), run.model.parameters(), strict=True)
    return {
        "at": (saved, written[-1], first.step, run.step),
        "same": all(torch.equal(a, b) for a, b in pairs),
        "counts": [(each.lessons.pool, each.step, each.tokens) for each in (run, again)],
        "logs": [_steps(each) for each in (run, again)],
    }


def _steps(run: training.Run) -> list[int]:
    _, *rows = (run.folder / "log.csv").read_text().splitlines()
    return [int(row.split(",")[0]) for row in rows]


def _muon() -> float:
    """How far, after three steps, our Muon's matrices are from those of PyTorch's own."""
    shapes = [(32, 32), (32, 32), (48, 32), (32, 64)]
    ours = [torch.nn.Parameter(torch.randn(*shape)) for shape in shapes]
    theirs = [torch.nn.Parameter(p.detach().clone()) for p in ours]
    one = muon.Muon(ours, lr=0.01, weight_decay=0.05)
    other = torch.optim.Muon(theirs, lr=0.01, weight_decay=0.05)
    for _ in range(3):
        for a, b in zip(ours, theirs, strict=True):
            a.grad = torch.randn_like(a)
            b.grad = a.grad.clone()
        one.step()
        other.step()
    return max((a - b).abs().max().item() for a, b in zip(ours, theirs, strict=True))


def _finished(run: training.Run) -> str:
    """What is said where a finished run is begun again."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        training.Run(run.folder, PLAN)
    return said.getvalue()


def _adapters(run: training.Run, made: Path, work: Path) -> dict:
    """Adapters of two seeds for the model of `run`: what was said, and which numbers are equal."""
    shutil.copytree(run.folder, work / "pocket-mini")
    shutil.copy(made, work / "pocket-mini" / "model-f16.gguf")
    try:
        make.make(work, "mini-sea")
        refused = ""
    except training.OtherRunError as error:
        refused = str(error)
    make.ADAPTER_STEPS = 3
    make.RECIPES["pocket-mini"] = replace(make.RECIPES["pocket-mini"], tokens=PLAN.tokens)
    said, held = io.StringIO(), []
    with contextlib.redirect_stdout(said):
        for seed in (1, 2, 1):
            folder = make.make(work, "mini-sea", seed).parent
            state = torch.load(folder / "adapter.pt", weights_only=True)
            held.append([tensor.tolist() for tensor in state["adapter"].values()])
    same = [held[0] == other for other in held[1:]]
    folders = sorted(path.name for path in work.iterdir())
    return {"said": said.getvalue(), "same": same, "folders": folders, "refused": refused}


def _widened(run: training.Run, ids: list[int]) -> float:
    """How far the scores of a model twice as wide are from those of the one it begins as."""
    shape = replace(run.shape, width=2 * run.shape.width, heads=2 * run.shape.heads)
    wide = training.Pocket(shape)
    wide.load_state_dict(grow.widened(run.model.state_dict(), seed=1))
    with torch.no_grad():
        scores = [m.logits(m(torch.tensor([ids]))) for m in (run.model, wide)]
    return (scores[0] - scores[1]).abs().max().item()


def _refused(run: training.Run) -> list[str]:
    """What is said to runs of another seed and of another length in the same folder."""
    said = []
    for other in ({"seed": 2}, {"tokens": 2 * PLAN.tokens}):
        try:
            training.Run(run.folder, replace(PLAN, **other))
        except training.OtherRunError as error:
            said.append(str(error))
    return said


if __name__ == "__main__":
    main(Path(sys.argv[1]))
