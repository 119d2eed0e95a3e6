"""Plain charts for chapters: drawn in the colour of the text, so they read in light and in dark.

A chart is one SVG with a caption and a text alternative. Nothing in it is told by colour alone, and
the same numbers always give the same drawing, so a test can compare it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 14, 14, 46


@dataclass
class Chart:
    """One pair of axes and what is drawn between them.

    x, y: what the axes show, with units. x_range, y_range: first and last value on each.
    caption: the sentence below, with source and date. alt: what the drawing shows, in words.
    x_marks: value -> text, instead of round numbers below the horizontal axis, as for years.
    """

    x: str
    y: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    caption: str
    alt: str
    x_marks: Mapping[float, str] | None = None
    _drawn: list[str] = field(default_factory=list)

    def columns(self, edges: Sequence[float], heights: Sequence[float]) -> "Chart":
        """Columns from the lower end of the axis; edges: one more than heights."""
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
            x, top = self._across(left), self._down(height)
            width = max(1, self._across(right) - x - 1)
            self._drawn.append(
                f'<rect x="{x}" y="{top}" width="{width}" height="{HEIGHT - BOTTOM - top}" '
                'fill="currentColor" fill-opacity=".45"/>'
            )
        return self

    def line(self, xs: Sequence[float], ys: Sequence[float], dashed: bool = False) -> "Chart":
        """A line through the points."""
        points = " ".join(f"{self._across(x)},{self._down(y)}" for x, y in zip(xs, ys, strict=True))
        dashes = ' stroke-dasharray="6 4"' if dashed else ""
        self._drawn.append(
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"'
            f"{dashes}/>"
        )
        return self

    def dots(self, xs: Sequence[float], ys: Sequence[float]) -> "Chart":
        """A dot for each pair."""
        for x, y in zip(xs, ys, strict=True):
            self._drawn.append(
                f'<circle cx="{self._across(x)}" cy="{self._down(y)}" r="3.5" '
                'fill="currentColor" fill-opacity=".4" stroke="currentColor"/>'
            )
        return self

    def upright(self, x: float, text: str = "") -> "Chart":
        """A dashed upright line, with a word at its top."""
        at = self._across(x)
        self._drawn.append(
            f'<line x1="{at}" y1="{TOP}" x2="{at}" y2="{HEIGHT - BOTTOM}" stroke="currentColor" '
            'stroke-dasharray="3 3"/>'
            f'<text x="{at + 5}" y="{TOP + 11}">{escape(text)}</text>'
        )
        return self

    def _repr_html_(self) -> str:
        return (
            '<figure style="margin:1em 0">'
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.alt)}" '
            f'style="width:100%;max-width:{WIDTH}px;height:auto;font:13px sans-serif" '
            'fill="currentColor">'
            f"{self._axes()}{''.join(self._drawn)}</svg>"
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"[Chart: {self.alt}] {self.caption}"

    def _axes(self) -> str:
        bottom, middle = HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) // 2
        parts = [
            f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}" fill="none" stroke="currentColor"/>',
            f'<text x="{(LEFT + WIDTH - RIGHT) // 2}" y="{HEIGHT - 8}" text-anchor="middle">'
            f"{escape(self.x)}</text>",
            f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.y)}</text>",
        ]
        marks = self.x_marks or {value: _short(value) for value in _ticks(*self.x_range)}
        for value, text in marks.items():
            parts.append(
                f'<text x="{self._across(value)}" y="{bottom + 17}" text-anchor="middle">'
                f"{escape(text)}</text>"
            )
        for value in _ticks(*self.y_range):
            parts.append(
                f'<text x="{LEFT - 6}" y="{self._down(value) + 4}" text-anchor="end">'
                f"{_short(value)}</text>"
            )
        return "".join(parts)

    # Whole pixels: a difference in the last digit, as between two processors, draws the same.
    def _across(self, value: float) -> int:
        first, last = self.x_range
        return round(LEFT + (value - first) / (last - first) * (WIDTH - LEFT - RIGHT))

    def _down(self, value: float) -> int:
        first, last = self.y_range
        return round(HEIGHT - BOTTOM - (value - first) / (last - first) * (HEIGHT - BOTTOM - TOP))


def _ticks(first: float, last: float) -> list[float]:
    """Round values within a range, four to eight of them."""
    power = 10.0 ** math.floor(math.log10((last - first) / 4))
    step = next(s * power for s in (5, 2, 1) if s * power <= (last - first) / 4)
    places = range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)
    return [place * step for place in places]


def _short(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"
    return "0" if text == "-0" else text.replace("-", "−")
