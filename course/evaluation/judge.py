"""Judging judges: whether one that compares answers looks at their order or their length.

A judge is a function of a prompt and two answers that says which is the better: "first", "second"
or "tie". It may ask a model, a person or a rule. The two biases are those that L. Zheng et al.
found in models that judge models ("Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", 2023,
arXiv:2306.05685).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from scipy.stats import binomtest

from course.errors import CourseError
from course.gap import wilson

FIRST, SECOND, TIE = "first", "second", "tie"
PADDING = " Thank you for your message, and please do write again if anything else comes up."

Judge = Callable[[str, str, str], str]
Pair = tuple[str, str, str]  # a prompt and two answers


@dataclass(frozen=True)
class Bias:
    """What a judge leans to; `str()` is one sentence.

    leaning: how often it leaned one way, out of `count` verdicts in which nothing else differed;
    low, high: the Wilson interval of that share, which is a half without bias; p: of no bias.
    """

    what: str
    leaning: int
    count: int
    low: float
    high: float
    p: float

    @property
    def found(self) -> bool:
        """Whether a half lies outside of the interval."""
        return not self.low <= 0.5 <= self.high

    def __str__(self) -> str:
        if not self.count:
            return f"The judge gave no verdict that would show whether it prefers {self.what}."
        return (
            f"The judge preferred {self.what} in {self.leaning} of {self.count} verdicts that "
            f"should be even ({self.low:.0%} to {self.high:.0%})."
        )


@dataclass(frozen=True)
class Comparison:
    """Verdicts on pairs put in both orders. wins: of the first model's answers, a tie half.

    agreed: pairs on which both orders had the same winner. position: the bias among the others.
    """

    wins: float
    agreed: int
    count: int
    position: Bias


def compare(judge: Judge, pairs: Sequence[Pair]) -> Comparison:
    """Puts every pair in both orders: the bias to a place shows, and cancels in `wins`.

    A judge without bias may still waver; what gives bias away is that it wavers to one place.
    """
    _check_pairs(pairs)
    wins, agreed, leaning, wavering = 0.0, 0, 0, 0
    for prompt, ours, theirs in pairs:
        one, other = _verdict(judge, prompt, ours, theirs), _verdict(judge, prompt, theirs, ours)
        wins += {FIRST: 0.5, TIE: 0.25}.get(one, 0) + {SECOND: 0.5, TIE: 0.25}.get(other, 0)
        if one == other != TIE:  # the same place twice is the other answer twice
            wavering += 1
            leaning += one == FIRST
        elif TIE not in (one, other) or one == other:
            agreed += 1
    bias = _bias("the answer that stands first", leaning, wavering)
    return Comparison(wins / len(pairs), agreed, len(pairs), bias)


def length_bias(judge: Judge, answers: Sequence[tuple[str, str]], padding: str = PADDING) -> Bias:
    """Puts every answer beside itself with empty words added, in both orders.

    answers: prompts and an answer to each. The longer one says nothing more, so a preference for
    it is for length alone; ties and verdicts that follow the place cancel out of a half.
    """
    if not answers:
        raise CourseError("There is nothing to judge: give at least one prompt with its answer.")
    longer, decided = 0, 0
    for prompt, answer in answers:
        padded = answer + padding
        told = (
            (_verdict(judge, prompt, padded, answer), FIRST),
            (_verdict(judge, prompt, answer, padded), SECOND),
        )
        decided += sum(verdict != TIE for verdict, _ in told)
        longer += sum(verdict == place for verdict, place in told)
    return _bias("the longer answer", longer, decided)


def toy(quality: Callable[[str, str], float], place: float = 0, length: float = 0, seed: int = 0):
    """A judge whose biases are known, to try the measurements on.

    quality: of an answer to a prompt, from 0 to 1. place: added to whatever stands first.
    length: added to the longer one. Both in units of quality; a little noise decides ties.
    """
    noise = Random(seed)

    def judge(prompt: str, first: str, second: str) -> str:
        ahead = quality(prompt, first) - quality(prompt, second) + place + noise.gauss(0, 0.1)
        ahead += length * ((len(first) > len(second)) - (len(first) < len(second)))
        return FIRST if ahead > 0 else SECOND

    return judge


def _verdict(judge: Judge, prompt: str, first: str, second: str) -> str:
    said = judge(prompt, first, second)
    if said not in (FIRST, SECOND, TIE):
        raise CourseError(
            f"The judge said {said!r}: its verdict must be {FIRST!r}, {SECOND!r} or {TIE!r}."
        )
    return said


def _bias(what: str, leaning: int, count: int) -> Bias:
    if not count:
        return Bias(what, 0, 0, 0.0, 1.0, 1.0)
    p = float(binomtest(leaning, count).pvalue)
    return Bias(what, leaning, count, *wilson(leaning, count), p)


def _check_pairs(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise CourseError("There is nothing to judge: give at least one prompt with two answers.")
