"""Charts: drawn to scale, legible without colour, the same for the same numbers."""

import re

import pytest

from course.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, _ticks


def chart() -> Chart:
    return Chart("grams", "count", (0, 10), (0, 4), "A caption & more.", "Two <columns>.")


def test_columns_stand_where_the_numbers_say():
    html = chart().columns([0, 5, 10], [4, 2])._repr_html_()
    found = re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', html)
    (x1, y1, _, h1), (x2, _, _, h2) = [tuple(map(int, each)) for each in found]
    assert (x1, y1, h1) == (LEFT, TOP, HEIGHT - BOTTOM - TOP)
    assert x2 == LEFT + (WIDTH - LEFT - RIGHT) // 2
    assert h2 == h1 // 2


def test_lines_dots_and_uprights_are_drawn():
    drawn = chart().line([0, 10], [0, 4], dashed=True).dots([5], [2]).upright(5, "half <way>")
    html = drawn._repr_html_()
    assert f'points="{LEFT},{HEIGHT - BOTTOM} {WIDTH - RIGHT},{TOP}"' in html
    assert "stroke-dasharray" in html
    assert f'<circle cx="{LEFT + (WIDTH - LEFT - RIGHT) // 2}"' in html
    assert "half &lt;way&gt;" in html


def test_axes_have_units_and_values():
    html = chart()._repr_html_()
    assert ">grams<" in html
    assert ">count<" in html
    shown = re.findall(r">([\d.]+)<", html)
    assert shown == ["0", "2", "4", "6", "8", "10", "0", "1", "2", "3", "4"]


def test_it_has_a_text_alternative_and_takes_the_colour_of_the_text():
    html = chart()._repr_html_()
    assert 'role="img" aria-label="Two &lt;columns&gt;."' in html
    assert "<figcaption>A caption &amp; more.</figcaption>" in html
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb\(", html)
    assert repr(chart()) == "[Chart: Two <columns>.] A caption & more."


def test_a_last_digit_draws_the_same():
    one = chart().columns([0, 5, 10], [1.0, 2.0])._repr_html_()
    other = chart().columns([0, 5 + 1e-6, 10], [1.0 + 1e-6, 2.0])._repr_html_()
    assert one == other


@pytest.mark.parametrize("first", [0.0, -0.447, -3.1, 12.0])
@pytest.mark.parametrize("length", [0.013, 0.894, 7.0, 15_225.0])
def test_the_axes_show_round_values_within_the_range(first, length):
    ticks = _ticks(first, first + length)
    assert 4 <= len(ticks) <= 11
    assert first - 1e-9 * length <= ticks[0] < ticks[-1] <= first + length * (1 + 1e-9)
    step = ticks[1] - ticks[0]
    assert f"{step:.3e}"[0] in "125"
    assert all(abs(tick / step - round(tick / step)) < 1e-6 for tick in ticks)


def test_marks_of_its_own_stand_in_place_of_round_numbers():
    marked = Chart("year", "score", (2023, 2025), (0, 4), "", "", {2023: "2023", 2024: "<24>"})
    html = marked._repr_html_()
    assert f'<text x="{LEFT}" y=' in html
    assert ">2023<" in html and ">&lt;24&gt;<" in html
    assert "2,023" not in html
