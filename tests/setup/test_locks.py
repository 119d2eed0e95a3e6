"""The locks: they name no host, carry hashes, satisfy what asks for them, and leave CUDA out."""

import ast
import functools
import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from setup import lock, lockfile, wheel
from setup.errors import SetupError
from tests.setup.sentences import assert_sentence

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("requirements", "requirements-dev", "requirements-train")
every_lock = pytest.mark.parametrize("name", NAMES)


def locked(name):
    """The requirements of a lock, by name."""
    found = {}
    for line in (ROOT / f"{name}.txt").read_text("utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            requirement = Requirement(line.rstrip("\\ "))
            assert canonicalize_name(requirement.name) not in found, "one version of each package"
            found[canonicalize_name(requirement.name)] = requirement
    return found


def asked(name):
    """The requirements of an .in file."""
    lines = (ROOT / f"{name}.in").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if re.match(r"[A-Za-z0-9]", line)]


def version(requirement):
    """The one version that a locked requirement allows."""
    return str(requirement.specifier).removeprefix("==")


@every_lock
def test_a_lock_names_no_host_and_no_index(name):
    text = (ROOT / f"{name}.txt").read_text("utf-8")
    assert not re.search(r"://|--index|--extra|--find-links|--trusted|\bfile:| @ ", text)


@every_lock
def test_every_package_is_exact_and_has_hashes(name):
    for package, lines in lockfile.entries(ROOT / f"{name}.txt").items():
        assert re.match(rf"{re.escape(package)}==\d", lines)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", lines), package
    assert set(map(canonicalize_name, lockfile.entries(ROOT / f"{name}.txt"))) == set(locked(name))


@every_lock
def test_a_lock_gives_what_was_asked_for(name):
    held = locked(name)
    for requirement in asked(name):
        if requirement.name == "torch":
            continue
        package = held[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version(package)), requirement


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_locks_agree_with_each_other(name):
    reader = locked("requirements")
    for package, requirement in locked(name).items():
        if package in reader:
            assert version(requirement) == version(reader[package])


def test_no_graphics_libraries_are_locked_for_training():
    held = " ".join(locked("requirements-train"))
    assert not re.search(r"\b(torch|triton|nvidia|cuda)", held)
    assert any(re.fullmatch(r"torch==\d+\.\d+\.\d+", str(r)) for r in asked("requirements-train"))


def test_the_book_stays_with_its_first_major_version():
    assert version(locked("requirements")["jupyter-book"]).startswith("1.")
    assert [str(r.specifier) for r in asked("requirements") if r.name == "jupyter-book"] == [
        "<2,>=1.0.4.post1"
    ]


def test_loose_bounds_of_the_project_hold_the_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    held = locked("requirements")
    for line in project["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(version(held[canonicalize_name(requirement.name)]))


def test_build_tools_are_locked_and_can_be_taken_out_of_the_lock(tmp_path):
    source = ROOT / "requirements.txt"
    part = lockfile.part(source, (*wheel.TOOLS, wheel.NAME), tmp_path / "part.txt")
    text = part.read_text("utf-8")
    assert text.count("==") == len(wheel.TOOLS) + 1
    for line in text.splitlines()[:-1]:
        assert line.endswith("\\") or line.startswith("    --hash=")
    assert lockfile.entries(part)[wheel.NAME] == lockfile.entries(source)[wheel.NAME]


def test_a_missing_lock_is_a_sentence(tmp_path):
    with pytest.raises(SetupError) as caught:
        lockfile.entries(tmp_path / "requirements.txt")
    assert_sentence(str(caught.value))


@pytest.mark.parametrize(("name", "how"), lock.JOBS)
def test_locking_asks_for_hashes_and_no_address(name, how):
    command = lock.command(name, how, upgrade=False)
    assert {"--generate-hashes", "--no-emit-index-url", "--no-config"} <= set(command)
    assert "--upgrade" not in command
    assert "--upgrade" in lock.command(name, how, upgrade=True)


def imported(source):
    """The names of the modules that some code imports from outside."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def sources(folder):
    """All code of a folder, cell by cell in notebooks."""
    for file in (ROOT / folder).rglob("*.py"):
        yield file.read_text("utf-8")
    for file in (ROOT / folder).rglob("*.ipynb"):
        for cell in json.loads(file.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield re.sub(r"^[%!].*$", "", "".join(cell["source"]), flags=re.MULTILINE)


@functools.cache
def providers():
    """Which installed package brings a module."""
    return metadata.packages_distributions()


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("chapters", NAMES[:1]),
        ("course", NAMES[:1]),
        ("widgets", NAMES[:1]),
        ("publish", NAMES[:2]),  # its pictures are taken with the browser of the tests
        ("tests", NAMES[:2]),
        ("pocket", (NAMES[0], NAMES[2])),
        ("setup", ()),
    ],
)
def test_whatever_is_imported_is_locked(folder, names):
    ours = {"course", "widgets", "publish", "pocket", "setup", "tests", "conftest"}
    held = {package for name in names for package in locked(name)} | {"torch"}
    packages = providers()
    for module in {name for source in sources(folder) for name in imported(source)}:
        if module in ours or module in sys.stdlib_module_names:
            continue
        by = {canonicalize_name(name) for name in packages.get(module, [module])}
        assert by & held, f"{folder} imports {module}, which no lock holds"
