"""The command: `python -m course.evaluation MODEL … [--journal FILE]`.

Puts the twenty tickets to models of this machine, one after the other and one call at a time, so
that no answer waits for another, and prints the mean mark of each with its interval. With a
journal, answers that are in it are not asked for again.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from course import models, tickets
from course.errors import CourseError
from course.evaluation import Journal, Protocol, Rubric, ask, exact
from course.tables import Table


def main() -> None:
    """Asks and prints."""
    parser = argparse.ArgumentParser(
        prog="python -m course.evaluation", description=(__doc__ or "").partition("\n")[2]
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="names or GGUF files")
    parser.add_argument("--journal", metavar="FILE", help="where answers are kept")
    given = parser.parse_args()
    rows: dict[str, list[str]] = {"model": [], "exact": [], "rubric": []}
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(given.journal)) if given.journal else None
        pool = stack.enter_context(ThreadPoolExecutor(1))
        for name in given.models:
            with models.load(name) as model:
                answers = ask(
                    model, tickets.twenty(), Protocol(), executor=pool, journal=journal, model=name
                )
            rows["model"].append(name)
            for scorer, scale, column in ((exact, 100, "exact"), (Rubric(), 1, "rubric")):
                found = answers.scores(scorer).estimate
                low, high = scale * found.low, scale * found.high
                rows[column].append(f"{scale * found.value:.1f} ({low:.1f} to {high:.1f})")
    print(Table(rows))


if __name__ == "__main__":
    try:
        main()
    except CourseError as error:
        sys.exit(str(error))
