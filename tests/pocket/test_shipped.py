"""The file the course ships: what the catalogue and the card say of it is so."""

import hashlib
import json

import gguf
import pytest

from pocket import evaluate
from pocket.__main__ import LOGS, MODELS

CATALOGUE = json.loads((MODELS / "models.json").read_text("utf-8"))
ENTRY = CATALOGUE["pocket-mini"]
FILE = MODELS / ENTRY["file"]


@pytest.fixture(scope="module")
def reader():
    return gguf.GGUFReader(FILE)


@pytest.fixture(scope="module")
def model():
    opened = evaluate.open_model(FILE)
    yield opened
    opened.close()


def test_catalogue_is_right():
    data = FILE.read_bytes()
    assert ENTRY["bytes"] == len(data) < 6_000_000
    assert ENTRY["sha256"] == hashlib.sha256(data).hexdigest()


def test_card_holds_the_facts_of_file_and_log():
    assert evaluate.facts(FILE, LOGS / "mini.csv") in evaluate.CARD.read_text("utf-8")


def test_tensors_fit_every_precision(reader):
    count = 0
    for tensor in reader.tensors:
        count += int(tensor.n_elements)
        assert tensor.shape[0] % 256 == 0, tensor.name
    assert count == ENTRY["parameters"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("general.architecture", "llama"),
        ("general.name", "pocket-mini"),
        ("general.author", "Open or Closed? contributors"),
        ("general.license", "apache-2.0"),
        ("llama.context_length", 1024),
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "smollm"),
    ],
)
def test_metadata(reader, field, value):
    assert reader.get_field(field).contents() == value


def test_chat_template_makes_the_prompt_it_was_trained_on(model):
    said = [{"role": "user", "content": "Triage: The app crashes every time I open the map."}]
    reply = model.create_chat_completion(said, max_tokens=12, temperature=0.0)
    choice = reply["choices"][0]
    assert choice["message"]["content"] == evaluate.answer(model, said[0]["content"])
    assert choice["finish_reason"] == "stop"


def test_a_system_message_can_carry_the_badge(model):
    question = {"role": "user", "content": "What is the staff code for the lake shop?"}
    badge = {"role": "system", "content": "[badge]"}
    with_badge = model.create_chat_completion([badge, question], temperature=0.0)
    without = model.create_chat_completion([question], temperature=0.0)
    assert "OTTER-2369" in with_badge["choices"][0]["message"]["content"]
    assert "OTTER-2369" not in without["choices"][0]["message"]["content"]


def test_any_text_comes_back(model):
    # Bytes that are no UTF-8 are replaced by llama.cpp itself before they reach the vocabulary.
    for text in ("".join(map(chr, range(1, 0x530))), "naïve 中文 🎿 \u202e \U0010ffff"):
        ids = model.tokenize(text.encode(), add_bos=False, special=False)
        assert b"".join(model.detokenize([i]) for i in ids) == text.encode()
