"""A limit in calls and tokens that is checked before anything is sent."""

import threading
from dataclasses import dataclass

from course.errors import LimitReached


@dataclass
class Hold:
    """Tokens set aside for one call until it is known what the call used."""

    tokens: int


class Budget:
    """Counts calls and tokens; refuses the call that could break a limit.

    What a call will cost is not known before it is made, so the most it can cost is set aside
    first and the rest given back afterwards. Safe to share between threads and endpoints.
    """

    def __init__(self, max_calls: int | None = None, max_tokens: int | None = None) -> None:
        self.max_calls, self.max_tokens = max_calls, max_tokens
        self.calls, self.tokens = 0, 0
        self._lock = threading.Lock()

    def hold(self, tokens: int) -> Hold:
        """Sets aside one call and at most `tokens`; raises LimitReached, and counts nothing."""
        with self._lock:
            if self.max_calls is not None and self.calls >= self.max_calls:
                raise LimitReached(
                    f"The limit of {self.max_calls} calls is used up, so nothing was sent: raise "
                    "the limit if you want more."
                )
            if self.max_tokens is not None and self.tokens + tokens > self.max_tokens:
                left = max(0, self.max_tokens - self.tokens)
                raise LimitReached(
                    f"This call could take {tokens} tokens and {left} of the limit of "
                    f"{self.max_tokens} are left, so nothing was sent: lower max_tokens or raise "
                    "the limit."
                )
            self.calls += 1
            self.tokens += tokens
            return Hold(tokens)

    def cancel(self, hold: Hold) -> None:
        """Takes a call back of which nothing left the machine."""
        self.settle(hold, 0)
        with self._lock:
            self.calls -= 1

    def settle(self, hold: Hold, used: int | None) -> None:
        """Replaces what was set aside by what was used; None leaves the whole of it counted."""
        with self._lock:
            if used is not None:
                self.tokens += used - hold.tokens
                hold.tokens = used
