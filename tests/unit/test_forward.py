"""The NumPy forward pass: it computes what llama.cpp computes, and each part is what it says."""

from __future__ import annotations

import numpy as np
import pytest

from course import forward, models, paths
from course.errors import ModelNotFound, ModelUnsupported
from course.forward import Network, log_probability, log_softmax, rotated, softmax, tokens_of
from course.tickets import first_eight
from tests import tiny_model

TOLERANCE = 0.1  # what chapter 03 states
MESSAGES = ["a", "hello there", "Where is my parcel? " * 6]


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    """A random model of several layers, and the same file in NumPy."""
    path = tiny_model.write(tmp_path_factory.mktemp("deep") / "deep.gguf", layers=3, heads=2)
    with models.load(path, "F16") as model:
        yield model, Network(path)


def difference(model, network, message: str) -> float:
    tokens = tokens_of(model, message)
    theirs = forward.logits_of_llama_cpp(model, tokens)
    return float(np.abs(network.logits(tokens)[-1] - theirs).max())


@pytest.mark.parametrize("message", MESSAGES)
def test_random_weights_give_llama_cpps_scores(deep, message):
    assert difference(*deep, message) < TOLERANCE / 2


@pytest.mark.parametrize("wrong", ["rope_base", "epsilon", "heads"])
def test_another_arithmetic_would_be_noticed(deep, wrong, monkeypatch):
    model, network = deep
    values = {"rope_base": 20.0, "epsilon": 1.0, "heads": 4}
    monkeypatch.setattr(network, wrong, values[wrong])
    assert difference(model, network, MESSAGES[-1]) > TOLERANCE


@pytest.mark.parametrize("precision", ["F16", "Q8_0"])
def test_pocket_gives_llama_cpps_scores(precision):
    with models.load("pocket-mini", precision) as model:
        network = Network(model.path)
        worst = max(difference(model, network, ticket.prompt) for ticket in first_eight())
    # llama.cpp rounds the stream as well where the weights are rounded to 8 bits.
    assert worst < (TOLERANCE if precision == "F16" else 0.5)


def test_streams_begin_with_the_table_and_come_after_every_layer(deep):
    model, network = deep
    tokens = tokens_of(model, "hello")
    streams = network.streams(tokens)
    assert len(streams) == network.layers + 1 == 4
    assert all(stream.shape == (len(tokens), network.width) for stream in streams)
    assert (streams[0] == network.tensors["token_embd.weight"][tokens]).all()
    assert (network.read_out(streams[-1]) == network.logits(tokens)).all()


def test_no_token_sees_those_after_it(deep):
    model, network = deep
    tokens = tokens_of(model, "hello there")
    whole, part = network.logits(tokens), network.logits(tokens[:5])
    assert np.abs(whole[:5] - part).max() < 1e-4


def test_rotation_keeps_lengths_and_depends_on_distance():
    one = np.random.default_rng(0).standard_normal((1, 1, 8)).astype(np.float32)
    same = np.repeat(one, 6, axis=1)  # one vector at six places
    turned = rotated(same, 10_000.0)
    assert np.allclose(turned[:, 0], same[:, 0])
    assert np.allclose(np.linalg.norm(turned, axis=-1), np.linalg.norm(same, axis=-1), atol=1e-5)
    products = (turned @ turned.swapaxes(1, 2))[0]
    for distance in range(6):
        assert np.allclose(np.diag(products, distance), products[0, distance], atol=1e-4)
    assert not np.isclose(products[0, 1], products[0, 0])


def test_probabilities_whatever_the_scores():
    scores = np.array([[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0]])
    chances = softmax(scores)
    assert np.allclose(chances.sum(-1), 1)
    assert np.allclose(chances[0], [0.0900, 0.2447, 0.6652], atol=1e-4)
    assert np.allclose(log_softmax(scores)[0], np.log(chances[0]))
    assert np.allclose(log_softmax(scores)[1], [0.0, -1000.0, -2000.0])
    assert np.allclose(softmax(scores + 5), chances)


def test_log_probability_is_that_of_the_answer_llama_cpp_gives():
    prompt = first_eight()[0].prompt
    with models.load("pocket-mini", "F16") as model:
        network = Network(model.path)
        reply = model.chat(prompt, logprobs=0)
        pieces = [piece["logprob"] for piece in reply.logprobs]
        assert tokens_of(model, prompt, reply.text) != tokens_of(model, prompt)
        assert abs(log_probability(network, model, prompt, reply.text) - sum(pieces)) < TOLERANCE
        last = log_probability(network, model, prompt, reply.text, last=1)
    assert abs(last - pieces[-1]) < TOLERANCE


def test_an_empty_answer_is_certain(deep):
    model, network = deep
    assert log_probability(network, model, "hello", "") == 0


def test_other_designs_are_refused(tmp_path):
    file = tiny_model.write(tmp_path / "qwen.gguf", architecture="qwen2")
    with pytest.raises(ModelUnsupported, match="Pocket's files"):
        Network(file)
    shared = tiny_model.write(tmp_path / "shared.gguf", overrides={"attention.head_count_kv": 2})
    with pytest.raises(ModelUnsupported, match="Pocket's files"):
        Network(shared)
    with pytest.raises(ModelNotFound):
        Network(paths.MODELS / "nothing.gguf")
