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


def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(trained):
    told = trained.told["stopped"]
    saved, written, stopped, whole = told["at"]
    assert 0 < saved < written < stopped < whole  # a line of the log was to be forgotten
    assert told["same"]
    uninterrupted, gone_on = told["counts"]
    assert uninterrupted == gone_on
    uninterrupted, gone_on = told["logs"]
    assert uninterrupted == gone_on


def test_a_run_goes_on_with_nothing_else(trained):
    assert len(trained.told["refused"]) == 2
    assert all("delete that folder" in said for said in trained.told["refused"])


def test_a_finished_run_says_how_to_train_anew(trained):
    assert "the run is finished. To train anew, delete " in trained.told["finished"]


def test_an_adapter_follows_its_seed_and_leaves_the_model_alone(trained):
    told = trained.told["adapters"]
    assert told["same"] == [False, True]
    assert told["folders"] == ["mini-sea", "mini-sea-seed-2", "pocket-mini"]
    assert "finished" not in told["said"]


def test_nothing_is_built_on_a_run_of_another_length(trained):
    refused = trained.told["adapters"]["refused"]
    assert "pocket-mini in" in refused and "another length" in refused


def test_muon_steps_as_pytorchs_own(trained):
    assert trained.told["muon"] < 1e-4  # a step moves a number by about 0.002


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
