"""A child process in which files are handed to llama.cpp; if one kills it, only it dies.

Reads one path a line; answers "works" or "refused" for each.
"""

import sys

from course import gguf_header, probe
from course.errors import CourseError


def main() -> None:
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            header = gguf_header.read(path)
            verdict = probe._try(path, min(256, header.trained_context))
            answer = "works" if verdict["ok"] else "refused"
        except CourseError:
            answer = "refused"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
