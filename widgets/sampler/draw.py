"""How the next token is picked: which tokens are cut, the shares of the rest, and the draw.

The order is the one llama.cpp applies by default (`common_params_sampling::samplers` in its
common/common.h: ... top-k, typical-p, top-p, min-p, XTC, temperature; those that are off by
default are left out here): the filters look at the model's own shares, and temperature comes last.
So a higher temperature never brings back a token that was cut. Other programs apply temperature
first, and then the same settings keep other tokens.

- Top-p, also called nucleus sampling: the smallest set of likeliest tokens whose shares add up to
  at least p (Holtzman, Buys, Du, Forbes and Choi, "The Curious Case of Neural Text Degeneration",
  2020).
- Min-p: every token at least p times as likely as the likeliest (Nguyen and others, "Turning Up
  the Heat: Min-p Sampling for Creative and Coherent LLM Outputs", 2024).

Each function has a twin of the same name in sampler.js.
"""

import math
from collections.abc import Sequence
from typing import Any

from course.errors import CourseError
from widgets._text import number

HOTTEST = 2.0  # temperature
LARGEST = 1e6  # of a logit, either way: beyond it something else was handed over
SEEDS = 2**32


class SamplerError(CourseError):
    """The sampler was given something it cannot draw from."""


def check_share(name: str, value: Any, most: float = 1.0) -> float:
    """Return `value` if it is a number from 0 to `most`, or say why it is not."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= most:
        raise SamplerError(f"{name} is {value!r}: give a number from 0 to {most:g}.")
    return value


def check_whole(name: str, value: Any, most: int) -> int:
    """Return `value` if it is a whole number from 0 to `most`, or say why it is not."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        shown = value if isinstance(value, float) else repr(value)
        raise SamplerError(f"{name} is {shown}: give a whole number from 0 to {number(most, 0)}.")
    return value


def check_logits(logits: Sequence[float]) -> None:
    """Say what is wrong with a list of logits, if anything is."""
    if not logits:
        raise SamplerError("There are no logits to draw from: give at least one.")
    for place, value in enumerate(logits):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not -LARGEST <= value <= LARGEST:
            raise SamplerError(
                f"Logit {place + 1} is {value!r}: give a number from -1,000,000 to 1,000,000."
            )


def softmax(logits: Sequence[float], temperature: float = 1.0) -> list[float]:
    """Return exp(logit / temperature) of each, scaled to add up to 1; temperature above 0."""
    highest = max(logits)
    powers = [math.exp((logit - highest) / temperature) for logit in logits]
    total = 0.0  # added one by one, as JavaScript does: sum() compensates from Python 3.12 on
    for power in powers:
        total += power
    return [power / total for power in powers]


def sieve(
    logits: Sequence[float], top_k: int = 0, top_p: float = 1.0, min_p: float = 0.0
) -> list[str]:
    """Return, for each token, which filter cuts it: "top-k", "top-p", "min-p", or "" for none.

    Args:
        logits: one for each token, in any order, up to a constant that all share.
        top_k: how many of the likeliest tokens stay; 0 for all.
        top_p: share that the tokens that stay add up to, at the least; 1 for all.
        min_p: share of the likeliest token's share that a token needs to stay; 0 for all.
    """
    reasons = [""] * len(logits)
    kept = sorted(range(len(logits)), key=lambda i: -logits[i])
    if 0 < top_k < len(kept):
        for i in kept[top_k:]:
            reasons[i] = "top-k"
        kept = kept[:top_k]
    if top_p < 1:
        sum_so_far, stay = 0.0, 0
        for share in softmax([logits[i] for i in kept]):
            sum_so_far += share
            stay += 1
            if sum_so_far >= top_p:
                break
        for i in kept[stay:]:
            reasons[i] = "top-p"
        kept = kept[:stay]
    if min_p > 0:
        least = logits[kept[0]] + math.log(min_p)
        for i in kept[1:]:
            if logits[i] < least:
                reasons[i] = "min-p"
    return reasons


def sample_distribution(
    logits: Sequence[float],
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
) -> list[float]:
    """Return the probability with which each token is drawn: top-k, top-p, min-p, temperature.

    Args:
        logits: one for each token, in any order, up to a constant that all share.
        temperature: from 0 (always the likeliest) to 2; 1 leaves the model's shares as they are.
        top_k, top_p, min_p: as in `sieve`.

    Raises:
        SamplerError: there are no logits, or a value is not finite or out of its range.
    """
    check_logits(logits)
    check_share("temperature", temperature, HOTTEST)
    check_whole("top_k", top_k, SEEDS)
    check_share("top_p", top_p)
    check_share("min_p", min_p)
    probabilities = [0.0] * len(logits)
    if temperature == 0:
        probabilities[max(range(len(logits)), key=lambda i: logits[i])] = 1.0
        return probabilities
    kept = [i for i, reason in enumerate(sieve(logits, top_k, top_p, min_p)) if reason == ""]
    shares = softmax([logits[i] for i in kept], temperature)
    for i, share in zip(kept, shares, strict=True):
        probabilities[i] = share
    return probabilities


def uniform(seed: int, n: int) -> float:
    """Return the n-th random number of a seed, from 0 up to but not 1; n counts from 0.

    The generator is mulberry32 (32 bits, in the public domain). Its state grows by a constant, so
    any of its numbers can be had without those before it, and both languages get the same ones.
    """
    state = (seed + (n + 1) * 0x6D2B79F5) % SEEDS
    mixed = ((state ^ (state >> 15)) * (state | 1)) % SEEDS
    mixed ^= (mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)) % SEEDS
    return (mixed ^ (mixed >> 14)) / SEEDS


def draw_many(probabilities: Sequence[float], seed: int, draws: int) -> list[int]:
    """Return the places of the tokens drawn, in order: one for each of the seed's numbers."""
    ends, total = [], 0.0
    for probability in probabilities:
        total += probability
        ends.append(total)
    last = max(i for i, probability in enumerate(probabilities) if probability > 0)
    return [min(_first_above(ends, uniform(seed, n) * total), last) for n in range(draws)]


def _first_above(ends: list[float], value: float) -> int:
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if ends[middle] > value:
            high = middle
        else:
            low = middle + 1
    return low
