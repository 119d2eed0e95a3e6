"""The one form in which every door takes a conversation."""

from collections.abc import Mapping

from course.errors import PromptError

ROLES = ("system", "user", "assistant")
ALL = "all"  # for `logprobs`: every token of the vocabulary
MOST = 20  # for `logprobs`: as many as the widest of the usual services give


def normalise(messages: "str | list[dict[str, str]]") -> list[dict[str, str]]:
    """A conversation as a list of `{"role": ..., "content": ...}`; a plain string is a user turn.

    Raises PromptError for an empty conversation or one of another form.
    """
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    if isinstance(messages, bytes | bytearray | memoryview):
        raise PromptError(f"The prompt is {_BYTES}")
    if isinstance(messages, Mapping) or not hasattr(messages, "__iter__"):
        raise PromptError("Give the messages as text, or as a list of role and content pairs.")
    turns = [_turn(number, message) for number, message in enumerate(messages, start=1)]
    if not any(turn["role"] == "user" and turn["content"].strip() for turn in turns):
        raise PromptError("The prompt is empty: write something for the model to answer.")
    return turns


def _turn(number: int, message) -> dict[str, str]:
    if not isinstance(message, Mapping):
        raise PromptError(
            f"Message {number} must look like {{'role': 'user', 'content': '...'}}, "
            f"not {type(message).__name__}."
        )
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise PromptError(f"Message {number} needs a role: one of {', '.join(ROLES)}.")
    return {"role": role, "content": check_text(content, f"Message {number}")}


_BYTES = "bytes, not text: turn them into text first, for instance with .decode('utf-8')."


def check_text(text: object, what: str = "The text") -> str:
    """The text, where it is one that a tokenizer can read; raises PromptError where it is not."""
    if isinstance(text, bytes | bytearray | memoryview):
        raise PromptError(f"{what} is {_BYTES}")
    if not isinstance(text, str):
        raise PromptError(f"{what} needs to be text, not {type(text).__name__}.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise PromptError(
            f"{what} holds half of a character pair and cannot be sent: retype it."
        ) from None
    return text


def check_options(
    max_tokens: int, temperature: float, seed: int, logprobs: int | str | None = None
) -> None:
    """Raises PromptError where an option of `chat` is outside what models accept."""
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, int) or max_tokens < 1:
        raise PromptError("max_tokens must be a whole number of at least 1.")
    is_number = isinstance(temperature, int | float) and not isinstance(temperature, bool)
    if not is_number or not 0 <= temperature <= 2:  # which nan is not either
        raise PromptError("temperature must be a number from 0 to 2.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise PromptError("seed must be a whole number from 0 to 2147483647.")
    if logprobs is None or logprobs == ALL:
        return
    is_whole = isinstance(logprobs, int) and not isinstance(logprobs, bool)
    if not is_whole or not 0 <= logprobs <= MOST:
        raise PromptError(
            f"logprobs must be None, a whole number from 0 to {MOST}, or {ALL!r} for the whole "
            "vocabulary."
        )
