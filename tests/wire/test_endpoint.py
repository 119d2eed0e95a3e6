"""The client of a model behind an address, against a server that can misbehave in every way."""

import email.utils
import json
import socket
import struct
import threading
import time

import pytest

from course import client, faults
from course.endpoints import Endpoint
from course.errors import (
    CourseError,
    KeyMissing,
    KeyRefused,
    LimitReached,
    NetworkBlocked,
    PromptError,
    ProviderError,
    RateLimited,
)
from course.offline import no_network
from course.reply import Door
from tests.wire.raw_server import RawServer, answer, completion

KEY = "sk-planted-0123456789abcdefghijklmnop"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses between tries are noted, not waited for."""
    pauses: list[float] = []
    monkeypatch.setattr(client.time, "sleep", pauses.append)
    return pauses


def endpoint(server: RawServer, **options) -> Endpoint:
    return Endpoint(server.url, KEY, "some-model", Door.LIVE, **options)


def ok(**changes) -> bytes:
    return answer(200, completion(**changes))


# -- when all is well ---------------------------------------------------------------------------


def test_a_reply() -> None:
    with RawServer([ok()]) as server:
        reply = endpoint(server).chat("hello")
    assert (str(reply), reply.door, reply.model) == ("hello", Door.LIVE, "served-model")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (5, 2)
    assert reply.latency > 0
    assert reply.finish == "stop"


def test_last_request_is_what_left_the_machine_to_the_byte() -> None:
    with RawServer([ok()]) as server:
        door = endpoint(server)
        door.chat("Wörter, the £ sign", temperature=0.5, seed=7, max_tokens=9)
        received = server.received[0]
    sent = door.last_request
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"{sent.method} {sent.path} HTTP/1.1" == "POST /v1/chat/completions HTTP/1.1"
    wire = [tuple(line.split(": ", 1)) for line in lines[1:]]
    shown = [(name.lower(), value) for name, value in sent.headers]
    assert shown == [(n.lower(), v.replace(KEY, "***")) for n, v in wire]
    assert sent.body == body
    assert sent.json == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "Wörter, the £ sign"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "seed": 7,
    }
    assert f"Bearer {KEY}" in head.decode()
    assert KEY not in str(sent) + repr(sent)


def test_missing_usage_is_none_and_counted_in_full() -> None:
    with RawServer([ok(usage=None)]) as server:
        door = endpoint(server, max_tokens=1000)
        reply = door.chat("hello", max_tokens=10)
    assert reply.usage.prompt_tokens is None
    assert door.budget.tokens == len("hello") + 8 + 8 + 10


# -- one sentence for everything that can go wrong ----------------------------------------------


def error(message: str = "no", **more) -> dict:
    return {"error": {"message": message, "type": "x", "param": None, "code": None} | more}


STATUSES = [
    (400, error("bad thing"), ProviderError, r"did not accept the request \(400\). It said: bad"),
    (400, error(code="context_length_exceeded"), PromptError, "too long"),
    (401, error("nope"), KeyRefused, r"refused the API key \(401\)"),
    (402, error(), ProviderError, "no credit"),
    (403, error("region"), KeyRefused, r"does not allow .* \(403\). It said: region"),
    (404, error(), ProviderError, "no model 'some-model'"),
    (409, error(), ProviderError, "answered 409"),
    (413, error(), PromptError, "too large"),
    (418, b"", ProviderError, "answered 418"),
    (422, error(), ProviderError, "422"),
    (429, error(code="insufficient_quota"), ProviderError, "no credit"),
    (429, error(), RateLimited, "asks to wait a while"),
    (500, error(), ProviderError, r"trouble of its own \(500\)"),
    (502, b"<html>Bad gateway</html>", ProviderError, "502"),
    (503, b"", ProviderError, "503"),
    (504, [1, 2], ProviderError, "504"),
    (529, error(), ProviderError, "529"),
]


@pytest.mark.parametrize(("status", "body", "kind", "words"), STATUSES)
def test_a_status_becomes_a_sentence(status, body, kind, words) -> None:
    with RawServer([answer(status, body)]) as server, pytest.raises(kind, match=words) as caught:
        endpoint(server).chat("hello")
    sentence = str(caught.value)
    assert sentence.endswith((".", "bad thing", "region", "no"))
    assert "\n" not in sentence


BROKEN = [
    (answer(200, b"{not json"), "not a chat completion"),
    (answer(200, b"<html>welcome</html>", "text/html"), "not a chat completion"),
    (answer(200, b""), "not a chat completion"),
    (answer(200, b"null"), "not a chat completion"),
    (answer(200, [1]), "not a chat completion"),
    (answer(200, {"choices": None}), "not a chat completion"),
    (answer(200, b"\xff\xfe{}"), "not a chat completion"),
    (answer(200, completion(choices=[])), "no choices"),
    (answer(200, completion(choices=[None])), "without any text"),
    (answer(200, completion(text=None)), "without any text"),
    (answer(200, completion(text=["x"])), "without any text"),
    (ok()[:-40], "broke off"),
    (b"", "broke off"),
    (b"this is not HTTP at all\r\n\r\n", "broke off"),
    (answer(200, b"zzz", Content_Encoding="gzip"), "not a chat completion"),
]


@pytest.mark.parametrize(("data", "words"), BROKEN)
def test_a_broken_answer_becomes_a_sentence(data: bytes, words: str) -> None:
    with RawServer([data]) as server, pytest.raises(ProviderError, match=words):
        endpoint(server).chat("hello")


def test_a_connection_reset() -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with RawServer([reset]) as server, pytest.raises(ProviderError, match="broke off"):
        endpoint(server).chat("hello")


@pytest.mark.parametrize("begin", [b"", ok()[:60]])
def test_a_stall_before_and_in_the_middle_of_the_answer(begin: bytes) -> None:
    done = threading.Event()

    def stall(connection: socket.socket) -> None:
        connection.sendall(begin)
        done.wait(5)

    with RawServer([stall]) as server:
        with pytest.raises(ProviderError, match="did not answer in time"):
            endpoint(server, seconds=0.2).chat("hello")
        done.set()


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    door = Endpoint(f"http://127.0.0.1:{port}/v1", KEY, "m", Door.LIVE, max_calls=3)
    with pytest.raises(ProviderError, match=rf"Nothing answers at 127.0.0.1:{port}"):
        door.chat("hello")
    assert door.budget.calls == 0  # nothing left the machine


def test_no_such_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    door = Endpoint("https://nowhere.invalid/v1", KEY, "m", Door.LIVE)
    with pytest.raises(ProviderError, match=r"No machine is known as nowhere\.invalid"):
        door.chat("hello")


def test_tls_that_is_none() -> None:
    with RawServer([ok()], at_once=True) as server:
        door = Endpoint(server.url.replace("http:", "https:"), KEY, "m", Door.LIVE, seconds=2)
        with pytest.raises(ProviderError, match="TLS"):
            door.chat("hello")


URLS = ["", "127.0.0.1:8000", "ftp://x/v1", "http://", None, "http://[x", "https://h/\0", 3]


@pytest.mark.parametrize("url", URLS)
def test_a_base_url_that_cannot_be(url: object) -> None:
    with pytest.raises(ProviderError, match="base URL"):
        Endpoint(url, KEY, "m", Door.LIVE)


@pytest.mark.parametrize("url", ["http://example.org/v1", "http://1.1.1.1/v1", "http://[2606::1]"])
def test_a_key_does_not_travel_in_the_clear(url: str) -> None:
    with pytest.raises(ProviderError, match="write https://"):
        Endpoint(url, KEY, "m", Door.LIVE)
    assert Endpoint(url.replace("http:", "https:"), KEY, "m", Door.LIVE).base_url


@pytest.mark.parametrize(
    "url", ["http://10.0.0.7:8000/v1", "http://[::1]:8000/v1", "http://box/v1"]
)
def test_a_machine_of_ones_own_network_may_do_without_tls(url: str) -> None:
    assert Endpoint(url, KEY, "m", Door.LIVE).base_url == url


@pytest.mark.parametrize(
    ("name", "value"), [("HTTPS_PROXY", "ftp://x"), ("SSL_CERT_FILE", "/nowhere")]
)
def test_settings_of_the_machine_that_cannot_be_used(monkeypatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ProviderError, match=rf"^The way to example\.org .*check the .*{name}"):
        Endpoint("https://example.org/v1", KEY, "m", Door.LIVE).chat("hello")


def test_the_network_cut_off() -> None:
    with RawServer([ok()]) as server, no_network() as guard:
        door = endpoint(server, max_calls=1)
        with pytest.raises(NetworkBlocked, match="cut off"):
            door.chat("hello")
        assert guard.attempts == 1
        assert door.budget.calls == 0
    assert server.received == []


def test_a_closed_endpoint() -> None:
    with RawServer([ok()]) as server:
        with endpoint(server) as door:
            door.chat("hello")
        with pytest.raises(ProviderError, match="was closed"):
            door.chat("hello")


@pytest.mark.parametrize("message", ["", [], None])
def test_nothing_is_sent_for_an_empty_prompt(message: object) -> None:
    with RawServer([ok()]) as server:
        with pytest.raises(PromptError):
            endpoint(server).chat(message)
        assert server.received == []


# -- trying again -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_what_passes_is_tried_again(status: int, no_waiting: list[float]) -> None:
    with RawServer([answer(status, error()), ok()]) as server:
        assert endpoint(server).chat("hello").text == "hello"
    assert len(server.received) == 2
    assert no_waiting == [0.5]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_what_does_not_pass_is_not(status: int) -> None:
    with RawServer([answer(status, error()), ok()]) as server, pytest.raises(CourseError):
        endpoint(server).chat("hello")
    assert len(server.received) == 1


def test_tries_are_bounded(no_waiting: list[float]) -> None:
    with RawServer([answer(503, error())]) as server, pytest.raises(ProviderError):
        endpoint(server).chat("hello")
    assert len(server.received) == client.TRIES == 3
    assert no_waiting == [0.5, 1.0]


def test_retry_after_is_honoured(no_waiting: list[float]) -> None:
    when = email.utils.formatdate(time.time() + 4, usegmt=True)
    waits = [answer(429, error(), Retry_After="3"), answer(429, error(), Retry_After=when), ok()]
    with RawServer(waits) as server:
        assert endpoint(server).chat("hello").text == "hello"
    assert no_waiting[0] == 3
    assert 2 <= no_waiting[1] <= 4


def test_a_long_wait_is_told_and_not_waited_for(no_waiting: list[float]) -> None:
    wait = answer(429, error(), Retry_After="3600")
    with (
        RawServer([wait, ok()]) as server,
        pytest.raises(RateLimited, match="asks to wait 3600 s"),
    ):
        endpoint(server).chat("hello")
    assert no_waiting == []
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("nan", None),
        ("1e300", None),
        ("-3", 0.0),
        ("2.5", 2.5),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_retry_after_in_every_form(text: str, seconds: float | None) -> None:
    assert faults.retry_after({"retry-after": text}) == seconds


# -- options a live model may refuse ------------------------------------------------------------


def test_a_refused_option_is_left_out_and_stays_out() -> None:
    def refused(name: str) -> bytes:
        return answer(400, error(f"unsupported {name}", param=name, code="unsupported_value"))

    with RawServer([refused("max_tokens"), refused("temperature"), ok()]) as server:
        door = endpoint(server)
        door.chat("hello", max_tokens=9)
        door.chat("hello", max_tokens=9)
    bodies = [json.loads(data.partition(b"\r\n\r\n")[2]) for data in server.received]
    assert bodies[0]["max_tokens"] == 9
    assert bodies[1]["max_completion_tokens"] == 9
    assert "temperature" in bodies[1]
    for body in bodies[2:]:
        assert "temperature" not in body
        assert "max_tokens" not in body
    assert len(bodies) == 4


# -- limits -------------------------------------------------------------------------------------


def test_the_limit_of_calls_holds_and_refuses_before_sending() -> None:
    with RawServer([ok()]) as server:
        door = endpoint(server, max_calls=2)
        door.chat("one")
        door.chat("two")
        with pytest.raises(LimitReached, match="limit of 2 calls"):
            door.chat("three")
        assert len(server.received) == 2


def test_a_second_try_counts_as_a_call() -> None:
    with RawServer([answer(503, error())]) as server:
        with pytest.raises(ProviderError, match="503"):
            endpoint(server, max_calls=1).chat("one")
        assert len(server.received) == 1


def test_the_limit_of_tokens_is_never_passed() -> None:
    with RawServer([ok()]) as server:
        door = endpoint(server, max_tokens=100)
        calls = 0
        with pytest.raises(LimitReached, match="nothing was sent"):
            for _ in range(100):
                door.chat("hello", max_tokens=20)
                calls += 1
        assert len(server.received) == calls
        assert door.budget.tokens == 7 * calls <= 100
        assert calls > 5  # what was set aside and not used came back


def test_a_refused_call_costs_nothing_and_a_lost_one_costs_all() -> None:
    with RawServer([answer(401, error()), b""]) as server:
        door = endpoint(server, max_tokens=100)
        with pytest.raises(KeyRefused):
            door.chat("hello", max_tokens=20)
        assert door.budget.tokens == 0
        with pytest.raises(ProviderError):
            door.chat("hello", max_tokens=20)
        assert door.budget.tokens == 41  # the provider may have computed it


def test_limits_hold_between_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with RawServer([ok()]) as server:
        door = endpoint(server, max_calls=5)

        def call(_: int) -> bool:
            try:
                return bool(door.chat("hello"))
            except LimitReached:
                return False

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(call, range(20))) == 5
        assert len(server.received) == 5


# -- redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_key_nowhere(status: int) -> None:
    with RawServer([ok()]) as other:
        away = answer(status, b"", Location=other.url + "/chat/completions")
        with (
            RawServer([away]) as server,
            pytest.raises(ProviderError, match="another address"),
        ):
            endpoint(server).chat("hello")
        assert other.received == []


def test_a_proxy_of_the_environment_does_not_see_loopback(monkeypatch) -> None:
    with RawServer([ok()]) as proxy, RawServer([ok()]) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        endpoint(server).chat("hello")
        assert proxy.received == []


# -- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "   ", None])
def test_no_key(key: object) -> None:
    with pytest.raises(KeyMissing, match="no API key"):
        Endpoint("http://127.0.0.1:1/v1", key, "m", Door.LIVE)


@pytest.mark.parametrize("key", ["sk with space", "sk-\nline", "sk-naïve", "sk-\x00"])
def test_a_key_that_cannot_be_sent(key: str) -> None:
    with pytest.raises(KeyMissing, match="copy it again") as caught:
        Endpoint("http://127.0.0.1:1/v1", key, "m", Door.LIVE)
    assert key not in str(caught.value)
