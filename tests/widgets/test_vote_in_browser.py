"""Votes and predictions in a real browser, with a kernel and without one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.widgets.pace import assert_within_a_frame
from tests.widgets.test_in_browser import LONG, PHONE, REFUSED
from tests.widgets.test_python import HOSTILE
from tests.widgets.test_vote import claim, guess
from widgets import Vote

pytestmark = pytest.mark.browser


def test_a_vote_before_and_after_with_the_shift_drawn(show: Any) -> None:
    vote = claim()
    page = show(vote, vote.again())
    first, second = page.locator(".oc-vote").nth(0), page.locator(".oc-vote").nth(1)
    first.get_by_role("button").click()
    assert "Nothing is chosen yet" in first.get_by_role("status").inner_text()
    first.get_by_role("radio", name="Agree", exact=True).check()
    first.get_by_role("button", name="Record my vote").click()
    assert first.get_by_role("status").inner_text() == "Recorded: “Agree”."
    assert second.locator(".oc-earlier").inner_text() == "Before the run you said “Agree”."
    assert second.get_by_role("img").count() == 0
    second.get_by_label("Disagree").check()
    second.get_by_role("button", name="Record my vote").click()
    sentence = "You went from “Agree” to “Disagree”."
    assert second.get_by_role("status").inner_text() == sentence
    assert second.get_by_role("img").get_attribute("aria-label") == sentence
    assert second.locator(".oc-way").count() == 2
    assert "so this vote stands" in first.inner_text()
    page.reload()
    second.wait_for()
    assert second.get_by_role("status").inner_text() == sentence
    assert first.get_by_role("radio", name="Agree", exact=True).is_checked()
    second.get_by_role("radio", name="Agree", exact=True).check()
    second.get_by_role("button", name="Change my vote").click()
    assert second.get_by_role("status").inner_text() == "You stayed with “Agree”."
    assert second.locator(".oc-way").count() == 0


def test_a_number_predicted_and_met_by_keyboard_alone(show: Any) -> None:
    vote = guess()
    page = show(vote, vote.against(5))
    first, result = page.locator(".oc-vote").nth(0), page.locator(".oc-vote").nth(1)
    ran = "The run gave 5 answers. You did not predict anything."
    assert result.get_by_role("status").inner_text() == ran
    page.locator("h1").click()
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    assert first.locator(".oc-reply").inner_text() == "Recorded: 3 answers."
    met = "You predicted 3 answers; the run gave 5 answers: you were 2 too low."
    assert result.get_by_role("status").inner_text() == met
    assert result.get_by_role("img").get_attribute("aria-label") == met


def test_numbers_that_are_refused_stay_as_typed(show: Any) -> None:
    page = show(guess())
    field = page.get_by_label("Your number")
    for typed in [*REFUSED, "8.5"]:
        field.fill(typed)
        page.get_by_role("button").click()
        assert field.input_value() == typed
        assert field.get_attribute("aria-invalid") == "true", typed
        assert page.locator(".oc-reply").get_attribute("data-state") == "refused"
    page.reload()
    assert page.get_by_label("Your number").input_value() == "8.5"


@pytest.mark.parametrize("texts", [HOSTILE, LONG], ids=["hostile", "long"])
def test_hostile_text_is_shown_as_text(texts: list[str], show: Any) -> None:
    votes = []
    for n, text in enumerate(texts):
        options = [{"answer": text, "feedback": text}] * 2
        vote = Vote(text, options, remember_as=f"{n}{text}", before=0, after=1)
        votes += [vote.again(), Vote(text, unit=text, remember_as=f"n{n}").against(7)]
    page = show(*votes, viewport=PHONE)
    assert page.get_by_role("img").count() == len(votes)
    assert page.evaluate("window.pwned") is None
    assert page.locator("course-widget :is(img, script, a, b)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_python_sees_the_votes_and_sets_them(with_kernel: Any) -> None:
    vote = claim()
    page = with_kernel(vote, vote.again())
    page.get_by_label("Unsure").first.check()
    page.get_by_role("button").first.click()
    for message in page.evaluate("models[0].sent"):
        vote.set_state(message)
    assert vote.before == 1
    assert page.evaluate("models[1].get('before')") == 1
    page.evaluate("models[1].receive({ before: 2, after: 0 })")
    said = page.get_by_role("status").last.inner_text()
    assert said == "You went from “Disagree” to “Agree”."


def test_what_python_set_is_stronger_than_what_the_browser_kept(with_kernel: Any) -> None:
    page = with_kernel(claim())
    page.get_by_label("Unsure").check()
    page.get_by_role("button").click()
    again = "stops[0](); document.querySelector('main > div').remove()"
    page.evaluate(again)
    page.evaluate("(state) => start('vote', [state])", claim().page_state())
    assert page.evaluate("models[0].get('before')") == 1
    page.evaluate(again)
    page.evaluate("(state) => start('vote', [state])", claim(before=2).page_state())
    assert page.get_by_label("Disagree").is_checked()


def test_two_of_a_name_do_not_disturb_each_other(show: Any) -> None:
    page = show(claim(), claim())
    boxes = page.locator(".oc-vote")
    boxes.nth(1).get_by_label("Unsure").check()
    boxes.nth(1).get_by_role("button").click()
    page.reload()
    boxes.nth(1).wait_for()
    assert boxes.nth(0).locator("input:checked").count() == 0
    assert boxes.nth(1).get_by_label("Unsure").is_checked()


def test_results_come_within_a_frame(show: Any, table: Any) -> None:
    """From the vote sent to the shift drawn, on a processor slowed four times."""
    page = show(claim(before=0).again())
    inputs = """(i) => {
        const radios = document.querySelectorAll("input[type=radio]");
        radios[i % radios.length].click();
        document.querySelector("form").requestSubmit();
    }"""
    assert_within_a_frame(page, table, "vote", inputs, ".oc-results")
