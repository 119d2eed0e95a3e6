"""Drops from the built style sheets what no page can use.

The theme ships about 400 kB of rules; the book uses a tenth of them. A rule goes only when each of
its selectors names a class that stands in no page and in no script, so a class that a script adds
later is kept.
"""

from __future__ import annotations

import re
from pathlib import Path

import tinycss2

CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
NESTED = {"media", "supports", "layer"}
# The icons are drawn by publish/styles/icons.css.
FONT_NOT_LOADED = "Font Awesome"
OURS = "course.css"
SD_RULE = re.compile(r"^[^\n{]*\.sd-(?!d-)[^\n{]*\{[^}]*\}", re.MULTILINE)


def words_in_use(site: Path) -> set[str]:
    """Every word in a class attribute of a page, and every word of every script."""
    words: set[str] = set()
    for page in site.rglob("*.html"):
        for value in re.findall(r"class=[\"']([^\"']*)[\"']", page.read_text("utf-8")):
            words.update(value.split())
    for script in site.rglob("*.js"):
        if script.name != "searchindex.js":
            words.update(WORD.findall(script.read_text("utf-8")))
    return words


def _outside_parentheses(selector: str) -> str:
    """The selector without what stands in :not(…), :is(…) and the like, which may be optional."""
    while True:
        shorter = re.sub(r"\([^()]*\)", "", selector)
        if shorter == selector:
            return selector
        selector = shorter


def _selectors(prelude: str) -> list[str]:
    """Split a list of selectors at its outer commas."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(prelude):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(prelude[start:position])
            start = position + 1
    return [*parts, prelude[start:]]


def trim(css: str, words: set[str]) -> str:
    """The style sheet without the rules that cannot apply to pages made of these words."""
    kept = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            selectors = [
                each.strip()
                for each in _selectors(tinycss2.serialize(rule.prelude))
                if words.issuperset(CLASS.findall(_outside_parentheses(each)))
            ]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.content is not None:
            inner = tinycss2.serialize(rule.content)
            if rule.lower_at_keyword == "font-face" and FONT_NOT_LOADED in inner:
                continue
            if rule.lower_at_keyword in NESTED:
                inner = trim(inner, words)
                if not inner:
                    continue
            kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner.strip()}}}")
        elif rule.type == "at-rule":
            kept.append(rule.serialize())
    return "\n".join(kept)


def trim_site(site: Path) -> None:
    """Trim every style sheet under a built site and drop the files that no page asks for."""
    static = site / "_static"
    for useless in ["vendor/fontawesome", "scripts/fontawesome.js", "scripts/bootstrap.js"]:
        _remove(static / useless)
    for useless in [*static.rglob("*.map"), *static.rglob("*.LICENSE.txt"), *static.glob("*.html")]:
        _remove(useless)
    words = words_in_use(site)
    for sheet in static.rglob("*.css"):
        css = trim(sheet.read_text("utf-8"), words)
        # In a layer the theme's rules give way to ours, however many names theirs pile up; but
        # what is marked important would win from there, so boxes and buttons lose that mark.
        if sheet.name != OURS:
            css = SD_RULE.sub(lambda rule: rule[0].replace("!important", ""), css)
        sheet.write_text(css if sheet.name == OURS else f"@layer theme{{\n{css}\n}}\n", "utf-8")


def _remove(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            _remove(inner)
        path.rmdir()
    elif path.exists():
        path.unlink()
