"""LIVE or PRACTICE: what the environment decides, with the practice provider as a real server."""

import pytest

from course import endpoints, practice
from course.errors import KeyMissing, LimitReached
from course.reply import Door


@pytest.fixture
def live(provider, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All that the live door needs, set to the practice provider's address."""
    monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", provider.api_key)
    monkeypatch.setenv("COURSE_LIVE_MODEL", "practice-1")
    monkeypatch.setenv("COURSE_LIVE_MAX_CALLS", "3")
    monkeypatch.setenv("COURSE_LIVE_MAX_TOKENS", "1000")
    return monkeypatch


def test_live_with_all_four(live) -> None:
    with endpoints.closed_door() as door:
        reply = door.chat("hello", max_tokens=5)
        assert (reply.door, reply.model) == (Door.LIVE, "practice-1")
        assert door.log() is None
        assert door.where.startswith("127.0.0.1")


@pytest.mark.parametrize("missing", endpoints.LIVE_VARIABLES)
@pytest.mark.parametrize("how", ["unset", "empty"])
def test_practice_unless_all_four_are_set(live, missing: str, how: str, monkeypatch) -> None:
    live.delenv(missing)
    if how == "empty":
        live.setenv(missing, "")

    class StartedError(Exception):
        pass

    def started(model: object) -> None:
        raise StartedError

    monkeypatch.setattr(practice, "provider", started)
    with pytest.raises(StartedError), endpoints.closed_door():
        pass
    assert not endpoints.live_is_set()


def test_the_limits_hold_for_the_whole_notebook(live) -> None:
    for _ in range(3):
        with endpoints.closed_door() as door:
            door.chat("hello", max_tokens=2)
    with endpoints.closed_door() as door, pytest.raises(LimitReached, match="limit of 3 calls"):
        door.chat("hello", max_tokens=2)
    live.setenv("COURSE_LIVE_MAX_CALLS", "4")  # the reader allows one more
    with endpoints.closed_door() as door:
        door.chat("hello", max_tokens=2)
        assert door.budget.calls == 4


def test_the_limit_of_tokens_holds_too(live) -> None:
    live.setenv("COURSE_LIVE_MAX_TOKENS", "30")
    with endpoints.closed_door() as door, pytest.raises(LimitReached, match="nothing was sent"):
        door.chat("hello", max_tokens=20)


@pytest.mark.parametrize("value", ["many", "-1", "1.5", "\u0663", "1e3"])
@pytest.mark.parametrize("name", ["COURSE_LIVE_MAX_CALLS", "COURSE_LIVE_MAX_TOKENS"])
def test_a_limit_that_is_no_number(live, name: str, value: str) -> None:
    live.setenv(name, value)
    with pytest.raises(KeyMissing, match=name), endpoints.closed_door():
        pass


def test_openais_own_address_is_the_default(live) -> None:
    live.delenv("OPENAI_BASE_URL")
    with endpoints.closed_door() as door:
        assert door.where == "api.openai.com"
        assert door._request([], 5, {})["max_completion_tokens"] == 5
