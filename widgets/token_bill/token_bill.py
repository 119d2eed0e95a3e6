"""What the same calls cost at several sellers, from the prices of a day."""

from collections.abc import Iterable
from typing import Any, Self

import traitlets as t

from widgets._base import WidgetError
from widgets._calculator import Amount, Calculator
from widgets._text import escape, money, source_html, times
from widgets.token_bill.offers import Line, Row, lines, name, row, summary

CALL, TRAFFIC, TERMS = "One call: tokens", "Traffic", "Terms"
OPENAI, ANTHROPIC, GEMINI = "OpenAI API", "Anthropic API", "Gemini API"
# What can be chosen; the first six are what a reader starts from.
OFFERS = (
    ("GPT-6.1 Sol", OPENAI),
    ("GPT-6 Luna", OPENAI),
    ("Claude Opus 5.5", ANTHROPIC),
    ("Kimi K3.1 Pro", "Together AI"),
    ("DeepSeek V4 Pro", "DeepSeek API"),
    ("Llama 3.3 70B Instruct", "Groq"),
    ("GPT-6 Sol", OPENAI),
    ("GPT-6 Astra", OPENAI),
    ("GPT-6.1 Terra", OPENAI),
    ("GPT-4o", OPENAI),
    ("GPT-4o mini", OPENAI),
    ("Claude Sonnet 5.5", ANTHROPIC),
    ("Claude Haiku 5.5", ANTHROPIC),
    ("Claude Fable 5.2", ANTHROPIC),
    ("Claude Opus 4", ANTHROPIC),
    ("Gemini 3.7 Flash", GEMINI),
    ("Gemini 3.1 Pro Preview", GEMINI),
    ("Gemini 2.5 Pro", GEMINI),
    ("Grok 4.7", "xAI API"),
    ("Mistral Large 4", "Mistral API"),
    ("Mistral Small 4", "Mistral API"),
    ("DeepSeek V4.1 Flash", "DeepSeek API"),
    ("DeepSeek V4 Pro", "Fireworks"),
    ("Kimi K3", "Moonshot API"),
    ("GLM-5.3", "Z.ai API"),
    ("GLM-5.3", "Fireworks"),
    ("MiniMax-M3", "MiniMax API"),
    ("Muse Spark Open 816B-A42B", "Together AI"),
    ("Qwen3.8 27B", "DeepInfra"),
    ("Qwen3 8B", "Fireworks"),
    ("gpt-oss-120b", "Groq"),
    ("gpt-oss-20b", "Groq"),
    ("Llama 3.3 70B Instruct", "Together AI"),
    ("Llama 3.1 8B Instruct", "Groq"),
    ("Olmo 3.1 32B Instruct", "PublicAI via Hugging Face"),
)
SHOWN = 6
TOKENIZERS = (
    "The same text is a different number of tokens for each model: a count made with one "
    "tokenizer is an estimate for the others."
)


class TokenBillError(WidgetError):
    """An offer was asked for that is not among those that were read."""


class TokenBill(Calculator):
    """The bill of the same calls at several sellers, per call, day and month.

    Traits, readable and settable from Python: ``input``, ``output`` and ``reasoning`` (tokens of
    one call), ``cached`` (% of the input), ``calls`` (a day), ``wait`` (whether answers may wait),
    ``batch`` (% of the price that is left where they may), ``peak`` (% of the calls at the peak
    hours of sellers that have them), ``tokenizers`` (% by which another model's count may differ)
    and ``chosen`` (the offers shown, as "model, seller"). ``lines`` are the results in USD. Prices
    are those of data/facts/prices.csv on a day, or as last seen.
    """

    module = "token_bill"

    rows = t.List(t.Dict()).tag(sync=True)
    chosen = t.List(t.Unicode()).tag(sync=True)
    wait = t.Bool(False).tag(sync=True)
    input = Amount("Input", 1500, hint="all you send", group=CALL)
    cached = Amount("Of it cached", 50, unit="%", most=100, hint="sent before", group=CALL)
    output = Amount("Output", 300, hint="what you read", group=CALL)
    reasoning = Amount("Reasoning", 0, hint="billed as output, not shown", group=CALL)
    calls = Amount("Calls a day", 1000, hint="a month has 365/12 days", group=TRAFFIC)
    peak = Amount(
        "Calls at peak hours", 50, unit="%", most=100, hint="where a seller has them", group=TRAFFIC
    )
    batch = Amount(
        "Price where answers wait", 50, unit="%", most=100, least=0.01,
        hint="look at your seller’s", group=TERMS,
    )  # fmt: skip
    tokenizers = Amount(
        "Tokenizers may differ by", 20, unit="%", most=100, hint="measure it on your texts",
        group=TERMS,
    )  # fmt: skip

    def __init__(
        self,
        offers: Iterable[tuple[str, str]] | None = None,
        *,
        on: str | None = None,
        shown: int = SHOWN,
        wait: bool = False,
        remember_as: str = "token_bill",
        **figures: Any,
    ) -> None:
        """Show offers, each a model and who sells it, at the prices of a day.

        Args:
            offers: left out, a choice of those read.
            on: a day such as "2026-08-01"; left out, each price as last seen.
            shown: how many of them are shown at first; the others can be added.
            wait: whether answers may wait.
            figures: what to start from, by name.

        Raises:
            TokenBillError: there is no offer.
            WidgetError: a figure cannot be used.
        """
        rows = figures.pop("rows", None)
        if rows is None:
            rows = [row(*each, on) for each in (OFFERS if offers is None else offers)]
        if not rows:
            raise TokenBillError("There is no offer to show: name a model and who sells it.")
        chosen = list(dict.fromkeys(name(each) for each in rows))[:shown]
        choices = {"chosen": chosen, "wait": wait}
        super().__init__(figures=figures, choices=choices, rows=rows, remember_as=remember_as)

    @classmethod
    def example(cls) -> Self:
        """Return six models at the prices last seen."""
        return cls(remember_as="example")

    @property
    def shown(self) -> list[Row]:
        """The rows of what is chosen, in that order."""
        by_name = {name(each): each for each in self.rows}
        return [by_name[each] for each in self.chosen]

    @property
    def lines(self) -> list[Line]:
        """The bill of each row of `shown`, the cheapest first, in USD."""
        return lines(self.shown, self.figures, self.wait)

    @t.validate("chosen")
    def _check_chosen(self, proposal: Any) -> list[str]:
        known = [name(each) for each in self.rows]
        for each in proposal["value"]:
            if each not in known:
                near = "; ".join(known[:5])
                raise TokenBillError(f"{each!r} is not offered here; there are, such as: {near}.")
        return list(dict.fromkeys(proposal["value"]))

    def __repr__(self) -> str:
        return f"TokenBill({len(self.chosen)} of {len(self.rows)} offers)"

    def fallback_html(self) -> str:
        """Return the bills as a table, with where each price was read."""
        shown, found = self.shown, self.lines
        body = "".join(_cells(shown[line.place], line) for line in found)
        head = "".join(
            f'<th scope="col">{each}</th>'
            for each in ("Model and seller", "A call", "A day", "A month", "Times the cheapest")
        )
        call = ", ".join(
            f"{field.label.lower()} {getattr(self, each):g}{'%' if field.unit == '%' else ''}"
            for each, field in self.FIELDS.items()
            if each not in ("batch", "peak") or getattr(self, "wait" if each == "batch" else each)
        )
        sources = "".join(f"<li>{escape(name(each))}: {_source(each)}</li>" for each in shown)
        return (
            f"<p><strong>Token bill</strong>: {escape(call)}.</p>"
            f'<div tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
            f"</div><p>{escape(summary(shown, found))}</p><p>{escape(TOKENIZERS)}</p>"
            f"<details><summary>Where each price was read</summary><ul>{sources}</ul></details>"
        )


def _cells(each: Row, line: Line) -> str:
    amounts = "".join(
        f"<td>{'not known' if usd is None else escape(money(usd))}</td>"
        for usd in (line.call, line.day, line.month)
    )
    ratio = "–" if line.times is None else times(line.times)
    note = f"<br>{escape(line.note)}" if line.note else ""
    return (
        f'<tr><th scope="row" dir="auto">{escape(name(each))}{note}</th>{amounts}'
        f"<td>{ratio}</td></tr>"
    )


def _source(each: Row) -> str:
    if not each["url"]:
        return escape(each["note"])
    dated = {"source_url": each["url"], "source_date": "", "date_note": "", "retrieved": each["on"]}
    return source_html(dated).replace("read on", "price seen on")
