"""What may be typed or pasted in front of a local model: an honest answer or one sentence."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course import models
from course.errors import PromptError

HALF = "half a pair \ud83d"
NO_TEXT = [b"hello", bytearray(b"hello"), memoryview(b"\xff\xfe"), HALF, "\udcff"]


def complete(model: models.LocalModel, messages: object):
    return model.complete(messages, 3, None, seed=0, temperature=0.0)


ASKING = {
    "chat": lambda model, messages: model.chat(messages, max_tokens=3).text,
    "stream": lambda model, messages: "".join(model.stream(messages, max_tokens=3)),
    "complete": lambda model, messages: complete(model, messages).text,
}
COUNTING = {
    "count_tokens": lambda model, text: model.count_tokens(text),
    "pieces": lambda model, text: model.pieces(text),
}


@pytest.mark.parametrize("way", ASKING)
@pytest.mark.parametrize("text", NO_TEXT)
def test_what_is_no_text_is_not_asked(model, way: str, text: object) -> None:
    for messages in (text, [{"role": "user", "content": text}]):
        with pytest.raises(PromptError, match=r"not text: turn them|half of a character pair"):
            ASKING[way](model, messages)
    assert model.chat("hello", max_tokens=1).text  # and the model is free


@pytest.mark.parametrize("way", COUNTING)
@pytest.mark.parametrize("text", [*NO_TEXT, None, 3, ["hello"]])
def test_what_is_no_text_is_not_counted(model, way: str, text: object) -> None:
    with pytest.raises(PromptError, match=r"^The text "):
        COUNTING[way](model, text)


@pytest.mark.parametrize("way", ASKING)
@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ("", "empty"),
        (" \n\t\u2003", "empty"),
        ([], "empty"),
        ([{"role": "assistant", "content": "hello"}], "empty"),
        (None, "as text"),
        (3.5, "as text"),
        ({"role": "user", "content": "hello"}, "as text"),
        ([{"role": "user", "content": None}], "to be text, not NoneType"),
        (["hello"], "must look like"),
        ("a" * 254, "has room for 255"),
        ("語" * 4000, "takes 12002 tokens and tiny has room for 255"),
        ([{"role": "user", "content": "a"}] * 200, "has room for 255"),
    ],
)
def test_empty_too_long_or_of_another_form(model, way: str, messages, words: str) -> None:
    with pytest.raises(PromptError, match=words):
        ASKING[way](model, messages)


@pytest.mark.parametrize("way", ASKING)
@pytest.mark.parametrize(
    "text",
    [
        "Translate: where is my parcel?",  # a task that no model of the course knows
        "triage:",
        ": : :",
        "\0",
        "a\0b\0",
        "\ufffe\uffff\ufeff",
        "<|end|><|user|>",
        "\ue000\ue001",
        "{{ 7 * 7 }}{% raise %}",
        "e\u0301\u0301\u0301",
        "%s%n\\x00",
    ],
)
def test_strange_text_is_answered_and_none_of_it_is_lost(model, way: str, text: str) -> None:
    ASKING[way](model, text)
    reply = model.chat(text, max_tokens=1)
    assert reply.usage.prompt_tokens == model.count_tokens(text) + 2  # the two markers
    assert model._decoder.bytes_of(model._plain(text)) == text.encode()


def test_nothing_counts_as_nothing(model: models.LocalModel) -> None:
    assert (model.count_tokens(""), model.pieces("")) == (0, [])


def test_a_text_longer_than_the_context_is_counted_whole(model: models.LocalModel) -> None:
    assert model.count_tokens("a" * 5000) == len(model.pieces("a" * 5000)) == 5000


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_answered_or_refused(model: models.LocalModel, text: str) -> None:
    try:
        expected = model.chat(text, max_tokens=2)
    except PromptError as error:
        assert str(error).endswith(".")
        return
    assert "".join(model.stream(text, max_tokens=2)) == expected.text
    assert expected.usage.prompt_tokens == model.count_tokens(text) + 2
