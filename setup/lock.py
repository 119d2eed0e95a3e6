"""`make lock`: turns each requirements*.in into a lock with hashes that names no host.

One lock serves Python 3.11 to 3.13 on Linux and macOS, on PC and ARM processors, with one version
of each package. What is locked already stays as it is unless UPGRADE=1.
"""

from __future__ import annotations

import os
import subprocess
import sys

from setup import places
from setup.errors import SetupError

UV = "uv==0.13.8"
TOOLS = places.CACHE / "lock-tools"
UNIVERSAL = ("--universal", "--fork-strategy", "fewest")
# On macOS, PyTorch needs no graphics libraries; all else it needs is the same everywhere.
AS_ON_MACOS = ("--python-platform", "aarch64-apple-darwin", "--no-emit-package", "torch")
JOBS = (
    ("requirements", UNIVERSAL),
    ("requirements-dev", UNIVERSAL),
    ("requirements-train", (*AS_ON_MACOS, "-c", "requirements.txt")),
)


def command(name: str, how: tuple, upgrade: bool) -> list:
    """The compiler's command for one lock."""
    return [
        str(TOOLS / "bin" / "uv"), "pip", "compile", "--quiet", "--no-config",
        "--generate-hashes", "--no-emit-index-url", "--python-version", "3.11",
        "--custom-compile-command", "make lock", *how, *(["--upgrade"] if upgrade else []),
        f"{name}.in", "-o", f"{name}.txt",
    ]  # fmt: skip


def lock(upgrade: bool = False) -> None:
    """Write the three locks.

    Raises:
        SetupError: a step failed and has said why.
    """
    # Indexes and settings of the machine at hand must leave no trace in a lock.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    clean["MACOSX_DEPLOYMENT_TARGET"] = "14.0"
    uv = TOOLS / "bin" / "uv"
    steps = []
    if not uv.exists():
        steps.append([sys.executable, "-m", "venv", str(TOOLS)])
        steps.append([str(TOOLS / "bin" / "python"), "-m", "pip", "install", "-q", UV])
    steps += [command(name, how, upgrade) for name, how in JOBS]
    for step in steps:
        done = subprocess.run(
            step, cwd=str(places.ROOT), env=clean, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise SetupError("A lock was not made: the lines above say why.")
    print("Locked: " + ", ".join(f"{name}.txt" for name, _ in JOBS))
