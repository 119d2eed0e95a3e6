"""What a model answers, whichever door it came through."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape


class Door(StrEnum):
    """Where the answer was computed.

    LOCAL: in this process. PRACTICE: by the course's own provider, on this machine, over HTTP.
    LIVE: by somebody else's computer, for somebody's money.
    """

    LOCAL = "LOCAL"
    PRACTICE = "PRACTICE"
    LIVE = "LIVE"


@dataclass(frozen=True)
class Usage:
    """Tokens of one exchange; None where the provider did not say."""

    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True)
class Reply:
    """One answer. `str(reply)` is its text.

    latency: seconds from the call to the last token, retries and waiting included.
    logprobs: None unless asked for, else one entry per token of the answer:
        {"token": str, "logprob": float, "top": [[str, float], ...]} (natural logarithm).
    model: the identifier the model or provider answered under.
    as_of: when the answer was complete, timezone-aware UTC.
    finish: "stop" when the model ended its answer, "length" when it was cut at `max_tokens`.
    """

    text: str
    usage: Usage
    latency: float
    logprobs: list | None
    door: Door
    model: str
    as_of: datetime
    finish: str = "stop"

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        # Border and text take the page's own colour, so the badge reads in light and in dark.
        badge = (
            '<span style="border:1px solid currentColor;border-radius:.6em;padding:0 .5em;'
            'font-size:.8em;letter-spacing:.05em">' + self.door.value + "</span>"
        )
        text = f'<span style="white-space:pre-wrap">{escape(self.text)}</span>'
        cut = " <em>(cut at max_tokens)</em>" if self.finish == "length" else ""
        return f"<div>{badge} {text}{cut}</div>"

    def _repr_pretty_(self, printer, cycle) -> None:
        # No latency and no time here: nbval compares this line.
        printer.text(f"{self.door.value} · {self.text}")
