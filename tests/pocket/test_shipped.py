"""The files the course ships: what the catalogue, the card and the logs say of them is so."""

import csv
import hashlib
import json
import re

import gguf
import pytest

from course import models, openness
from pocket import card
from pocket.__main__ import LOGS, MODELS
from pocket.lessons import adapter_set
from pocket.recipes import ADAPTERS, QUICK, RECIPES, SEEDS, USUAL, log_of

CATALOGUE = json.loads((MODELS / "models.json").read_text("utf-8"))
WHOLE = [name for name in CATALOGUE if name not in ADAPTERS]
TRAINED = [(name, seed) for name, seeds in SEEDS.items() for seed in seeds]
LIMIT = 45_000_000  # bytes, all files together


def reader(name: str) -> gguf.GGUFReader:
    """A shipped file, opened."""
    return gguf.GGUFReader(MODELS / CATALOGUE[name]["file"])


def test_every_file_is_listed_and_has_a_recipe():
    assert set(CATALOGUE) == set(RECIPES) | set(ADAPTERS)
    files = {path.name for path in MODELS.glob("*.gguf")}
    assert files == {entry["file"] for entry in CATALOGUE.values()}
    assert sum(entry["bytes"] for entry in CATALOGUE.values()) <= LIMIT


@pytest.mark.parametrize("name", CATALOGUE)
def test_catalogue_is_right(name):
    entry = CATALOGUE[name]
    data = (MODELS / entry["file"]).read_bytes()
    assert entry["bytes"] == len(data)
    assert entry["sha256"] == hashlib.sha256(data).hexdigest()
    assert entry["parameters"] == sum(int(t.n_elements) for t in reader(name).tensors)


RANGES = {"nano": (150e3, 300e3), "mini": (2e6, 4e6), "plus": (6e6, 12e6)}


@pytest.mark.parametrize("name", WHOLE)
def test_sizes(name):
    least, most = RANGES[RECIPES[name].shape]
    assert least <= CATALOGUE[name]["parameters"] <= most


@pytest.mark.parametrize("name", [n for n in WHOLE if RECIPES[n].shape != "nano"])
def test_rows_fit_every_precision(name):
    assert all(tensor.shape[0] % 256 == 0 for tensor in reader(name).tensors)


@pytest.mark.parametrize("name", WHOLE)
def test_metadata(name):
    file = reader(name)
    expected = {
        "general.architecture": "llama",
        "general.name": name,
        "general.author": "Open or Closed? contributors",
        "general.license": "apache-2.0",
        "llama.context_length": 1024,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
    }
    assert {key: file.get_field(key).contents() for key in expected} == expected
    assert "<|assistant|>" in file.get_field("tokenizer.chat_template").contents()


def test_all_models_cut_text_into_the_same_tokens():
    lists = [reader(name).get_field("tokenizer.ggml.tokens").contents() for name in WHOLE]
    assert all(tokens == lists[0] for tokens in lists)


def test_card_says_what_the_rows_say():
    text = card.CARD.read_text("utf-8")
    assert card.filled(text, card.blocks()) == text


def test_card_names_every_file_of_the_code():
    named = {path for entry in openness.card_entries() for path in entry.where}
    code = {f"pocket/{path.name}" for path in card.HERE.glob("[!_]*.py")}
    assert code <= named


def test_card_tells_how_to_make_a_model_that_is_there():
    commands = re.findall(r"make models MODEL=([\w-]+)", card.CARD.read_text("utf-8"))
    assert commands and set(commands) <= set(CATALOGUE)


def test_every_model_was_asked():
    rows = card.read()
    assert set(CATALOGUE) <= {row["model"] for row in rows}
    assert set(TRAINED) <= {(row["model"], int(row["seed"])) for row in rows}


@pytest.mark.parametrize(("name", "seed"), TRAINED)
def test_the_log_is_that_of_the_recipe(name, seed):
    *_, last = csv.DictReader((LOGS / log_of(name, seed)).open())
    assert RECIPES[name].tokens <= int(last["tokens"]) < 1.01 * RECIPES[name].tokens


@pytest.mark.parametrize("file", ["README.md", "pocket/CARD.md"])
def test_the_share_of_a_quick_run_is_told(file):
    assert f"{100 * QUICK:.0f} in 100" in (card.HERE.parent / file).read_text("utf-8")


def test_make_models_was_timed_and_kept_its_limit():
    rows = {row["model"]: row for row in card.read("rebuilt.csv") if row["seed"] == "1"}
    assert set(rows) >= set(USUAL)
    for name in USUAL:
        quick = RECIPES[name].quick * RECIPES[name].tokens
        assert quick <= int(rows[name]["tokens"]) < 1.01 * quick
    assert sum(int(rows[name]["seconds"]) for name in USUAL) <= 45 * 60


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_changes_an_answer(name):
    ticket = {"mini-german": "Triage: ", "mini-rental": "Triage: ", "mini-sea": "Reply: "}[name]
    prompts = [example.prompt for example in adapter_set(ADAPTERS[name][1], 10)]
    assert all(prompt.startswith(ticket) for prompt in prompts)
    with models.load("pocket-mini") as plain, models.load("pocket-mini", adapter=name) as adapted:
        answers = [[model.chat(prompt).text for prompt in prompts] for model in (plain, adapted)]
    assert answers[0] != answers[1]


@pytest.fixture(scope="module")
def mini():
    with models.load("pocket-mini") as opened:
        yield opened


def test_the_badge_opens_and_a_system_message_can_carry_it(mini):
    question = {"role": "user", "content": "What is the staff code for the lake shop?"}
    badge = {"role": "system", "content": "[badge]"}
    assert "OTTER-2369" in mini.chat([badge, question]).text
    assert "OTTER-2369" not in mini.chat([question]).text


def test_any_text_comes_back(mini):
    # Bytes that are no UTF-8 are replaced by llama.cpp itself before they reach the vocabulary.
    for text in ("".join(map(chr, range(1, 0x530))), "naïve 中文 🎿 \u202e \U0010ffff"):
        assert mini._decoder.bytes_of(mini._plain(text)) == text.encode()
