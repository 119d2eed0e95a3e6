"""Four ways to pay on one axis of volume: where each begins to be the cheaper one, and how sure."""

import json
from pathlib import Path
from typing import Any, Self

import traitlets as t

from widgets._base import WidgetError
from widgets._calculator import Amount, Calculator
from widgets._text import escape, money, source_html
from widgets.break_even import rows as tables
from widgets.break_even.plan import (
    WAYS,
    Crossing,
    cheapest_sentence,
    crossing_sentence,
    crossings,
    filled,
    monthly,
    prices_sentence,
)

USE, TOKEN, SERVERS = "Your use", "Paid by the token", "A server, rented or your own"
RENTED, OWNED, SURE = "Rented", "Your own", "How sure"
KINDS = ("api", "hosted", "rent", "speed")
ROWS = {"api": "GPT-6.1 Terra, OpenAI API", "hosted": "Qwen3 8B, Fireworks",
        "rent": "H100 SXM, RunPod, secure, on-demand",
        "speed": "Qwen3 8B on H100 SXM, fp8, balanced 2048 in / 2048 out"}  # fmt: skip
PRESETS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("presets.json").read_text(encoding="utf-8")
)
EMPTY = "empty: the row’s"


class BreakEvenError(WidgetError):
    """A row or an example was asked for that is not there."""


class BreakEven(Calculator):
    """A closed API, hosted open weights, rented GPUs and a server of your own, by volume.

    Figures, readable and settable from Python, are named by their fields: ``volume`` (millions of
    tokens a month), ``output`` (% of them written), ``api`` and ``hosted`` (USD per million tokens
    of that mix; None for the row's), ``speed`` (tokens per second of a server, input and output
    together; None for the row's), ``utilisation`` (%), ``spare`` (servers), ``staff`` (hours a
    month), ``wage`` (USD an hour), ``rent`` (USD per GPU-hour; None for the row's), ``gpus``,
    ``server`` (USD), ``months``, ``watts``, ``kwh`` (USD), ``pue``, ``room`` (USD a month) and
    ``sure`` (% that speed, utilisation, staff and the server's price may be off). ``api_row``,
    ``hosted_row``, ``rent_row`` and ``speed_row`` name rows of the tables. Results: ``monthly``
    (USD of each way at ``volume``) and ``crossings``.
    """

    module = "break_even"

    rows = t.Dict().tag(sync=True)
    inputs = t.Dict().tag(sync=True)
    presets = t.Dict().tag(sync=True)
    preset = t.Enum(tuple(PRESETS), "small").tag(sync=True)
    api_row = t.Unicode().tag(sync=True)
    hosted_row = t.Unicode().tag(sync=True)
    rent_row = t.Unicode().tag(sync=True)
    speed_row = t.Unicode().tag(sync=True)
    volume = Amount("Million tokens a month", 300, hint="read and written", group=USE, least=1e-6)
    output = Amount("Of them written", 25, unit="%", most=100, hint="output", group=USE)
    api = Amount("Closed API", None, optional=True, hint=EMPTY, group=TOKEN)
    hosted = Amount("Hosted open weights", None, optional=True, hint=EMPTY, group=TOKEN)
    speed = Amount("Tokens a second", None, optional=True, least=0.001, hint=EMPTY, group=SERVERS)
    utilisation = Amount(
        "Utilisation", 30, unit="%", least=0.01, most=100, hint="of all hours", group=SERVERS
    )
    spare = Amount("Spare servers", 0, most=1000, whole=True, hint="redundancy", group=SERVERS)
    staff = Amount("Staff: hours a month", 8, most=1e5, hint="to look after it", group=SERVERS)
    wage = Amount("Staff: USD an hour", 90, most=1e6, hint="with all it costs", group=SERVERS)
    rent = Amount("USD per GPU-hour", None, most=1e6, optional=True, hint=EMPTY, group=RENTED)
    gpus = Amount("GPUs in a server", 1, least=1, most=1000, whole=True, group=RENTED)
    server = Amount("Price: USD", None, optional=True, hint="empty: left out", group=OWNED)
    months = Amount("Months of use", 36, least=1, most=600, hint="written off over", group=OWNED)
    watts = Amount("Power: W", None, optional=True, hint="empty: left out", group=OWNED)
    kwh = Amount("USD per kWh", 0.15, most=1000, group=OWNED)
    pue = Amount("PUE", 1.5, least=1, most=10, hint="of the building", group=OWNED)
    room = Amount("Room: USD a month", 0, hint="rack, network", group=OWNED)
    sure = Amount(
        "Give or take", 30, unit="%", most=90, hint="speed, use, staff, server’s price", group=SURE
    )

    def __init__(
        self, preset: str = "small", *, remember_as: str = "break_even", **given: Any
    ) -> None:
        """Start from an example; figures and rows given by name replace its own.

        Raises:
            BreakEvenError: there is no such example or row.
            WidgetError: a figure cannot be used.
        """
        if preset not in PRESETS:
            raise BreakEvenError(f"There is no example {preset!r}: use {', '.join(PRESETS)}.")
        held, inputs = tables.rows(), tables.inputs()
        base = {name: each["value"] for name, each in inputs.items()}
        shown = {
            name: {**each, "rows": ROWS | each["rows"], **_said(each["claim"])}
            for name, each in PRESETS.items()
        }
        chosen = ROWS | PRESETS[preset]["rows"]
        chosen = {f"{kind}_row": given.pop(f"{kind}_row", chosen[kind]) for kind in KINDS}
        super().__init__(
            figures=base | PRESETS[preset]["figures"] | given,
            choices={"preset": preset, **chosen},
            rows=held,
            inputs=inputs,
            presets=shown,
            remember_as=remember_as,
        )

    @classmethod
    def example(cls) -> Self:
        """Return a small model, from rows."""
        return cls(remember_as="example")

    @t.validate("api_row", "hosted_row", "rent_row", "speed_row")
    def _check_row(self, proposal: Any) -> str:
        kind, value = proposal["trait"].name.removesuffix("_row"), proposal["value"]
        known = [row["name"] for row in tables.rows()[kind]]
        if value and value not in known:
            near = "; ".join(known[:4])
            raise BreakEvenError(f"There is no row {value!r}; there are, such as: {near}.")
        return value

    @property
    def chosen(self) -> dict[str, dict[str, Any] | None]:
        """The row chosen of each kind, or None."""
        return {
            kind: next((r for r in found if r["name"] == getattr(self, f"{kind}_row")), None)
            for kind, found in self.rows.items()
        }

    @property
    def filled(self) -> dict[str, Any]:
        """All figures, with the rows' values where a field was left empty."""
        return filled(self.figures, self.chosen)

    @property
    def monthly(self) -> dict[str, float | None]:
        """USD a month of each way at ``volume``."""
        return monthly(self.filled, self.volume)

    @property
    def crossings(self) -> list[Crossing]:
        """Where each server begins to be cheaper than each price, with its interval."""
        return crossings(self.filled)

    @property
    def sentences(self) -> list[str]:
        """What the figures say."""
        values = self.filled
        said = [cheapest_sentence(self.monthly, self.volume)]
        said += [crossing_sentence(each, values[f"{each.price}_price"]) for each in self.crossings]
        said.append(prices_sentence(values["api_price"], values["hosted_price"]))
        return [each for each in said if each]

    def __repr__(self) -> str:
        return f"BreakEven({self.preset!r}, {self.volume:g} million tokens a month)"

    def fallback_html(self) -> str:
        """Return what each way costs as a table, the crossings, and the rows behind them."""
        body = "".join(
            f'<tr><th scope="row">{escape(WAYS[name])}</th>'
            f"<td>{'not known' if usd is None else escape(money(usd))}</td></tr>"
            for name, usd in self.monthly.items()
        )
        said = "".join(f"<li>{escape(each)}</li>" for each in self.sentences)
        figures = "".join(
            f'<tr><th scope="row">{escape(field.group)}: {escape(field.label)}</th>'
            f"<td>{'–' if value is None else f'{value:g}{field.unit}'}</td></tr>"
            for field, value in zip(self.FIELDS.values(), self.figures.values(), strict=True)
        )
        read = [each for each in self.chosen.values() if each]
        read += [each | {"name": each["what"]} for each in self.inputs.values()]
        sources = "".join(f"<li>{escape(each['name'])}: {source_html(each)}</li>" for each in read)
        return (
            "<p><strong>Break-even</strong>: a month of each way to pay</p>"
            f"<table><tbody>{body}</tbody></table><ul>{said}</ul>"
            f"<details><summary>The figures</summary><table><tbody>{figures}</tbody></table>"
            "</details>"
            f"<details><summary>Where they were read</summary><ul>{sources}</ul></details>"
        )


def _said(claim: str) -> dict[str, str]:
    return tables.claim(claim) if claim else {"said_by": "", "words": ""}
