"""`make refresh`: reads machine-readable sources again and shows what differs from the facts.

Nothing is overwritten. With `--write`, new prices are added as new rows; the old rows stay, and
their interval ends on the last day they were seen. Everything else is shown, for a person to judge.

A source that cannot be read (not installed, no network) is named, and the rest is still read.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import importlib
import importlib.metadata
import importlib.util
import io
import json
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from course.facts.read import rows
from course.facts.schema import Table, tables

MODELS_DEV = "https://models.dev/api.json"
DEPRECATIONS = "https://deprecations.info/v1/feed.json"
LITELLM = "model_prices_and_context_window_backup.json"
# Names of providers in litellm, where they differ from those of genai-prices.
LITELLM_NAMES = {"google": "gemini", "x-ai": "xai", "moonshotai": "moonshot"}
SECONDS = 20
AGREE = Decimal("0.000001")


@dataclass(frozen=True)
class Change:
    """A value that a source now gives otherwise: what we hold, and what it says."""

    table: str
    row: str
    column: str
    old: str
    old_source: str
    new: str
    new_source: str

    def __str__(self) -> str:
        return (
            f"{self.table}: {self.row}: {self.column}: {self.old} ({self.old_source}) "
            f"-> {self.new} ({self.new_source})"
        )


class NotRead(Exception):  # noqa: N818 (as in course.errors)
    """A source could not be read; the message says why."""


def genai_prices(day: dt.date) -> dict[str, tuple]:
    """{"provider/model": (input, output) in USD per million tokens} at noon UTC of a day.

    Raises:
        NotRead: the package is not installed.
    """
    try:  # it comes with what the tests need; readers do without
        providers = importlib.import_module("genai_prices.data").providers
        tiered = importlib.import_module("genai_prices.types").TieredPrices
    except ImportError:
        raise NotRead("the package genai-prices is not installed") from None

    def base(price):
        return price.base if isinstance(price, tiered) else price

    noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    found = {}
    for provider in providers:
        for model in provider.models:
            prices = model.get_prices(noon)
            pair = tuple(base(getattr(prices, f"{way}_mtok", None)) for way in ("input", "output"))
            found[f"{provider.id}/{model.id}"] = pair
    return found


def litellm(path: Path | None = None) -> dict[str, tuple]:
    """The same from litellm's list of prices, without importing litellm.

    Raises:
        NotRead: neither a file nor the installed package is there.
    """
    if path is None:
        spec = importlib.util.find_spec("litellm")
        if spec is None or spec.origin is None:
            raise NotRead("the package litellm is not installed")
        path = Path(spec.origin).parent / LITELLM
    found = {}
    for name, entry in _json(path.read_bytes()).items():
        pair = [entry.get(f"{way}_cost_per_token") for way in ("input", "output")]
        if None in pair or entry.get("mode") != "chat":
            continue
        provider = entry.get("litellm_provider", "")
        key = f"{provider}/{name.removeprefix(provider + '/')}"
        found[key] = tuple(Decimal(str(each)) * 1_000_000 for each in pair)
    return found


def price_changes(
    theirs: dict[str, tuple], source: str, day: dt.date, names: dict | None = None
) -> list[Change]:
    """Prices that hold on `day` by our table, and that a list gives otherwise."""
    changes = []
    for row in _current(day):
        provider, _, model = row["upstream"].partition("/")
        pair = theirs.get(f"{(names or {}).get(provider, provider)}/{model}")
        if pair is None or row["differs_because"]:
            continue
        for column, new in zip(("usd_per_m_input", "usd_per_m_output"), pair, strict=True):
            old = row[column]
            if old is None or new is None or abs(Decimal(str(old)) - new) <= AGREE:
                continue
            seen = f"{row['source']}, {row['checked_on']}"
            name = f"{row['model']} at {row['provider']}"
            changes.append(Change("prices", name, column, f"{old:g}", seen, f"{new:f}", source))
    return changes


def _current(day: dt.date) -> list[dict]:
    """Our newest row on `day` for each standard price that genai-prices lists too."""
    newest: dict[tuple, dict] = {}
    for row in rows(tables()["prices"]):
        key = (row["model"], row["provider"])
        listed = row["upstream"] and row["tier"] == "standard"
        begun = row["from_date"] is not None and row["from_date"] <= day
        ended = row["to_date"] is not None and row["to_date"] <= day
        if not (listed and begun) or ended:
            continue
        if key not in newest or newest[key]["from_date"] < row["from_date"]:
            newest[key] = row
    return list(newest.values())


def model_changes(text: bytes, source: str) -> list[Change]:
    """Release dates that models.dev now gives otherwise, by name of the model."""
    dates: dict[str, set] = {}
    for provider in _json(text).values():
        for model in provider.get("models", {}).values():
            if len(model.get("release_date", "")) == len("2026-11-21"):
                dates.setdefault(model.get("name", ""), set()).add(model["release_date"])
    changes = []
    for row in rows(tables()["models"]):
        new = dates.get(row["model"])
        old = row["release_date"].isoformat() if row["release_date"] else "empty"
        if new and old not in new:
            seen = f"{row['source']}, {row['source_date'] or row['date_note']}"
            shown = " or ".join(sorted(new))
            change = Change("models", row["model"], "release_date", old, seen, shown, source)
            changes.append(change)
    return changes


def deprecation_changes(text: bytes, source: str) -> list[Change]:
    """Ends of models that the feed gives otherwise, or that we do not have."""
    ours = {row["model_id"]: row for row in rows(tables()["deprecations"])}
    changes = []
    for item in _json(text).get("items", []):
        about = item.get("_deprecation", {})
        model, new = about.get("model_id"), about.get("shutdown_date")
        if not model or not new:
            continue
        row = ours.get(model)
        old = row["retired"].isoformat() if row and row["retired"] else "empty"
        if row is None or old != new:
            seen = f"{row['source']}, {row['source_date']}" if row else "no row"
            changes.append(Change("deprecations", model, "retired", old, seen, new, source))
    return changes


def add_prices(theirs: dict[str, tuple], source: str, day: dt.date) -> int:
    """Adds a row to prices.csv for each changed price, first seen on `day`; returns how many.

    The old rows stay as they are.
    """
    table = tables()["prices"]
    changed = {change.row for change in price_changes(theirs, source, day)}
    added = []
    for row in _current(day):
        if f"{row['model']} at {row['provider']}" in changed:
            new_input, new_output = theirs[row["upstream"]]
            added.append(
                row
                | {
                    "usd_per_m_input": f"{new_input:f}",
                    "usd_per_m_output": "" if new_output is None else f"{new_output:f}",
                    "usd_per_m_cached_input": "",
                    "from_date": day,
                    "from_kind": "seen",
                    "checked_on": day,
                    "source": "genai-prices",
                    "source_url": "https://github.com/pydantic/genai-prices",
                    "source_date": day,
                    "date_note": "",
                    "retrieved": day,
                    "note": f"seen in {source}",
                }
            )
    if added:
        _append(table, added)
    return len(added)


def _append(table: Table, added: list[dict]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in table.columns], lineterminator="\n")
    writer.writerows(added)
    with table.path.open("a", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())


def _json(text: bytes) -> dict:
    try:
        found = json.loads(text)
    except ValueError:
        raise NotRead("what came is not JSON") from None
    if not isinstance(found, dict):
        raise NotRead("what came is JSON of another form")
    return found


def fetch(place: str) -> bytes:
    """A local file, or an address read within 20 s.

    Raises:
        NotRead: it cannot be read; without a network the message says so.
    """
    if not place.startswith("https://"):
        try:
            return Path(place).read_bytes()
        except OSError:
            raise NotRead(f"the file {place} cannot be read") from None
    try:
        with urllib.request.urlopen(place, timeout=SECONDS) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise NotRead(f"the address answered {error.code}") from None
    except (OSError, ValueError):
        raise NotRead("there is no network, or the address cannot be reached") from None


def main(arguments: list[str] | None = None) -> int:
    """Shows the differences; 0 also where a source could not be read."""
    parser = argparse.ArgumentParser(prog="make refresh", description=__doc__.splitlines()[0])
    parser.add_argument("--litellm", type=Path, help="a copy of litellm's list of prices")
    parser.add_argument("--models-dev", default=MODELS_DEV, help="a copy of models.dev's api.json")
    parser.add_argument("--deprecations", default=DEPRECATIONS, help="a copy of the feed")
    parser.add_argument("--write", action="store_true", help="add changed prices as new rows")
    chosen = parser.parse_args(arguments)
    today = dt.datetime.now(dt.UTC).date()

    def from_package() -> list[Change]:
        theirs = genai_prices(today)
        source = f"genai-prices {importlib.metadata.version('genai-prices')}"
        changes = price_changes(theirs, source, today)
        if chosen.write:
            print(f"Added {add_prices(theirs, source, today)} rows to data/facts/prices.csv.")
        return changes

    sources = {
        "genai-prices": from_package,
        "litellm": lambda: price_changes(litellm(chosen.litellm), "litellm", today, LITELLM_NAMES),
        "models.dev": lambda: model_changes(fetch(chosen.models_dev), "models.dev"),
        "deprecations": lambda: deprecation_changes(fetch(chosen.deprecations), "deprecations-rss"),
    }
    for name, read in sources.items():
        try:
            changes = read()
        except NotRead as error:
            print(f"{name}: not read: {error}.")
            continue
        print(f"{name}: {len(changes)} differences" + (":" if changes else "."))
        for change in changes:
            print(f"  {change}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
