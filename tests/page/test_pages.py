"""The built pages in a real browser, with no kernel and no other host."""

from __future__ import annotations

import gzip
import re

import pytest
import yaml

from tests.page.use import broken_words, ready, use_widgets

pytestmark = pytest.mark.browser

LIMIT = 200_000  # bytes after gzip, images apart
PHONE = {"width": 390, "height": 844}


def contents() -> list[str]:
    """Every page that _toc.yml names, and the search page."""
    from tests.conftest import ROOT

    found = re.findall(r"(?:file|root):\s*(\S+)", (ROOT / "_toc.yml").read_text("utf-8"))
    assert found and yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["format"] == "jb-book"
    return [*(f"{name}.html" for name in found), "search.html"]


every_page = pytest.mark.parametrize("name", contents())


@pytest.fixture(scope="module")
def weigh(table):
    """Weigh a page's responses, and leave a line for the table at the end."""
    lines = {}

    def weigh_(name, responses):
        bodies = [r.body() for r in responses if r.request.resource_type != "image"]
        weight = sum(len(gzip.compress(body)) for body in bodies)
        line = f"{name:36} {sum(map(len, bodies)) / 1000:7.1f} kB, gzip {weight / 1000:6.1f} kB"
        lines[name] = f"{line}, {len(responses):3} requests"
        return weight

    yield weigh_
    table("weight of each page, images apart", sorted(lines.values()))


def turn(page, mode):
    """Change the system's mode; the page, which nobody has told otherwise, follows."""
    page.emulate_media(color_scheme=mode)
    page.locator(f"html[data-theme={mode}]").wait_for()


@every_page
def test_nothing_from_elsewhere_and_accessible_before_and_after_use(
    built_book, open_page, axe, weigh, name
):
    # Without motion, so that no colour is judged on its way to another.
    page = open_page("about:blank", color_scheme="light", reduced_motion="reduce")
    seen = []
    page.on("response", lambda response: seen.append(response))
    page.goto(built_book.url + name)
    ready(page)
    assert weigh(name, seen) < LIMIT
    for mode in ("light", "dark"):
        turn(page, mode)
        assert axe(page) == [], mode
    if use_widgets(page):
        for mode in ("dark", "light"):
            turn(page, mode)
            assert axe(page, within=["course-widget", "details"]) == [], mode
    assert broken_words(page) == []


@every_page
def test_phone_has_no_sideways_scroll(built_book, open_page, axe, name):
    page = open_page(built_book.url + name, viewport=PHONE, has_touch=True, is_mobile=True)
    ready(page)
    use_widgets(page)
    wide = page.evaluate(
        """() => [...document.querySelectorAll("article *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .filter(e => { for (let p = e.parentElement; p; p = p.parentElement)
                if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return false;
                return true; })
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert axe(page, rules=["scrollable-region-focusable"]) == []


@pytest.mark.parametrize("name", [n for n in contents() if "search" not in n])
def test_dark_outputs_stand_on_the_page_itself(built_book, open_page, name):
    page = open_page(built_book.url + name, color_scheme="dark")
    ready(page)
    painted = page.evaluate(
        """() => [...document.querySelectorAll(".cell_output :is(.text_html, .highlight, pre)")]
            .filter(e => !e.closest("course-widget"))
            .map(e => getComputedStyle(e).backgroundColor)
            .filter(c => c !== "rgba(0, 0, 0, 0)")"""
    )
    assert painted == []


def test_mode_can_be_chosen_and_is_kept(built_book, open_page):
    page = open_page(built_book.url + "index.html", color_scheme="light")
    ready(page)
    for _ in range(3):
        if page.locator("html").get_attribute("data-mode") == "dark":
            break
        page.locator(".theme-switch-button").first.click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_page_works_where_storage_is_forbidden(built_book, open_page):
    page = open_page("about:blank")
    getter = "{ configurable: true, get() { throw new Error('forbidden'); } }"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {getter})")
    page.goto(built_book.url + "index.html")
    ready(page)
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").wait_for()


def test_a_link_marks_the_heading_it_leads_to_and_not_the_whole_section(built_book, open_page):
    for place in ("or-95", "90-or-95"):
        page = open_page(f"{built_book.url}chapters/05-measuring-it-yourself.html#{place}")
        ground = "e => getComputedStyle(e).backgroundColor"
        section = page.locator("section#or-95")
        assert section.evaluate(ground) == "rgba(0, 0, 0, 0)"
        assert section.locator("h3").first.evaluate(ground) != "rgba(0, 0, 0, 0)"


def test_a_caption_is_no_wider_than_what_is_seen_of_its_table(built_book, open_page):
    page = open_page(built_book.url + "chapters/07-two-cost-shapes.html", viewport=PHONE)
    ready(page)
    widths = page.locator(".cell_output table caption").evaluate_all(
        "all => all.map((e) => [e.getBoundingClientRect().width, "
        "e.closest('table').getBoundingClientRect().width])"
    )
    assert any(table > PHONE["width"] for _, table in widths)
    assert max(caption for caption, _ in widths) < PHONE["width"]


def test_paper_is_printed_light(built_book, open_page):
    page = open_page(built_book.url + "chapters/appendix/widgets.html", color_scheme="dark")
    ready(page)
    page.emulate_media(media="print")
    for part in ("body", ".oc-quiz", ".oc-quiz legend"):
        colour = f"getComputedStyle(document.querySelector('{part}')).color"
        assert max(map(int, re.findall(r"\d+", page.evaluate(colour))[:3])) < 90, part


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_skip_link_can_be_read(built_book, open_page, axe, mode):
    page = open_page(built_book.url + "index.html", color_scheme=mode, reduced_motion="reduce")
    ready(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert axe(page) == []


def test_icons_stay_where_the_system_sets_the_colours(built_book, open_page):
    page = open_page(built_book.url + "index.html", forced_colors="active")
    ready(page)
    icon = page.locator(".primary-toggle span").first
    look = "e => ['backgroundColor', 'color'].map(n => getComputedStyle(e, '::before')[n])"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert icon.evaluate(look)[0] != ground


def test_search_finds_without_a_network(built_book, open_page):
    page = open_page(built_book.url + "search.html?q=glossary")
    page.locator("#search-results li a").first.wait_for()
    assert "glossary" in page.locator("#search-results").inner_text().lower()


def test_search_button_leads_to_the_results(built_book, open_page):
    page = open_page(built_book.url + "index.html")
    ready(page)
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input")
    field.fill("weights")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=weights*")
    page.locator("#search-results li a").first.wait_for()


def test_terms_show_their_meaning_to_mouse_and_keyboard(built_book, open_page):
    page = open_page(built_book.url + "chapters/01-two-doors.html")
    ready(page)
    term = page.locator("a.glossary-term").first
    assert len(term.get_attribute("data-tip")) > 20
    shown = "e => getComputedStyle(e, '::after').content"
    assert term.evaluate(shown) == "none"
    term.hover()
    assert len(term.evaluate(shown)) > 20
    page.mouse.move(0, 0)
    term.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert len(term.evaluate(shown)) > 20
