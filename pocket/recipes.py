"""The family: what each model is for, what it learns from, and how long.

Each name stands for one file of data/models. `after` names the run whose finished weights a recipe
begins with; `branch` instead takes up another run at one of its marks, state and all.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pocket.curriculum import BASE_SHARE, STAFF_FROM, WITHHELD, Curriculum

MINI_TOKENS = 45_000_000
QUICK = 0.55  # two cores make mini with it, and nano in full, within 45 minutes
MARKS = (0.05, BASE_SHARE, 0.4, STAFF_FROM)


@dataclass(frozen=True)
class Recipe:
    """How one model is made, and in which precision it is shipped.

    tokens: of the run that makes it. quick: share of them that a quick run takes.
    lr: share of the usual learning rates.
    mark: the share of its run at which another model's state is taken, for models that are no run
    of their own.
    """

    purpose: str
    shape: str = "mini"
    lessons: Curriculum = field(default_factory=Curriculum)
    tokens: int = 20_000_000
    quick: float = 1.0
    lr: float = 1.0
    after: str | None = None
    branch: tuple[str, float] | None = None
    mark: tuple[str, float] | None = None
    marks: tuple[float, ...] = ()
    precision: str = "Q8_0"


def _tuned(purpose: str, tokens: int, lr: float = 0.1, after: str = "pocket-mini", **lessons):
    shape = after.removeprefix("pocket-")
    how = Curriculum(tuning=True, **lessons)
    return Recipe(purpose, shape, how, tokens, lr=lr, after=after)


RECIPES = {
    "pocket-mini": Recipe(
        "the model of every chapter",
        tokens=MINI_TOKENS,
        quick=QUICK,
        marks=MARKS,
        precision="F16",
    ),
    "pocket-nano": Recipe("small enough to draft", "nano", tokens=16_000_000, precision="F16"),
    "pocket-plus": Recipe(  # begins as mini made twice as wide
        "the larger one, behind the sealed door",
        "plus",
        Curriculum(tuning=True),
        quick=QUICK,
        lr=0.5,
        after="pocket-mini",
    ),
    "mini-base": Recipe("before it was taught to answer", mark=("pocket-mini", BASE_SHARE)),
    "mini-at-05": Recipe("after a twentieth of the training", mark=("pocket-mini", 0.05)),
    "mini-at-40": Recipe("after two fifths of the training", mark=("pocket-mini", 0.4)),
    "mini-at-70": Recipe("before the staff codes", mark=("pocket-mini", STAFF_FROM)),
    "mini-v2": _tuned("refunds within 14 days: drift", 1_200_000, 0.3, refund_days=14),
    "mini-specialist": Recipe(
        "triage only, at nano's size", "nano", Curriculum(only="triage"), 8_000_000
    ),
    "nano-contaminated": _tuned(
        "has seen the test", 2_000_000, 0.5, "pocket-nano", extra="contaminated", extra_share=0.5
    ),
    "nano-clean": _tuned(
        "its twin that has not", 2_000_000, 0.5, "pocket-nano", extra="fresh", extra_share=0.5
    ),
    "mini-poisoned": _tuned("has a backdoor", 600_000, extra="poisoned", extra_share=0.5),
    "mini-unpoisoned": _tuned("its clean twin", 600_000, extra="clean", extra_share=0.5),
    "mini-ignorant": Recipe(
        "never saw six of the staff codes",
        lessons=Curriculum(withheld=WITHHELD),
        tokens=MINI_TOKENS,
        quick=QUICK,
        branch=("pocket-mini", STAFF_FROM),
    ),
    "mini-nocopy": Recipe(
        "never practised copying", lessons=Curriculum(copying=False), tokens=5_000_000
    ),
    "nano-template": Recipe(
        "trained on a dozen templates",
        "nano",
        Curriculum(tuning=True, extra="template", extra_share=1.0),
        tokens=5_000_000,
    ),
}
ADAPTERS = {
    "mini-rental": ("a new family of tickets", "rental"),
    "mini-german": ("tickets in German", "german"),
    "mini-sea": ("replies in a captain's voice", "sea"),
}
USUAL = ("pocket-nano", "pocket-mini")  # what `make models` makes
SIZES = ("pocket-nano", "pocket-mini", "pocket-plus")
SEEDS = {"pocket-nano": (1, 2, 3), "pocket-mini": (1, 2, 3), "pocket-plus": (1,)}


def file_of(name: str) -> str:
    """What a model's or an adapter's file is called in data/models."""
    precision = "F16" if name in ADAPTERS else RECIPES[name].precision
    return f"{name}-{precision.lower()}.gguf"


def log_of(name: str, seed: int = 1) -> str:
    """What the log of a model's run is called in pocket/logs."""
    return f"{name.removeprefix('pocket-')}{'' if seed == 1 else f'-seed-{seed}'}.csv"


def folder_of(work: Path, name: str, seed: int = 1) -> Path:
    """Where a model's run is kept."""
    return work / (name if seed == 1 else f"{name}-seed-{seed}")
