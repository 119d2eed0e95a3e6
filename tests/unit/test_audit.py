"""Counting the dimensions of what a closed door gives away."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from course import audit, models
from course.errors import CourseError
from course.reply import Door, Reply, Usage

WORDS = 200


def made(queries: int, width: int, words: int = WORDS, noise: float = 0.0) -> np.ndarray:
    """Log-probabilities of a model with a hidden state of `width` numbers."""
    random = np.random.default_rng(width)
    logits = random.standard_normal((queries, width)) @ random.standard_normal((width, words))
    logits += noise * random.standard_normal(logits.shape)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("width", [2, 24, 64])
@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-3])
def test_the_width_is_found(width: int, noise: float) -> None:
    found = audit.hidden_width(made(120, width, noise=noise))
    assert (found.width, found.suffices, found.queries) == (width, True, 120)
    assert found.gap > 20
    assert len(found.singular_values) == 120
    assert str(found).startswith(f"The hidden state has {width} numbers: from 120 different")


def test_uncentred_there_is_one_dimension_more() -> None:
    values = np.linalg.svd(made(120, 24), compute_uv=False)
    assert (values > 1e-9 * values[0]).sum() == 25


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_numbers_of_few_digits(kind: type) -> None:
    assert audit.hidden_width(made(120, 24).astype(kind)).width == 24


def test_rounded_numbers() -> None:
    assert audit.hidden_width(np.round(made(120, 24), 3)).width == 24


def test_noise_that_hides_the_gap() -> None:
    found = audit.hidden_width(made(120, 24, noise=3.0))
    assert not found.suffices and found.width is None


@pytest.mark.parametrize("queries", [1, 2, 7, 20, 60, 64])
def test_too_few_queries_say_so(queries: int) -> None:
    found = audit.hidden_width(made(queries, 64))
    assert found.width is None and not found.suffices
    assert "so the width is not known: ask more" in str(found)


def test_just_enough_hints_and_no_more() -> None:
    found = audit.hidden_width(made(67, 64, noise=1e-6))
    assert found.width is None
    assert "hint at a width of 64, but only 3" in str(found)
    assert str(found).endswith("ask at least 5 prompts more.")
    assert audit.hidden_width(made(72, 64, noise=1e-6)).width == 64


@pytest.mark.parametrize("noise", [0.0, 1e-6])
def test_repeated_queries_are_no_evidence(noise: float) -> None:
    few = np.repeat(made(30, 64), 10, axis=0)
    few += noise * np.random.default_rng(0).standard_normal(few.shape)
    found = audit.hidden_width(few)
    assert (found.width, found.queries) == (None, 30)
    assert "(270 of 300 rows repeat others)" in str(found)


def test_a_row_shorter_than_the_width() -> None:
    found = audit.hidden_width(made(300, 64, words=50))
    assert found.width is None
    assert "rows must hold more tokens" in str(found)


def test_five_columns_tell_nothing() -> None:
    found = audit.hidden_width(np.sort(made(300, 64), axis=1)[:, -5:])
    assert found.width is None


@pytest.mark.parametrize(
    ("array", "words"),
    [
        ([], "row for each query"),
        ([1.0, 2.0], "row for each query"),
        (np.zeros((3, 1)), "row for each query"),
        (np.zeros((2, 2, 2)), "row for each query"),
        ([[-1.0], [-1.0, -2.0]], "as many in each row"),
        ([["a", "b"]], "as many in each row"),
        (None, "row for each query"),
        (np.full((4, 4), np.nan), "not numbers"),
        ([[-0.1, -np.inf]], "not numbers"),
        (np.zeros((4, 9)), "not logits"),
        (made(4, 2) + 3.0, "not logits"),
    ],
)
def test_what_is_no_array_of_log_probabilities(array: object, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        audit.hidden_width(array)


# -- asking for them ----------------------------------------------------------------------------


class Fake:
    """A door that gives what it is told to: to each prompt its own, in whatever order they come."""

    def __init__(self, **answers: list | None) -> None:
        self.answers, self.asked = answers, []

    def chat(self, messages: str, **options) -> Reply:
        self.asked.append((messages, options))
        kept = self.answers[messages]
        logs = kept and [{"token": "x", "logprob": 0.0, "top": top} for top in kept]
        now = datetime.now(UTC)
        return Reply("x", Usage(1, 1), 0.1, logs, Door.PRACTICE, "fake", now)


HALF = float(np.log(0.5))


def test_columns_are_put_in_one_order_and_prompts_asked_once() -> None:
    door = Fake(one=[[["b", -0.1], ["a", -2.3516]]], two=[[["a", HALF], ["b", HALF]]])
    found = audit.full_logprobs(door, ["one", "two", "one"])
    assert found.tolist() == [[-2.3516, -0.1], [HALF, HALF]]
    assert sorted(prompt for prompt, _ in door.asked) == ["one", "two"]
    options = {"max_tokens": 1, "temperature": 0.0, "logprobs": "all"}
    assert all(given == options for _, given in door.asked)


def test_tokens_of_one_text_have_no_column() -> None:
    third, fourth = float(np.log(1 / 3)), float(np.log(1 / 4))
    one = [["a", HALF], ["b", fourth], ["b", fourth]]
    two = [["b", third], ["a", third], ["b", third]]
    assert audit.full_logprobs(Fake(one=[one], two=[two]), ["one", "two"]).tolist() == [
        [HALF],
        [third],
    ]


def test_more_tokens_of_an_answer_give_more_rows() -> None:
    answer = [[["a", HALF], ["b", HALF]], [["b", -0.1], ["a", -2.3516]], [["a", HALF], ["b", HALF]]]
    found = audit.full_logprobs(door := Fake(one=answer), ["one"], tokens=2)
    assert found.tolist() == [[HALF, HALF], [-2.3516, -0.1]]
    assert door.asked[0][1]["max_tokens"] == 2


def test_an_empty_answer_has_no_row() -> None:
    door = Fake(one=[[["a", HALF], ["b", HALF]]], two=[])
    assert audit.full_logprobs(door, ["one", "two"]).shape == (1, 2)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([[[["a", -0.7], ["b", -1.6]]]], "gave 2 tokens for an answer, which hold 70%"),
        ([None], "gave no log-probabilities"),
        ([[]], "nothing to look at"),
        ([], "nothing to look at"),
    ],
)
def test_a_door_that_gives_less(answers: list, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        told = {f"prompt {n}": answer for n, answer in enumerate(answers)}
        audit.full_logprobs(Fake(**told), told)


def test_a_local_models_width(tiny: Path) -> None:
    prompts = [f"{a}{b}" for a in "abcdefghij" for b in "klmnopqrst"]
    with models.load(tiny, "F16") as model:
        found = audit.hidden_width(audit.full_logprobs(model, prompts))
        assert found.width == model.metadata["llama.embedding_length"] == 64
        assert found.gap > 100
