"""The precisions in a real browser: by mouse, by keyboard, with a kernel and without one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.widgets.pace import assert_within_a_frame
from tests.widgets.test_in_browser import LONG, PHONE, REFUSED
from tests.widgets.test_python import HOSTILE
from tests.widgets.test_quantize import FULL, GOOD
from widgets import Quantize

pytestmark = pytest.mark.browser


def test_a_precision_and_what_is_asked_of_it(show: Any) -> None:
    page = show(Quantize(GOOD))
    options = page.locator(".oc-precisions .oc-option")
    assert "what the others are compared with" in page.locator(".oc-lesson").inner_text()
    page.get_by_role("radio", name="Q4").check()
    assert page.locator(".oc-lesson").inner_text() == "Not one answer of Q4 differs from F16’s."
    assert page.locator(".oc-speed").inner_text() == "Its speed was not measured."
    assert "2.00 MB" in page.get_by_role("img").get_attribute("aria-label")
    assert "50 of 90: 56% (45–65%)" in page.locator(".oc-figures").inner_text()
    page.get_by_label("Memory I have").fill("2.5")
    assert "too large" in options.nth(0).inner_text()
    assert "qualifies" in options.nth(1).inner_text()
    page.get_by_label("Accuracy I need").fill("60")
    assert "may reach it" in options.nth(1).inner_text()
    assert "None of the 2 qualifies for certain." in page.locator(".oc-choices").inner_text()
    page.get_by_label("Accuracy I need").fill("90")
    assert "falls short" in options.nth(1).inner_text()
    page.locator(".oc-hidden[role=status]", has_text="None of the 2").wait_for(state="attached")
    page.reload()
    assert page.get_by_role("radio", name="Q4").is_checked()
    assert page.get_by_label("Memory I have").input_value() == "2.5"
    assert "falls short" in options.nth(1).inner_text()
    page.get_by_role("button", name="Ask for nothing").click()
    assert page.get_by_label("Memory I have").input_value() == ""
    assert options.nth(0).inner_text().strip() == "F16"
    page.reload()
    assert page.get_by_label("Accuracy I need").input_value() == ""


def test_a_figure_says_when_and_on_what_it_was_measured(show: Any) -> None:
    note = show(Quantize(GOOD, file="own.json")).locator(".oc-note").inner_text()
    for words in ("21 November 2026", "own.json", "90 questions", "a laptop", "95% intervals"):
        assert words in note


def test_by_keyboard_alone(show: Any) -> None:
    page = show(Quantize(GOOD))
    keys = page.keyboard
    page.locator("h1").click()
    for key in ("Tab", "ArrowDown", "Tab"):
        keys.press(key)
    keys.type("1")
    assert page.get_by_role("radio", name="Q4").is_checked()
    assert page.locator(".oc-verdict").all_inner_texts() == ["too large", "too large"]
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    assert page.locator(".oc-verdict").all_inner_texts() == ["", ""]


def test_wishes_that_are_refused_stay_as_typed(show: Any) -> None:
    page = show(Quantize(GOOD))
    for name in ("Memory I have", "Accuracy I need"):
        field = page.get_by_label(name)
        for typed in [each for each in REFUSED if each]:
            field.fill(typed)
            assert field.get_attribute("aria-invalid") == "true", (name, typed)
            assert page.locator(".oc-problem:not(:empty)").inner_text().endswith(".")
            assert "Correct the marked field" in page.locator(".oc-choices").inner_text()
        field.fill("")
        assert field.get_attribute("aria-invalid") is None
    page.get_by_label("Accuracy I need").fill("100.5")
    page.reload()
    assert page.get_by_label("Accuracy I need").input_value() == "100.5"
    assert "from 0 to 100" in page.locator(".oc-problem:not(:empty)").inner_text()


@pytest.mark.parametrize("texts", [HOSTILE, LONG], ids=["hostile", "long"])
def test_hostile_text_is_shown_as_text(texts: list[str], show: Any) -> None:
    rows = [{**FULL, "precision": f"{n}{text}"[:60]} for n, text in enumerate(texts)]
    data = dict.fromkeys(("model", "made", "machine", "counted_on"), texts[0])
    page = show(Quantize({**data, "rows": rows}), viewport=PHONE)
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("Memory I have").fill("5")
    assert page.locator(".oc-verdict").all_inner_texts() == ["too large"] * len(texts)
    assert page.evaluate("window.pwned") is None
    assert page.locator("course-widget :is(img, script, a, b)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_python_sees_what_is_set_and_sets_it(with_kernel: Any) -> None:
    widget = Quantize(GOOD)
    page = with_kernel(widget)
    page.get_by_role("radio", name="Q4").check()
    page.get_by_label("Memory I have").fill("2.5")
    page.get_by_label("Accuracy I need").fill("60")
    for message in page.evaluate("models[0].sent"):
        widget.set_state(message)
    assert (widget.precision, widget.memory, widget.accuracy) == ("Q4", 2.5, 60)
    assert page.locator(".oc-verdict").all_inner_texts() == list(widget.verdicts.values())
    page.evaluate("models[0].receive({ precision: 'F16', memory: null, accuracy: 40 })")
    assert page.get_by_role("radio", name="F16").is_checked()
    assert page.get_by_label("Memory I have").input_value() == ""
    assert page.get_by_label("Accuracy I need").input_value() == "40"
    assert page.locator(".oc-verdict").all_inner_texts() == ["qualifies", "qualifies"]


def test_what_python_set_is_stronger_than_what_the_browser_kept(with_kernel: Any) -> None:
    page = with_kernel(Quantize(GOOD))
    page.get_by_label("Memory I have").fill("2.5")
    again = "stops[0](); document.querySelector('main > div').remove()"
    page.evaluate(again)
    page.evaluate("(state) => start('quantize', [state])", Quantize(GOOD).page_state())
    assert page.get_by_label("Memory I have").input_value() == "2.5"
    changed = Quantize(GOOD)
    changed.memory = 7
    page.evaluate(again)
    page.evaluate("(state) => start('quantize', [state])", changed.page_state())
    assert page.get_by_label("Memory I have").input_value() == "7"


def test_two_on_a_page_do_not_disturb_each_other(show: Any) -> None:
    page = show(Quantize(GOOD), Quantize(GOOD))
    boxes = page.locator(".oc-quantize")
    boxes.nth(1).get_by_role("radio", name="Q4").check()
    page.reload()
    boxes.nth(1).wait_for()
    assert page.locator(".oc-chosen").all_inner_texts() == ["F16", "Q4"]


def test_results_come_within_a_frame(show: Any, table: Any) -> None:
    """From a choice or a letter typed to the new picture, on a processor slowed four times."""
    page = show(Quantize.example())
    inputs = """(i) => {
        const radios = document.querySelectorAll("input[type=radio]");
        if (i % 2) radios[i % radios.length].click();
        else type(document.querySelector("[data-name=memory] input"), i / 8);
    }"""
    assert_within_a_frame(page, table, "quantize", inputs, ".oc-results")
