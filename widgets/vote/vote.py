"""A vote before the run and another after it, with the shift drawn; or a prediction and its result.

Nobody marks it and nothing is sent: it shows readers what the run did to their own mind.
"""

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any, Self

import traitlets as t

from widgets._base import CourseWidget, WidgetError
from widgets._text import number, to_html, well_formed
from widgets.quiz.quiz import find_file, read_questions

STAGES = ("before", "after", "result")
MOST = 1e9  # a number beyond it is a slip of the keyboard; as in _base.js


class VoteError(WidgetError):
    """A vote was given something that cannot be voted on."""


def said(options: list[dict[str, Any]], unit: str, answer: float | None) -> str:
    """Return an answer in words, "" for none; the twin of `said` in vote.js."""
    if answer is None:
        return ""
    if options:
        return f"“{options[int(answer)]['answer']}”"
    return f"{number(answer, 6)} {unit}".rstrip()


def shift(options: list[dict[str, Any]], unit: str, before: float | None, after: float) -> str:
    """Return what became of a vote, in a sentence; the twin of `shift` in vote.js."""
    now = said(options, unit, after)
    if before is None:
        return f"You say {now} now, and did not vote before."
    if before == after:
        return f"You stayed with {now}."
    start = f"You went from {said(options, unit, before)} to {now}"
    if options:
        return f"{start}."
    way = "up" if after > before else "down"
    return f"{start}: {way} by {number(abs(after - before), 6)}."


def met(options: list[dict[str, Any]], unit: str, before: float | None, result: float) -> str:
    """Return how a prediction fared, in a sentence; the twin of `met` in vote.js."""
    ran = said(options, unit, result)
    if before is None:
        return f"The run gave {ran}. You did not predict anything."
    if before == result:
        return f"You predicted {ran}, and so the run gave it."
    start = f"You predicted {said(options, unit, before)}; the run gave {ran}"
    if options:
        return f"{start}."
    side = "too high" if before > result else "too low"
    return f"{start}: you were {number(abs(before - result), 6)} {side}."


class Vote(CourseWidget):
    """One question, voted on before a run and, where wanted, again after it.

    Give options, or a range for a number. Show the vote before the run; later show ``vote.again()``
    for a second vote with the shift drawn, or ``vote.against(result)`` for the prediction beside
    what the run gave. Both share their votes with the first, in Python and in the reader's browser.

    Python reads ``vote.before`` and ``vote.after`` (None, the position of an option from 0, or a
    number in ``unit``), ``vote.before_text`` and ``vote.after_text``, and ``vote.shift``.
    """

    module = "vote"

    question = t.Unicode().tag(sync=True)
    options = t.List(t.Dict()).tag(sync=True)
    unit = t.Unicode().tag(sync=True)
    least = t.Float(0.0).tag(sync=True)
    most = t.Float(0.0).tag(sync=True)
    stage = t.Enum(STAGES, "before").tag(sync=True)
    result = t.Union([t.Int(), t.Float()], default_value=None, allow_none=True).tag(sync=True)
    before = t.Union([t.Int(), t.Float()], default_value=None, allow_none=True).tag(sync=True)
    after = t.Union([t.Int(), t.Float()], default_value=None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        question: str,
        options: Iterable[str | Mapping[str, str]] = (),
        *,
        least: float = 0,
        most: float = 100,
        unit: str = "",
        remember_as: str = "",
        **kw: Any,
    ) -> None:
        """Ask a question.

        Args:
            question: what is voted on: a claim, or what the run will give.
            options: at least two texts, or {"answer", "feedback"}; left out, a number is asked for.
            least, most, unit: the range of that number and its unit, to be shown.
            remember_as: name under which the votes are kept; it must be the same for both votes.

        Raises:
            VoteError: there is nothing to vote on, one option only, or the range is empty.
        """
        if not isinstance(question, str) or not question.strip():
            raise VoteError("There is nothing to vote on: give a question.")
        listed = [_option(option) for option in options]
        if len(listed) == 1:
            raise VoteError("One option is no choice: give two at least, or none for a number.")
        bounds = (_finite(least, "least"), _finite(most, "most"))
        if not listed and bounds[0] >= bounds[1]:
            raise VoteError(f"From {least:g} to {most:g} there is no number: give a range.")
        super().__init__(
            question=question,
            options=listed,
            unit="" if listed else unit,
            least=0.0 if listed else bounds[0],
            most=float(len(listed) - 1) if listed else bounds[1],
            remember_as=remember_as or question[:60],
            **kw,
        )

    @classmethod
    def from_file(cls, name: str | Path, question: int = 1) -> Self:
        """Take a question of type "vote" from a quiz file, counted from 1.

        Raises:
            VoteError: there is no such question, or it is not a vote.
        """
        path = find_file(name)
        asked = read_questions(path)
        if not 1 <= question <= len(asked):
            raise VoteError(f"{path.name} has {len(asked)} questions, and not number {question}.")
        found = asked[question - 1]
        if found["type"] != "vote":
            raise VoteError(f'{path.name}, question {question}: its type must be "vote".')
        stem = path.name.removesuffix(".json")
        return cls(found["question"], found["answers"], remember_as=f"{stem}.{question}")

    @classmethod
    def example(cls) -> Self:
        """Return a second vote on a claim, voted on once already."""
        claim = "“Open models have caught up with closed ones.” What do you say?"
        vote = cls(claim, ["It holds", "It depends", "It does not hold"], remember_as="example")
        vote.before = 0
        return vote.again()

    def again(self) -> Self:
        """Return the same question for a second vote; what is voted in one, the other knows."""
        return self._later(stage="after")

    def against(self, result: float) -> Self:
        """Return the prediction beside what the run gave: the position of an option, or a number.

        Raises:
            VoteError: the result is no option of this vote, or not a number.
        """
        return self._later(stage="result", result=self._answer(result, bounded=False))

    def _later(self, **kw: Any) -> Self:
        later = type(self)(
            self.question, self.options, least=self.least, most=self.most, unit=self.unit,
            remember_as=self.remember_as, before=self.before, after=self.after, **kw,
        )  # fmt: skip
        for name in ("before", "after"):
            t.link((self, name), (later, name))
        return later

    @t.validate("before", "after")
    def _check_answer(self, proposal: Any) -> float | None:
        return None if proposal["value"] is None else self._answer(proposal["value"])

    def _answer(self, value: Any, bounded: bool = True) -> int | float:
        if self.options:
            if value not in range(len(self.options)):
                last = len(self.options) - 1
                raise VoteError(f"{value!r} is no option: give its position, from 0 to {last}.")
            return int(value)
        value = _finite(value, "the answer")
        if bounded and not self.least <= value <= self.most:
            raise VoteError(
                f"{value:g} is out of range: give {number(self.least, 6)} to "
                f"{number(self.most, 6)}."
            )
        return value

    @property
    def before_text(self) -> str:
        """The first vote in words, "" where there is none."""
        return said(self.options, self.unit, self.before).strip("“”")

    @property
    def after_text(self) -> str:
        """The second vote in words, "" where there is none."""
        return said(self.options, self.unit, self.after).strip("“”")

    @property
    def shift(self) -> str:
        """What became of the vote, in a sentence; "" until there is a second one."""
        if self.after is None:
            return ""
        return shift(self.options, self.unit, self.before, self.after)

    def __repr__(self) -> str:
        return f"Vote({self.remember_as!r}, {self.stage!r})"

    def fallback_html(self) -> str:
        """Return the question with its options or its range, and what the run gave."""
        title = {"before": "Before the run", "after": "After the run"}.get(
            self.stage, "What you predicted"
        )
        if self.options:
            items = "".join(f'<li dir="auto">{to_html(o["answer"])}</li>' for o in self.options)
            choices = f"<ul>{items}</ul>"
        else:
            ends = f"{number(self.least, 6)} to {number(self.most, 6)} {self.unit}".rstrip()
            choices = f'<p dir="auto">A number from {to_html(ends)}.</p>'
        ran = ""
        if self.result is not None:
            words = said(self.options, self.unit, self.result)
            ran = f'<p dir="auto">The run gave {to_html(words)}.</p>'
        return (
            f'<p><strong>{title}</strong></p><p dir="auto">{to_html(self.question)}</p>'
            f"{choices}{ran}"
        )


def _option(option: Any) -> dict[str, str]:
    given = option if isinstance(option, Mapping) else {"answer": option}
    answer = given.get("answer")
    if not isinstance(answer, str) or not answer.strip():
        raise VoteError(f"{option!r} is no option: give its text.")
    return well_formed({"answer": answer, "feedback": str(given.get("feedback") or "")})


def _finite(value: Any, name: str) -> float:
    usable = isinstance(value, Real) and not isinstance(value, bool)  # NumPy's numbers, too
    if not usable or not math.isfinite(value) or abs(value) > MOST:
        raise VoteError(f"{name} is {value!r}: give a number of {number(MOST)} at the most.")
    return float(value)
