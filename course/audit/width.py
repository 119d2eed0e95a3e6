"""What can be found out about a model behind a closed door from what it gives away.

The last step of a language model multiplies a hidden state, some hundreds or thousands of numbers,
by a table with one row for each token. So however many tokens there are, the log-probabilities of
all answers lie in a space of as many dimensions as the hidden state has numbers, and whoever is
shown enough of them can count the dimensions. The method is that of Carlini et al. 2024, "Stealing
part of a production language model" (arXiv:2403.06634), and of Finlayson et al. 2024, "Logits of
API-protected LLMs leak proprietary information" (arXiv:2403.09539).

Where a provider shows only the five likeliest tokens, this count is not possible: the answers to
two prompts rarely share a token, so there is no common column to compare. Both papers then rebuild
the whole row through a logit bias, which lifts tokens of the asker's choice into the five; a
provider that offers no bias, like the course's own, leaves only slower ways: to draw the same
answer thousands of times and count, or to ask so that the same few tokens always lead, which shows
no more dimensions than those few.
"""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from course.errors import CourseError
from course.messages import ALL
from course.reply import Reply

GAP = 20.0  # how many times smaller than the last that counts the first that is noise must be
NOISE = 8  # how many must lie below the gap to be taken for a floor of noise
SAME = 1e-3  # rows that differ by less than this share of their length are one answer


class Asked(Protocol):
    """A local model or an endpoint."""

    def chat(
        self, messages: str, *, max_tokens: int, temperature: float, logprobs: int | str
    ) -> Reply: ...


@dataclass(frozen=True)
class HiddenWidth:
    """What the log-probabilities say of a model's width; `str()` is one sentence.

    width: numbers of the hidden state, or None where the evidence does not suffice. Prompts that
        are all of one kind may not use the whole of it: it is at least this.
    gap: how many times larger the last singular value that counts is than the next.
    singular_values: largest first. queries: different answers among those given.
    suffices: whether there is such a gap, with a floor of noise below it.
    """

    width: int | None
    gap: float
    singular_values: tuple[float, ...]
    queries: int
    suffices: bool
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def hidden_width(logprobs: "np.typing.ArrayLike") -> HiddenWidth:
    """The number of large singular values of an array of log-probabilities.

    logprobs: (queries, vocabulary), each row the natural logarithms for one next token, columns in
        one order; more different queries are needed than the hidden state has numbers.
    Each row is a product with the table, less one number that makes its probabilities add up to
    one. That number is the same for the whole row, so it goes when the row's mean is taken away;
    left in, it would count as one dimension more.
    Raises CourseError where the array cannot be one of log-probabilities.
    """
    rows = _checked(logprobs)
    rows = _different(rows)
    queries, words = rows.shape
    centred = rows - rows.mean(axis=1, keepdims=True)
    values = np.linalg.svd(centred, compute_uv=False)
    # Centring has taken one dimension, so a drop after the last but one column means nothing.
    most = min(queries, words - 1)
    place, gap = _widest_gap(values[:most])
    floor = values[place:most]
    suffices = (
        gap >= GAP
        and len(floor) >= NOISE
        and floor[0] <= GAP / 2 * max(float(np.median(floor)), _rounding(values))
    )
    width = place if suffices else None
    given = len(np.atleast_2d(logprobs))
    if width is None:
        sentence = _too_little(place, gap, queries, words, given)
    else:
        sentence = (
            f"The hidden state has {width} numbers: from {queries} different answers, the "
            f"singular value number {width} is {gap:,.0f} times as large as the next."
        )
    singular = tuple(float(value) for value in values)
    return HiddenWidth(width, gap, singular, queries, suffices, sentence)


def _checked(logprobs) -> np.ndarray:
    try:
        rows = np.asarray(logprobs, dtype=np.float64)
    except (TypeError, ValueError):
        raise CourseError(
            "The log-probabilities must be an array of numbers, as many in each row."
        ) from None
    if rows.ndim != 2 or not rows.shape[0] or rows.shape[1] < 2:
        raise CourseError(
            "The log-probabilities must be an array with a row for each query and a column for "
            f"each token, and this has the shape {rows.shape}."
        )
    if not np.isfinite(rows).all():
        raise CourseError(
            "Some of the log-probabilities are not numbers: leave out the columns that a provider "
            "did not fill."
        )
    # Rounded to two digits, a thousand of them may add up to a little more than one.
    if (rows > 0.01).any() or (np.exp(rows).sum(axis=1) > 1.1).any():
        raise CourseError(
            "These are not log-probabilities, since the probabilities of a row add up to more "
            "than one: give natural logarithms, not logits."
        )
    return rows


def _different(rows: np.ndarray) -> np.ndarray:
    """The rows without repetitions: the noise of repeated answers would look like a floor."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    squares = (centred**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * centred @ centred.T
    near = apart <= SAME**2 * squares[:, None]
    kept: list[int] = []
    for place in range(len(rows)):
        if not near[place, kept].any():
            kept.append(place)
    return rows[kept]


def _rounding(values: np.ndarray) -> float:
    """The size of singular values that are nothing but this computation's own rounding."""
    return float(values[0]) * 1e-12 if len(values) else 0.0


def _widest_gap(values: np.ndarray) -> tuple[int, float]:
    """How many values stand before the largest ratio of neighbours, and that ratio."""
    if len(values) < 2 or values[0] == 0:
        return 0, 1.0
    safe = np.maximum(values, _rounding(values))  # below it, a ratio is only chance
    ratios = safe[:-1] / safe[1:]
    place = int(ratios.argmax())
    return place + 1, float(ratios[place])


def _too_little(place: int, gap: float, queries: int, words: int, given: int) -> str:
    """Why the width stays unknown, and what would help."""
    most = min(queries, words - 1)
    repeated = f" ({given - queries} of {given} rows repeat others)" if given > queries else ""
    start = f"{queries} different answers{repeated} of {words} tokens each"
    if gap >= GAP and most - place < NOISE and queries < words:
        return (
            f"{start} hint at a width of {place}, but only {most - place} of their singular values "
            f"lie below it: ask at least {NOISE - most + place} prompts more."
        )
    if words - 1 <= queries:
        more = "rows must hold more tokens than the hidden state has numbers"
    else:
        more = "ask more, and more different, prompts than the hidden state has numbers"
    return f"{start} show no gap up to {most}, so the width is not known: {more}."


def full_logprobs(door: Asked, prompts: Iterable[str], tokens: int = 1) -> np.ndarray:
    """Asks for the log-probabilities of each answer's first tokens: (rows, vocabulary).

    door: a local model, or an endpoint that gives the whole vocabulary; columns are in the order
    of the tokens' texts. tokens: of an answer at most, each of which gives a row. A prompt that is
    given twice is asked once, and one that the model answers with nothing at all has no row. Two
    tokens of one text cannot be told apart over a wire, so they have no column.
    Raises CourseError where the door gives less than the whole vocabulary.
    """

    def asked(prompt: str) -> list[dict[str, float]]:
        reply = door.chat(prompt, max_tokens=tokens, temperature=0.0, logprobs=ALL)
        if reply.logprobs is None:
            raise CourseError(f"{reply.model} gave no log-probabilities: ask another provider.")
        return [_row(entry["top"], reply.model) for entry in reply.logprobs[:tokens]]

    with ThreadPoolExecutor(max_workers=2) as pool:  # one is read while the next is made
        rows = [row for some in pool.map(asked, dict.fromkeys(prompts)) for row in some]
    if not rows:
        raise CourseError("There is nothing to look at: give prompts that the model answers.")
    names = sorted(set.intersection(*(set(row) for row in rows)))
    return np.array([[row[name] for name in names] for row in rows])


def _row(top: list, model: str) -> dict[str, float]:
    held = float(np.exp([value for _, value in top]).sum()) if top else 0.0
    if held < 0.999:
        raise CourseError(
            f"{model} gave {len(top)} tokens for an answer, which hold {held:.0%} of the "
            "probability: the whole vocabulary is needed here."
        )
    counts = Counter(name for name, _ in top)
    return {name: value for name, value in top if counts[name] == 1}
