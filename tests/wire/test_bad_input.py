"""What may arrive at the practice provider: an honest answer or a 400, and never its end."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.errors import PromptError
from course.practice.asked import UNDERSTOOD
from tests.wire.test_practice import HELLO, call

COMPLETIONS = "/v1/chat/completions"


def post(provider, body: object) -> tuple[int, dict]:
    status, _, text = call(provider, "POST", COMPLETIONS, body)
    return status, json.loads(text)


def asking(content: object) -> dict:
    return HELLO | {"messages": [{"role": "user", "content": content}]}


def raw(content: bytes) -> bytes:
    """A request whose message is exactly these bytes between quotation marks."""
    return json.dumps(asking("@")).encode().replace(b'"@"', b'"' + content + b'"')


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (raw(b"\xff\xfe"), "not valid JSON"),
        (raw(b"\xed\xa0\xbd"), "not valid JSON"),  # half a pair, as bytes
        (raw(rb"\ud83d"), "not valid JSON"),  # half a pair, as JSON writes it
        (raw(rb"\udc00\ud83d"), "not valid JSON"),
        (raw(b"\0"), "not valid JSON"),  # JSON writes it \u0000
        (raw(b"caf\xe9"), "not valid JSON"),  # Latin-1
        (json.dumps(asking("hello")).encode("utf-16-be")[:-1], "not valid JSON"),
        (b"", "not valid JSON"),
        (b"null", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (asking(""), "empty"),
        (asking("  \n"), "empty"),
        (asking(None), "needs to be text"),
        (asking(["hello"]), "needs to be text"),
        (asking({"text": "hello"}), "needs to be text"),
        (asking(3), "needs to be text"),
        (HELLO | {"messages": None}, "empty"),
        (HELLO | {"messages": {}}, "empty"),
        (HELLO | {"messages": "hello" * 2, "max_tokens": 0.5}, "max_tokens"),
        (HELLO | {"messages": 7}, "as text"),
        (asking("a" * 254), "maximum context length is exceeded"),
        (asking("語" * 100_000), "maximum context length is exceeded"),
    ],
)
def test_a_clear_400(provider, body: object, words: str) -> None:
    before = len(provider.log())
    status, answer = post(provider, body)
    assert status == 400, answer
    assert words in answer["error"]["message"]
    assert len(provider.log()) == before  # nothing was answered, so nothing is kept
    assert post(provider, HELLO)[0] == 200


@pytest.mark.parametrize(
    "content", ["Translate: where is my parcel?", "\0", "a\0b", "\ufeff", "<|end|>", "\ue000", "🎒"]
)
def test_strange_text_is_answered_and_kept_as_it_came(provider, content: str) -> None:
    status, answer = post(provider, asking(content))
    assert status == 200
    assert answer["usage"]["prompt_tokens"] >= 3
    assert provider.log()[-1]["messages"] == [{"role": "user", "content": content}]


def test_a_pair_in_two_halves_is_one_letter(provider) -> None:
    whole, halves = post(provider, raw("🎒".encode())), post(provider, raw(rb"\ud83c\udf92"))
    assert whole[0] == halves[0] == 200
    assert whole[1]["usage"] == halves[1]["usage"]


@pytest.mark.parametrize("messages", [b"hello", "half a pair \ud83d", "", "a" * 300])
def test_an_endpoint_says_it_in_a_sentence(provider, messages: object) -> None:
    with pytest.raises(PromptError, match=r"\.$"):
        provider.chat(messages)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=60))
def test_any_bytes_are_answered_or_refused(provider, content: bytes) -> None:
    status, answer = post(provider, raw(content))
    assert status in (200, 400), answer
    assert ("error" in answer) == (status == 400)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(sorted(UNDERSTOOD)), value=JSON, stream=st.booleans())
def test_any_argument_is_taken_or_refused(provider, name: str, value: object, stream: bool) -> None:
    body = HELLO | {"stream": stream, name: value}
    status, _, text = call(provider, "POST", COMPLETIONS, body)
    assert status in (200, 400, 404), text
    if status != 200:
        assert json.loads(text)["error"]["message"].endswith((".", "supplied: " + name))
