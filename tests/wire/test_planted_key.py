"""A key that is planted must be found nowhere: not in texts, logs, tracebacks or variables."""

import copy
import io
import logging
import os
import pickle
import signal
import threading
import traceback
from pathlib import Path

import pytest
from IPython.core.ultratb import VerboseTB

from course import doors
from course.doors import Endpoint
from course.errors import CourseError
from course.reply import Door
from course.doors.secret import Secret
from tests.wire.raw_server import RawServer, answer, completion

KEY = "sk-planted-0123456789abcdefghijklmnop"
PART = KEY[3:20]  # a piece of it is a leak too

FAULTS = {
    "fine": answer(200, completion()),
    "echoed": answer(401, {"error": {"message": f"Incorrect API key provided: {KEY}."}}),
    "echoed in a 400": answer(400, {"error": {"message": f"What is {KEY}?"}}),
    "html": answer(500, f"<html>{KEY}</html>".encode(), "text/html"),
    "bad json": answer(200, b"{" + KEY.encode()),
    "cut": answer(200, completion())[:-20],
    "nothing": b"",
}


def everything_about(door: Endpoint, error: BaseException | None) -> str:
    """All the texts a notebook, a log or a curious reader could produce of these objects."""
    texts = [
        repr(door),
        str(door),
        repr(vars(door)),
        repr(door.last_request),
        str(door.last_request),
    ]
    texts += [repr(vars(door.last_request))] if door.last_request else []
    if error is not None:
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        texts += traceback.format_exception(error, chain=True)
        # What `%xmode Verbose` and `%tb` show: the value of every variable in every frame.
        shown = VerboseTB(theme_name="nocolor", include_vars=True)
        texts += [shown.text(type(error), error, error.__traceback__)]
        walk = error.__traceback__
        while walk is not None:
            texts += [repr(value) for value in walk.tb_frame.f_locals.values()]
            walk = walk.tb_next
        assert error.__cause__ is None
        assert error.__context__ is None
    return "\n".join(texts)


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_call(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.time, "sleep", lambda _: None)
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    before = logging.getLogger().level
    for logger in ("", "openai", "httpx", "httpx2", "httpcore", "httpcore2"):
        logging.getLogger(logger).setLevel(logging.DEBUG)
    error = None
    try:
        with RawServer([FAULTS[name]]) as server:
            door = Endpoint(server.url, KEY, "m", Door.LIVE)
            try:
                door.chat("hello")
            except CourseError as caught:
                error = caught
            assert KEY in server.received[0].decode()  # it was sent, so it could have leaked
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(before)
    assert (error is None) == (name == "fine")
    # The test's own frame knows the key, so its variables are not looked at.
    if error is not None:
        error.__traceback__ = error.__traceback__.tb_next
    assert PART not in everything_about(door, error)
    assert PART not in log.getvalue()


def test_after_an_interruption() -> None:
    """Stopping a cell in the middle of a call must not show the request."""
    waiting = threading.Event()

    def interrupt(_connection) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        waiting.wait(5)

    error = None
    with RawServer([interrupt]) as server:
        door = Endpoint(server.url, KEY, "m", Door.LIVE, max_tokens=1000)
        try:
            door.chat("hello")
        except KeyboardInterrupt as caught:
            error = caught
        waiting.set()
    error.__traceback__ = error.__traceback__.tb_next
    assert PART not in everything_about(door, error)
    frames = traceback.extract_tb(error.__traceback__)
    assert {Path(frame.filename).name for frame in frames} <= {Path(client.__file__).name}
    assert door.budget.tokens > 100  # it may have been answered, so it stays counted


@pytest.mark.parametrize("key", [KEY + " two", KEY + "é", KEY + "\n\nx"])
def test_when_the_key_itself_is_wrong(key: str) -> None:
    with pytest.raises(CourseError) as caught:
        Endpoint("http://127.0.0.1:1/v1", key, "m", Door.LIVE)
    error = caught.value
    error.__traceback__ = error.__traceback__.tb_next
    texts = traceback.format_exception(error)
    walk = error.__traceback__
    while walk is not None:
        texts += [repr(value) for value in walk.tb_frame.f_locals.values()]
        walk = walk.tb_next
    assert PART not in "\n".join(texts)


def test_the_holder_of_a_key() -> None:
    secret = Secret(KEY)
    assert PART not in f"{secret} {secret!r} {secret!s} {[secret]} {vars(Secret)}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    assert secret.mask(f"Bearer {KEY}") == "Bearer ***"
    assert Secret("").mask("abc") == "abc"


def test_only_set_or_not_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(endpoints.describe_keys().values()) == {"not set"}
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    told = endpoints.describe_keys()
    assert told["OPENAI_API_KEY"] == "set"
    assert PART not in repr(told)
