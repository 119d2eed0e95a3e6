"""Whose edge is it? The reader's verdict on one factor, beside what the five articles say.

The articles' verdicts stay covered until the reader's own is recorded.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

import traitlets as t

from widgets._base import CourseWidget, WidgetError
from widgets._text import to_html, well_formed

VERDICTS = {
    "open": "Open",
    "closed": "Closed",
    "depends": "It depends",
    "unknown": "Cannot tell yet",
}
SEED_VERDICTS = {**VERDICTS, "silent": "Does not say"}

# The five articles the course grew from, by the number they go under.
SEED_NAMES = {
    "000": "Bloxtra",
    "001": "The long guide",
    "002": "The factor guide",
    "003": "The card",
    "004": "Oversite",
}
LONGEST_REASON = 300  # characters: one line of reason, not an essay


@cache
def _factors() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("seeds.json").read_text(encoding="utf-8"))


def factors() -> list[str]:
    """Return the factors whose verdicts in the seeds are known."""
    return list(_factors())


def agreement(verdict: str | None, seeds: list[dict[str, str]]) -> int:
    """Return how many of `seeds` say what the reader says; the twin of `agreement` in edge.js."""
    return sum(seed["says"] == verdict for seed in seeds)


class Edge(CourseWidget):
    """The reader's verdict on one factor: open, closed, it depends, or cannot tell yet.

    Python reads ``edge.verdict`` (None, "open", "closed", "depends" or "unknown") and
    ``edge.reason`` (the reader's line). ``rows`` puts the reader's own numbers above the choice:
    pairs of text and value, or {"text", "value"}.
    """

    module = "edge"

    factor = t.Unicode().tag(sync=True)
    title = t.Unicode().tag(sync=True)
    question = t.Unicode().tag(sync=True)
    seeds = t.List(t.Dict()).tag(sync=True)
    rows = t.List(t.Dict()).tag(sync=True)
    verdict = t.Enum((None, *VERDICTS), None).tag(sync=True)
    reason = t.Unicode().tag(sync=True)

    def __init__(
        self,
        factor: str = "control",
        *,
        title: str = "",
        question: str = "",
        seeds: Iterable[Mapping[str, str]] | None = None,
        rows: Iterable[Mapping[str, Any] | tuple[str, Any]] = (),
        remember_as: str = "",
        **kw: Any,
    ) -> None:
        known = _factors().get(factor, {})
        if not known and not (title and seeds is not None):
            raise WidgetError(
                f"What the articles say about {factor!r} is not known: use {', '.join(factors())}, "
                "or give a title and seeds."
            )
        super().__init__(
            factor=factor,
            title=title or known["title"],
            question=question or known.get("question", "Whose edge is it?"),
            seeds=[_seed(seed) for seed in (known["seeds"] if seeds is None else seeds)],
            rows=[_row(row) for row in rows],
            remember_as=remember_as or factor,
            **kw,
        )

    @classmethod
    def example(cls) -> Self:
        """Return the factor of control, with two numbers of a reader's."""
        rows = [
            ("Doors that answered with the network cut", "1 of 2"),
            ("Who can change the model", "you"),
        ]
        return cls("control", rows=rows, remember_as="example")

    @t.validate("reason")
    def _check_reason(self, proposal: Any) -> str:
        return well_formed(proposal["value"])[:LONGEST_REASON]

    def __repr__(self) -> str:
        return f"Edge({self.factor!r})"

    def fallback_html(self) -> str:
        """Return the numbers and the possible verdicts, and the seeds' own in a closed box."""
        rows = "".join(
            f'<tr><th scope="row" dir="auto">{to_html(row["text"])}</th>'
            f'<td dir="auto">{to_html(row["value"])}</td></tr>'
            for row in self.rows
        )
        seeds = "".join(
            f'<li dir="auto"><strong>{to_html(seed["name"])}: '
            f"{SEED_VERDICTS[seed['says']]}.</strong> "
            f"{to_html(seed['words'])}</li>"
            for seed in self.seeds
        )
        table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
        return (
            f'<p dir="auto"><strong>Whose edge? {to_html(self.title)}.</strong> '
            f"{to_html(self.question)}</p>{table}"
            f"<p>{', '.join(VERDICTS.values())}: what do you say?</p>"
            f"<details><summary>What the articles say</summary><ul>{seeds}</ul></details>"
        )


def _row(row: Mapping[str, Any] | tuple[str, Any]) -> dict[str, str]:
    try:
        text, value = (row["text"], row["value"]) if isinstance(row, Mapping) else row
    except (KeyError, ValueError, TypeError):
        raise WidgetError(f"{row!r} is not a row: give a text and a value.") from None
    return {"text": str(text), "value": str(value)}


def _seed(seed: Mapping[str, str]) -> dict[str, str]:
    number, says = seed.get("seed", ""), seed.get("says")
    if says not in SEED_VERDICTS:
        allowed = ", ".join(SEED_VERDICTS)
        raise WidgetError(f"Article {number} says {says!r}, which is no verdict: use {allowed}.")
    name = seed.get("name") or SEED_NAMES.get(number, f"Article {number}")
    return {"seed": number, "name": name, "says": says, "words": seed.get("words", "")}
