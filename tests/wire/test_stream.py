"""Answers that come in pieces over a real connection, whole and broken."""

import json
import socket
import struct

import pytest

from course.errors import LimitReached, PromptError, ProviderError
from course.reply import Door
from tests.wire.live_door import Pauses, live
from tests.wire.raw_server import RawServer, answer, completion

HELD = 5 + 8 + 8 + 20  # dollars set aside for "hello" and 20 tokens of answer
HEAD = b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
CHUNKED = HEAD[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}


def event(delta: object = None, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "served-model",
        "choices": [choice],
    }
    return b"data: " + json.dumps(chunk | more).encode() + b"\n\n"


def said(*texts: str) -> bytes:
    return b"".join(event({"content": text}) for text in texts)


TEXT = event({"role": "assistant"}) + said("Wör", "", "ter")
STOP, COUNT = event(finish="stop"), event(choices=[], usage=USAGE)
DONE = b"data: [DONE]\n\n"
WHOLE = HEAD + TEXT + STOP + COUNT + DONE


def test_pieces_and_then_the_reply() -> None:
    with RawServer([WHOLE]) as server:
        door = live(server)
        with door.stream("hello", max_tokens=20) as stream:
            assert stream.reply is None
            assert next(stream) == "Wör"
            assert (stream.text, stream.reply, stream.is_open) == ("Wör", None, True)
            assert list(stream) == ["ter"]
        reply = stream.reply
        sent = door.last_request.json
    assert (reply.text, reply.door, reply.model) == ("Wörter", Door.LIVE, "served-model")
    assert (reply.usage.billed, reply.finish) == ((5, 2), "stop")
    assert 0 < reply.first_token <= reply.latency
    assert float(reply.cost) == door.spending.usd == 7
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_usage": True})


def test_a_piece_is_there_before_the_next_is_sent() -> None:
    def in_two_halves(connection: socket.socket) -> None:
        connection.sendall(HEAD + said("one"))
        read.append(connection.recv(1))  # the client closes after the first
        connection.sendall(said("two"))

    read: list[bytes] = []
    with RawServer([in_two_halves]) as server:
        door = live(server)
        stream = door.stream("hello", max_tokens=20)
        assert next(stream) == "one"
        stream.close()
    assert read == [b""]
    assert list(stream) == []
    assert stream.reply is None
    assert door.spending.usd == HELD  # nobody said how far it got


def test_without_usage_all_stays_counted() -> None:
    with RawServer([HEAD + TEXT + STOP + DONE]) as server:
        door = live(server)
        stream = door.stream("hello", max_tokens=20)
        assert "".join(stream) == "Wörter"
    assert not stream.reply.cost.known
    assert door.spending.usd == HELD


def reset(connection: socket.socket) -> None:
    connection.sendall(HEAD + TEXT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stall(connection: socket.socket) -> None:
    connection.sendall(HEAD + TEXT)
    connection.recv(1)


def too_long(connection: socket.socket) -> None:
    connection.sendall(HEAD + TEXT)
    for _ in range(50):
        connection.sendall(b": " + b"x" * 10**6 + b"\n\n")


ERROR = b'data: {"error": {"message": "overloaded"}}\n\n'
BREAKS = {
    "cut where nothing says how much will come": (HEAD + TEXT, "broke off"),
    "cut in a chunk": (CHUNKED + b"400\r\n" + TEXT, "broke off"),
    "reset": (reset, "broke off"),
    "stall in the middle": (stall, "did not answer in time"),
    "an error among the events": (HEAD + TEXT + ERROR, "broke off .* It said: overloaded"),
    "malformed JSON": (HEAD + TEXT + b"data: {not json\n\n", "not a chat completion"),
    "no end of it": (too_long, "far more than an answer can hold"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_it_breaks_in_the_middle(name: str) -> None:
    broken, words = BREAKS[name]
    with RawServer([broken]) as server:
        door = live(server, seconds=0.3 if "stall" in name else 60.0)
        stream = door.stream("hello", max_tokens=20)
        with pytest.raises(ProviderError, match=words):
            list(stream)
        assert len(server.received) == 1  # what was read cannot be taken back
    if name != "reset":  # which may overtake the text
        assert stream.text == "Wörter"
    assert (stream.reply, stream.is_open) == (None, False)
    assert door.spending.usd == HELD


STRANGE = {
    "no events": (HEAD, "broke off"),
    "nothing but the end": (HEAD + DONE, "broke off"),
    "a list": (HEAD + b"data: [1, 2]\n\n" + DONE, "broke off|not a chat"),
    "choices that are none": (HEAD + event(choices=[None]) + DONE, "broke off|not a chat"),
    "HTML": (answer(200, b"<html>", "text/html"), "not a chat completion"),
    "in one piece": (answer(200, completion()), "not a chat completion"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_an_answer_that_is_no_stream(name: str) -> None:
    strange, words = STRANGE[name]
    with RawServer([strange]) as server, pytest.raises(ProviderError, match=words):
        list(live(server).stream("hello"))


def test_before_the_first_piece_it_is_sent_again() -> None:
    pauses = Pauses()
    with RawServer([answer(503, b""), answer(429, b"", Retry_After="2"), WHOLE]) as server:
        door = live(server, patience=pauses.patience)
        assert "".join(door.stream("hello")) == "Wörter"
    assert pauses == [0.5, 2]
    assert door.spending.usd == 7


def test_an_option_refused() -> None:
    refused = answer(400, {"error": {"message": "no", "param": "stream_options"}})
    with RawServer([refused, WHOLE]) as server:
        assert "".join(live(server).stream("hello")) == "Wörter"
    assert b"stream_options" not in server.received[1]


def test_cut_by_the_length_and_by_a_filter() -> None:
    for finish in ("length", "content_filter"):
        with RawServer([HEAD + TEXT + event(finish=finish) + DONE]) as server:
            stream = live(server).stream("hello")
            assert "".join(stream) == "Wörter"
        assert stream.finish == finish
    with RawServer([HEAD + event(finish="content_filter") + COUNT + DONE]) as server:
        door = live(server)
        with pytest.raises(ProviderError, match="withheld"):
            list(door.stream("hello"))
    assert door.spending.usd == 7


def test_log_probabilities_would_be_gathered() -> None:
    from course.doors.completion import Gathered

    row = {"token": "a", "logprob": -0.5, "top_logprobs": []}
    gathered = Gathered()
    choice = {"delta": {"content": "a"}, "logprobs": {"content": [row]}, "finish_reason": "stop"}
    for _ in range(2):
        gathered.add({"choices": [choice]})
    assert gathered.answer()["choices"][0]["logprobs"]["content"] == [row, row]


def test_limits_and_bad_prompts_come_before_anything_is_sent() -> None:
    with RawServer([WHOLE]) as server:
        with pytest.raises(LimitReached):
            live(server, limit=1).stream("hello")
        with pytest.raises(PromptError):
            live(server).stream("")
        assert server.received == []
