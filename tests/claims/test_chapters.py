"""Anchors are those that the page has; the readers' questions may be missing, but not be wrong."""

from __future__ import annotations

import json

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

from course import chapters, claims, paths
from course.errors import DataError

DOCUMENTS = sorted(
    path.relative_to(paths.ROOT).with_suffix("").as_posix()
    for path in (paths.ROOT / "chapters").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)


def as_myst_writes_them(document: str) -> set[str]:
    """The heading anchors by the parser that the page is built with."""
    cells = json.loads((paths.ROOT / f"{document}.ipynb").read_text("utf-8"))["cells"]
    text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    parser = MarkdownIt("commonmark").use(anchors_plugin, min_level=1, max_level=3)
    heads = [token for token in parser.parse(text) if token.type == "heading_open"]
    return {token.attrs["id"] for token in heads if "id" in token.attrs}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_anchors_are_those_of_the_page(document):
    assert chapters.anchors(document) == as_myst_writes_them(document)


def test_glossary_terms_have_anchors():
    assert chapters.exists("chapters/appendix/glossary#language-model")
    assert not chapters.exists("chapters/appendix/glossary#no-such-term")
    assert not chapters.exists("chapters/99-nowhere#here")
    assert not chapters.exists("chapters/01-two-doors")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_questions_that_are_listed_can_be_followed(document):
    for question in chapters.questions(document):
        assert question.article in claims.ARTICLES
        assert question.question.endswith("?")
        assert chapters.exists(f"{document}#{question.anchor}"), question


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one notebook, written by the test."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)

    def write(metadata: dict, *cells: str) -> None:
        made = [{"cell_type": "markdown", "source": [cell]} for cell in cells]
        text = json.dumps({"metadata": metadata, "cells": made})
        (tmp_path / "one.ipynb").write_text(text)

    return write


def test_code_has_no_anchors_and_repeated_headings_are_numbered(book):
    book({}, "# A `b` [c](d)!\n\n```\n# not this\n```\n\n## Same", "## Same\n\n(mark)=\n#### deep")
    assert chapters.anchors("one") == {"a-b-c", "same", "same-1", "mark"}


def test_questions_may_be_missing(book):
    book({})
    assert chapters.questions("one") == ()
    assert chapters.questions("nowhere") == ()
    book({"course": {}})
    assert chapters.questions("one") == ()


def test_questions_are_read(book):
    entry = {"article": "002", "question": "Is it private?", "anchor": "x"}
    book({"course": {"questions": [entry]}})
    assert chapters.questions("one") == (chapters.Question(**entry),)


@pytest.mark.parametrize(
    "about", [["x"], {"questions": [{"question": "?"}]}, {"questions": ["a"]}, {"questions": 3}]
)
def test_questions_of_another_form_are_one_sentence(book, about):
    book({"course": about})
    with pytest.raises(DataError, match=r"one\.ipynb"):
        chapters.questions("one")


def test_a_damaged_notebook_is_one_sentence(book):
    book({})
    (paths.ROOT / "one.ipynb").write_text("{")
    with pytest.raises(DataError, match="not a notebook"):
        chapters.anchors("one")
