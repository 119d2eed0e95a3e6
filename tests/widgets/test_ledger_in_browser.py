"""The claim ledger in a real browser: by mouse, by keyboard, with a kernel and without one."""

from __future__ import annotations

from typing import Any

import pytest

from course import claims
from tests.widgets.pace import assert_within_a_frame
from tests.widgets.test_in_browser import LONG, PHONE
from tests.widgets.test_ledger import hostile
from tests.widgets.test_python import HOSTILE
from widgets import Ledger

pytestmark = pytest.mark.browser
SEARCH = "Words in a claim or its evidence"
BOOK = """new MutationObserver(() => {
    if (document.documentElement) document.documentElement.dataset.content_root = "../";
}).observe(document, { childList: true });"""


def shown(page: Any) -> str:
    return page.locator(".oc-summary").inner_text()


def test_filters_and_search(show: Any) -> None:
    whole = claims.ledger()
    page = show(Ledger())
    assert shown(page) == f"All {len(whole)} claims and pieces of advice."
    for verdict, many in claims.count_verdicts(whole).items():
        assert page.locator(f".oc-option[data-verdict={verdict}] .oc-many").inner_text() == str(
            many
        )
    page.get_by_role("radio", name="Contradicted").check()
    found = claims.choose(verdict="contradicted")
    assert shown(page) == f"{len(found)} of {len(whole)} answer to this."
    page.get_by_label("Article", exact=True).select_option("004")
    found = claims.choose(verdict="contradicted", article="004")
    assert shown(page).startswith(f"{len(found)} of")
    claimed = page.locator(".oc-claim").all_inner_texts()
    assert claimed == [claim.claim for claim in found][:6]
    page.get_by_label(SEARCH).fill("nowhere at all")
    assert "No claim answers to all of this" in shown(page)
    page.locator(".oc-hidden[role=status]", has_text="No claim answers").wait_for(state="attached")
    page.get_by_role("button", name="Take every filter away").click()
    assert shown(page).startswith("All ")
    assert page.evaluate("document.activeElement.type") == "text"


def test_a_claim_shows_what_decides_it(show: Any) -> None:
    claim = next(each for each in claims.ledger() if each.source_url and each.source_date)
    page = show(Ledger([claim]))
    page.get_by_text("What decides it").click()
    box = page.locator(".oc-claims details").inner_text()
    assert claim.evidence in box
    assert f"{claim.source_date.day} " in box and "old" in box
    assert "read on" in box
    link = page.locator(".oc-claims a")
    assert link.get_attribute("href") == claim.source_url
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_on_a_page_of_the_book_it_links_the_chapter_and_writes_the_address(show: Any) -> None:
    decided = [each for each in claims.ledger() if not each.planned]
    page = show(Ledger(decided))
    page.context.add_init_script(BOOK)
    page.reload()
    page.locator("summary").first.click()
    file, _, section = decided[0].anchor.partition("#")
    wanted = f"../{file}.html#{section}"
    first = page.locator(".oc-claims li").first
    assert first.locator("dd a").last.get_attribute("href") == wanted
    page.get_by_label("Topic").select_option(decided[0].topic)
    page.get_by_label(SEARCH).fill("the")
    page.wait_for_url(f"**ledger.topic={decided[0].topic}&ledger.text=the")
    other = page.context.new_page()
    other.goto(page.url.replace("ledger.text=the", "ledger.text=&ledger.verdict=%3Cb%3E"))
    other.locator("[data-state=ready]").wait_for()
    assert other.get_by_label("Topic").input_value() == decided[0].topic
    assert other.get_by_role("radio", name="All").is_checked()


def test_more_are_shown_when_asked_for(show: Any) -> None:
    page = show(Ledger(claims.ledger()[:35]))
    items = page.locator(".oc-claims li")
    assert items.count() == 6
    page.get_by_role("button", name="Show more (29 are left)").click()
    assert items.count() == 30
    assert page.evaluate("document.activeElement.closest('li') === "
                         "document.querySelectorAll('.oc-claims li')[6]")  # fmt: skip
    page.get_by_role("button", name="Show more (5 are left)").click()
    assert items.count() == 35
    assert page.get_by_role("button", name="Show more").count() == 0


def test_by_keyboard_alone_and_kept_over_a_reload(show: Any) -> None:
    page = show(Ledger())
    keys = page.keyboard
    page.locator("h1").click()
    keys.press("Tab")
    keys.type("price")
    for key in ("Tab", "Tab", "Tab", "Tab", "ArrowDown", "ArrowDown"):
        keys.press(key)
    assert page.get_by_role("radio", name="Depends").is_checked()
    found = claims.choose(verdict="depends", text="price")
    assert shown(page).startswith(f"{len(found)} of ")
    keys.press("Tab")
    keys.press("Enter")
    assert page.locator(".oc-claims details").first.get_attribute("open") is not None
    page.reload()
    assert page.get_by_label(SEARCH).input_value() == "price"
    assert shown(page).startswith(f"{len(found)} of ")


@pytest.mark.parametrize("texts", [HOSTILE, LONG], ids=["hostile", "long"])
def test_hostile_text_is_shown_as_text(texts: list[str], show: Any) -> None:
    page = show(*(Ledger(hostile(text), title=text) for text in texts), viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((box) => (box.open = true))")
    assert page.locator(".oc-claims li").count() == 2 * len(texts)
    page.get_by_label(SEARCH).first.fill(HOSTILE[0])
    assert page.evaluate("window.pwned") is None
    assert page.locator("course-widget :is(img, script, a, b)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_python_sees_what_is_set_and_sets_it(with_kernel: Any) -> None:
    widget = Ledger()
    page = with_kernel(widget)
    page.get_by_role("radio", name="Dated true once").check()
    page.get_by_label("Topic").select_option("models")
    page.get_by_label(SEARCH).fill("GPT")
    for message in page.evaluate("models[0].sent"):
        widget.set_state(message)
    assert widget.filters == {
        "article": "", "topic": "models", "verdict": "dated", "kind": "", "text": "GPT",
    }  # fmt: skip
    assert shown(page).startswith(f"{len(widget.shown)} of ")
    assert "ledger." not in page.url
    page.evaluate("models[0].receive({ verdict: '', topic: '', text: '', kind: 'advice' })")
    assert shown(page).startswith(f"{len(claims.choose(kind='advice'))} of ")
    assert page.get_by_label(SEARCH).input_value() == ""


def test_two_on_a_page_do_not_disturb_each_other(show: Any) -> None:
    page = show(Ledger(), Ledger())
    boxes = page.locator(".oc-ledger")
    boxes.nth(1).get_by_role("radio", name="Dated true once").check()
    page.reload()
    boxes.nth(1).wait_for()
    assert boxes.nth(0).get_by_role("radio", name="All").is_checked()
    assert boxes.nth(1).get_by_role("radio", name="Dated true once").is_checked()


def test_the_whole_ledger_is_filtered_within_a_frame(show: Any, table: Any) -> None:
    """From a letter typed or a choice to the new list, on a processor slowed four times."""
    page = show(Ledger())
    inputs = """(i) => {
        const radios = document.querySelectorAll("input[type=radio]");
        const words = ["a", "an", "open", "price", "gap", "x", "the", "model", "GPT", ""];
        if (i % 2) radios[i % radios.length].click();
        else type(document.querySelector("input[type=text]"), words[(i / 2) % words.length]);
    }"""
    assert_within_a_frame(page, table, "ledger", inputs, ".oc-claims")
