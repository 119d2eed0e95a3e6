"""The commands a stranger types, and the files that run them elsewhere."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from setup import clean, places

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)


def make(*words):
    """Run make."""
    return subprocess.run(
        ["make", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_every_target_is_phony_and_in_the_help():
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    assert sorted(phony) == sorted(TARGETS)
    told = make().stdout
    for target in set(TARGETS) - {"help"}:
        assert f"make {target} " in told


def test_the_readme_and_the_makefile_know_the_same_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"`?make ([a-z]+)\b", text))
    assert {"lab", "test", "book", "clean", "doctor"} <= named
    for name in re.findall(r"`make ([a-z]+)`", text):
        assert name in TARGETS


def test_without_python_make_says_so():
    done = make("lab", "PYTHON=python-that-is-nowhere")
    assert done.returncode != 0
    assert "install Python 3.11, 3.12 or 3.13." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder in which everything was made and the reader has worked."""
    for name in clean.MADE:
        (tmp_path / name).mkdir()
    for name in ("my_course", "my_case", "chapters/.ipynb_checkpoints", "course/__pycache__",
                 ".cache/wheels/one", ".cache/models"):  # fmt: skip
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "my_course" / "01.ipynb").write_text("mine")
    (tmp_path / "my_case" / "01.json").write_text("mine")
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(places, "CACHE", tmp_path / ".cache")
    monkeypatch.setattr(places, "WHEELS", tmp_path / ".cache" / "wheels")
    return tmp_path


@pytest.mark.parametrize("everything", [False, True])
def test_clean_deletes_what_was_made_and_nothing_of_the_readers(course, everything, capsys):
    clean.clean(everything)
    left = {f.relative_to(course).as_posix() for f in course.rglob("*") if f.is_file()}
    assert left == {"my_course/01.ipynb", "my_case/01.json"}
    for name in clean.MADE:
        assert not (course / name).exists()
    assert (course / ".cache" / "wheels" / "one").exists() is not everything
    assert not (course / "course" / "__pycache__").exists()
    assert "my_course" in capsys.readouterr().out
    clean.clean(everything)


def test_clean_follows_no_link_out_of_the_course(course, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "precious").write_text("theirs")
    (course / "_build").rmdir()
    (course / "_build").symlink_to(outside)
    clean.clean()
    assert (outside / "precious").read_text() == "theirs"
    assert not (course / "_build").is_symlink()


def test_ci_installs_what_is_missing_and_calls_make_test():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0
    assert "make test" in script.splitlines()[-1]
    assert "chromium" in script and "g++" in script


def test_workflows_test_every_python_and_publish_only_what_passed():
    folder = ROOT / ".github" / "workflows"
    tests = yaml.safe_load((folder / "test.yml").read_text("utf-8"))
    job = tests["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert job["steps"][-1]["run"] == "bash .ci/run"
    publish = yaml.safe_load((folder / "publish.yml").read_text("utf-8"))
    condition = publish["jobs"]["build"]["if"]
    assert "conclusion == 'success'" in condition and "event == 'push'" in condition
    assert publish["permissions"] == {"contents": "read"}


def test_links_are_opened_once_a_week():
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "links.yml").read_text("utf-8"))
    minute, hour, day, month, weekday = job[True]["schedule"][0]["cron"].split()  # True is "on"
    assert (day, month) == ("*", "*") and weekday.isdigit() and minute.isdigit() and hour.isdigit()
    assert job["jobs"]["links"]["steps"][-1]["run"] == "python -m course.facts.links"


def test_the_code_follows_the_linter():
    done = subprocess.run(
        ["ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True,
        check=False, env={"PATH": f"{Path(__import__('sys').executable).parent}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
