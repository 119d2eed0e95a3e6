"""The reader of the ledger: filters, counts, and one sentence for each kind of bad file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from course import claims, paths
from course.errors import CourseError
from course.facts.read import FactsDamaged

GOOD = {
    "id": "a-claim", "article": "000 003", "topic": "gap", "kind": "claim",
    "claim": "Open models lag.", "verdict": "depends", "evidence": "See the table models.",
    "source_url": "https://example.org/a?b=1", "source_date": "2026-03-01", "date_note": "",
    "retrieved": "2026-11-21", "chapter": "04", "anchor": "planned", "note": "",
}  # fmt: skip


def write(folder: Path, *rows: dict[str, str], drop: str = "") -> Path:
    """A ledger of these rows, with a column left out if one is named."""
    columns = [name for name in GOOD if name != drop]
    path = folder / "claims.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(paths, "DATA", tmp_path)
    return tmp_path


def other(**changes: str) -> dict[str, str]:
    return {**GOOD, **changes}


def test_a_row_is_read_with_its_types(data):
    write(data, GOOD)
    [claim] = claims.ledger()
    assert claim.articles == ("000", "003")
    assert claim.said_by == "Bloxtra, the card"
    assert claim.source_date.year == 2026 and claim.planned


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"verdict": "true"}, "verdict"),
        ({"article": "000 000"}, "article"),
        ({"article": "0"}, "article"),
        ({"topic": "Gap"}, "topic"),
        ({"kind": ""}, "kind"),
        ({"claim": ""}, "claim"),
        ({"evidence": ""}, "evidence"),
        ({"source_url": "http://example.org"}, "source_url"),
        ({"source_url": "https://exa mple.org"}, "source_url"),
        ({"source_date": "1 March 2026"}, "source_date"),
        ({"source_date": "20260301"}, "source_date"),
        ({"source_date": "2026-02-30"}, "source_date"),
        ({"source_date": ""}, "date_note"),
        ({"source_url": ""}, "source_date"),
        ({"retrieved": ""}, "retrieved"),
        ({"chapter": "4"}, "chapter"),
        ({"anchor": "later"}, "anchor"),
        ({"note": '=HYPERLINK("https://example.org")'}, "note"),
        ({"note": " x"}, "note"),
        ({"id": "a claim"}, "id"),
        ({"id": ""}, "id"),
        ({"id": "a-claim"}, "id"),
    ],
)
def test_a_bad_cell_is_named_by_file_row_and_column(data, changes, named):
    write(data, GOOD, other(**{"id": "another", **changes}))
    with pytest.raises(FactsDamaged) as caught:
        claims.ledger()
    sentence = str(caught.value)
    assert f"claims.csv, row 3, column {named}:" in sentence
    assert "\n" not in sentence


def test_a_missing_column_is_named(data):
    write(data, GOOD, drop="verdict")
    with pytest.raises(FactsDamaged, match="row 1: the column verdict is missing"):
        claims.ledger()


def test_a_line_break_in_a_cell_is_found(data):
    write(data, other(note="a\nb"))
    with pytest.raises(FactsDamaged, match="column note"):
        claims.ledger()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda raw: b"\xef\xbb\xbf" + raw, "row 1.*byte-order mark"),
        (lambda raw: raw.replace(b"\n", b"\r\n"), "row 1.*Windows"),
        (lambda raw: raw + b"caf\xe9\n", "row 3.*UTF-8"),
        (lambda raw: raw + b'"open', "row 3.*CSV"),
        (lambda raw: raw + b"one,two\n", "row 3.*2 cells"),
        (lambda raw: raw + b"\n", "row 3.*0 cells"),
        (lambda raw: b"", "is empty"),
        (lambda raw: raw.replace(b"id,article", b"article,id"), "row 1.*columns"),
    ],
)
def test_a_spoilt_file_is_one_sentence(data, spoil, said):
    path = write(data, GOOD)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(FactsDamaged, match=said):
        claims.ledger()


def test_too_many_rows_are_taken_for_a_mistake(data):
    write(data, *(other(id=f"claim-{n}") for n in range(1001)))
    with pytest.raises(FactsDamaged, match="1001 rows"):
        claims.ledger()


def test_a_missing_file_is_one_sentence(data):
    with pytest.raises(FactsDamaged, match="cannot be read"):
        claims.points()


def test_a_point_needs_an_anchor_for_each_chapter(data):
    header = "id,article,point,chapters,anchors\n"
    (data / "teaching_points.csv").write_text(header + "0.1,000,Something.,01 16,planned\n")
    with pytest.raises(FactsDamaged, match="row 2, column anchors"):
        claims.points()


def test_filters_narrow_and_add_up(data):
    write(
        data,
        GOOD,
        other(id="b", article="001", topic="cost", verdict="holds", claim="Cheap AT night."),
        other(id="c", kind="advice", note="Zürich at noon"),
    )
    ids = lambda **filters: [claim.id for claim in claims.choose(**filters)]  # noqa: E731
    assert ids() == ["a-claim", "b", "c"]
    assert ids(article="000") == ids(article="the Card") == ["a-claim", "c"]
    assert ids(topic="cost") == ids(verdict="holds") == ["b"]
    assert ids(kind="advice", article="bloxtra") == ["c"]
    assert ids(text="at") == ["b", "c"]
    assert ids(text="AT ZÜRICH") == ["c"]
    assert ids(chapter="05") == []
    assert ids(text="[.*") == []


@pytest.mark.parametrize("filters", [{"article": "005"}, {"topic": "x"}, {"verdict": "true"},
                                     {"kind": "fact"}])  # fmt: skip
def test_an_unknown_filter_says_what_there_is(filters):
    with pytest.raises(CourseError, match="choose one of"):
        claims.choose(**filters)


def test_counts_name_every_verdict(data):
    write(data, GOOD)
    counts = claims.count_verdicts(claims.ledger())
    assert list(counts) == list(claims.VERDICTS)
    assert counts["depends"] == 1 and sum(counts.values()) == 1
    assert sum(claims.count_verdicts([]).values()) == 0
