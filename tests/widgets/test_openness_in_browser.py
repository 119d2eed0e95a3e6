"""Openness in a real browser: the matrix, the check of a licence, with a kernel and without one."""

from __future__ import annotations

from typing import Any

import pytest

from course import openness
from tests.widgets.pace import assert_within_a_frame
from tests.widgets.test_in_browser import LONG, PHONE, REFUSED
from tests.widgets.test_openness import hostile
from tests.widgets.test_python import HOSTILE
from widgets import Openness

pytestmark = pytest.mark.browser


def test_what_must_be_published(show: Any) -> None:
    page = show(Openness())
    summary = page.locator(".oc-summary").first
    assert summary.inner_text() == "23 releases; choose what must be published."
    widget = Openness()
    widget.needs = ["training_data"]
    page.get_by_label("Data", exact=True).check()
    assert summary.inner_text() == f"{len(widget.fits)} of 23 publish all that you ask for."
    assert page.locator("tr[data-out]").count() == 23 - len(widget.fits)
    cells = page.locator("tr", has_text="Falcon 180B").locator("td .oc-hidden")
    falcon = next(row for row in widget.releases if row["release"] == "Falcon 180B")
    assert cells.all_text_contents() == [falcon[name] for name in widget.components]
    page.get_by_role("button", name="Falcon 180B").click()
    detail = page.locator(".oc-detail")
    assert "Falcon 180B, TII: 4 of 9 published." in detail.inner_text()
    assert "days old" in detail.inner_text()
    assert detail.locator("a").get_attribute("href") == falcon["source_url"]
    assert page.get_by_label("Licence", exact=True).input_value() == falcon["licence"]


def test_a_licence_is_checked_and_kept_over_a_reload(show: Any) -> None:
    page = show(Openness())
    page.get_by_label("Licence", exact=True).select_option("Llama 3.1 Community License")
    status = page.locator(".oc-clauses [data-status] strong")
    assert status.nth(1).inner_text() == "with conditions"
    page.get_by_label("Users a month").fill("800,000,000")
    assert status.nth(1).inner_text() == "above the limit"
    assert "limit on users" in page.locator(".oc-summary").last.inner_text()
    assert "Built with Llama" in page.locator(".oc-clauses").inner_text()
    row = next(r for r in Openness().licences if r["licence"] == "Llama 3.1 Community License")
    hrefs = page.locator(".oc-note a").evaluate_all("(all) => all.map((each) => each.href)")
    assert row["source_url"] in hrefs
    page.get_by_label("For research only").check()
    page.reload()
    assert page.get_by_label("Users a month").input_value() == "800,000,000"
    assert page.get_by_label("For research only").is_checked()
    assert status.nth(1).inner_text() == "above the limit"


def test_one_half_alone(show: Any) -> None:
    releases, licences = Openness([openness.pocket()], only="releases"), Openness(only="licences")
    page = show(releases, licences)
    boxes = page.locator(".oc-openness")
    assert boxes.nth(0).locator(".oc-clauses").count() == 0
    assert "its card, and the files that are there." in boxes.nth(0).inner_text()
    assert boxes.nth(1).locator(".oc-matrix").count() == 0
    boxes.nth(1).get_by_label("Licence", exact=True).select_option("MIT")
    assert "Nothing that was read forbids it" in boxes.nth(1).locator(".oc-summary").inner_text()


def test_by_keyboard_alone(show: Any) -> None:
    page = show(Openness(["Llama 3.1 8B", "GPT-4"]))
    keys = page.keyboard
    page.locator("h1").click()
    for key in ("Tab", "Space", *["Tab"] * 9, "Tab", "Tab", "Enter"):
        keys.press(key)
    assert page.get_by_role("button", name="GPT-4").get_attribute("aria-pressed") == "true"
    assert page.get_by_label("Weights").is_checked()


def test_numbers_that_are_refused_stay_as_typed(show: Any) -> None:
    page = show(Openness())
    field = page.get_by_label("Users a month")
    for typed in [each for each in REFUSED if each and each != "1000000001"]:
        field.fill(typed)
        assert field.input_value() == typed
        assert field.get_attribute("aria-invalid") == "true", typed
        assert "Correct the marked field" in page.locator(".oc-summary").last.inner_text()
    field.fill("")
    assert field.get_attribute("aria-invalid") is None


@pytest.mark.parametrize("texts", [HOSTILE, LONG], ids=["hostile", "long"])
def test_hostile_text_is_shown_as_text(texts: list[str], show: Any) -> None:
    page = show(*map(hostile, texts), viewport=PHONE)
    page.locator("input[type=checkbox]").first.check()
    assert page.evaluate("window.pwned") is None
    assert page.locator("course-widget :is(img, script, a, b)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_python_sees_what_is_set_and_sets_it(with_kernel: Any) -> None:
    widget = Openness()
    page = with_kernel(widget)
    page.get_by_label("Weights").check()
    page.get_by_label("Licence", exact=True).select_option("MIT")
    page.get_by_label("Users a month").fill("5")
    for message in page.evaluate("models[0].sent"):
        widget.set_state(message)
    assert (widget.needs, widget.licence, widget.users) == (["weights"], "MIT", 5)
    page.evaluate("models[0].receive({ needs: [], licence: 'Kimi K3 License', users: null })")
    assert not page.get_by_label("Weights").is_checked()
    assert page.get_by_label("Users a month").input_value() == ""
    assert page.get_by_label("Licence", exact=True).input_value() == "Kimi K3 License"


def test_two_on_a_page_do_not_disturb_each_other(show: Any) -> None:
    page = show(Openness(), Openness())
    boxes = page.locator(".oc-openness")
    boxes.nth(1).get_by_label("Weights").check()
    page.reload()
    boxes.nth(1).wait_for()
    assert not boxes.nth(0).get_by_label("Weights").is_checked()
    assert boxes.nth(1).get_by_label("Weights").is_checked()


def test_results_come_within_a_frame(show: Any, table: Any) -> None:
    """From a choice or a letter typed to the new picture, on a processor slowed four times."""
    page = show(Openness())
    inputs = """(i) => {
        const boxes = [...document.querySelectorAll("input[type=checkbox], .oc-name")];
        if (i % 2) boxes[i % boxes.length].click();
        else type(document.querySelector("[data-name=users] input"), i * 1e6);
    }"""
    assert_within_a_frame(page, table, "openness", inputs, ".oc-clauses")
