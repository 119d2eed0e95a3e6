"""Answers in the forms of chat completions: whole, and as a stream of server-sent events."""

import json
import uuid

from course.practice import logprobs
from course.reply import Reply, Usage

DONE = b"data: [DONE]\n\n"
UNREADABLE = b'data: {"id": "chatcmpl-\n\n'  # for a scripted fault


def usage(used: Usage) -> dict:
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.prompt_tokens + used.completion_tokens,
    }


def event(data: dict) -> bytes:
    """One server-sent event. JSON has no line breaks of its own, so one line is enough."""
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


class Form:
    """What all parts of one answer have in common.

    model: the name that answers. created: seconds since 1970. with_usage: whether the stream's
    last part tells the tokens.
    """

    def __init__(self, model: str, created: int, with_usage: bool = False) -> None:
        self._common = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": created,
            "model": model,
        }
        self._with_usage = with_usage

    def whole(self, reply: Reply) -> dict:
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": reply.text},
            "logprobs": logprobs.shown(reply.logprobs),
            "finish_reason": reply.finish,
        }
        return self._common | {"choices": [choice], "usage": usage(reply.usage)}

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def piece(self, text: str, rows: list) -> bytes:
        return self._chunk({"content": text}, rows)

    def closing(self, reply: Reply) -> list[bytes]:
        """The reason of the end, the tokens where they were asked for, and the end."""
        parts = [self._chunk({}, finish=reply.finish)]
        if self._with_usage:
            parts.append(event(self._part([]) | {"usage": usage(reply.usage)}))
        return [*parts, DONE]

    def _chunk(self, delta: dict, rows: list | None = None, finish: str | None = None) -> bytes:
        shown = logprobs.shown(rows or None)
        choice = {"index": 0, "delta": delta, "logprobs": shown, "finish_reason": finish}
        return event(self._part([choice]) | ({"usage": None} if self._with_usage else {}))

    def _part(self, choices: list) -> dict:
        return self._common | {"object": "chat.completion.chunk", "choices": choices}
