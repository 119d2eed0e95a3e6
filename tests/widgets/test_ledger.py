"""The claim ledger: the same claims in Python, in JavaScript and in `course.claims`."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from course import claims
from course.claims import ARTICLES, KINDS, TOPICS, VERDICTS
from tests.widgets.test_numbers import vectors
from tests.widgets.test_python import HOSTILE
from widgets import Ledger, LedgerError
from widgets._text import host, long_date
from widgets.ledger.ledger import as_row, decided_in, matches

FILE = "ledger/ledger.vectors.json"
ANY = dict.fromkeys(("article", "topic", "verdict", "kind", "text"), "")
WORDS = ("", "price table", "Llama  4")


def hostile(text: str) -> list[claims.Claim]:
    """Two claims whose every text is `text`."""
    first = claims.ledger()[0]
    fields = {"claim": text, "evidence": text, "note": text, "source_url": text, "anchor": text}
    fields |= {"date_note": text, "source_date": None}
    return [replace(first, **fields), replace(first, id="second", verdict="dated", **fields)]


def test_vectors() -> None:
    rows = vectors(FILE, "rows")
    for case in vectors(FILE, "matches"):
        found = [row["id"] for row in rows if matches(row, ANY | case["wanted"])]
        assert found == case["ids"], case["wanted"]
    for case in vectors(FILE, "places"):
        assert decided_in(case) == case["text"]
    for case in vectors(FILE, "hosts"):
        assert host(case["url"]) == case["host"]


@pytest.mark.browser
def test_vectors_in_javascript(bench: Any) -> None:
    rows = vectors(FILE, "rows")
    for case in vectors(FILE, "matches"):
        asked = [[row, ANY | case["wanted"]] for row in rows]
        found = [
            row["id"]
            for row, yes in zip(rows, bench("ledger", "matches", asked), strict=True)
            if yes
        ]
        assert found == case["ids"], case["wanted"]
    cases = vectors(FILE, "places")
    assert bench("ledger", "decidedIn", [[c] for c in cases]) == [c["text"] for c in cases]
    cases = vectors(FILE, "hosts")
    assert bench("ledger", "hostOf", [[c["url"]] for c in cases]) == [c["host"] for c in cases]
    days = {"2026-11-21": 1795219200000}
    cases = vectors(FILE, "ages")
    asked = [[c["date"], days[c["today"]] + 3_600_000] for c in cases]
    assert bench("ledger", "age", asked) == [c["text"] for c in cases]


@pytest.mark.browser
def test_a_thousand_random_filters_of_the_whole_ledger(bench: Any) -> None:
    luck = random.Random(4)
    rows = [as_row(claim) for claim in claims.ledger()]
    words = sorted({word for row in rows for word in row["evidence"].split()})
    asked = []
    for _ in range(1000):
        wanted = {
            "article": luck.choice(["", "", *ARTICLES]),
            "topic": luck.choice(["", "", "", *TOPICS]),
            "verdict": luck.choice(["", "", *VERDICTS]),
            "kind": luck.choice(["", *KINDS]),
            "text": luck.choice(["", luck.choice(words)[: luck.randrange(1, 9)]]),
        }
        asked.append([luck.choice(rows), wanted])
    assert bench("ledger", "matches", asked) == [matches(*each) for each in asked]
    places = [[row] for row in rows]
    assert bench("ledger", "decidedIn", places) == [decided_in(row) for row in rows]


def test_it_shows_what_the_ledger_of_the_course_finds() -> None:
    whole = claims.ledger()
    widget = Ledger()
    assert len(widget.claims) == len(whole)
    assert widget.counts == claims.count_verdicts(whole)
    for article, verdict, text in product(["", "004"], ["", "dated", "holds"], WORDS):
        found = claims.choose(article=article or None, verdict=verdict or None, text=text)
        widget.article, widget.verdict, widget.text = article, verdict, text
        assert widget.shown == [claim.id for claim in found], (article, verdict, text)


def test_from_python() -> None:
    widget = Ledger(topic="gap", title="Claims about the gap")
    assert widget.shown == [claim.id for claim in claims.choose(topic="gap")]
    widget.verdict = "dated"
    assert sum(widget.counts.values()) == len(claims.choose(topic="gap"))
    assert len(widget.shown) == widget.counts["dated"]
    for name, bad in (("article", "005"), ("topic", "Gap"), ("verdict", "true"), ("kind", "joke")):
        with pytest.raises(LedgerError, match=f"There is no {name}"):
            setattr(widget, name, bad)
    with pytest.raises(LedgerError, match="200 letters"):
        widget.text = "x" * 201
    with pytest.raises(LedgerError, match="'author' is no filter"):
        Ledger(author="x")
    with pytest.raises(LedgerError, match="no claim to show"):
        Ledger([])


def test_each_claim_has_its_evidence_source_date_and_place_without_javascript() -> None:
    html = Ledger().fallback_html()
    for row in Ledger().claims:
        assert row["source_url"] in html
        assert f"read on {long_date(row['retrieved'])}." in html
    assert html.count("<li ") == len(claims.ledger())
    assert html.count("Source: ") >= len(claims.ledger())


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 100_000], ids=range(8))
def test_what_is_shown_without_javascript_is_safe(text: str) -> None:
    html = Ledger(hostile(text), title=text).page_html()
    html.encode("utf-8")
    assert "$" not in html
    assert html.count("<script") == html.count("</script") == 1
    assert "<img" not in html
    assert 'href="javascript' not in html
