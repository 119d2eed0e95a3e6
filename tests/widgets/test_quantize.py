"""The precisions: the same numbers in both languages, what a file must hold, what is said."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import paths
from tests.widgets.test_numbers import vectors
from tests.widgets.test_python import HOSTILE
from widgets import Quantize, QuantizeError
from widgets._text import long_date
from widgets.quantize.quantize import judge, lesson, share, size, source, speed, trade, wilson

FILE = "quantize/quantize.vectors.json"
FULL = vectors(FILE, "full")
LESSONS = vectors(FILE, "lessons")
SPEEDS = vectors(FILE, "speeds")
VERDICTS = vectors(FILE, "verdicts")
GOOD = {
    "model": "tiny",
    "made": "2026-11-21",
    "machine": "a laptop",
    "counted_on": "90 questions",
    "rows": [FULL, {**FULL, "precision": "Q4", "bytes": 2_000_000, "right": 50, "speed": None}],
}


def test_vectors_in_python() -> None:
    for case in vectors(FILE, "intervals"):
        expected = pytest.approx((case["low"], case["high"]), rel=1e-6, abs=1e-9)
        assert wilson(case["right"], case["total"]) == expected
    for case in VERDICTS:
        assert judge(case, case["memory"], case["accuracy"]) == case["verdict"], case
    for case in vectors(FILE, "sizes"):
        assert size(case["bytes"]) == case["text"]
    for case in vectors(FILE, "shares"):
        assert share(case["right"], case["total"]) == case["text"]
    for case in LESSONS:
        assert lesson(case["row"], FULL) == case["lesson"], case["note"]
        assert trade(case["row"], FULL) == case["trade"], case["note"]
    for case in SPEEDS:
        assert speed(case, FULL, "a laptop") == case["text"]
    for case in vectors(FILE, "dates"):
        assert long_date(case["text"]) == case["shown"]


@pytest.mark.browser
def test_vectors_in_javascript(bench: Any) -> None:
    cases = vectors(FILE, "intervals")
    got = bench("quantize", "wilson", [[case["right"], case["total"]] for case in cases])
    for case, interval in zip(cases, got, strict=True):
        assert interval == pytest.approx([case["low"], case["high"]], rel=1e-6, abs=1e-9)
    rows = [case["row"] for case in LESSONS]
    for part, asked, expected in (
        ("judge", [[c, c["memory"], c["accuracy"]] for c in VERDICTS], "verdict"),
        ("size", [[c["bytes"]] for c in vectors(FILE, "sizes")], "text"),
        ("share", [[c["right"], c["total"]] for c in vectors(FILE, "shares")], "text"),
        ("lesson", [[row, FULL] for row in rows], "lesson"),
        ("trade", [[row, FULL] for row in rows], "trade"),
        ("speed", [[case, FULL, "a laptop"] for case in SPEEDS], "text"),
        ("longDate", [[c["text"]] for c in vectors(FILE, "dates")], "shown"),
    ):
        name = {"judge": "verdicts", "size": "sizes", "share": "shares", "lesson": "lessons",
                "trade": "lessons", "speed": "speeds", "longDate": "dates"}[part]  # fmt: skip
        assert bench("quantize", part, asked) == [c[expected] for c in vectors(FILE, name)], part
    about = [{n: GOOD[n] for n in ("made", "machine", "counted_on")}, {}, {"made": "then"}]
    assert bench("quantize", "source", [[each] for each in about]) == [source(a) for a in about]


@pytest.mark.browser
def test_a_thousand_random_rows(bench: Any) -> None:
    luck = random.Random(9)
    rows, asked = [], []
    for n in range(1000):
        total = luck.choice([1, 90, luck.randrange(1, 10**6)])
        same = luck.randrange(total + 1)
        rows.append({
            "precision": f"P{n}", "bytes": int(10 ** luck.uniform(0, 12)), "speed": luck.random(),
            "same": {"right": same, "total": total}, "right": luck.randrange(total + 1),
            "total": total,
        })  # fmt: skip
        wishes = (
            luck.choice([None, luck.uniform(0, 1e4)]),
            luck.choice([None, luck.random() * 99]),
        )
        asked.append([rows[-1], *wishes])
    counts = [[row["right"], row["total"]] for row in rows]
    for count, got in zip(counts, bench("quantize", "wilson", counts), strict=True):
        assert got == pytest.approx(list(wilson(*count)), rel=1e-9, abs=1e-15)
    assert bench("quantize", "judge", asked) == [judge(*each) for each in asked]
    assert bench("quantize", "share", counts) == [share(*count) for count in counts]
    sizes = [[row["bytes"]] for row in rows]
    assert bench("quantize", "size", sizes) == [size(*each) for each in sizes]
    pairs = list(pairwise(rows))
    assert bench("quantize", "lesson", pairs) == [lesson(*pair) for pair in pairs]
    assert bench("quantize", "trade", pairs) == [trade(*pair) for pair in pairs]


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_an_interval_holds_what_was_counted(total: int, part: float) -> None:
    right = int(part * total)
    low, high = wilson(right, total)
    assert 0 <= low <= right / total + 1e-12
    assert right / total - 1e-12 <= high <= 1


@pytest.mark.parametrize(
    "bad", [(1, 0), (2, 1), (-1, 5), (0.5, 1), (True, 1), (1, float("nan")), (1, "2")], ids=repr
)
def test_counts_that_are_refused(bad: tuple[Any, Any]) -> None:
    with pytest.raises(QuantizeError, match="is no count"):
        wilson(*bad)


def but(**fields: Any) -> dict[str, Any]:
    """The file with some fields of its second row changed, or taken out where they are None."""
    data = json.loads(json.dumps(GOOD))
    data["rows"][1] |= fields
    for name in [name for name, value in fields.items() if value is None]:
        del data["rows"][1][name]
    return data


BAD = [
    ([], 'the field "model"'),
    ({**GOOD, "model": 7}, 'the field "model"'),
    ({**GOOD, "rows": []}, 'the field "rows"'),
    ({**GOOD, "rows": [7]}, "row 1: this is not a row"),
    (but(precision=None), 'row 2: the field "precision"'),
    (but(precision=" "), 'row 2: the field "precision"'),
    (but(precision="x" * 61), "text of 1 to 60 letters"),
    (but(precision="F16"), "F16 has two rows"),
    (but(bytes=1.5), 'the field "bytes" must be a whole number above 0'),
    (but(bytes=-1), 'the field "bytes"'),
    (but(bytes=10**400), 'the field "bytes"'),
    (but(bits_per_weight=None), 'the field "bits_per_weight" must be a number'),
    (but(bits_per_weight=float("nan")), 'the field "bits_per_weight" must be a number'),
    (but(speed=0), 'the field "speed" must be a number above 0'),
    (but(speed="fast"), 'the field "speed"'),
    (but(speed=1e308), 'the field "speed"'),
    (but(same=None), 'the field "same"'),
    (but(same={"right": 3, "total": 2}), "3 right of 2"),
    (but(right=True), 'the field "right"'),
    (but(total=0), 'the field "total"'),
    (but(right=91), "91 right of 90"),
]


@pytest.mark.parametrize(("data", "words"), BAD, ids=[words for _, words in BAD])
def test_a_bad_file_is_named(tmp_path: Path, data: Any, words: str) -> None:
    file = tmp_path / "own.precisions.json"
    file.write_text(json.dumps(data))
    with pytest.raises(QuantizeError) as caught:
        Quantize.from_file(file)
    assert words in str(caught.value)
    assert "own.precisions.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(QuantizeError, match=r"none\.json was not found"):
        Quantize.from_file(tmp_path / "none.json")
    for content in (b"", b"[1", b"\xff\xfe\x00", b"[" * 100_000):
        (tmp_path / "bad.json").write_bytes(content)
        with pytest.raises(QuantizeError, match=r"bad\.json is not valid JSON"):
            Quantize.from_file(tmp_path / "bad.json")


def test_from_python() -> None:
    widget = Quantize(GOOD)
    assert widget.precision == "F16"
    assert widget.verdicts == {"F16": "", "Q4": ""}
    widget.memory = 3
    assert widget.verdicts == {"F16": "too large", "Q4": "qualifies"}
    widget.accuracy = 60
    assert widget.verdicts["Q4"] == "may reach it"
    for name, bad in (("precision", "Q9"), ("memory", -1), ("accuracy", 101)):
        with pytest.raises(QuantizeError):
            setattr(widget, name, bad)
    for bad in (float("nan"), float("inf"), 1e308):
        with pytest.raises(QuantizeError, match="memory"):
            widget.memory = bad
    with pytest.raises(QuantizeError, match="'Q9'"):
        Quantize(GOOD, precision="Q9")


def test_the_shipped_models_own_figures_can_be_shown() -> None:
    data = json.loads((paths.MODELS / "precisions.json").read_text("utf-8"))
    widget = Quantize.from_file()
    assert [row["precision"] for row in widget.rows] == [row["precision"] for row in data["rows"]]
    first = widget.rows[0]
    assert first["same"]["right"] == first["same"]["total"]
    assert data["made"] and data["machine"] and data["counted_on"]


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 100_000], ids=range(8))
def test_what_is_shown_without_javascript_is_safe(text: str) -> None:
    rows = [{**FULL, "precision": text[:60]}]
    page = Quantize({**GOOD, "model": text, "machine": text, "counted_on": text, "rows": rows})
    html = page.page_html()
    html.encode("utf-8")
    assert "$" not in html
    assert html.count("<script") == html.count("</script") == 1
    assert "<img" not in html
