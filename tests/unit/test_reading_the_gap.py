"""The exercise of chapter 04: the expected words follow from the rows, wrong ones are told."""

from __future__ import annotations

import pytest

from course import facts
from course.exercises import reading_the_gap as names

RIGHT = {name: names.status(name) for name in names.NAMES}


def test_each_of_the_four_words_occurs():
    assert set(RIGHT.values()) == set(names.WORDS)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Llama 4 (405B)", "not found"),
        ("Claude Opus 4", "withdrawn"),
        ("Grok 2", "other side"),
        ("o3", "as said"),
    ],
)
def test_the_rows_say_what_the_chapter_says(name, word):
    assert RIGHT[name] == word


def test_a_name_not_found_has_no_row_of_that_size():
    models = facts.table("models")
    size = models.set_index("model")["params_total_b"]
    assert not (size[models["model"].str.startswith("Llama 4").to_numpy()] == 405).any()
    assert not (size[models["model"].str.startswith("Qwen3").to_numpy()].round() == 72).any()
    assert not models["model"].str.contains("Coder V3|Coder-V3").any()


def test_the_right_answer_passes():
    assert names.exercise().check(RIGHT).passed is True


def test_an_untouched_answer_is_not_attempted():
    assert names.exercise().check(dict.fromkeys(names.NAMES, ...)).passed is None


def test_a_wrong_word_is_named():
    verdict = names.exercise().check({**RIGHT, "Grok 2": "as said"})
    assert verdict.passed is False
    assert "11 of 12" in verdict.message
    assert "Grok 2" in verdict.message


def test_part_of_an_answer_says_what_is_open():
    verdict = names.exercise().check({"Grok 2": "other side"})
    assert verdict.passed is False
    assert "Still open" in verdict.message


@pytest.mark.parametrize("answer", [["as said"], "as said", {"Grok 2": "gone"}, {"Grok 2": ["x"]}])
def test_another_form_of_answer_is_one_sentence(answer):
    verdict = names.exercise().check(answer)
    assert verdict.passed is False
    assert "form" not in verdict.message


def test_look_up_finds_both_tables_however_it_is_written():
    shown = repr(names.look_up("opus-4"))
    assert "Claude Opus 4 | closed-api" in shown
    assert "claude-opus-4-20250514 | closed-api |  | 2026-06-15" in shown
    assert repr(names.look_up("Opus 4")) == shown


def test_look_up_of_nothing_is_an_empty_table():
    for words in ("DeepSeek Coder V3", "", " "):
        assert repr(names.look_up(words)).count("\n") == 0
