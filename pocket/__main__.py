"""python -m pocket train | export | evaluate | sample"""

import argparse
import shutil
import sys
from pathlib import Path
from random import Random

from pocket import bank, tasks

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".cache" / "pocket"
MODELS = ROOT / "data" / "models"
LOGS = Path(__file__).parent / "logs"


def sample(args: argparse.Namespace) -> None:
    """Print generated examples."""
    r, rows = Random(args.seed), bank.load()
    for _ in range(args.count):
        e = tasks.MAKERS[args.task](r, rows) if args.task else tasks.example(r, rows)
        print(f"[{e.task}] {e.prompt}\n    -> {e.answer}\n")


def train(args: argparse.Namespace) -> None:
    """Train, or go on training, in the working folder."""
    from pocket import train as training

    budget = training.Budget(tokens=args.tokens, minutes=args.minutes, seed=args.seed)
    try:
        training.train(args.folder, args.model, budget, args.threads)
    except training.OtherRunError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped: run it again to go on from what was last saved.")
    shutil.copy(args.folder / "log.csv", LOGS / f"{args.model}.csv")


def export(args: argparse.Namespace) -> None:
    """Write the GGUF file and the catalogue."""
    from pocket import export as exporting

    if not (args.folder / "checkpoint.pt").exists():
        sys.exit(f"{args.folder} holds no trained model: `python -m pocket train` makes one.")
    target = exporting.export(args.folder, args.models, f"pocket-{args.model}")
    print(f"{target.name}: {target.stat().st_size:,} bytes")


def evaluate(args: argparse.Namespace) -> None:
    """Print the table, and put it into the card."""
    from pocket import evaluate as evaluating

    file = args.models / f"pocket-{args.model}-f16.gguf"
    found = evaluating.evaluate(file, args.count)
    print(found.markdown())
    if args.write:
        evaluating.write_card("table", found.markdown())
        found.write_csv(args.models / "evaluation.csv", f"pocket-{args.model}")
        evaluating.write_card("facts", evaluating.facts(file, LOGS / f"{args.model}.csv"))
        print("\nThe card has the new figures. Left to do: correct what else it says about the")
        print("run, and run `make notebooks`, since the chapters show what the old model said.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m pocket", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, action) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=action.__doc__)
        sub.set_defaults(action=action)
        return sub

    def files(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--model", default="mini")
        sub.add_argument("--models", type=Path, default=MODELS, help="folder of the GGUF files")

    sub = command("train", train)
    sub.add_argument("--model", default="mini")
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--folder", type=Path, default=WORK / "mini")
    sub.add_argument("--tokens", type=int, default=12_000_000)
    sub.add_argument("--minutes", type=float, default=60, help="stop here at the latest")
    sub.add_argument("--threads", type=int, default=2)
    sub = command("export", export)
    files(sub)
    sub.add_argument("--folder", type=Path, default=WORK / "mini")
    sub = command("evaluate", evaluate)
    files(sub)
    sub.add_argument("--count", type=int, default=200, help="generated items a task")
    sub.add_argument("--write", action="store_true", help="keep the table, in the card and as rows")
    sub = command("sample", sample)
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--count", type=int, default=10)
    sub.add_argument("--task", choices=list(tasks.MAKERS))
    args = parser.parse_args()
    args.action(args)


if __name__ == "__main__":
    main()
