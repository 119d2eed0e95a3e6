"""Models behind an HTTP address, and which of them is the closed door.

from course import endpoints

with endpoints.closed_door() as door:
    print(door.chat("Triage: my parcel has not come"))
    print(door.last_request)
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from course.budget import Budget
from course.client import OPENAI, Endpoint, SentRequest
from course.errors import KeyMissing
from course.reply import Door
from course.secret import Secret

__all__ = ["Endpoint", "SentRequest", "closed_door", "describe_keys", "live_is_set"]

LIVE_VARIABLES = (
    "OPENAI_API_KEY",
    "COURSE_LIVE_MODEL",
    "COURSE_LIVE_MAX_CALLS",
    "COURSE_LIVE_MAX_TOKENS",
)


def describe_keys() -> dict[str, str]:
    """For each variable the live door needs: "set" or "not set", never its value."""
    return {name: "set" if os.environ.get(name) else "not set" for name in LIVE_VARIABLES}


def live_is_set() -> bool:
    """Whether all four variables of the live door are set."""
    return all(os.environ.get(name) for name in LIVE_VARIABLES)


_live_budget: Budget | None = None
_live_lock = threading.Lock()


@contextmanager
def closed_door(practice_model: str = "pocket-mini") -> Iterator[Endpoint]:
    """The closed door: a real provider where the reader allows it, else the practice provider.

    LIVE only when a key, a model and both limits are in the environment (`LIVE_VARIABLES`;
    OPENAI_BASE_URL names another OpenAI-compatible provider). The limits hold for the whole
    notebook, however often this is entered.
    """
    if not live_is_set():
        from course import practice

        with practice.provider(practice_model) as provider:
            yield provider
        return
    with Endpoint(
        os.environ.get("OPENAI_BASE_URL") or OPENAI,
        Secret(os.environ["OPENAI_API_KEY"]),
        os.environ["COURSE_LIVE_MODEL"],
        Door.LIVE,
        budget=_live_limits(),
    ) as endpoint:
        yield endpoint


def _live_limits() -> Budget:
    global _live_budget
    calls, tokens = _whole("COURSE_LIVE_MAX_CALLS"), _whole("COURSE_LIVE_MAX_TOKENS")
    with _live_lock:
        if _live_budget is None:
            _live_budget = Budget()
        # What was spent stays counted when the reader changes the limits.
        _live_budget.max_calls, _live_budget.max_tokens = calls, tokens
        return _live_budget


def _whole(name: str) -> int:
    text = os.environ[name].strip()
    if not text.isascii() or not text.isdigit():
        raise KeyMissing(f"{name} must be a whole number such as 20: set it again.")
    return int(text)
