"""What a machine must have; every check that fails says in one sentence what to do."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from setup.errors import SetupError, from_os_error

OLDEST, NEWEST = (3, 11), (3, 13)

# A program that only works when compiler, C++ library and linker are all there.
SMALLEST_PROGRAM = "#include <string>\nint main() { return std::string(1, 'a').size() - 1; }\n"


def suitable(version: tuple) -> bool:
    """Whether the course runs on this version of Python."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def find_python() -> str | None:
    """Another Python on the PATH that the course runs on, the newest first."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in folders:
            found = shutil.which(f"python3.{minor}", path=folder or os.curdir)
            if found and runs(found, minor):
                return found
    return None


def runs(python: str, minor: int) -> bool:
    """Whether a Python answers with its version: version managers leave names that do not run."""
    ask = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", ask], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.split() == [b"3", str(minor).encode()]


def check_python(version: tuple | None = None) -> None:
    """Raises SetupError when the course does not run on this Python."""
    version = tuple(version or sys.version_info)
    if not suitable(version):
        raise SetupError(
            f"This is Python {version[0]}.{version[1]}, and the course needs 3.11, 3.12 or 3.13: "
            "install one, and if it is not found by itself name it, as in "
            "`make lab PYTHON=/path/to/python3.12`."
        )


def check_platform(system: str | None = None, machine: str | None = None) -> None:
    """Raises SetupError on a system or processor that the locked packages do not cover."""
    system, machine = system or platform.system(), machine or platform.machine()
    if system not in ("Linux", "Darwin"):
        raise SetupError(
            f"The course runs on Linux and macOS, not on {system}: on Windows, open WSL "
            "(`wsl --install` in a terminal) and run the same command there."
        )
    if sys.maxsize < 2**32:
        raise SetupError("This is a 32-bit Python: install a 64-bit one and run the command again.")


def check_venv_module(find: object = importlib.util.find_spec) -> None:
    """Raises SetupError when Python came without the modules that make an environment."""
    if find("venv") is None or find("ensurepip") is None:
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SetupError(
            "This Python cannot make a virtual environment: install its venv module "
            f"(on Debian and Ubuntu `sudo apt install {name}`) and run the command again."
        )


def check_disk(folder: Path, needed: int) -> None:
    """Raises SetupError when less than `needed` bytes are free where `folder` is."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SetupError(
            f"The set-up needs {needed / 1e9:.1f} GB of disk and {free / 1e9:.1f} GB is free: "
            f"free {(needed - free) / 1e9:.1f} GB and run the same command again."
        )


def check_writable(folder: Path) -> None:
    """Raises SetupError when nothing can be written in the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=str(folder)) as probe:
            probe.write(b"\0" * 4096)
    except OSError as error:
        raise from_os_error(error, folder) from None


def compiler() -> str | None:
    """The C++ compiler that a build will use."""
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        found = name and shutil.which(name.split()[0])
        if found:
            return found
    return None


def check_compiler() -> None:
    """Raises SetupError unless a small C++ program can be compiled and run."""
    how = {
        "Linux": "on Debian and Ubuntu `sudo apt install build-essential`, "
        "on Fedora `sudo dnf install gcc-c++`",
        "Darwin": "`xcode-select --install`",
    }.get(platform.system(), "the one of your system")
    found = compiler()
    if not found:
        raise SetupError(
            f"No C++ compiler was found: install one ({how}) and run the same command."
        )
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program")
        source = Path(folder, "program.cpp")
        source.write_text(SMALLEST_PROGRAM, encoding="utf-8")
        try:
            works = all(
                subprocess.run(step, capture_output=True, timeout=120, check=False).returncode == 0
                for step in ([found, "-std=c++17", str(source), "-o", str(program)], [str(program)])
            )
        except (OSError, subprocess.TimeoutExpired):
            works = False
    if not works:
        raise SetupError(
            f"The C++ compiler {found} cannot build a small program: install it whole ({how}) "
            "and run the same command."
        )
