"""Trains a tiny model and writes down what PyTorch makes of it. Run where PyTorch is installed.

python -m tests.pocket.trained FOLDER leaves in FOLDER: tiny.gguf, run/ and told.json.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from pocket import batches, export, grow, tasks, tokenizer
from pocket import train as training
from tests.pocket import texts

PLAN = training.Plan(shape="tiny", tokens=60_000, batch=2048, warmup=5)


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
    told["losses"] = [training.loss_of(m, batch)[1].item() for m in (before, run.model)]
    again = training.Run(run.folder, PLAN)
    pairs = zip(again.model.parameters(), run.model.parameters(), strict=True)
    told["resumed"] = again.step == run.step and all(torch.equal(a, b) for a, b in pairs)
    told["refused"] = _refused(run)
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


def _widened(run: training.Run, ids: list[int]) -> float:
    """How far the scores of a model twice as wide are from those of the one it begins as."""
    shape = replace(run.shape, width=2 * run.shape.width, heads=2 * run.shape.heads)
    wide = training.Pocket(shape)
    wide.load_state_dict(grow.widened(run.model.state_dict(), seed=1))
    with torch.no_grad():
        scores = [m.logits(m(torch.tensor([ids]))) for m in (run.model, wide)]
    return (scores[0] - scores[1]).abs().max().item()


def _refused(run: training.Run) -> str:
    """What is said to a run of another seed in the same folder."""
    try:
        training.Run(run.folder, replace(PLAN, seed=2))
    except training.OtherRunError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
