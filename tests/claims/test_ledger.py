"""The claim ledger and the teaching points as they are committed."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date

import pytest

from course import chapters, claims, paths

POINTS = {"0": 23, "1": 23, "2": 12, "3": 7, "4": 14}  # how many points each article has
NAMED = re.compile(r"\btables? ([a-z_]+)(?: and ([a-z_]+))?")
NOT_OURS = {"to"}  # "Pocket's table to zero"
FIGURE = re.compile(r"\d%|\d\.\d|\bdollars\b")
VERSION = re.compile(r"(Llama|Gemma|GPT|Claude|Kimi|Apache|NC|V|Opus|Sonnet|Pro|Medium)[ -]?\d\.\d")


@pytest.fixture(scope="module")
def ledger() -> list[claims.Claim]:
    return claims.ledger()


@pytest.fixture(scope="module")
def points() -> list[claims.Point]:
    return claims.points()


def test_there_are_claims_and_advice_of_every_article(ledger):
    assert len(ledger) >= 75
    for article in claims.ARTICLES:
        kinds = {claim.kind for claim in ledger if article in claim.articles}
        assert kinds == set(claims.KINDS) or article == "003", article
    assert {claim.topic for claim in ledger} == set(claims.TOPICS)
    assert all(claims.count_verdicts(ledger).values())


def test_claims_are_not_given_twice(ledger):
    texts = Counter(claim.claim.casefold() for claim in ledger)
    assert [text for text, count in texts.items() if count > 1] == []


def test_claim_and_evidence_are_sentences(ledger):
    for claim in ledger:
        assert claim.claim.endswith((".", "?")), claim.id
        assert claim.evidence.endswith((".", "?")), claim.id
        assert claim.claim[0].isupper() and len(claim.claim) < 260, claim.id
        assert len(claim.evidence) < 360, claim.id


def test_days_are_not_in_the_future_and_sources_not_younger_than_their_reading(ledger):
    for claim in ledger:
        assert claim.retrieved <= date.today(), claim.id
        assert claim.source_date is None or claim.source_date <= claim.retrieved, claim.id


def test_what_has_no_source_says_why(ledger):
    grounds = ("run", "own table", "own text", "five articles")
    for claim in ledger:
        if claim.verdict in ("dated", "contradicted", "inconsistent") and not claim.source_url:
            assert any(ground in claim.date_note for ground in grounds), claim.id
        if claim.date_note.startswith("nothing found"):
            assert claim.verdict == "untestable", claim.id


def test_every_table_that_is_named_is_one_of_ours(ledger):
    package = json.loads((paths.DATA / "datapackage.json").read_text("utf-8"))
    there = {each["name"] for each in package["resources"]}
    assert set(claims.TABLES) <= there
    for claim in ledger:
        named = {name for pair in NAMED.findall(claim.evidence) for name in pair if name}
        assert named - NOT_OURS == set(claim.tables), claim.id


def test_figures_say_what_holds_them(ledger):
    said = ("chapter", "the cell", "not recomputed", "Epoch Capabilities Index", "16 bits")
    for claim in ledger:
        if FIGURE.search(VERSION.sub("", claim.evidence)):
            own = "own text" in claim.date_note
            assert claim.tables or own or any(word in claim.evidence for word in said), claim.id


def test_every_point_of_the_articles_is_there_once(points):
    wanted = [f"{article}.{n}" for article, most in POINTS.items() for n in range(1, most + 1)]
    assert [point.id for point in points] == wanted
    assert all(point.article == f"00{point.id[0]}" for point in points)


def test_every_anchor_exists(ledger, points, table):
    used = [(claim.id, claim.chapter, claim.anchor) for claim in ledger]
    used += [
        (point.id, chapter, anchor)
        for point in points
        for chapter, anchor in zip(point.chapters, point.anchors, strict=True)
    ]
    decided = [each for each in used if each[2] != claims.PLANNED]
    assert [each for each in decided if not chapters.exists(each[2])] == []
    for name, chapter, anchor in decided:
        document = anchor.partition("#")[0]
        assert document.startswith((f"chapters/{chapter}-", "chapters/appendix/")), name
        assert document.startswith("chapters/appendix/") == (chapter in claims.APPENDICES), name
    waiting = [point for point in points if claims.PLANNED in point.anchors]
    counts = claims.count_verdicts(ledger)
    table(
        "claim ledger",
        [
            f"{len(ledger)} claims and pieces of advice; still planned: "
            f"{sum(claim.planned for claim in ledger)}",
            ", ".join(f"{verdict} {count}" for verdict, count in counts.items()),
            f"{len(points)} teaching points; still planned in at least one chapter: {len(waiting)}",
        ],
    )


def test_nothing_is_planned_in_a_chapter_that_is_there(ledger, points):
    """Once a chapter is written, what it decides and teaches must point into it."""
    built = {path.stem[:2] for path in (paths.ROOT / "chapters").glob("[0-9][0-9]-*.ipynb")}
    assert {"01", "03"} <= built
    assert [claim.id for claim in ledger if claim.planned and claim.chapter in built] == []
    late = [
        (point.id, chapter)
        for point in points
        for chapter, anchor in zip(point.chapters, point.anchors, strict=True)
        if anchor == claims.PLANNED and chapter in built
    ]
    assert late == []


def test_the_card_counts_no_verdicts_and_explains_each(ledger):
    card = (paths.DATA / "claims.md").read_text("utf-8")
    for word in claims.VERDICTS:
        assert f"| `{word}` |" in card
    for topic in claims.TOPICS:
        assert topic in card
