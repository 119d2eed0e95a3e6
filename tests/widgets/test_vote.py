"""The vote: the same sentences in both languages, what Python reads, what is refused."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.widgets.test_numbers import vectors
from tests.widgets.test_python import HOSTILE
from widgets import Vote, VoteError
from widgets.vote.vote import met, said, shift

FILE = "vote/vote.vectors.json"
OPTIONS = vectors(FILE, "options")
CASES = [([], case["unit"], case) for case in vectors(FILE, "number_cases")] + [
    (OPTIONS, "", case) for case in vectors(FILE, "options_cases")
]
ASKED = [[options, unit, case["before"], case["after"]] for options, unit, case in CASES]


def claim(**kw: Any) -> Vote:
    return Vote("Open models catch up.", ["Agree", "Unsure", "Disagree"], remember_as="c", **kw)


def guess(**kw: Any) -> Vote:
    return Vote("How many are the same?", least=0, most=8, unit="answers", remember_as="g", **kw)


def gallery() -> list[Vote]:
    """One of each kind, to be looked at."""
    later, number = claim(before=0).again(), guess(before=3)
    return [claim(), later, number, number.against(5)]


def test_vectors() -> None:
    assert [shift(*each) for each in ASKED] == [case["shift"] for _, _, case in CASES]
    assert [met(*each) for each in ASKED] == [case["met"] for _, _, case in CASES]


@pytest.mark.browser
def test_javascript_says_the_same(bench: Any) -> None:
    luck = random.Random(7)
    asked = list(ASKED)
    for _ in range(1000):
        options = luck.choice([[], OPTIONS])
        now, then = (luck.randrange(3) if options else luck.randrange(-(10**9), 10**9) / 1000
                     for _ in range(2))  # fmt: skip
        unit = luck.choice(["", "%", "answers"])
        asked.append([options, unit, luck.choice([None, then]), now])
    assert bench("vote", "shift", asked) == [shift(*each) for each in asked]
    assert bench("vote", "met", asked) == [met(*each) for each in asked]
    answers = [[options, unit, after] for options, unit, _, after in asked]
    assert bench("vote", "said", answers) == [said(*each) for each in answers]


def test_both_votes_know_each_other() -> None:
    first = claim()
    second = first.again()
    assert (first.before, first.after, first.shift) == (None, None, "")
    first.before = 0
    assert first.options[first.before]["answer"] == "Agree"
    second.after = 2
    assert (second.before, first.after) == (0, 2)
    assert (first.before_text, first.after_text) == ("Agree", "Disagree")
    assert first.shift == second.shift == "You went from “Agree” to “Disagree”."
    number = guess()
    number.before = 3
    result = number.against(12)
    assert (result.before, result.result, result.stage) == (3, 12, "result")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Vote("  ", ["a", "b"]), "nothing to vote on"),
        (lambda: Vote("q", ["a"]), "One option is no choice"),
        (lambda: Vote("q", ["a", ""]), "is no option"),
        (lambda: Vote("q", ["a", {"text": "b"}]), "is no option"),
        (lambda: Vote("q", least=3, most=3), "there is no number"),
        (lambda: Vote("q", least=float("nan")), "least is nan"),
        (lambda: Vote("q", most=float("inf")), "most is inf"),
        (lambda: Vote("q", most=1e308), "most is 1e.308"),
        (lambda: claim(before=3), "3 is no option"),
        (lambda: claim(after=0.5), "0.5 is no option"),
        (lambda: guess(before=9), "9 is out of range"),
        (lambda: guess(before=-1), "out of range"),
        (lambda: guess(before=float("nan")), "the answer is nan"),
        (lambda: claim().against("Agree"), "'Agree' is no option"),
        (lambda: guess().against(None), "the answer is None"),
    ],
)  # fmt: skip
def test_what_is_refused(wrong: Any, words: str) -> None:
    with pytest.raises(VoteError, match=words):
        wrong()


def test_a_question_of_a_quiz_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"question": "?", "type": "vote", "answers": [{"answer": "a", "feedback": "b"}] * 2}
    number = {"question": "?", "type": "numeric", "answers": [{"value": 1, "correct": True}]}
    (tmp_path / "07.predict.json").write_text(json.dumps([number, asked]))
    monkeypatch.chdir(tmp_path)
    vote = Vote.from_file("07.predict.json", 2)
    assert repr(vote) == "Vote('07.predict.2', 'before')"
    assert vote.options[0] == {"answer": "a", "feedback": "b"}
    for place, words in ((1, 'must be "vote"'), (0, "and not number 0"), (3, "has 2 questions")):
        with pytest.raises(VoteError, match=words):
            Vote.from_file("07.predict.json", place)


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 100_000], ids=range(8))
def test_what_is_shown_without_javascript_is_safe(text: str) -> None:
    options = Vote(text, [text, {"answer": text, "feedback": text}])
    for vote in (options.again(), options.against(1), Vote(text, unit=text).against(5)):
        html = vote.page_html()
        html.encode("utf-8")
        assert "$" not in html
        assert html.count("<script") == html.count("</script") == 1
        assert "<img" not in html
