"""Records what the sampler shows from a model: `python -m widgets.sampler [FILE …]`.

Without a file it writes the one of chapter 03.
"""

import argparse
from pathlib import Path

from course import models, paths
from widgets.sampler.record import record, write

CHAPTER = paths.ROOT / "chapters" / "03-opening-the-box.sampler.json"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m widgets.sampler", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("files", nargs="*", type=Path, default=[CHAPTER], metavar="FILE")
    parser.add_argument("--model", default="pocket-mini", help="a name or a file")
    parser.add_argument("--precision", default=None, help="such as F16; left out, the file's own")
    asked = parser.parse_args()
    source = models.checked(asked.model)
    with models.load(asked.model, asked.precision or source.precision) as model:
        data = record(model)
    for file in asked.files:
        write(data, file)
        print(f"{paths.shown(file)}: {len(data['prompts'])} prompts, {data['model']}")


if __name__ == "__main__":
    main()
