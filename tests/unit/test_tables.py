"""`course.tables`: what is in a cell is shown as text, whatever it holds."""

import pytest

from course.tables import Table


def test_rows_are_numbered_and_headings_say_what_they_head():
    html = Table({"answer": ["yes", "no"]})._repr_html_()
    assert html.count('scope="row"') == 2
    assert html.count('scope="col"') == 2
    assert ">1</th>" in html and ">2</th>" in html


def test_text_is_text():
    html = Table({"<b>": ["<script>alert(1)</script>"]})._repr_html_()
    assert "<script>" not in html and "<b>" not in html
    assert "&lt;script&gt;" in html


def test_figures_stand_to_the_right_and_text_at_its_start():
    html = Table({"n": [3], "word": ["three"]})._repr_html_()
    assert '<td dir="auto" style="text-align:right">3</td>' in html
    assert '<td dir="auto" style="text-align:start">three</td>' in html


def test_plain_text_form():
    assert repr(Table({"a": ["x"], "b": [2]})) == "No. | a | b\n1 | x | 2"


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        Table({"a": [1], "b": [1, 2]})
