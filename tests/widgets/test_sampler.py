"""The sampler: the same numbers in both languages and in llama.cpp; what it refuses and says."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import models
from tests.widgets.test_numbers import vectors
from tests.widgets.test_python import HOSTILE
from widgets import Sampler, SamplerError
from widgets.sampler.draw import draw_many, sample_distribution, sieve, uniform
from widgets.sampler.record import read, record, write
from widgets.sampler.sampler import SETTINGS, percent, visible

FILE = "sampler/sampler.vectors.json"
DISTRIBUTIONS = vectors(FILE, "distributions")
FILTERS = ("top_k", "top_p", "min_p")
BY_NOTE = pytest.mark.parametrize("case", DISTRIBUTIONS, ids=[c["note"] for c in DISTRIBUTIONS])


def prompt(*logits: float, rest: tuple[float, ...] = (), **fields: Any) -> dict[str, Any]:
    tokens = [{"text": f"t{n}", "logit": logit} for n, logit in enumerate(logits)]
    return {"prompt": "Say.", "made": "", "tokens": tokens, "rest": list(rest), **fields}


@BY_NOTE
def test_distributions(case: dict[str, Any]) -> None:
    filters = [case[name] for name in FILTERS]
    assert sieve(case["logits"], *filters) == case["reasons"]
    got = sample_distribution(case["logits"], case["temperature"], *filters)
    assert got == pytest.approx(case["probabilities"], rel=1e-9, abs=1e-300)


def test_draws_and_texts() -> None:
    for case in vectors(FILE, "uniforms"):
        assert uniform(case["seed"], case["n"]) == case["value"]
    for case in vectors(FILE, "draws"):
        assert draw_many(case["probabilities"], case["seed"], 20) == case["places"]
    for case in vectors(FILE, "visible"):
        assert visible(case["text"]) == case["shown"]
    for case in vectors(FILE, "percents"):
        assert percent(case["share"]) == case["text"]


@pytest.mark.browser
def test_vectors_in_javascript(bench: Any) -> None:
    asked = [[c["logits"], *(c[name] for name in FILTERS)] for c in DISTRIBUTIONS]
    assert bench("sampler", "sieve", asked) == [c["reasons"] for c in DISTRIBUTIONS]
    asked = [[c["logits"], c["temperature"], *(c[n] for n in FILTERS)] for c in DISTRIBUTIONS]
    for case, got in zip(DISTRIBUTIONS, bench("sampler", "sampleDistribution", asked), strict=True):
        assert got == pytest.approx(case["probabilities"], rel=1e-9, abs=1e-300), case["note"]
    for part, name, arguments, expected in (
        ("uniform", "uniforms", ("seed", "n"), "value"),
        ("visible", "visible", ("text",), "shown"),
        ("percent", "percents", ("share",), "text"),
    ):
        cases = vectors(FILE, name)
        got = bench("sampler", part, [[case[a] for a in arguments] for case in cases])
        assert got == [case[expected] for case in cases]
    cases = vectors(FILE, "draws")
    asked = [[case["probabilities"], case["seed"], 20] for case in cases]
    assert bench("sampler", "drawMany", asked) == [case["places"] for case in cases]


@pytest.mark.browser
def test_a_thousand_random_distributions_and_draws(bench: Any) -> None:
    luck = random.Random(3)
    asked = []
    for _ in range(1000):
        spread = 10 ** luck.uniform(-2, 2)
        logits = [luck.gauss(0, spread) for _ in range(luck.randrange(1, 60))]
        settings = (luck.choice([0, 1, luck.uniform(0, 2)]), luck.randrange(70))
        asked.append([logits, *settings, luck.choice([1, luck.random()]), luck.random() ** 3])
    got = bench("sampler", "sampleDistribution", asked)
    expected = [sample_distribution(*arguments) for arguments in asked]
    for arguments, mine, theirs in zip(asked, expected, got, strict=True):
        assert theirs == pytest.approx(mine, rel=1e-9, abs=1e-300), arguments
    drawn = bench("sampler", "drawMany", [[p, n * 7919, 50] for n, p in enumerate(expected)])
    assert drawn == [draw_many(p, n * 7919, 50) for n, p in enumerate(expected)]


def test_llama_cpp_comes_to_the_same() -> None:
    """Its own samplers, chained in the order of its defaults, keep the same tokens and shares."""
    import llama_cpp as low

    luck = random.Random(5)
    for _ in range(60):
        logits = [luck.gauss(0, 2) for _ in range(40)]
        top_k, top_p, min_p = luck.randrange(1, 50), luck.uniform(0.2, 1), luck.uniform(0, 0.4)
        heat = luck.uniform(0.1, 2)
        chain = low.llama_sampler_chain_init(low.llama_sampler_chain_default_params())
        for each in (
            low.llama_sampler_init_top_k(top_k),
            low.llama_sampler_init_top_p(top_p, 0),
            low.llama_sampler_init_min_p(min_p, 0),
            low.llama_sampler_init_temp(heat),
            low.llama_sampler_init_dist(1),
        ):
            low.llama_sampler_chain_add(chain, each)
        data = (low.llama_token_data * 40)(*((i, v, 0.0) for i, v in enumerate(logits)))
        array = low.llama_token_data_array(data, 40, -1, False)
        low.llama_sampler_apply(chain, array)
        theirs = {array.data[i].id: array.data[i].p for i in range(array.size)}
        low.llama_sampler_free(chain)
        mine = sample_distribution(logits, heat, top_k, top_p, min_p)
        assert {i: p for i, p in enumerate(mine) if p > 0} == pytest.approx(theirs, rel=1e-4)


finite = st.floats(-50, 50)


@given(st.lists(finite, min_size=1, max_size=30), finite, st.integers(0, 40))
def test_a_constant_added_to_all_logits_changes_nothing(
    logits: list[float], constant: float, top_k: int
) -> None:
    moved = [logit + constant for logit in logits]
    for top_p in (1, 0.7):
        mine, other = (sample_distribution(each, 1.3, top_k, top_p) for each in (logits, moved))
        if sieve(logits, top_k, top_p) == sieve(moved, top_k, top_p):  # rounding may move a tie
            assert mine == pytest.approx(other, abs=1e-9)
        assert sum(mine) == pytest.approx(1)


@given(st.lists(finite, min_size=2, max_size=30), st.floats(0.05, 1), st.floats(1.05, 2))
def test_heat_never_favours_the_likeliest_nor_brings_back_what_was_cut(
    logits: list[float], cold: float, hot: float
) -> None:
    best = logits.index(max(logits))
    cooler, hotter = (sample_distribution(logits, heat, 0, 0.9, 0.01) for heat in (cold, hot))
    assert hotter[best] <= cooler[best] + 1e-12
    reasons = sieve(logits, 0, 0.9, 0.01)
    assert all(p == 0 for p, reason in zip(hotter, reasons, strict=True) if reason)


def test_draws_come_as_often_as_their_shares_say() -> None:
    probabilities = [0.6, 0.3, 0.0, 0.1]
    places = draw_many(probabilities, 12, 2000)
    for place, probability in enumerate(probabilities):
        expected, spread = 2000 * probability, (2000 * probability * (1 - probability)) ** 0.5
        assert abs(places.count(place) - expected) <= 4 * spread


BAD_SETTINGS = {
    "temperature": (-0.1, 2.1, float("nan"), float("inf"), 1e308, "1", None, True),
    "top_p": (-0.1, 1.1, float("nan"), float("-inf"), "1", None),
    "min_p": (-0.1, 1.1, float("nan"), 1e308, "1", None),
    "top_k": (-1, 1.5, float("nan"), 2**40, "1", None, True),
}


@pytest.mark.parametrize(
    ("name", "bad"), [(n, b) for n, many in BAD_SETTINGS.items() for b in many], ids=repr
)
def test_settings_that_are_refused(name: str, bad: Any) -> None:
    with pytest.raises(SamplerError, match=rf"{name} is .*: give a"):
        sample_distribution([1.0, 0.0], **{name: bad})


@pytest.mark.parametrize("bad", [[], [float("nan")], [float("-inf"), 0], [1e308], ["1"], [True]])
def test_logits_that_are_refused(bad: list[Any]) -> None:
    with pytest.raises(SamplerError, match="give"):
        sample_distribution(bad)


BAD_RECORDS = [
    (None, "a list of at least one"),
    ([], "a list of at least one"),
    ([7], 'give "prompt"'),
    ([{"prompt": "x", "tokens": [{"text": "a"}]}], 'give "prompt"'),
    ([prompt(1.0, 0.0, prompt=7)], "must be text"),
    ([prompt(1.0)], "at least two"),
    ([prompt(0.0, 1.0)], "must come first"),
    ([prompt(1.0, 0.0, rest=(0.5,))], "must come first"),
    ([prompt(1.0, 0.0, rest=(float("nan"),))], "nan is no logit"),
    ([prompt(1e308, 0.0)], "is no logit"),
    ([prompt(1.0, 0.0), prompt(1.0)], "prompt 2"),
]


@pytest.mark.parametrize(("prompts", "words"), BAD_RECORDS, ids=range(len(BAD_RECORDS)))
def test_a_bad_file_is_named(tmp_path: Path, prompts: Any, words: str) -> None:
    file = tmp_path / "own.sampler.json"
    file.write_text(json.dumps({"prompts": prompts}))
    with pytest.raises(SamplerError) as caught:
        Sampler.from_file(file)
    sentence = str(caught.value)
    assert "own.sampler.json" in sentence
    assert "\n" not in sentence
    # NaN is no JSON, so such a file is refused before anything in it is looked at.
    assert words in sentence or "not valid JSON" in sentence


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SamplerError, match=r"none\.json was not found"):
        Sampler.from_file(tmp_path / "none.json")
    for content in (b"", b"[1", b"\xff\xfe\x00", b"[" * 100_000, b"7"):
        (tmp_path / "bad.json").write_bytes(content)
        with pytest.raises(SamplerError, match=r"bad\.json"):
            Sampler.from_file(tmp_path / "bad.json")


def test_from_python() -> None:
    sampler = Sampler([prompt(2.0, 1.0, rest=(0.0, 0.0))], seed=3)
    assert sampler.probabilities[0] == pytest.approx(2.718281828**2 / (7.389 + 2.718 + 2), rel=1e-3)
    sampler.draws = 400
    assert sum(sampler.counts.values()) == 400
    assert set(sampler.counts) == {"t0", "t1", "(another token)"}
    sampler.top_k = 2
    assert sampler.reasons == ["", "", "top-k", "top-k"]
    assert set(sampler.counts) == {"t0", "t1"}
    sampler.temperature = 0
    assert sampler.counts == {"t0": 400}
    for name, bad in (("temperature", 3), ("top_p", -1), ("draws", 2001), ("prompt", 1)):
        with pytest.raises(SamplerError, match=name):
            setattr(sampler, name, bad)
    for wrong in ({"heat": 1}, {"top_p": 2}, {"prompt": 5}, {"seed": -1}):
        with pytest.raises(SamplerError):
            Sampler([prompt(1.0, 0.0)], **wrong)


def test_a_recording_is_what_the_model_says(tmp_path: Path) -> None:
    asked = "Refund? I bought a kettle 50 days ago."
    with models.load("pocket-mini") as model:
        data = record(model, [(asked, 0), asked])
        first = model.chat(asked, logprobs=5).logprobs[0]
        with pytest.raises(SamplerError, match="none at 999"):
            record(model, [(asked, 999)])
    step = data["prompts"][0]
    assert [t["text"] for t in step["tokens"][:5]] == [text for text, _ in first["top"]]
    logits = [*(t["logit"] for t in step["tokens"]), *step["rest"]]
    assert len(logits) == len(model.metadata["tokenizer.ggml.tokens"])
    own = sample_distribution(logits)
    for share, (_, logprob) in zip(own, first["top"], strict=False):
        assert share == pytest.approx(2.718281828459045**logprob, rel=0.012)
    write(data, tmp_path / "own.json")
    assert read(tmp_path / "own.json")["prompts"] == data["prompts"]
    shown = Sampler.from_file(tmp_path / "own.json").about
    assert shown["model"] == "pocket-mini"
    assert shown["file"] == "own.json"


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 100_000], ids=range(8))
def test_what_is_shown_without_javascript_is_safe(text: str) -> None:
    tokens = [{"text": text, "logit": 1.0}, {"text": text, "logit": 0.0}]
    widget = Sampler(
        [prompt(prompt=text, made=text, tokens=tokens)],
        about=dict.fromkeys(("model", "file"), text),
    )
    page = widget.page_html()
    page.encode("utf-8")
    assert "$" not in page
    assert page.count("<script") == page.count("</script") == 1
    assert "<img" not in page


def test_the_settings_are_named_in_their_order() -> None:
    assert list(SETTINGS) == ["top_k", "top_p", "min_p", "temperature"]
