"""Text that others wrote, made safe to show: the Python half of what `_base.js` does."""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

# The same pattern, in the same order, as `MARKS` in _base.js: fenced code, code, two maths.
# Maths follows the usual rule for dollars: "$x$" is maths, "$5 or $10" is money.
MARKS = re.compile(
    r"```(?:[a-z]*\n)?([\s\S]+?)```|`([^`]+)`|\$\$([^$]+)\$\$|\$(?!\s)([^$\n]*[^$\s])\$(?![0-9])"
)


def well_formed(value: Any) -> Any:
    """Return `value` (any JSON value) with every lone surrogate replaced by U+FFFD.

    A lone surrogate cannot be written as UTF-8, so a notebook holding one could not be saved.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [well_formed(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(key): well_formed(item) for key, item in value.items()}
    return value


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Split `text` into (kind, text) pairs; kind is "text", "code" or "block"."""
    end = 0
    for match in MARKS.finditer(text):
        if match.start() > end:
            yield "text", text[end : match.start()]
        block, code, display, inline = match.groups()
        if block is not None:
            yield "block", block.rstrip("\n")
        else:
            yield "code", next(part for part in (code, display, inline) if part is not None)
        end = match.end()
    if end < len(text):
        yield "text", text[end:]


def escape(text: str) -> str:
    """Return `text` as HTML that shows it letter for letter.

    JupyterLab typesets what stands between two dollars in an HTML output as maths, so an amount is
    written as USD and any other dollar stands in a code element, which the typesetter skips.
    """
    text = re.sub(r"\$(?=\d)", "USD ", text)
    return html.escape(text).replace("$", "<code>&#36;</code>")


def to_html(text: str) -> str:
    """Return `text` as HTML: its code and maths as code elements, everything else as plain text."""
    out = []
    for kind, part in pieces(text):
        if kind == "text":
            out.append(escape(part))
        else:
            code = html.escape(part).replace("$", "&#36;")
            out.append(
                f"<pre><code>{code}</code></pre>" if kind == "block" else f"<code>{code}</code>"
            )
    return "".join(out)


def number(value: float, most: int = 2, least: int = 0) -> str:
    """Return `value` with thousands separated and `least` to `most` decimals, halves rounded up.

    The twin of `number` in _base.js.
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:,f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole


def usd(value: float) -> str:
    """Return an amount as text, such as "USD 1,234.50"."""
    return "USD " + number(value, 2, 2)


def money(value: float) -> str:
    """Return an amount, in cents where it is small; the twin of `money` in _base_form.js."""
    if value >= 1e5:
        return f"USD {number(value, 0)}"
    if value >= 1 or value == 0:
        return usd(value)
    cents = value * 100
    if cents >= 1:
        return f"{number(cents, 2, 2)} cents"
    digits = 3 if cents >= 0.1 else 4 if cents >= 0.01 else 5
    return "under 0.0001 cents" if cents < 1e-4 else f"{number(cents, digits)} cents"


def times(value: float) -> str:
    """Return how many times as much: "1.04", "3.4", "120"; the twin is in _base_form.js."""
    return number(value, 2 if value < 2 else 1 if value < 10 else 0)


def long_date(text: str) -> str:
    """Return "21 November 2026" for "2026-11-21"; any other text stays as it is."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def host(url: str) -> str:
    """Return the host in an address, "" where it is none of the web; twin in _base_sources.js."""
    found = re.match(r"https?://(?:www\.)?([A-Za-z0-9_.-]+)(?:[/?#:]|$)", url)
    return found[1] if found else ""


def source_html(row: Mapping[str, str]) -> str:
    """Return where and when a row was read, its address as a link; ages are left to the reader.

    `row` holds "source_url", "source_date" or "date_note", and "retrieved".
    """
    url, name = row["source_url"], host(row["source_url"])
    href = html.escape(url).replace("$", "%24")
    parts = [f'<a href="{href}">{escape(name)}</a>' if name else escape(url)] if url else []
    dated = long_date(row["source_date"]) or row["date_note"]
    parts += [escape(dated)] if dated else []
    read = [f"read on {escape(long_date(row['retrieved']))}"] if row["retrieved"] else []
    return "; ".join([*([", ".join(parts)] if parts else []), *read]) + "."


# Written out, since the names that `strftime` gives depend on the machine's language.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
