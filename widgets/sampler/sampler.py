"""How a language model picks its next token: its shares, what is cut of them, and the draw."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import traitlets as t

from widgets._base import CourseWidget
from widgets._text import escape, long_date, number
from widgets.sampler.draw import (
    HOTTEST,
    SEEDS,
    SamplerError,
    check_share,
    check_whole,
    draw_many,
    sample_distribution,
    sieve,
)
from widgets.sampler.record import checked, read, record

if TYPE_CHECKING:
    from course.models import LocalModel

__all__ = ["Sampler", "SamplerError", "sample_distribution", "sieve"]

SETTINGS = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "temperature": 1.0}
MOST_DRAWS = 2000  # as in sampler.js: more would not fit into one frame
IN_FALLBACK = 6  # tokens named without JavaScript
# A blank would not be seen, and a line end would break the row; as in sampler.js.
SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍"}
NO_TEXT = "(no text)"
LONGEST_TOKEN = 40  # letters shown; as in sampler.js


def visible(text: str) -> str:
    """Return a token's text with its blanks and line ends as signs; the twin is in sampler.js."""
    if len(text) > LONGEST_TOKEN:
        text = text[:LONGEST_TOKEN] + "…"
    return "".join(SIGNS.get(letter, letter) for letter in text) or NO_TEXT


def percent(share: float) -> str:
    """Return a share as text, such as "12.3%", or "<0.1%"; the twin is in sampler.js."""
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return number(share * 100, 1) + "%"


class Sampler(CourseWidget):
    """The next token of an answer: the model's shares, what each setting does to them, and draws.

    The settings are traits, readable and settable from Python, and they work in this order, which
    is llama.cpp's: ``top_k`` (tokens; 0 for all), ``top_p`` and ``min_p`` (shares from 0 to 1; 1
    and 0 cut nothing), ``temperature`` (0 to 2; no unit). ``prompt`` is the place of the prompt
    shown, from 0; ``seed`` (0 to 4,294,967,295) and ``draws`` (0 to 2,000) say which random numbers
    have been used: the same ones always draw the same tokens at the same settings. Results for
    Python: ``probabilities`` (0 to 1, the likeliest token first), ``reasons`` (what cuts a token)
    and ``counts`` (draws by token).

    The model's shares come from a committed file (`from_file`) or from a model that is loaded
    (`from_model`): every token of its vocabulary, logits rounded to two decimals.
    """

    module = "sampler"

    prompts = t.List(t.Dict()).tag(sync=True)
    about = t.Dict().tag(sync=True)
    defaults = t.Dict().tag(sync=True)
    prompt = t.Int(0).tag(sync=True)
    top_k = t.Int(0).tag(sync=True)
    top_p = t.Float(1.0).tag(sync=True)
    min_p = t.Float(0.0).tag(sync=True)
    temperature = t.Float(1.0).tag(sync=True)
    seed = t.Int(1).tag(sync=True)
    draws = t.Int(0).tag(sync=True)

    def __init__(
        self,
        prompts: Iterable[Mapping[str, Any]],
        *,
        about: Mapping[str, str] | None = None,
        prompt: int = 0,
        seed: int = 1,
        remember_as: str = "sampler",
        **settings: float,
    ) -> None:
        """Show recorded prompts, in the form of `widgets.sampler.record`.

        Args:
            about: "model", "precision", "made" (date of the recording) and "file", to be shown.
            prompt: which prompt to begin with, from 0.
            seed: of the random numbers.
            settings: top_k, top_p, min_p or temperature to begin with.

        Raises:
            SamplerError: a prompt is not in the agreed form, or a setting is out of its range.
        """
        unknown = sorted(set(settings) - set(SETTINGS))
        if unknown:
            raise SamplerError(f"{unknown[0]!r} is no setting: use {', '.join(SETTINGS)}.")
        start = {**SETTINGS, **settings}
        super().__init__(
            prompts=checked(list(prompts)),
            about={name: str(value) for name, value in (about or {}).items()},
            defaults={"prompt": prompt, "seed": seed, **start},
            prompt=prompt,
            seed=seed,
            remember_as=remember_as,
            **start,
        )

    @classmethod
    def from_file(cls, file: str | Path, **options: Any) -> Self:
        """Read a recorded file, looked for beside the notebook and then under chapters/."""
        data = read(file)
        about = {name: data.get(name, "") for name in ("model", "precision", "made")}
        about["file"] = Path(file).name
        name = Path(file).name.partition(".")[0]
        options = {"remember_as": name, **options}
        return cls(data["prompts"], about=about, **options)

    @classmethod
    def from_model(
        cls, model: "LocalModel", prompts: Iterable[str | tuple[str, int]], **options: Any
    ) -> Self:
        """Ask a loaded model now; what it shows differs between machines, so nothing is stored."""
        data = record(model, prompts)
        about = {name: data[name] for name in ("model", "precision", "made")}
        return cls(data["prompts"], about=about, **options)

    @classmethod
    def example(cls) -> Self:
        """Return a recording of the course's own small model."""
        file = Path(__file__).with_name("sampler.example.json")
        return cls.from_file(file, remember_as="example")

    @t.validate("top_p", "min_p", "temperature")
    def _check_share(self, proposal: Any) -> float:
        name = proposal["trait"].name
        most = HOTTEST if name == "temperature" else 1.0
        return check_share(name, proposal["value"], most)

    @t.validate("top_k", "seed", "draws", "prompt")
    def _check_whole(self, proposal: Any) -> int:
        name = proposal["trait"].name
        most = {"seed": SEEDS - 1, "draws": MOST_DRAWS, "prompt": len(self.prompts) - 1}
        return check_whole(name, proposal["value"], most.get(name, SEEDS - 1))

    @property
    def logits(self) -> list[float]:
        """Of every token, the likeliest first: natural logarithms of the model's own shares."""
        shown = self.prompts[self.prompt]
        return [*(token["logit"] for token in shown["tokens"]), *shown["rest"]]

    @property
    def probabilities(self) -> list[float]:
        """Of being drawn, for every token in the same order, at the settings in force."""
        settings = {name: getattr(self, name) for name in SETTINGS}
        return sample_distribution(self.logits, **settings)

    @property
    def reasons(self) -> list[str]:
        """What cuts each token, in the same order: "top-k", "top-p", "min-p" or ""."""
        return sieve(self.logits, self.top_k, self.top_p, self.min_p)

    @property
    def counts(self) -> dict[str, int]:
        """How often each token was drawn; those without a name of their own count together."""
        drawn = draw_many(self.probabilities, self.seed, self.draws)
        return dict(Counter(self._name(i) for i in drawn).most_common())

    def _name(self, place: int) -> str:
        tokens = self.prompts[self.prompt]["tokens"]
        return tokens[place]["text"] if place < len(tokens) else "(another token)"

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={getattr(self, name):g}" for name in SETTINGS)
        return f"Sampler({len(self.prompts)} prompts, {settings})"

    def fallback_html(self) -> str:
        """Return each prompt with its likeliest tokens and their shares, as tables."""
        parts = ["<p><strong>The next token</strong></p>"]
        for prompt in self.prompts:
            logits = [*(token["logit"] for token in prompt["tokens"]), *prompt["rest"]]
            own = sample_distribution(logits)
            settings = {name: getattr(self, name) for name in SETTINGS}
            drawn = sample_distribution(logits, **settings)
            rows = "".join(
                f'<tr><th scope="row" dir="auto">{escape(visible(token["text"]))}</th>'
                f"<td>{escape(percent(own[i]))}</td><td>{escape(percent(drawn[i]))}</td></tr>"
                for i, token in enumerate(prompt["tokens"][:IN_FALLBACK])
            )
            parts.append(
                f'<p dir="auto">{escape(prompt["prompt"])}</p>'
                f'<p dir="auto">Answer so far: {escape(prompt["made"]) or "(nothing)"}</p>'
                "<table><thead><tr><th>Next token</th><th>The model’s share</th>"
                f"<th>With the settings below</th></tr></thead><tbody>{rows}</tbody></table>"
                f"<p>{number(len(logits), 0)} tokens in all; the likeliest are shown.</p>"
            )
        words = f"top-k {self.top_k:g}, top-p {self.top_p:g}, min-p {self.min_p:g}"
        parts.append(
            f"<p>Settings: {words}, temperature {self.temperature:g}, in this order.</p>"
            f"<p>{escape(self.source())}</p>"
        )
        return "".join(parts)

    def source(self) -> str:
        """Return where the shares come from, in a sentence; the twin is in sampler.js."""
        about = self.about
        if not about.get("model"):
            return "Logits are rounded to two decimals, so a share is right to about 1 in 100."
        made = f", recorded on {long_date(about['made'])}" if about.get("made") else ""
        file = f" ({about['file']})" if about.get("file") else ""
        return (
            f"Measured: {about['model']} in {about.get('precision', '')}{made}{file}. Logits are "
            "rounded to two decimals, so a share is right to about 1 in 100."
        )
