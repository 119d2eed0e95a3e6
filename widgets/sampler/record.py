"""What the sampler shows: logits recorded from a model, written to a file and read back.

A file is ``{"model", "precision", "made" (a date), "prompts": [...]}``; each prompt is
``{"prompt", "made" (the answer so far), "tokens": [{"text", "logit"}, ...], "rest": [logit, ...]}``
with the likeliest tokens first. Every token of the vocabulary is there, so shares are exact at any
temperature but for rounding: `rest` holds the logits of all tokens that are not named.

A logit stands here as the natural logarithm of the token's share: the model's own number less a
constant that all tokens of a step have in common. No sampler can tell the two apart.
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course import paths
from widgets._text import well_formed
from widgets.sampler.draw import LARGEST, SamplerError

if TYPE_CHECKING:
    from course.models import LocalModel

NAMED = 20  # tokens shown with their text
DECIMALS = 2  # of a logit, so that each share is right to about 1 part in 100
LONGEST_ANSWER = 60  # tokens that are looked through for an uncertain place
# For each, the place of the model's own answer is taken where it is least certain what comes next.
PROMPTS = (
    "Refund? I bought the Drift hammock 29 days ago and used it once, to try it.",
    "Triage: The app shows me someone else's order and I would like to know why.",
    "Redact: Please call Mr Aurelio Stagg on 0151 496 0182.",
    "Extract: My parcel went to the wrong town, says Oriel Fenn.",
)


def record(
    model: "LocalModel", prompts: Iterable[str | tuple[str, int]] = PROMPTS, named: int = NAMED
) -> dict[str, Any]:
    """Return what a file holds, measured with `model` (a `course.models.LocalModel`).

    Args:
        prompts: texts of one user turn, or pairs of a text and the place in the model's own greedy
            answer to show, in tokens from 0. For a text alone the place is taken where the model
            is least certain (highest entropy).
        named: how many tokens keep their text.

    Raises:
        PromptError: the model cannot take a prompt. SamplerError: the answer has no such place.
    """
    return {
        "model": model.name,
        "precision": model.precision,
        "made": datetime.now(UTC).date().isoformat(),
        "prompts": [_step(model, prompt, named) for prompt in prompts],
    }


def _step(model: "LocalModel", prompt: str | tuple[str, int], named: int) -> dict[str, Any]:
    from course.messages import normalise

    text, place = (prompt, None) if isinstance(prompt, str) else prompt
    whole_vocabulary = 2**31
    reply = model.complete(
        normalise(text), LONGEST_ANSWER, whole_vocabulary, seed=0, temperature=0.0
    )
    steps = reply.logprobs
    if place is None and steps:
        place = max(range(len(steps)), key=lambda i: _entropy(steps[i]["top"]))
    if place is None or not 0 <= place < len(steps):
        raise SamplerError(
            f"The answer to {text!r} has {len(steps)} tokens before its end, and none at "
            f"{place}: choose another place or prompt."
        )
    top = [(word, round(value, DECIMALS) + 0.0) for word, value in steps[place]["top"]]
    return {
        "prompt": text,
        "made": "".join(step["token"] for step in steps[:place]),
        "tokens": [{"text": word, "logit": logit} for word, logit in top[:named]],
        "rest": [logit for _, logit in top[named:]],
    }


def _entropy(top: list[tuple[str, float]]) -> float:
    return -sum(math.exp(value) * value for _, value in top)


def write(data: dict[str, Any], file: Path) -> None:
    """Write a record as a file, one prompt a line."""
    head = {name: value for name, value in data.items() if name != "prompts"}
    lines = [json.dumps(each, ensure_ascii=False) for each in data["prompts"]]
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "prompts": [\n'
    file.write_text(text + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def read(name: str | Path) -> dict[str, Any]:
    """Return a file's record; the name is looked for where it says, then under chapters/.

    Raises:
        SamplerError: the file is not there or is not such a record.
    """
    places = [Path(name), paths.ROOT / "chapters" / name]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise SamplerError(f"{Path(name).name} was not found: give the name of a recorded file.")
    where = paths.shown(found)
    try:
        data = json.loads(found.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, OSError, RecursionError):
        raise SamplerError(f"{where} is not valid JSON in UTF-8: record it again.") from None
    if not isinstance(data, dict):
        raise SamplerError(f"{where} holds no record: record it again.")
    return {**data, "prompts": checked(data.get("prompts"), where)}


def _no_constant(name: str) -> float:
    raise ValueError(name)


def checked(prompts: Any, where: str = "The sampler") -> list[dict[str, Any]]:
    """Return the prompts of a record in their agreed form, or say what is wrong with them."""
    if not isinstance(prompts, list | tuple) or not prompts:
        raise SamplerError(f"{where}: the prompts must be a list of at least one.")
    return [_prompt(each, f"{where}, prompt {n}") for n, each in enumerate(prompts, start=1)]


def _prompt(prompt: Any, where: str) -> dict[str, Any]:
    try:
        texts = [prompt["prompt"], prompt.get("made", "")]
        tokens = [(token["text"], token["logit"]) for token in prompt["tokens"]]
        rest = list(prompt.get("rest", ()))
    except (TypeError, KeyError, AttributeError):
        raise SamplerError(
            f'{where}: give "prompt", "made", "tokens" (each with "text" and "logit") and "rest".'
        ) from None
    if not all(isinstance(text, str) for text in (*texts, *(word for word, _ in tokens))):
        raise SamplerError(f"{where}: the prompt, the answer so far and each token must be text.")
    logits = [*(logit for _, logit in tokens), *rest]
    for logit in logits:
        is_number = isinstance(logit, int | float) and not isinstance(logit, bool)
        if not is_number or not -LARGEST <= logit <= LARGEST:
            raise SamplerError(f"{where}: {logit!r} is no logit: give a finite number.")
    if len(tokens) < 2:
        raise SamplerError(f"{where}: name at least two tokens.")
    if any(a < b for a, b in pairwise(logits)):
        raise SamplerError(f"{where}: the likeliest tokens must come first.")
    return well_formed(
        {
            "prompt": texts[0],
            "made": texts[1],
            "tokens": [{"text": word, "logit": logit} for word, logit in tokens],
            "rest": rest,
        }
    )
