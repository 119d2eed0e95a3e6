"""Builds the book: `python -m publish.build [--serve] [--output FOLDER]`."""

from __future__ import annotations

import argparse
import functools
import os
import re
import subprocess
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from course.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent


def build(output: Path | None = None) -> Path:
    """Build the pages; every warning counts as an error.

    Args:
        output: the folder to build in; `_build` in the checkout when not given.

    Returns:
        The folder of the built pages.

    Raises:
        BuildError: something is wrong with the text, and the build has said what.
    """
    output = (output or ROOT / "_build").resolve()
    # Jupyter Book puts its own `_build` into the folder it is given.
    place = output.parent if output.name == "_build" else output
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command += ["build", "-W", "--keep-going", "-q", "--path-output", str(place)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".splitlines()
        wrong = [line for line in said if re.search(r"WARNING|ERROR|CRITICAL", line)]
        lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in wrong or said[-40:]]
        raise BuildError("\n".join(["The book was not built. Correct this first:", *lines]))
    return place / "_build" / "html"


class BuildError(CourseError):
    """The book cannot be built or served; the text says what to do."""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each request."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class QuietServer(ThreadingHTTPServer):
    """A server that a reader who leaves a page early does not upset."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about a connection that was closed; tell everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of a folder on loopback; port 0 takes a free one.

    Raises:
        BuildError: the port is taken.
    """
    handler = functools.partial(QuietHandler, directory=str(folder))
    try:
        return QuietServer(("127.0.0.1", port), handler)
    except OSError:
        raise BuildError(
            f"Port {port} is in use: set COURSE_PORT to another number, or leave it out."
        ) from None


def wanted_port() -> int:
    """The port that COURSE_PORT asks for; 0, any free one, when it does not.

    Raises:
        BuildError: it is not a port.
    """
    named = os.environ.get("COURSE_PORT", "").strip() or "0"
    if not named.isdecimal() or int(named) > 65535:
        raise BuildError(f"COURSE_PORT is {named!r}: give a number from 1024 to 65535.")
    return int(named)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Build the book.")
    parser.add_argument("--serve", action="store_true", help="serve it on loopback afterwards")
    parser.add_argument("--output", type=Path, help="build somewhere else than _build")
    options = parser.parse_args()
    try:
        run(options.output, serve=options.serve)
    except BuildError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        print()


def run(output: Path | None, *, serve: bool) -> None:
    """Build, say where the pages are, and serve them if asked to."""
    port = wanted_port()  # before anything is built: the likeliest thing to be wrong
    pages = build(output)
    print(f"The book is in {os.path.relpath(pages)}")
    if serve:
        with server(pages, port) as running:
            print(f"Read it at http://127.0.0.1:{running.server_port}/  (Ctrl+C ends)", flush=True)
            running.serve_forever()


if __name__ == "__main__":
    main()
