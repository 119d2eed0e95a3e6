"""python -m pocket make | ship | evaluate | rebuilt | compare | sample | list"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from pocket import tasks
from pocket.recipes import ADAPTERS, RECIPES, USUAL, file_of, folder_of, log_of

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".cache" / "pocket"
MODELS = ROOT / "data" / "models"
LOGS = Path(__file__).parent / "logs"


def sample(args: argparse.Namespace) -> None:
    """Print generated examples."""
    for task in [args.task] if args.task else tasks.TASKS:
        for e in tasks.samples(task, args.level, args.count, args.seed):
            print(f"[{e.task}] {e.prompt}\n    -> {e.answer}\n")


def show(args: argparse.Namespace) -> None:
    """Print the family."""
    for name, recipe in RECIPES.items():
        print(f"{name:18} {recipe.shape:5} {recipe.precision:5} {recipe.purpose}")
    for name, (purpose, _) in ADAPTERS.items():
        print(f"{name:18} {'lora':5} {'F16':5} {purpose}")


def make(args: argparse.Namespace) -> None:
    """Train models in the working folder, or go on with training (needs PyTorch)."""
    import torch

    from pocket import make as making
    from pocket import train

    torch.set_num_threads(args.threads)
    try:
        for name in args.models:
            making.make(args.work, name, args.seed, args.quick)
    except train.OtherRunError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped: run it again to go on from what was last saved.")


def ship(args: argparse.Namespace) -> None:
    """Put made models into data/models, and their logs beside the card; of other seeds the logs."""
    from pocket import ship as shipping

    for name in args.models:
        made = _made(args, name)
        log = made.with_name("log.csv")
        if log.exists():
            shutil.copy(log, LOGS / log_of(name, args.seed))
        if args.seed == 1:
            target = shipping.ship(made, name, MODELS)
            print(f"{target.name}: {target.stat().st_size:,} bytes")


def _made(args: argparse.Namespace, name: str) -> Path:
    """The file of a model in the working folder; ends with a sentence where there is none."""
    made = folder_of(args.work, name, args.seed) / "model-f16.gguf"
    if not made.exists():
        sys.exit(f"{name} is not made yet: `python -m pocket make {name}` makes it.")
    return made


def evaluate(args: argparse.Namespace) -> None:
    """Ask models every test set and print the table; --write keeps it, in the card too."""
    from pocket import card, precisions
    from pocket import evaluate as evaluating

    for name in args.models:  # before an hour is spent on the others
        if not (MODELS / file_of(name)).exists():
            sys.exit(f"{name} is not in data/models yet: `make models MODEL={name}` puts it there.")
    sets = evaluating.test_sets(args.count)
    for name in args.models:
        if name in ADAPTERS:
            rows = evaluating.adapter_rows(MODELS / file_of(name), name)
            print(
                *(f"{r['set']:24} {r['part']:18} {r['right']}/{r['total']}" for r in rows), sep="\n"
            )
            if args.write:
                evaluating.write_rows(MODELS / "evaluation.csv", evaluating.FIELDS, rows)
        for order in card.to_ask(name, args.work, MODELS, args.precision):
            chosen = {key: sets[key] for key in order.sets}
            rows, bins = evaluating.rows_of(
                order.file, name, order.seed, order.precisions, chosen, order.known
            )
            if args.write:
                evaluating.write_rows(MODELS / "evaluation.csv", evaluating.FIELDS, rows)
                evaluating.write_rows(MODELS / "calibration.csv", evaluating.BINS, bins)
            print(card.table(rows))
    if args.write:
        card.write()
        if "pocket-mini" in args.models and not args.precision:
            precisions.write(MODELS)
        print("The card has the new figures; `make notebooks` brings them to the chapters.")


def compare(args: argparse.Namespace) -> None:
    """On how many prompts two files answer alike."""
    from pocket import evaluate as evaluating

    print(evaluating.compare(args.first, args.second))


def rebuilt(args: argparse.Namespace) -> None:
    """Compare made models with the shipped ones; --write keeps what was found, in the card too."""
    from pocket import card
    from pocket import evaluate as evaluating
    from pocket import rebuilt as again

    for name in args.models:
        made = _made(args, name)
        if name in ADAPTERS:
            print(f"{name} is made.")
            continue
        row = again.row(name, args.seed, made, MODELS)
        print(again.sentence(row))
        if args.write:
            evaluating.write_rows(MODELS / "rebuilt.csv", again.FIELDS, [row])
            card.write()


def whole_name(name: str) -> str:
    """`plus` for `pocket-plus`, as people say."""
    return f"pocket-{name}" if f"pocket-{name}" in RECIPES else name


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m pocket", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, action, models: tuple[str, ...] = ()) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=action.__doc__)
        sub.set_defaults(action=action)
        if models:
            known = ", ".join([*RECIPES, *ADAPTERS])
            sub.add_argument(
                "models", nargs="*", default=models, type=whole_name, metavar="MODEL", help=known
            )
            sub.add_argument("--work", type=Path, default=WORK, help="folder of the training runs")
        return sub

    command("list", show)
    making = command("make", make, USUAL)
    making.add_argument("--quick", action="store_true", help="on fewer tokens, where it takes long")
    making.add_argument("--threads", type=int, default=min(4, os.cpu_count() or 1))
    shipping = command("ship", ship, USUAL)
    sub = command("evaluate", evaluate, USUAL)
    sub.add_argument("--count", type=int, default=100, help="generated items a task and level")
    sub.add_argument("--precision", action="append", help="ask these alone")
    sub.add_argument("--write", action="store_true", help="keep the rows, and put them in the card")
    again = command("rebuilt", rebuilt, USUAL)
    for sub in (making, shipping, again):
        sub.add_argument("--seed", type=int, default=1)
    again.add_argument(
        "--write", action="store_true", help="keep the rows, and put them in the card"
    )
    sub = command("compare", compare)
    sub.add_argument("first", type=Path)
    sub.add_argument("second", type=Path)
    sub = command("sample", sample)
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--count", type=int, default=5)
    sub.add_argument("--level", choices=list(tasks.LEVELS), default="L2")
    sub.add_argument("--task", choices=list(tasks.MAKERS))
    args = parser.parse_args(arguments)
    for name in getattr(args, "models", ()):
        if name not in RECIPES and name not in ADAPTERS:
            sys.exit(f"There is no model {name!r}: `python -m pocket list` shows them all.")
    args.action(args)


if __name__ == "__main__":
    main()
