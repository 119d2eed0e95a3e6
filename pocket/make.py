"""Making the family: each recipe from nothing to an F16 file in the working folder.

Needs PyTorch.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import torch

from pocket import batches, export, learning, lora, tokenizer, train
from pocket.curriculum import Curriculum
from pocket.recipes import ADAPTERS, RECIPES, Recipe, folder_of

ADAPTER_STEPS = 250
ADAPTER_LR = 0.003


def plan_of(recipe: Recipe, seed: int, quick: bool = False) -> learning.Plan:
    """The training plan of a recipe, in full or quick."""
    usual = learning.Plan()
    return replace(
        usual,
        shape=recipe.shape,
        lessons=recipe.lessons,
        tokens=round((recipe.quick if quick else 1) * recipe.tokens),
        seed=seed,
        marks=recipe.marks,
        muon_lr=usual.muon_lr * recipe.lr,
        adam_lr=usual.adam_lr * recipe.lr,
    )


def make(work: Path, name: str, seed: int = 1, quick: bool = False) -> Path:
    """The F16 file of a model; what it builds on is made first where it is missing.

    quick: on the recipe's quick share of its tokens, for a model not quite as good.
    Raises OtherRunError where the folder holds a run of another kind or length.
    """
    folder = folder_of(work, name, seed)
    if name in ADAPTERS:
        return make_adapter(work, name, seed, quick)
    recipe = RECIPES[name]
    if recipe.mark:
        other, at = recipe.mark
        make_if_missing(work, other, seed, quick)
        return _export(folder_of(work, other, seed), f"mark-{100 * at:02.0f}.pt", folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    if recipe.branch and not (folder / "checkpoint.pt").exists():
        other, at = recipe.branch
        make_if_missing(work, other, seed, quick)
        source = folder_of(work, other, seed)
        for file in ("tokenizer.json", "log.csv"):
            shutil.copy(source / file, folder)
        shutil.copy(source / f"mark-{100 * at:02.0f}.pt", folder / "checkpoint.pt")
    run = train.Run(folder, plan_of(recipe, seed, quick))
    if recipe.after:
        make_if_missing(work, recipe.after, seed, quick)
        run.begin_with(folder_of(work, recipe.after, seed) / "checkpoint.pt")
    run.train()
    return _export(folder, "checkpoint.pt", folder, name)


def make_if_missing(work: Path, name: str, seed: int, quick: bool) -> None:
    """The model that another builds on.

    Raises OtherRunError where it is there, but its run was of another length than is wanted now: a
    model that is shipped must not come from a quick one.
    """
    folder = folder_of(work, name, seed)
    if not (folder / "model-f16.gguf").exists():
        make(work, name, seed, quick)
    elif train.length_of(folder) != plan_of(RECIPES[name], seed, quick).tokens:
        raise train.OtherRunError(
            f"{name} in {folder} was trained for another length (a quick run or a full one): "
            "delete that folder to train it anew."
        )


def _export(source: Path, state: str, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target, partial = folder / "model-f16.gguf", folder / "model.part"
    export.write_gguf(source / state, source / "tokenizer.json", partial, name)
    partial.replace(target)
    return target


def make_adapter(work: Path, name: str, seed: int = 1, quick: bool = False) -> Path:
    """A low-rank adapter, trained for a few minutes, as GGUF.

    It is made for the pocket-mini that is shipped, whatever its own seed.
    """
    make_if_missing(work, "pocket-mini", 1, quick)
    base, folder = folder_of(work, "pocket-mini"), folder_of(work, name, seed)
    folder.mkdir(parents=True, exist_ok=True)
    model = export.model_of(base / "checkpoint.pt")
    tok = tokenizer.load(base / "tokenizer.json")
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(lora.adapt(model), lr=ADAPTER_LR, weight_decay=0.0)
    # Half of the examples are ordinary ones: without them the model would forget its trade.
    lessons = Curriculum(tuning=True, extra=ADAPTERS[name][1], extra_share=0.5)
    r, bank = Random(f"adapter/{folder.name}"), lessons.bank()
    made, step = [], 0
    while step < ADAPTER_STEPS:
        made = made or batches.pool_batches(
            r, batches.turns(r, lessons, bank, 1.0, tok), model.shape, learning.Plan.batch
        )
        for group in optimizer.param_groups:
            group["lr"] = ADAPTER_LR * max(0.02, 1 - step / ADAPTER_STEPS)
        with torch.autocast("cpu", torch.bfloat16, enabled=learning.has_bfloat16()):
            loss, told = learning.loss_of(model, made.pop())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 25 == 0:
            print(f"{name} step {step}: loss {told.item():.4f}", flush=True)
    lora.save(model, folder / "adapter.pt")
    target, partial = folder / "model-f16.gguf", folder / "model.part"
    export.write_adapter(folder / "adapter.pt", partial, name)
    partial.replace(target)
    return target
