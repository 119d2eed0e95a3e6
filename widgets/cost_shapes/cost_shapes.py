"""Two shapes of cost: one grows with every use, the other is mostly there before the first.

The taxi and the car, the rented and the owned home, the tokens paid one by one and the server:
three examples of the same pair of lines, and the one number that decides between them.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import traitlets as t

from course.costs import lines_cross
from widgets._base import CourseWidget, WidgetError
from widgets._text import number, to_html, usd

# Above this an amount is taken for a slip of the keyboard. It keeps every result finite.
MOST = 1e9

Kind = Literal["crosses", "from the start", "never", "same"]
INPUTS = ("fee", "fixed", "running", "uses")


class Comparison(NamedTuple):
    """What two ways to pay come to."""

    kind: Kind
    crossover: float | None  # uses above which owning is cheaper; None where there is no such point
    pay_total: float  # USD, for this many uses
    own_total: float  # USD, for this many uses
    cheaper: Literal["pay", "own", "same"]  # for this many uses


def compare(fee: float, fixed: float, running: float, uses: float) -> Comparison:
    """Compare paying per use with a fixed fee; the twin of `compare` in cost_shapes.js.

    Args:
        fee: USD paid per use.
        fixed: USD paid whatever the use (per month, or once).
        running: USD per use of what is owned: fuel, power.
        uses: how many uses (per month, or in all).

    Raises:
        WidgetError: an amount is negative, not finite or above a thousand million.
    """
    for name, value in zip(INPUTS, (fee, fixed, running, uses), strict=True):
        check_amount(name, value)
    pay_total, own_total = fee * uses, fixed + running * uses
    cheaper = "same" if pay_total == own_total else "pay" if pay_total < own_total else "own"
    kind, crossover = lines_cross(fee, fixed, running)
    return Comparison(kind, crossover, pay_total, own_total, cheaper)


def check_amount(name: str, value: Any) -> float:
    """Return `value` if it is an amount that can be calculated with, or say why it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise WidgetError(f"{name} must be a number, not {value!r}: give an amount such as 1.5.")
    if value < 0:
        raise WidgetError(f"{name} is {value:g}, and cannot be negative: give 0 or more.")
    if value > MOST:
        raise WidgetError(f"{name} is {value:g}: give {number(MOST)} at the most.")
    return value


@dataclass(frozen=True)
class Preset:
    """One example: its words, its units and figures to start from (ours: round, invented)."""

    name: str
    pay: str  # the side that is paid per use, as it stands in a sentence
    own: str  # the side with the fixed fee, likewise
    pay_label: str  # the same two, as they stand on the chart
    own_label: str
    unit: str  # "km"
    per: str  # what one use is called after "per": "km"
    span: str  # "a month"; "" where the uses are counted once and for all
    fixed_unit: str  # "USD per month"
    uses_label: str
    fee_hint: str
    fixed_hint: str
    running_hint: str
    leaves_out: str
    fee: float
    fixed: float
    running: float
    uses: float
    most_uses: float  # right end of the slider


def _presets() -> dict[str, Preset]:
    text = Path(__file__).with_name("presets.json").read_text(encoding="utf-8")
    return {name: Preset(**fields) for name, fields in json.loads(text).items()}


PRESETS = _presets()


def crossover_sentence(preset: Preset, kind: Kind, crossover: float | None) -> str:
    """Return the sentence that names the crossover; twin of `crossoverSentence` in JavaScript."""
    pay, own = preset.pay, preset.own
    if kind == "crosses" and crossover is not None:
        where = quantity(preset, crossover)
        return f"The lines cross at {where}: below that {pay} is cheaper, above it {own} is."
    if kind == "from the start":
        return f"With no fixed fee, {own} is cheaper from the first {preset.per} on."
    if kind == "same":
        return f"The two lines are one: {pay} and {own} cost the same however much you use."
    return f"The lines never cross: {pay} is never dearer than {own}, however much you use."


def quantity(preset: Preset, uses: float) -> str:
    """Return an amount of use with its unit, such as "320 km a month"."""
    digits = 0 if uses >= 100 else 1 if uses >= 10 else 2
    return f"{number(uses, digits)} {preset.unit} {preset.span}".rstrip()


class CostShapes(CourseWidget):
    """Paying per use against a fixed fee, as two lines and the point where they cross.

    Traits, all readable and settable from Python: ``preset`` ("taxi", "home" or "tokens"), ``fee``
    and ``running`` (USD per km, month or million tokens), ``fixed`` (USD per month; USD once for
    the home), ``uses`` (km or million tokens per month; months for the home). Results:
    ``crossover`` (in units of ``uses``; None where owning never gets cheaper), ``kind``,
    ``pay_total`` and ``own_total`` (USD). The figures to start from are ours: round, for
    illustration, from no price list; each can be changed.
    """

    module = "cost_shapes"

    _seen: tuple[str, tuple[float, ...]] | None = None  # example and figures at the last change

    preset = t.Enum(tuple(PRESETS), "taxi").tag(sync=True)
    presets = t.Dict().tag(sync=True)
    defaults = t.Dict().tag(sync=True)
    fee = t.Float().tag(sync=True)
    fixed = t.Float().tag(sync=True)
    running = t.Float().tag(sync=True)
    uses = t.Float().tag(sync=True)
    crossover = t.Float(None, allow_none=True).tag(sync=True)
    kind = t.Unicode().tag(sync=True)
    pay_total = t.Float().tag(sync=True)
    own_total = t.Float().tag(sync=True)

    def __init__(self, preset: str = "taxi", *, remember_as: str = "", **figures: float) -> None:
        """Start from an example; `figures` (fee, fixed, running, uses) replace its own."""
        unknown = sorted(set(figures) - set(INPUTS))
        if unknown:
            raise WidgetError(f"{unknown[0]!r} is no figure: use {', '.join(INPUTS)}.")
        if preset not in PRESETS:
            raise WidgetError(f"There is no example called {preset!r}: use {', '.join(PRESETS)}.")
        start = {name: getattr(PRESETS[preset], name) for name in INPUTS}
        start |= {name: check_amount(name, value) for name, value in figures.items()}
        super().__init__(
            preset=preset,
            presets={name: asdict(each) for name, each in PRESETS.items()},
            defaults={"preset": preset, **start},
            remember_as=remember_as or preset,
            **start,
        )

    @classmethod
    def example(cls) -> Self:
        """Return the taxi and the car."""
        return cls("taxi", remember_as="example")

    @t.validate(*INPUTS)
    def _check(self, proposal: Any) -> float:
        return check_amount(proposal["trait"].name, proposal["value"])

    @t.observe("preset", *INPUTS)
    def _update(self, _change: Any) -> None:
        figures = tuple(getattr(self, name) for name in INPUTS)
        if self._seen is not None and self.preset != self._seen[0] and figures == self._seen[1]:
            # Only the example was changed, so its own figures come with it.
            self._seen = None
            for name in INPUTS:
                setattr(self, name, getattr(PRESETS[self.preset], name))
            figures = tuple(getattr(self, name) for name in INPUTS)
        self._seen = (self.preset, figures)
        result = compare(self.fee, self.fixed, self.running, self.uses)
        with self.hold_sync():
            self.crossover, self.kind = result.crossover, result.kind
            self.pay_total, self.own_total = result.pay_total, result.own_total

    def __repr__(self) -> str:
        figures = ", ".join(f"{name}={getattr(self, name):g}" for name in INPUTS)
        return f"CostShapes({self.preset!r}, {figures})"

    def fallback_html(self) -> str:
        """Return the figures as a table, with the crossover in a sentence."""
        preset = PRESETS[self.preset]
        rows = (
            (f"{preset.pay_label}: {preset.fee_hint}", f"{usd(self.fee)} per {preset.per}"),
            (
                f"{preset.own_label}: {preset.fixed_hint}",
                f"{usd(self.fixed)} {preset.fixed_unit[4:]}",
            ),
            (f"{preset.own_label}: {preset.running_hint}", f"{usd(self.running)} per {preset.per}"),
            (f"{preset.pay_label}: {quantity(preset, self.uses)}", usd(self.pay_total)),
            (f"{preset.own_label}: {quantity(preset, self.uses)}", usd(self.own_total)),
        )
        body = "".join(
            f'<tr><th scope="row">{to_html(label)}</th><td>{to_html(value)}</td></tr>'
            for label, value in rows
        )
        sentence = crossover_sentence(preset, self.kind, self.crossover)
        return (
            f"<p><strong>{to_html(preset.name)}</strong></p><table><tbody>{body}</tbody></table>"
            f"<p>{to_html(sentence)}</p>"
            f"<p>{to_html(STARTING_FIGURES)} {to_html(preset.leaves_out)}</p>"
        )


STARTING_FIGURES = (
    "The figures to start from are ours: round, for illustration, from no price list."
)
