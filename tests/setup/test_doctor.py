"""`make doctor`: enough for an answer, and nothing that one would not paste in public."""

import json
from pathlib import Path

from course import doctor, paths
from course.doors.providers import VARIABLES


def report():
    """The whole report."""
    return "\n".join(doctor.report())


def test_everything_a_question_needs_is_there():
    told = report()
    for title, _ in doctor.LINES:
        assert f"{title} " in told
    assert "cannot be told" not in told
    assert "llama-cpp-python 0." in told and "sha256" in told


def test_keys_are_set_or_not_set_and_never_shown(monkeypatch):
    for name in VARIABLES:
        monkeypatch.setenv(name, "planted-value-of-a-key")
    told = report()
    assert "planted" not in told
    assert told.count(" set,") + told.count(" set\n") >= len(VARIABLES)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "OPENAI_API_KEY not set" in report()


def test_the_home_folder_is_left_out(monkeypatch):
    home = str(Path.home())
    monkeypatch.setenv("COURSE_CASE", f"{home}/somewhere")
    told = report()
    assert f"{home}/" not in told
    assert "COURSE_CASE=~/somewhere" in told


def test_a_damaged_model_is_seen(monkeypatch, tmp_path):
    rows = {
        "one": {"file": "one.gguf", "sha256": "0" * 64},
        "two": {"file": "two.gguf", "sha256": "0" * 64},
    }
    (tmp_path / "models.json").write_text(json.dumps(rows))
    (tmp_path / "one.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    told = list(doctor.models())
    assert "NOT as published" in told[0] and "missing" in told[1]


def test_a_look_that_fails_is_a_line_and_not_the_end(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    told = report()
    assert "Models     cannot be told" in told
    assert "Keys" in told
