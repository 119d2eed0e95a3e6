"""Builds the book: `python -m publish.build [--serve] [--output FOLDER]`."""

from __future__ import annotations

import argparse
import functools
import os
import subprocess
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(output: Path | None = None) -> Path:
    """Build the pages; every warning counts as an error.

    Args:
        output: the folder to build in; `_build` in the checkout when not given.

    Returns:
        The folder of the built pages.

    Raises:
        SystemExit: the build found something wrong and has said what.
    """
    output = (output or ROOT / "_build").resolve()
    command = [sys.executable, "-m", "jupyter_book.cli.main", "build", "-W", "--keep-going", "-q"]
    # Jupyter Book puts its own `_build` into the folder it is given.
    command += ["--path-output", str(output.parent if output.name == "_build" else output)]
    done = subprocess.run([*command, str(ROOT)], check=False)
    if done.returncode:
        raise SystemExit("The book was not built: the lines above say what to correct.")
    folder = output if output.name == "_build" else output / "_build"
    return folder / "html"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each request."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of a folder on loopback; port 0 takes a free one.

    Raises:
        SystemExit: the port is taken.
    """
    handler = functools.partial(QuietHandler, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        raise SystemExit(
            f"Port {port} is in use: set COURSE_PORT to another number, or leave it out."
        ) from None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Build the book.")
    parser.add_argument("--serve", action="store_true", help="serve it on loopback afterwards")
    parser.add_argument("--output", type=Path, help="build somewhere else than _build")
    options = parser.parse_args()
    pages = build(options.output)
    print(f"The book is in {os.path.relpath(pages)}")
    if options.serve:
        with server(pages, int(os.environ.get("COURSE_PORT", "0"))) as running:
            print(f"Read it at http://127.0.0.1:{running.server_port}/  (Ctrl+C ends)", flush=True)
            try:
                running.serve_forever()
            except KeyboardInterrupt:
                print()


if __name__ == "__main__":
    main()
