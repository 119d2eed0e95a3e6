"""The rows that the break-even starts from: prices, rents, measured speeds, and other inputs."""

from __future__ import annotations

from functools import cache
from typing import Any

from course import claims, costs
from widgets import _rows
from widgets.token_bill import offers

CLOSED = (
    ("GPT-6 Luna", "OpenAI API"),
    ("GPT-6.1 Terra", "OpenAI API"),
    ("GPT-6.1 Sol", "OpenAI API"),
    ("GPT-4o", "OpenAI API"),
    ("Claude Haiku 5.5", "Anthropic API"),
    ("Claude Sonnet 5.5", "Anthropic API"),
    ("Claude Opus 5.5", "Anthropic API"),
    ("Claude Opus 4", "Anthropic API"),
    ("Gemini 2.5 Flash-Lite", "Gemini API"),
    ("Gemini 3.1 Pro Preview", "Gemini API"),
)
HOSTED = (
    ("Qwen3 8B", "Fireworks"),
    ("Llama 3.1 8B Instruct", "Groq"),
    ("Llama 3.3 70B Instruct", "Groq"),
    ("Llama 3.3 70B Instruct", "Together AI"),
    ("gpt-oss-120b", "Groq"),
    ("Qwen3.8 27B", "DeepInfra"),
    ("DeepSeek V3.2", "Fireworks"),
    ("Kimi K3.1 Pro", "Together AI"),
)
CARDS = 8  # of the server whose price was read


def _offers(wanted: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    found = [offers.row(*each) for each in wanted]
    return [
        {
            "name": offers.name(row),
            "input": row["tiers"][0][0],
            "output": row["tiers"][0][2],
            "source_url": row["url"],
            "source_date": row["on"],
            "date_note": "",
            "retrieved": row["on"],
        }
        for row in found
        if row["tiers"]
    ]


def _rents() -> list[dict[str, Any]]:
    found = {}
    for row in _rows.table("gpu_prices"):
        parts = (row["gpu"], row["provider"], row["offer"], row["price_type"])
        name = ", ".join(part for part in parts if part)
        found[name] = _rows.cited(row, name=name, value=row["usd_per_gpu_hour"])  # the newest last
    return list(found.values())


def _speeds() -> list[dict[str, Any]]:
    found = []
    for row in _rows.table("throughput"):
        read, written = row["input_tokens"], row["output_tokens"]
        rate = costs.total_rate(row["output_tokens_per_s"], read, written)
        name = f"{row['model']} on {row['hardware']}, {row['precision']}, {row['workload']}"
        output = 100 * written / (read + written)
        found.append(_rows.cited(row, name=name, value=rate, output=output))
    return found


@cache
def rows() -> dict[str, list[dict[str, Any]]]:
    """Rows to choose from: closed and hosted offers, rents, speeds (input and output together)."""
    return {
        "api": _offers(CLOSED),
        "hosted": _offers(HOSTED),
        "rent": _rents(),
        "speed": _speeds(),
    }


@cache
def inputs() -> dict[str, dict[str, Any]]:
    """Figures that a field starts from, with the rows they were read in."""
    power = _rows.one("hardware", "gpu", "H100 SXM")
    server = _rows.one("quoted_figures", "figure", "h100-server-2024")
    price = _rows.one("inputs", "input", "electricity-us-commercial")
    building = _rows.one("inputs", "input", "data-centre-overhead")
    pay = _rows.one("inputs", "input", "staff-us-developer")
    part = _rows.one("inputs", "input", "staff-us-wage-share")
    wage = round(costs.staff_hour(pay["value"], part["value"] / 100), 2)
    return {
        "server": _rows.cited(server, value=server["value"] / CARDS, what="an eighth of a server"),
        "watts": _rows.cited(power, value=power["power_w"], what="power of an H100 SXM"),
        "kwh": _rows.cited(price, value=price["value"], what="price of electricity"),
        "pue": _rows.cited(building, value=building["value"], what="PUE of a data centre"),
        "wage": _rows.cited(pay, value=wage, what="wage of a developer, with the employer’s costs"),
    }


@cache
def claim(name: str) -> dict[str, str]:
    """What an article says, in our words, and which article it is."""
    found = next(each for each in claims.ledger() if each.id == name)
    return {"said_by": found.said_by, "words": found.claim}
