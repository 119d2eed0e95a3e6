"""The claim ledger: what five articles say, what became of it, and what decided it."""

from collections.abc import Iterable
from typing import Any, Self

import traitlets as t

from course import claims as ledger_file
from course.claims import ARTICLES, KINDS, PLANNED, TOPICS, VERDICTS, Claim
from widgets._base import CourseWidget, WidgetError
from widgets._text import escape, number, source_html

FILTERS = {"article": tuple(ARTICLES), "topic": TOPICS, "verdict": VERDICTS, "kind": KINDS}
LONGEST_SEARCH = 200  # letters; as in ledger.js
COLUMNS = ("id", "topic", "kind", "claim", "verdict", "evidence", "source_url", "date_note",
           "chapter", "anchor", "note")  # fmt: skip


class LedgerError(WidgetError):
    """The ledger was asked for something that it is not sorted by."""


def as_row(claim: Claim) -> dict[str, Any]:
    """Return a claim as JSON values, its dates as "2026-11-21" or ""."""
    return {
        **{name: getattr(claim, name) for name in COLUMNS},
        "articles": list(claim.articles),
        "source_date": claim.source_date.isoformat() if claim.source_date else "",
        "retrieved": claim.retrieved.isoformat(),
    }


def matches(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    """Return whether a row answers to every filter; the twin of `matches` in ledger.js.

    `wanted` holds "article", "topic", "verdict", "kind" and "text", "" for any. Each word of the
    text must stand in the claim, its evidence or its note.
    """
    if wanted["article"] and wanted["article"] not in row["articles"]:
        return False
    if any(wanted[name] and wanted[name] != row[name] for name in ("topic", "verdict", "kind")):
        return False
    text = f"{row['claim']} {row['evidence']} {row['note']}".lower()
    return all(word in text for word in wanted["text"].lower().split())


def decided_in(row: dict[str, Any]) -> str:
    """Return where a claim is decided, in words; the twin of `decidedIn` in ledger.js."""
    if row["anchor"] == PLANNED:
        return f"Chapter {row['chapter']}, which is still to be written"
    document, _, section = row["anchor"].partition("#")
    name = document.rpartition("/")[2].partition("-")[2].replace("-", " ")
    return f"Chapter {row['chapter']}, {name}: “{section.replace('-', ' ')}”"


class Ledger(CourseWidget):
    """Claims with their verdicts, filtered by article, topic, verdict and kind, and searched.

    The filters are traits, readable and settable from Python; "" stands for any: ``article`` (a
    number, "000" to "004"), ``topic``, ``verdict``, ``kind`` ("claim" or "advice") and ``text``
    (words that must all be there, 200 letters at most). Results: ``shown`` (the ids of the claims
    that answer to all of it, in the order of the ledger) and ``counts`` (claims by verdict that
    answer to all but the verdict).
    """

    module = "ledger"

    title = t.Unicode().tag(sync=True)
    claims = t.List(t.Dict()).tag(sync=True)
    articles = t.Dict().tag(sync=True)
    article = t.Unicode("").tag(sync=True)
    topic = t.Unicode("").tag(sync=True)
    verdict = t.Unicode("").tag(sync=True)
    kind = t.Unicode("").tag(sync=True)
    text = t.Unicode("").tag(sync=True)
    defaults = t.Dict().tag(sync=True)

    def __init__(
        self,
        claims: Iterable[Claim] | None = None,
        *,
        title: str = "The claim ledger",
        remember_as: str = "ledger",
        **filters: str,
    ) -> None:
        """Show claims: those of `course.claims.choose`, say; left out, the whole ledger.

        Args:
            filters: article, topic, verdict, kind or text to begin with.

        Raises:
            LedgerError: there is no claim to show, or a filter names nothing there is.
        """
        rows = [as_row(claim) for claim in (ledger_file.ledger() if claims is None else claims)]
        if not rows:
            raise LedgerError("There is no claim to show: give at least one.")
        unknown = sorted(set(filters) - {*FILTERS, "text"})
        if unknown:
            raise LedgerError(f"{unknown[0]!r} is no filter: use {', '.join(FILTERS)} or text.")
        start = {**dict.fromkeys((*FILTERS, "text"), ""), **filters}
        super().__init__(
            title=title,
            claims=rows,
            articles=dict(ARTICLES),
            defaults=start,
            remember_as=remember_as,
            **start,
        )

    @classmethod
    def example(cls) -> Self:
        """Return the claims about control, from the ledger of the course."""
        return cls(ledger_file.choose(topic="control"), remember_as="example")

    @t.validate("article", "topic", "verdict", "kind")
    def _check_filter(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if value and value not in FILTERS[name]:
            known = ", ".join(FILTERS[name])
            raise LedgerError(f'There is no {name} {value!r}: use one of {known}, or "" for any.')
        return value

    @t.validate("text")
    def _check_text(self, proposal: Any) -> str:
        if len(proposal["value"]) > LONGEST_SEARCH:
            raise LedgerError(f"The text is too long: give {LONGEST_SEARCH} letters at most.")
        return proposal["value"]

    @property
    def filters(self) -> dict[str, str]:
        """The filters in force, by name."""
        return {name: getattr(self, name) for name in (*FILTERS, "text")}

    @property
    def shown(self) -> list[str]:
        """The ids of the claims that answer to all filters."""
        return [row["id"] for row in self.claims if matches(row, self.filters)]

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict, of those that answer to the other filters."""
        others = {**self.filters, "verdict": ""}
        rows = [row for row in self.claims if matches(row, others)]
        return {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}

    def __repr__(self) -> str:
        used = "".join(f", {name}={value!r}" for name, value in self.filters.items() if value)
        return f"Ledger({len(self.claims)} claims{used})"

    def fallback_html(self) -> str:
        """Return the counts as a table and each verdict's claims in a box of their own."""
        rows = [row for row in self.claims if matches(row, self.filters)]
        groups = {v: [row for row in rows if row["verdict"] == v] for v in VERDICTS}
        counts = "".join(
            f'<tr><th scope="row">{verdict}</th><td>{len(found)}</td></tr>'
            for verdict, found in groups.items()
        )
        boxes = "".join(
            f"<details><summary>{verdict}: {len(found)}</summary>"
            f"<ul>{''.join(map(self._item, found))}</ul></details>"
            for verdict, found in groups.items()
            if found
        )
        return (
            f'<p dir="auto"><strong>{escape(self.title)}</strong></p>'
            f"<p>{number(len(rows), 0)} claims and pieces of advice, by verdict.</p>"
            f"<table><thead><tr><th>Verdict</th><th>Claims</th></tr></thead>"
            f"<tbody>{counts}</tbody></table>{boxes}"
        )

    def _item(self, row: dict[str, Any]) -> str:
        said = ", ".join(self.articles[each] for each in row["articles"])
        note = f" {escape(row['note'])}" if row["note"] else ""
        return (
            f'<li dir="auto"><strong>{escape(row["claim"])}</strong> Said by {escape(said)}. '
            f"{escape(row['evidence'])}{note} {escape(decided_in(row))}. "
            f"Source: {source_html(row)}</li>"
        )
