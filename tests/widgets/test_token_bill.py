"""The token bill: equal in both languages, equal to `course.costs`, and what it refuses."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

import pytest

from course import costs
from tests.widgets.same import same
from tests.widgets.test_numbers import vectors
from tests.widgets.test_python import HOSTILE
from widgets import TokenBill, TokenBillError, WidgetError
from widgets._calculator import Field, problem
from widgets._text import money, times
from widgets.token_bill.offers import lines, row, summary

FILE = "token_bill/token_bill.vectors.json"
PERCENT = ("cached", "peak", "batch", "tokenizers")
ROW = {
    "model": "M", "provider": "P", "on": "2026-11-09", "peak": None, "off_peak": None,
    "tiers": [[2.0, 0.5, 10.0, 0]], "url": "https://example.org/prices", "note": "",
}  # fmt: skip


def figures(**changes: float) -> dict[str, float]:
    return {name: field.start for name, field in TokenBill.FIELDS.items()} | changes


def shown(found: list[Any]) -> list[dict[str, Any]]:
    return [line._asdict() for line in found]


def assert_lines(got: list[dict], expected: list[dict], rel: float) -> None:
    """The same lines in the same order; two of one price may change places."""
    assert same([each["call"] for each in got], [each["call"] for each in expected], rel)
    key = lambda line: line["place"]  # noqa: E731
    for one, other in zip(sorted(got, key=key), sorted(expected, key=key), strict=True):
        assert same(one, other, rel), (one, other)


def test_vectors() -> None:
    for case in vectors(FILE, "bills"):
        found = lines(case["rows"], case["figures"], case["wait"])
        assert_lines(shown(found), case["lines"], rel=1e-12)
        assert summary(case["rows"], found) == case["summary"]
    for case in vectors(FILE, "amounts"):
        assert (money(case["value"]), times(case["value"])) == (case["money"], case["times"])
    for case in vectors(FILE, "limits"):
        assert problem(case["value"], case["field"]) == case["problem"]


def some_rows(luck: random.Random) -> list[dict[str, Any]]:
    """Rows with prices that lack, tiers, and peaks."""

    def prices(above: float = 0) -> list[float | None]:
        drawn = [luck.choice([None, 0.0, 10 ** luck.uniform(-3, 3)]) for _ in range(3)]
        return [*drawn, above]

    found = []
    for n in range(luck.randrange(1, 5)):
        peak = [prices(), prices()] if luck.random() < 0.2 else [None, None]
        tiers = [prices(), prices(200_000.0)] if luck.random() < 0.3 else [prices()]
        tiers = [] if luck.random() < 0.1 else tiers
        found.append(ROW | {"model": f"M{n}", "tiers": tiers, "peak": peak[0], "off_peak": peak[1]})
    return found


def some_figures(luck: random.Random) -> dict[str, float]:
    drawn = {name: luck.choice([0.0, 10 ** luck.uniform(-2, 9)]) for name in TokenBill.FIELDS}
    drawn["input"] = luck.choice([0.0, 1500.0, 10 ** luck.uniform(0, 6)])
    return drawn | {name: luck.choice([1.0, 100 * luck.random(), 100.0]) for name in PERCENT}


@pytest.mark.browser
def test_javascript_comes_to_the_same(bench: Any) -> None:
    cases = vectors(FILE, "bills")
    got = bench("token_bill", "billLines", [[c["rows"], c["figures"], c["wait"]] for c in cases])
    for found, case in zip(got, cases, strict=True):
        assert_lines(found, case["lines"], rel=1e-12)
    said = bench("token_bill", "billSummary", [[c["rows"], c["lines"]] for c in cases])
    assert said == [c["summary"] for c in cases]
    cases = vectors(FILE, "limits")
    asked = [[c["value"], c["field"]] for c in cases]
    assert bench("token_bill", "limitProblem", asked) == [c["problem"] for c in cases]

    luck = random.Random(9)
    asked = [[some_rows(luck), some_figures(luck), luck.random() < 0.3] for _ in range(1000)]
    for each, found in zip(asked, bench("token_bill", "billLines", asked), strict=True):
        assert_lines(found, shown(lines(*each)), rel=1e-9)
    values = [10 ** luck.uniform(-9, 15) for _ in range(1000)]
    values += [c["value"] for c in vectors(FILE, "amounts")]
    assert bench("token_bill", "money", [[v] for v in values]) == [money(v) for v in values]
    assert bench("token_bill", "times", [[v] for v in values]) == [times(v) for v in values]


def test_a_row_costs_what_the_table_says() -> None:
    """By hand, at 2.5, 1.25 (cached) and 10: 20,000 x (500 x 2.5 + 1,000 x 1.25 + 300 x 10)."""
    widget = TokenBill([("GPT-4o", "OpenAI API")], calls=20_000, cached=200 / 3)
    assert widget.lines[0].day == pytest.approx(110)
    widget = TokenBill(shown=99, cached=40, reasoning=700)
    usage = costs.Usage(input=1500, cached=600, output=300, reasoning=700)
    for line in widget.lines:
        each = widget.shown[line.place]
        offered = costs.offer(each["model"], each["provider"])
        bill = costs.offer_bill(usage, offered, peak_share=0.5)
        assert line.call == pytest.approx(bill.usd)
        assert line.note == " ".join(bill.notes)
    assert {each["on"] > "2026" for each in widget.shown} == {True}


def test_what_is_not_known_leaves_the_rest() -> None:
    asked = [("GPT-4o", "OpenAI API"), ("GPT-9", "OpenAI API"), ("GPT-4o", "nobody")]
    widget = TokenBill(asked)
    assert [line.call is None for line in widget.lines] == [False, True, True]
    assert "no price of 'GPT-9' was read" in widget.lines[1].note
    assert "nothing else here has a price" in summary(widget.shown, widget.lines)
    before = TokenBill([("GPT-4o", "OpenAI API")], on="2020-01-01")
    assert "was not read" in before.lines[0].note
    assert "not known" in before.fallback_html()
    long = TokenBill([("GPT-5.5", "OpenAI API"), ("GPT-5.4", "OpenAI API")], input=300_000)
    assert [line.call is None for line in long.lines] == [False, True]
    assert "inputs above 272,000 tokens" in long.lines[1].note
    assert row("GPT-4o", "OpenAI API")["on"] == "2026-11-09"


def test_near_the_cheapest_tokenizers_decide() -> None:
    rows = [ROW, ROW | {"model": "N", "tiers": [[2.1, 0.5, 10.5, 0]]}]
    widget = TokenBill(rows=rows)
    assert [line.level for line in widget.lines] == [True, True]
    assert "Another is so near that tokenizers may decide." in summary(rows, widget.lines)
    widget.tokenizers = 1
    assert [line.level for line in widget.lines] == [True, False]
    assert "tokenizers" not in summary(rows, widget.lines)


def test_batch_and_peak() -> None:
    peak = ROW | {"peak": [4.0, 1.0, 20.0, 0], "off_peak": ROW["tiers"][0]}
    widget = TokenBill(rows=[peak], peak=0, cached=0, input=1e6, output=0)
    assert widget.lines[0].call == pytest.approx(2)
    widget.peak = 100
    assert widget.lines[0].call == pytest.approx(4)
    widget.wait = True
    assert widget.lines[0].call == pytest.approx(2)
    widget.input = 0
    assert widget.lines[0].times is None
    assert "nothing to pay for" in summary(widget.shown, widget.lines)


@pytest.mark.parametrize("bad", [-1, 1e308, float("nan"), float("inf"), "3", None, True], ids=repr)
def test_figures_that_are_refused(bad: Any) -> None:
    widget = TokenBill(rows=[ROW])
    for name in TokenBill.FIELDS:
        with pytest.raises(WidgetError, match=name):
            setattr(widget, name, bad)
        with pytest.raises(WidgetError, match=name):
            TokenBill(rows=[ROW], **{name: bad})
    assert widget.figures == figures()


def test_what_else_is_refused() -> None:
    with pytest.raises(WidgetError, match="'price' is no figure"):
        TokenBill(rows=[ROW], price=3)
    with pytest.raises(WidgetError, match="more than the whole"):
        TokenBill(rows=[ROW], cached=101)
    with pytest.raises(TokenBillError, match="no offer to show"):
        TokenBill([])
    with pytest.raises(TokenBillError, match="'M' is not offered here"):
        TokenBill(rows=[ROW]).chosen = ["M"]
    whole = asdict(Field("n", 1, whole=True, least=1))
    assert problem(1.5, whole) == "This has decimals: type a whole number."
    assert problem(0, whole) == "This is too little: type 1 or more."


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 100_000], ids=range(8))
def test_what_is_shown_without_javascript_is_safe(text: str) -> None:
    hostile = ROW | dict.fromkeys(("model", "provider", "url", "note"), text)
    html = TokenBill(rows=[hostile, hostile | {"tiers": []}]).page_html()
    html.encode("utf-8")
    assert "$" not in html
    assert html.count("<script") == html.count("</script") == 1
    assert "<img" not in html
    assert 'href="javascript' not in html
