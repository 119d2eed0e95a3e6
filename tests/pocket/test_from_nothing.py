"""A tiny model, from the generator to llama.cpp's answers, within a minute or two.

It is trained where PyTorch is: in the environment that `make models` keeps, or in this one.
"""

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from course import models
from tests.pocket import texts

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".venv-train" / "bin" / "python"


def python_with_pytorch() -> str:
    """The interpreter to train with; a skip that says why where there is none."""
    if KEPT.exists():
        return str(KEPT)
    if all(importlib.util.find_spec(name) for name in ("torch", "tokenizers", "gguf")):
        return sys.executable
    pytest.skip("PyTorch is installed by `python3 -m setup train` alone")


@dataclass(frozen=True)
class Trained:
    """A model made by tests/pocket/trained.py, and what PyTorch said of it."""

    folder: Path
    told: dict


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    command = [python_with_pytorch(), "-m", "tests.pocket.trained", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return Trained(folder, json.loads((folder / "told.json").read_text()))


@pytest.fixture(scope="module")
def model(trained):
    with models.load(trained.folder / "tiny.gguf", precision="F16", context=256) as opened:
        yield opened


def test_training_lowers_the_loss(trained):
    before, after = trained.told["losses"]
    assert after < before - 1


def test_a_run_goes_on_where_it_stopped_and_with_nothing_else(trained):
    assert trained.told["resumed"]
    assert "delete that folder" in trained.told["refused"]


def test_a_widened_model_answers_as_before(trained):
    assert trained.told["widened"] < 1e-3


def test_the_log_ends_with_the_run(trained):
    first, *rows = (trained.folder / "run" / "log.csv").read_text().splitlines()
    assert first == "step,loss,lr,tokens,seconds"
    step, loss, _, tokens, _ = rows[-1].split(",")
    assert (int(step), int(tokens)) == (trained.told["steps"], trained.told["tokens"])
    assert float(loss) > 1  # after so few steps; divided by too many it would be near nothing


def test_llama_cpp_answers(model):
    reply = model.chat("Triage: hello", max_tokens=5)
    assert reply.usage.completion_tokens > 0


def test_both_tokenizers_split_a_thousand_texts_the_same_way(trained, model):
    prompts = texts.prompts()
    assert len(prompts) >= 1000
    for prompt, ours in zip(prompts, trained.told["ids"], strict=True):
        assert model._plain(prompt) == ours, prompt


def test_llama_cpp_computes_what_the_network_computes(trained, model):
    llama, ids = model._llama, trained.told["turn"]
    llama.reset()
    llama.eval(ids)
    theirs = model._decoder.logits()
    assert abs(theirs - trained.told["logits"]).max() < 0.05
