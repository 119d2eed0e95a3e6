"""What a smaller precision costs: size, speed, the same answer as before, the right answer."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import traitlets as t

from course import paths
from widgets._base import CourseWidget
from widgets._text import escape, long_date, number
from widgets.quantize.rows import QuantizeError, checked

Z = 1.96  # standard deviations to either side: 95% of a normal distribution

Verdict = Literal["", "too large", "falls short", "may reach it", "qualifies"]


class Interval(NamedTuple):
    """A 95% Wilson interval of a share, from 0 to 1."""

    low: float
    high: float


def wilson(right: int, total: int) -> Interval:
    """Return the 95% interval of `right` out of `total` (Wilson, 1927); twin in quantize.js.

    Raises:
        QuantizeError: a number is not whole, `total` is below 1, or `right` is not from 0 to it.
    """
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (right, total))
    if not whole or total < 1 or not 0 <= right <= total:
        raise QuantizeError(
            f"{right!r} right of {total!r} is no count: give 0 to as many as asked."
        )
    share, square = right / total, Z * Z
    middle = share + square / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return Interval(max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def judge(row: Mapping[str, Any], memory: float | None, accuracy: float | None) -> Verdict:
    """Return whether a precision will do; the twin of `judge` in quantize.js.

    Args:
        row: "bytes", "right" and "total".
        memory: what there is for the file, in MB (1,000,000 bytes); None for any.
        accuracy: share of right answers that is needed, in per cent; None for any.

    Returns:
        "qualifies" only where the whole interval lies at or above what is needed; "may reach it"
        where the interval holds it; "" where nothing was asked.
    """
    if memory is None and accuracy is None:
        return ""
    if memory is not None and row["bytes"] > memory * 1e6:
        return "too large"
    if accuracy is None:
        return "qualifies"
    low, high = wilson(row["right"], row["total"])
    if high < accuracy / 100:
        return "falls short"
    return "qualifies" if low >= accuracy / 100 else "may reach it"


def size(count: float) -> str:
    """Return bytes as text, such as "1.83 MB"; the twin of `size` in quantize.js."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= unit:
            return f"{number(count / unit, 2, 2)} {name}"
    return f"{number(count, 0)} bytes"


def share(right: int, total: int) -> str:
    """Return a count as text, such as "58 of 90: 64% (54–74%)"; the twin is in quantize.js."""
    low, high = wilson(right, total)
    middle = number(100 * right / total, 0)
    span = f"{number(100 * low, 0)}–{number(100 * high, 0)}%"
    return f"{number(right, 0)} of {number(total, 0)}: {middle}% ({span})"


def lesson(row: Mapping[str, Any], full: Mapping[str, Any]) -> str:
    """Return what became of the answers, in a sentence; the twin of `lesson` in quantize.js."""
    changed = row["same"]["total"] - row["same"]["right"]
    name, first = row["precision"], full["precision"]
    if name == first:
        return f"{first} is what the others are compared with."
    if changed == 0:
        return f"Not one answer of {name} differs from {first}’s."
    words = "1 answer differs" if changed == 1 else f"{number(changed, 0)} answers differ"
    start = f"{words} from {first}’s"
    if row["total"] != full["total"]:
        return f"{start}."
    more = row["right"] - full["right"]
    if more == 0:
        return f"{start}, yet as many are right: agreement is not accuracy."
    is_are = "is" if abs(more) == 1 else "are"
    if more > 0:
        return f"{start}, yet {number(more, 0)} more {is_are} right: agreement is not accuracy."
    mine, theirs = wilson(row["right"], row["total"]), wilson(full["right"], full["total"])
    fewer = f"{start}, and {number(-more, 0)} fewer {is_are} right"
    if mine.high >= theirs.low:
        return f"{fewer}: so few that chance alone may do it, as the intervals show."
    return f"{fewer}: more than chance alone would do."


def trade(row: Mapping[str, Any], full: Mapping[str, Any]) -> str:
    """Return what the file and the right answers went from and to; twin of `trade` in JavaScript.

    It is empty for the first row, which has nothing to be compared with.
    """
    if row["precision"] == full["precision"]:
        return ""
    part = number(100 * row["bytes"] / full["bytes"], 0)
    now, before = (number(100 * each["right"] / each["total"], 0) for each in (row, full))
    return (
        f"The file is {part}% of {full['precision']}’s; right answers: {now}%, where "
        f"{full['precision']} has {before}%."
    )


def speed(row: Mapping[str, Any], full: Mapping[str, Any], machine: str) -> str:
    """Return how fast a precision is, in a sentence; the twin of `speed` in quantize.js."""
    if row["speed"] is None:
        return "Its speed was not measured."
    if row["precision"] == full["precision"]:
        return f"Speed is counted in its own: 1, on {machine}."
    times = number(row["speed"], 2)
    return (
        f"{times} times as fast as {full['precision']} on {machine}; on another machine it may be "
        "otherwise."
    )


class Quantize(CourseWidget):
    """Each precision of one model: file size, speed, the same answers as before, the right ones.

    Traits, readable and settable from Python: ``precision`` (the one looked at), ``memory`` (MB,
    1,000,000 bytes, for the file alone; None for any) and ``accuracy`` (right answers needed, in
    per cent; None for any). ``verdicts`` says which precisions will do. The figures are rows of a
    committed file, in the form that `widgets.quantize.rows` checks; the first row is what the
    others are compared with. Intervals are 95% Wilson intervals.
    """

    module = "quantize"

    model_name = t.Unicode().tag(sync=True)
    about = t.Dict().tag(sync=True)
    rows = t.List(t.Dict()).tag(sync=True)
    precision = t.Unicode().tag(sync=True)
    memory = t.Float(None, allow_none=True).tag(sync=True)
    accuracy = t.Float(None, allow_none=True).tag(sync=True)
    defaults = t.Dict().tag(sync=True)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        precision: str | None = None,
        memory: float | None = None,
        accuracy: float | None = None,
        file: str = "",
        remember_as: str = "",
        **kw: Any,
    ) -> None:
        """Show the rows of one model.

        Args:
            data: what a file holds: "model", "made" (a date), "machine", "counted_on" and "rows".
            precision: the one to begin with; left out, the first.
            memory, accuracy: what to ask for from the start.
            file: name of the file the figures come from, to be shown.

        Raises:
            QuantizeError: the data are not in the agreed form, or a value cannot be used.
        """
        rows = checked(data, file or "The data")
        start = {"precision": precision or rows[0]["precision"], "memory": memory}
        start["accuracy"] = accuracy
        about = {n: str(data.get(n) or "") for n in ("made", "machine", "counted_on")}
        super().__init__(
            rows=rows,
            model_name=data["model"],
            about={**about, "file": file},
            defaults=start,
            remember_as=remember_as or data["model"],
            **start,
            **kw,
        )

    @classmethod
    def from_file(cls, file: str | Path = "precisions.json", **options: Any) -> Self:
        """Read a file: looked for where its name says, then in data/models/."""
        places = [Path(file), paths.ROOT / file, paths.MODELS / Path(file).name]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise QuantizeError(
                f"{Path(file).name} was not found: give the name of a file of rows."
            )
        where = paths.shown(found)
        try:
            data = json.loads(found.read_text(encoding="utf-8-sig"))
        except (ValueError, OSError, RecursionError):
            raise QuantizeError(f"{where} is not valid JSON in UTF-8: make it again.") from None
        return cls(data, file=found.name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return the precisions of the course's own small model."""
        file = Path(__file__).with_name("quantize.example.json")
        return cls.from_file(file, precision="Q4_K_M", remember_as="example")

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Whether each precision will do for the memory and the accuracy asked for."""
        return {row["precision"]: judge(row, self.memory, self.accuracy) for row in self.rows}

    @t.validate("precision")
    def _check_precision(self, proposal: Any) -> str:
        names = [row["precision"] for row in self.rows]
        if proposal["value"] not in names:
            raise QuantizeError(f"There is no {proposal['value']!r} here: use {', '.join(names)}.")
        return proposal["value"]

    @t.validate("memory", "accuracy")
    def _check_wish(self, proposal: Any) -> float | None:
        name, value = proposal["trait"].name, proposal["value"]
        most = 100 if name == "accuracy" else 1e9
        if value is not None and not 0 <= value <= most:
            raise QuantizeError(f"{name} is {value:g}: give a number from 0 to {number(most, 0)}.")
        return value

    def __repr__(self) -> str:
        return f"Quantize({self.model_name!r}, {len(self.rows)} precisions, {self.precision!r})"

    def fallback_html(self) -> str:
        """Return all rows as a table, with what was measured on what."""
        body = "".join(
            f'<tr><th scope="row" dir="auto">{escape(row["precision"])}</th>'
            + "".join(f"<td>{escape(text)}</td>" for text in self._figures(row))
            + "</tr>"
            for row in self.rows
        )
        first = escape(self.rows[0]["precision"])
        head = ("File", "Bits a weight", f"Speed ({first} = 1)", f"Same answer as {first}", "Right")
        names = "".join(f"<th>{name}</th>" for name in head)
        chosen = next(row for row in self.rows if row["precision"] == self.precision)
        return (
            f'<p dir="auto"><strong>Precisions of {escape(self.model_name)}</strong></p>'
            f"<table><thead><tr><th>Precision</th>{names}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{escape(chosen['precision'])}: {escape(lesson(chosen, self.rows[0]))} "
            f"{escape(trade(chosen, self.rows[0]))}</p>"
            f"<p>{escape(source(self.about))}</p>"
        )

    def _figures(self, row: dict[str, Any]) -> list[str]:
        same = row["same"]
        return [
            size(row["bytes"]),
            number(row["bits_per_weight"], 2),
            "–" if row["speed"] is None else number(row["speed"], 2),
            share(same["right"], same["total"]),
            share(row["right"], row["total"]),
        ]


def source(about: Mapping[str, str]) -> str:
    """Return where the figures come from, in sentences; the twin of `source` in quantize.js."""
    made = f" on {long_date(about['made'])}" if about.get("made") else ""
    file = f" ({about['file']})" if about.get("file") else ""
    counted = f" Answers: {about['counted_on']}." if about.get("counted_on") else ""
    machine = f" Speed: {about['machine']}." if about.get("machine") else ""
    return f"Measured{made}{file}.{counted}{machine} In brackets: 95% intervals."
