"""Reading a provider's answer: whatever it holds, a `Reply` or one sentence."""

from datetime import UTC, datetime

from course import faults
from course.errors import ProviderError
from course.reply import Door, Reply, Usage


def used(answer: dict) -> int | None:
    usage = usage_of(answer)
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return usage.prompt_tokens + usage.completion_tokens


def usage_of(answer: dict) -> Usage:
    said = answer.get("usage")
    said = said if isinstance(said, dict) else {}
    counts = (said.get("prompt_tokens"), said.get("completion_tokens"))
    return Usage(*(n if isinstance(n, int) and n >= 0 else None for n in counts))


def is_completion(answer: object) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("choices"), list)


def reply(answer: dict, latency: float, door: Door, asked: str, where: str) -> Reply:
    choices = answer["choices"]
    if not choices:
        raise ProviderError(
            f"{faults.opening(where)} answered without an answer (no choices): try again."
        )
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message")
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(text, str):
        raise ProviderError(
            f"{faults.opening(where)} answered without any text: try again, or raise max_tokens."
        )
    model = answer.get("model")
    return Reply(
        text=text,
        usage=usage_of(answer),
        latency=latency,
        logprobs=_logprobs(choice),
        door=door,
        model=model if isinstance(model, str) else asked,
        as_of=datetime.now(UTC),
        finish=str(choice.get("finish_reason") or "stop"),
    )


def _logprobs(choice: dict) -> list | None:
    """The provider's list in the form of `Reply.logprobs`; None where it gave none."""
    try:
        return [
            {
                "token": row["token"],
                "logprob": float(row["logprob"]),
                "top": [[top["token"], float(top["logprob"])] for top in row["top_logprobs"]],
            }
            for row in choice["logprobs"]["content"]
        ]
    except (KeyError, TypeError, ValueError):
        return None
