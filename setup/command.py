"""What `python3 -m setup` does with its words."""

from __future__ import annotations

import os
import signal
import sys

from setup import checks, places, stamp
from setup.errors import SetupError


def interrupted(number: int, frame: object) -> None:
    """A polite end asked by another program is treated as Ctrl+C."""
    raise KeyboardInterrupt


def main(arguments: list) -> int:
    """The command; returns its exit code."""
    job = arguments[0] if arguments else ""
    if job not in ("reader", "dev", "train", "lock", "clean", "doctor") or len(arguments) > 1:
        print("Use: python3 -m setup reader|dev|train|lock|clean|doctor", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        if job == "clean":
            from setup import clean

            clean.clean(everything=os.environ.get("ALL") == "1")
            return 0
        if not checks.suitable(sys.version_info):
            other = checks.find_python()
            if other:
                os.execv(other, [other, "-m", "setup", *arguments])
            checks.check_python()
        if job == "doctor":
            ours = places.VENV / "bin" / "python"
            python = str(ours) if ours.exists() else sys.executable
            os.execv(python, [python, "-m", "course.doctor"])
        if job == "lock":
            from setup import lock

            lock.lock(upgrade=os.environ.get("UPGRADE") == "1")
        elif not stamp.fresh(job):
            # Loaded only when there is something to do: most runs have nothing.
            from setup import environment

            environment.prepare(job)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped: run the same command again to go on.", file=sys.stderr)
        return 130
    return 0
