"""A child process in which files are handed to llama.cpp; if one kills it, only it dies.

Reads one command a line: "try PATH" runs the trial of `course.probe`, "use PATH" loads the model
as a notebook would and asks it something. Answers "works" or "refused".
"""

import sys
from pathlib import Path

from course import gguf_header, models, probe
from course.errors import CourseError

CONTEXT = 256


def try_(path: str) -> bool:
    header = gguf_header.read(path)
    return probe._try(path, min(CONTEXT, header.trained_context))["ok"]


def use(path: str) -> bool:
    header = gguf_header.read(path)
    context = min(CONTEXT, header.trained_context)
    with models.LocalModel(Path(path).stem, header, "F16", 1, context) as model:
        drawn = model.chat("Wörter 語🎒?", max_tokens=8, temperature=1.0)
        return isinstance(model.chat("hello", max_tokens=8).text + drawn.text, str)


def main() -> None:
    for line in sys.stdin:
        command, _, path = line.rstrip("\n").partition(" ")
        try:
            works = {"try": try_, "use": use}[command](path)
        except CourseError:
            works = False
        print("works" if works else "refused", flush=True)


if __name__ == "__main__":
    main()
