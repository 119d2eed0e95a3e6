"""The sampler in a real browser: by mouse, by keyboard, with a kernel and without one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.widgets.pace import assert_within_a_frame
from tests.widgets.test_in_browser import LONG, PHONE, REFUSED
from tests.widgets.test_python import HOSTILE
from tests.widgets.test_sampler import prompt
from widgets import Sampler

pytestmark = pytest.mark.browser


def simple(**options: Any) -> Sampler:
    """Four named tokens with 64%, 24%, 9% and 3%, and two more that hardly count."""
    prompts = [prompt(4.0, 3.0, 2.0, 1.0, rest=(-9.0, -9.0)), prompt(1.0, 0.0, prompt="Other.")]
    return Sampler(prompts, **options)


def test_settings_cut_and_heat(show: Any) -> None:
    page = show(simple())
    summary, rows = page.locator(".oc-summary"), page.locator("tbody tr")
    assert summary.inner_text() == "6 of 6 tokens can be drawn. The likeliest is “t0”, with 64.4%."
    assert rows.count() == 5
    page.get_by_label("Top-k").first.fill("3")
    assert "cut: top-k" in rows.nth(3).inner_text()
    assert "cut: top-k" in rows.nth(4).inner_text()
    page.get_by_label("Top-p").first.fill("0.85")
    assert "cut: top-p" in rows.nth(2).inner_text()
    page.get_by_label("Min-p").first.fill("0.5")
    assert "cut: min-p" in rows.nth(1).inner_text()
    assert "1 of 6 tokens can be drawn" in summary.inner_text()
    page.get_by_role("button", name="Cut nothing").click()
    assert page.get_by_label("Min-p").first.input_value() == "0"
    page.get_by_label("Temperature").first.fill("0")
    assert "cut: temperature" in rows.nth(4).inner_text()
    page.get_by_role("button", name="llama.cpp’s own settings").click()
    assert page.get_by_label("Temperature").first.input_value() == "0.8"
    assert page.get_by_label("Top-k").first.input_value() == "40"
    page.get_by_label("Other.").check()
    assert rows.count() == 2
    heat = page.get_by_role("slider", name="Temperature")
    heat.focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("Temperature").first.input_value() == "0.85"
    page.locator(".oc-hidden[role=status]", has_text="2 of 2 tokens can be drawn").wait_for(
        state="attached"
    )


def test_draws_are_those_of_python(show: Any) -> None:
    widget = simple(temperature=1.5)
    page = show(widget)
    for name in ("Draw 100", "Draw 100", "Draw one"):
        page.get_by_role("button", name=name).click()
    widget.draws = 201
    shown = page.locator(".oc-drawn").all_inner_texts()
    assert shown == [str(widget.counts.get(f"t{n}", "")) for n in range(4)] + [""]
    said = page.locator(".oc-reply").inner_text()
    assert said.startswith("Draw 201 with seed 1: “t")
    page.reload()
    assert page.locator(".oc-drawn").all_inner_texts() == shown
    page.get_by_label("Seed").fill("2")
    widget.seed = 2
    assert page.locator(".oc-drawn").first.inner_text() == str(widget.counts["t0"])
    page.get_by_role("button", name="Take the likeliest").click()
    assert page.locator(".oc-reply").inner_text().startswith("The likeliest: “t0”.")
    assert page.locator(".oc-slot").first.inner_text() == "t0"
    page.get_by_role("button", name="Clear the draws").click()
    assert "".join(page.locator(".oc-drawn").all_inner_texts()) == ""
    assert page.get_by_role("button", name="Clear the draws").count() == 0


def test_by_keyboard_alone(show: Any) -> None:
    page = show(simple())
    keys = page.keyboard
    page.locator("h1").click()
    for key in ("Tab", "ArrowDown", "ArrowUp", "Tab"):
        keys.press(key)
    keys.press("Control+a")
    keys.type("2")
    assert "2 of 6 tokens" in page.locator(".oc-summary").inner_text()
    for _ in range(20):
        keys.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Draw one":
            break
    keys.press("Enter")
    keys.press("Space")
    assert page.locator(".oc-reply").inner_text().startswith("Draw 2 with seed 1")


def test_more_draws_than_fit_are_refused(show: Any) -> None:
    page = show(simple())
    page.evaluate("""() => {
        const buttons = [...document.querySelectorAll("button")];
        for (let i = 0; i < 21; i += 1) buttons.find((b) => b.textContent === "Draw 100").click();
    }""")
    assert "2,000 draws are enough" in page.locator(".oc-reply").inner_text()
    counts = [text.replace(",", "") for text in page.locator(".oc-drawn").all_inner_texts()]
    assert sum(int(count) for count in counts if count) == 2000


def test_settings_that_are_refused_stay_as_typed(show: Any) -> None:
    page = show(simple())
    for name in ("Top-k", "Top-p", "Min-p", "Temperature", "Seed"):
        field = page.get_by_label(name).first
        before = field.input_value()
        for typed in (REFUSED.keys() - {"1000000001"}) | {"4294967296"}:
            field.fill(typed)
            assert field.get_attribute("aria-invalid") == "true", (name, typed)
            problem = page.locator(".oc-problem:not(:empty)")
            assert problem.count() == 1
            assert problem.inner_text().endswith(".")
            assert "Correct the marked field" in page.locator(".oc-summary").inner_text()
        field.fill(before)
    page.get_by_label("Top-k").first.fill("1.5")
    page.reload()
    assert page.get_by_label("Top-k").first.input_value() == "1.5"
    assert "whole number" in page.locator(".oc-problem:not(:empty)").inner_text()


@pytest.mark.parametrize("texts", [HOSTILE, LONG], ids=["hostile", "long"])
def test_hostile_text_is_shown_as_text(texts: list[str], show: Any) -> None:
    tokens = [{"text": text, "logit": -n} for n, text in enumerate(texts)]
    prompts = [prompt(prompt=text, made=text, tokens=tokens) for text in texts]
    about = dict.fromkeys(("model", "precision", "made", "file"), texts[0])
    page = show(Sampler(prompts, about=about), viewport=PHONE)
    page.get_by_role("button", name="Draw one").click()
    page.get_by_role("button", name="Take the likeliest").click()
    assert page.locator("tbody tr").count() == len(texts)
    assert page.evaluate("window.pwned") is None
    assert page.locator("course-widget :is(img, script, a, b)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_python_sees_what_is_set_and_sets_it(with_kernel: Any) -> None:
    widget = simple()
    page = with_kernel(widget)
    page.get_by_label("Other.").check()
    page.get_by_label("Temperature").first.fill("0.5")
    page.get_by_role("button", name="Draw 100").click()
    for message in page.evaluate("models[0].sent"):
        widget.set_state(message)
    assert (widget.prompt, widget.temperature, widget.draws) == (1, 0.5, 100)
    assert page.locator(".oc-drawn").first.inner_text() == str(widget.counts["t0"])
    page.evaluate("models[0].receive({ prompt: 0, top_k: 2, draws: 0 })")
    assert page.get_by_label("Top-k").first.input_value() == "2"
    assert "2 of 6 tokens" in page.locator(".oc-summary").inner_text()


def test_what_python_set_is_stronger_than_what_the_browser_kept(with_kernel: Any) -> None:
    page = with_kernel(simple())
    page.get_by_label("Top-k").first.fill("2")
    again = "stops[0](); document.querySelector('main > div').remove()"
    page.evaluate(again)
    page.evaluate("(state) => start('sampler', [state])", simple().page_state())
    assert page.get_by_label("Top-k").first.input_value() == "2"
    assert json.loads(json.dumps(page.evaluate("models[0].get('top_k')"))) == 2
    changed = simple()
    changed.top_k = 3
    page.evaluate(again)
    page.evaluate("(state) => start('sampler', [state])", changed.page_state())
    assert page.get_by_label("Top-k").first.input_value() == "3"


def test_two_on_a_page_do_not_disturb_each_other(show: Any) -> None:
    page = show(simple(), simple())
    boxes = page.locator(".oc-sampler")
    boxes.nth(1).get_by_label("Top-k").first.fill("1")
    page.reload()
    boxes.nth(1).wait_for()
    texts = page.locator(".oc-summary").all_inner_texts()
    assert [text[:6] for text in texts] == ["6 of 6", "1 of 6"]


def test_results_come_within_a_frame(show: Any, table: Any) -> None:
    """With a whole vocabulary and 2,000 draws, on a processor slowed four times."""
    widget = Sampler.example()
    widget.draws = 2000
    page = show(widget)
    inputs = """(i) => {
        const field = (name) => document.querySelector(`[data-name=${name}] input`);
        if (i % 2) type(field("temperature"), 0.05 * i);
        else type(field("top_p"), 1 - 0.02 * i);
    }"""
    assert_within_a_frame(page, table, "sampler", inputs, ".oc-tokens")
