"""What the practice provider gives away of its model's probabilities, over a real connection."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from course import audit, models, practice
from course.errors import PromptError, ProviderError
from tests.wire.test_practice import HELLO, call

WORDS = 262  # of the tiny model
COMPLETIONS = "/v1/chat/completions"


@pytest.fixture(scope="module")
def full(tiny: Path, course_cache: Path) -> Iterator[practice.PracticeProvider]:
    with practice.provider(tiny, logprobs="full") as running:
        yield running


@pytest.fixture(scope="module")
def silent(tiny: Path, course_cache: Path) -> Iterator[practice.PracticeProvider]:
    with practice.provider(tiny, logprobs="none") as running:
        yield running


def ask(provider, **options):
    """The answer to "hello" through the official client."""
    with openai.OpenAI(base_url=provider.base_url, api_key=provider.api_key, max_retries=0) as one:
        messages = [{"role": "user", "content": "hello"}]
        options = {"max_tokens": 2, "temperature": 0} | options
        return one.chat.completions.create(model="practice-1", messages=messages, **options)


# -- full ---------------------------------------------------------------------------------------


def test_full_gives_the_whole_vocabulary(full) -> None:
    answer = ask(full, logprobs=True, top_logprobs=WORDS)
    rows = answer.choices[0].logprobs.content
    assert len(rows) == answer.usage.completion_tokens == 2
    for row in rows:
        values = [top.logprob for top in row.top_logprobs]
        assert len({top.token for top in row.top_logprobs}) == len(values) == WORDS
        assert values == sorted(values, reverse=True)
        assert math.fsum(map(math.exp, values)) == pytest.approx(1, abs=1e-6)
        assert (row.token, row.logprob) == (row.top_logprobs[0].token, values[0])


def test_more_than_there_are_is_all_there_are(full) -> None:
    rows = ask(full, logprobs=True, top_logprobs=10**6).choices[0].logprobs.content
    assert len(rows[0].top_logprobs) == WORDS
    with pytest.raises(openai.BadRequestError, match="from 0 to 1000000"):
        ask(full, logprobs=True, top_logprobs=10**6 + 1)


def test_the_reply_carries_them_all(full, tiny: Path) -> None:
    far = full.chat("hello", max_tokens=2, logprobs="all")
    with models.load(tiny, "F16") as local:
        near = local.chat("hello", max_tokens=2, logprobs="all")
    assert far.logprobs == near.logprobs
    assert [len(row["top"]) for row in far.logprobs] == [WORDS, WORDS]
    assert full.chat("hello", max_tokens=2).logprobs is None


def test_an_answer_too_large_is_refused(full) -> None:
    """262 entries for each of 256 tokens are still given; a larger vocabulary meets the limit."""
    assert len(full.chat("one", max_tokens=10**6, logprobs="all").logprobs) > 100
    from course.practice import logprobs

    request = {"logprobs": True, "top_logprobs": 10**6}
    assert logprobs.asked(request, "full", 100_000, 2) == 100_000
    with pytest.raises(logprobs.RefusalError) as caught:
        logprobs.asked(request, "full", 100_000, 3)
    assert caught.value.message.endswith("may have at most 2 tokens: set max_tokens.")


def test_full_log_probabilities_give_the_width_away(full) -> None:
    prompts = [f"{a}{b}" for a in "abcdefghij" for b in "klmnopqrs"]
    found = audit.hidden_width(audit.full_logprobs(full, prompts))
    assert found.width == 64, str(found)


# -- top5, and none -----------------------------------------------------------------------------


def test_five_is_the_most_by_default(provider) -> None:
    rows = ask(provider, logprobs=True, top_logprobs=5).choices[0].logprobs.content
    assert [len(row.top_logprobs) for row in rows] == [5, 5]
    assert ask(provider, logprobs=True).choices[0].logprobs.content[0].top_logprobs == []
    for count in (6, 20, WORDS):
        with pytest.raises(openai.BadRequestError, match="a whole number from 0 to 5"):
            ask(provider, logprobs=True, top_logprobs=count)
    assert len(provider.chat("hello", max_tokens=1, logprobs=5).logprobs[0]["top"]) == 5
    for asked in (6, "all"):
        with pytest.raises(ProviderError, match=r"not accept the request \(400\).* from 0 to 5"):
            provider.chat("hello", logprobs=asked)
    with pytest.raises(ProviderError, match="from 0 to 5"):
        audit.full_logprobs(provider, ["hello"])


def test_none_refuses_to_say_anything(silent) -> None:
    with pytest.raises(openai.BadRequestError, match="Log-probabilities are not offered"):
        ask(silent, logprobs=True)
    for asked in (0, 5, "all"):
        with pytest.raises(ProviderError, match="Log-probabilities are not offered"):
            silent.chat("hello", logprobs=asked)
    assert ask(silent).choices[0].logprobs is None
    assert ask(silent, logprobs=False).choices[0].logprobs is None
    assert silent.chat("hello", max_tokens=1).text


# -- requests of no sense -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"logprobs": 1}, "logprobs"),
        ({"logprobs": "true"}, "logprobs"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logprobs": False, "top_logprobs": 0}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": -1}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 1.0}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": True}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": "all"}, "top_logprobs"),
    ],
)
def test_requests_that_make_no_sense(full, changes: dict, param: str) -> None:
    status, _, body = call(full, "POST", COMPLETIONS, HELLO | changes)
    error = json.loads(body)["error"]
    assert (status, error["param"]) == (400, param)
    assert error["message"].endswith(".")


@pytest.mark.parametrize("count", [-1, 21, 1.5, True, "every", ""])
def test_an_endpoint_asks_for_nothing_of_the_kind(full, count: object) -> None:
    before = len(full.log())
    with pytest.raises(PromptError, match=r"from 0 to 20, or 'all' for the whole"):
        full.chat("hello", logprobs=count)
    assert len(full.log()) == before


@pytest.mark.parametrize("policy", ["", "top6", None, 5, True, ["full"]])
def test_a_policy_that_is_none(tiny: Path, policy: object) -> None:
    with pytest.raises(ProviderError, match='must be "full", "top5" or "none"'):
        practice.provider(tiny, logprobs=policy).__enter__()
