"""What a machine must have, and what is said where it does not."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from setup import checks
from setup.errors import SetupError, from_os_error
from tests.setup.sentences import assert_sentence

ROOT = Path(__file__).resolve().parents[2]


def executable(folder, name, text="#!/bin/sh\nexit 0\n"):
    """Put a program into a folder."""
    program = folder / name
    program.write_text(text)
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_suitable_pythons(version):
    checks.check_python(version)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 6), (3, 10, 14), (3, 14, 0), (4, 0, 0)])
def test_unsuitable_pythons(version):
    with pytest.raises(SetupError) as caught:
        checks.check_python(version)
    assert_sentence(str(caught.value))
    assert f"{version[0]}.{version[1]}" in str(caught.value)
    assert "PYTHON=" in str(caught.value)


def test_another_python_on_the_path_is_found(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setenv("PATH", f"{first}:{second}")
    assert checks.find_python() is None
    for minor in (10, 14):
        executable(first, f"python3.{minor}", f"#!/bin/sh\necho 3 {minor}\n")
    executable(first, "python3.13", "#!/bin/sh\necho not installed; exit 127\n")
    assert checks.find_python() is None, "a name that does not run is no Python"
    older = executable(second, "python3.11", "#!/bin/sh\necho 3 11\n")
    assert checks.find_python() == str(older)
    newer = executable(second, "python3.13", "#!/bin/sh\necho 3 13\n")
    assert checks.find_python() == str(newer)


def test_an_old_python_hands_over_to_a_suitable_one(tmp_path, monkeypatch):
    other = executable(tmp_path, "python3.12", '#!/bin/sh\necho "took over: $*"\n')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    as_old = (
        "import sys; sys.version_info = (3, 9, 6)\n"
        "from setup import checks, command\n"
        f"checks.find_python = lambda: {str(other)!r}\n"
        "sys.exit(command.main(['reader']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", as_old], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "took over: -m setup reader\n", done.stderr


def test_an_old_python_alone_is_told_what_to_install(monkeypatch, capsys):
    from setup import command

    monkeypatch.setattr(checks, "suitable", lambda version: False)
    monkeypatch.setattr(checks, "find_python", lambda: None)
    assert command.main(["reader"]) == 1
    assert_sentence(capsys.readouterr().err.strip())


@pytest.mark.parametrize(
    "name", ["__init__", "__main__", "command", "checks", "errors", "clean", "places", "stamp"]
)
def test_what_meets_an_old_python_can_be_read_by_it(name):
    source = (ROOT / "setup" / f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_missing_venv_module(missing):
    with pytest.raises(SetupError) as caught:
        checks.check_venv_module(lambda name: None if name == missing else object())
    assert_sentence(str(caught.value))
    assert f"python3.{sys.version_info.minor}-venv" in str(caught.value)
    checks.check_venv_module(lambda name: object())


def test_a_missing_compiler(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(SetupError) as caught:
        checks.check_compiler()
    assert_sentence(str(caught.value))
    assert "No C++ compiler" in str(caught.value)


def test_a_compiler_that_is_there_but_cannot_build(tmp_path, monkeypatch):
    executable(tmp_path, "c++", "#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(SetupError) as caught:
        checks.check_compiler()
    assert_sentence(str(caught.value))
    assert "cannot build" in str(caught.value)


def test_a_compiler_that_works(tmp_path, monkeypatch):
    fake = '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nln -s /bin/true "$2"\n'
    executable(tmp_path, "c++", fake)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("CXX", raising=False)
    checks.check_compiler()


def test_too_little_disk(tmp_path):
    checks.check_disk(tmp_path, 1)
    with pytest.raises(SetupError) as caught:
        checks.check_disk(tmp_path, 10**18)
    assert_sentence(str(caught.value))
    assert "1000000000.0 GB" in str(caught.value)


def test_a_folder_that_cannot_be_written(tmp_path):
    checks.check_writable(tmp_path / "new")
    with pytest.raises(SetupError) as caught:
        checks.check_writable(Path("/proc/course"))
    assert str(caught.value)


@pytest.mark.parametrize(
    ("number", "word"), [(28, "disk is full"), (122, "disk is full"), (30, "cannot write")]
)
def test_failed_writes_are_sentences(number, word):
    sentence = str(from_os_error(OSError(number, "whatever"), "the folder"))
    assert_sentence(sentence)
    assert word in sentence


def test_windows_is_sent_to_wsl():
    with pytest.raises(SetupError) as caught:
        checks.check_platform("Windows", "AMD64")
    assert_sentence(str(caught.value))
    assert "WSL" in str(caught.value)
    checks.check_platform("Linux", "aarch64")
    checks.check_platform("Darwin", "arm64")
