"""Puts a glossary entry's first sentence on every link to it, for a reader who points at the word.

Both ways to write a glossary are read: headings of the glossary page, and MyST's `{glossary}`.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

GLOSSARY = "chapters/appendix/glossary"
LIMIT = 240  # characters; a longer first sentence is cut at a word


def first_sentence(text: str) -> str:
    """The first sentence of a definition, on one line, at most LIMIT characters."""
    text = re.sub(r"\s+", " ", text).strip()
    sentence = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text, maxsplit=1)[0]
    if len(sentence) <= LIMIT:
        return sentence
    return sentence[:LIMIT].rsplit(" ", 1)[0] + " …"


def read_definitions(glossary: nodes.document) -> dict[str, str]:
    """Every entry of a glossary page: the link target's id -> its first sentence."""
    found = {}
    for section in glossary.findall(nodes.section):
        for text in (child for child in section.children if isinstance(child, nodes.paragraph)):
            names = [*section["ids"], section.get("slug")]
            found.update({name: first_sentence(text.astext()) for name in names if name})
            break
    for listing in glossary.findall(addnodes.glossary):
        for item in listing.findall(nodes.definition_list_item):
            text = " ".join(each.astext() for each in item.findall(nodes.definition))
            for term in item.findall(nodes.term):
                found.update({name: first_sentence(text) for name in term["ids"]})
    return found


def add_tips(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each link to an entry its definition as a title, and a class for its look."""
    if docname == GLOSSARY or GLOSSARY not in app.env.found_docs:
        return
    page = app.builder.get_relative_uri(docname, GLOSSARY)
    definitions = read_definitions(app.env.get_doctree(GLOSSARY))
    for link in doctree.findall(nodes.reference):
        address, _, target = link.get("refuri", "").partition("#")
        if address == page and target in definitions:
            link["reftitle"] = definitions[target]
            link["classes"].append("glossary-term")


def setup(app: Sphinx) -> None:
    """Connect to the build."""
    app.connect("doctree-resolved", add_tips)
