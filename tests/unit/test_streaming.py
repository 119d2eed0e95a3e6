"""An answer that is read while it is made."""

import gc
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import models, streaming
from course.errors import ModelUnsupported, PromptError


@pytest.mark.parametrize("temperature", [0.0, 1.5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_its_pieces_are_the_answer(model, temperature: float, seed: int) -> None:
    # Drawn at 1.5, these random weights often begin letters that they never finish.
    options = {"max_tokens": 60, "temperature": temperature, "seed": seed}
    reply, stream = model.chat("hello", **options), model.stream("hello", **options)
    pieces = list(stream)
    assert "".join(pieces) == reply.text
    assert len(pieces) > 1 and all(pieces)
    assert stream.finish == reply.finish
    assert (stream.text, stream.reply.text, stream.reply.usage) == (*[reply.text] * 2, reply.usage)
    for one in (reply, stream.reply):
        assert 0 < one.first_token < one.latency


def test_a_piece_is_there_before_the_next_is_computed(model, sizes) -> None:
    with model.stream("hello") as stream:
        assert sizes == []
        next(stream)
        assert len(sizes) == 1


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(), st.data())
def test_letters_of_several_bytes_come_out_whole(text: str, data: st.DataObject) -> None:
    whole = text.encode()
    whole = whole[: data.draw(st.integers(0, len(whole)))]  # an answer may be cut anywhere
    places = sorted(data.draw(st.lists(st.integers(0, len(whole)))))
    pairs = zip([0, *places], [*places, len(whole)], strict=True)
    pieces = list(streaming.letters(whole[a:b] for a, b in pairs))
    assert "".join(pieces) == whole.decode("utf-8", "ignore")
    assert "" not in pieces


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3)))
def test_bytes_that_are_no_letters_are_left_out_either_way(pieces: list[bytes]) -> None:
    text = "".join(streaming.letters(pieces))
    assert text == b"".join(pieces).decode("utf-8", "ignore")


@pytest.mark.parametrize(
    ("messages", "options", "words"),
    [
        ("", {}, "empty"),
        (b"hello", {}, "bytes"),
        ("a" * 300, {}, "has room for 255"),
        ("hello", {"max_tokens": 0}, "max_tokens"),
        ("hello", {"temperature": 3}, "temperature"),
        ("hello", {"seed": -1}, "seed"),
    ],
)
def test_errors_come_at_once_and_leave_it_free(model, messages, options, words) -> None:
    with pytest.raises(PromptError, match=words):
        model.stream(messages, **options)
    assert not model._lock.locked()


def test_no_second_answer_in_the_middle_of_one(model: models.LocalModel) -> None:
    expected = model.chat("hello").text
    stream = model.stream("hello")
    first = next(stream)
    for other in (model.chat, model.stream):
        with pytest.raises(ModelUnsupported, match="middle of a streamed answer"):
            other("something else")
    assert first + "".join(stream) == expected  # nothing was spoilt
    assert model.chat("hello").text == expected


def test_another_thread_waits_its_turn(model: models.LocalModel) -> None:
    expected, answers = model.chat("hello there").text, []
    stream = model.stream("hello")
    next(stream)
    other = threading.Thread(target=lambda: answers.append(model.chat("hello there").text))
    other.start()
    other.join(0.2)
    assert other.is_alive() and answers == []
    stream.close()
    other.join(20)
    assert answers == [expected]


@pytest.mark.parametrize("read", [0, 2])
def test_closed_early_it_gives_the_model_free(model, read: int) -> None:
    with model.stream("hello") as stream:
        for _ in range(read):
            next(stream)
        assert stream.is_open and model._lock.locked()
    assert not stream.is_open and not model._lock.locked()
    assert list(stream) == [] and stream.finish is None
    stream.close()


def test_a_loop_that_is_left_gives_the_model_free(model: models.LocalModel) -> None:
    for _piece in model.stream("hello"):
        break
    model.stream("never read")
    gc.collect()
    assert not model._lock.locked()


def test_an_interrupt_gives_the_model_free(model, monkeypatch) -> None:
    first = model.chat("hello").text
    stream = model.stream("hello")
    next(stream)

    def interrupted(context, batch) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(model._llama_cpp, "llama_decode", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    monkeypatch.undo()
    assert not stream.is_open
    assert model.chat("hello").text == first


def test_it_is_not_closed_while_another_thread_computes(model, monkeypatch) -> None:
    stream, inside, go_on = model.stream("hello"), threading.Event(), threading.Event()
    compute = model._llama_cpp.llama_decode

    def slow(context, batch) -> int:
        inside.set()
        go_on.wait(20)
        return compute(context, batch)

    monkeypatch.setattr(model._llama_cpp, "llama_decode", slow)
    other = threading.Thread(target=lambda: next(stream))
    other.start()
    assert inside.wait(20)
    with pytest.raises(ModelUnsupported, match="Another thread"):
        stream.close()
    assert model._lock.locked()
    go_on.set()
    other.join(20)
    stream.close()
    assert not model._lock.locked()


def test_a_closed_model_ends_its_stream_aloud(tiny: Path) -> None:
    with models.load(tiny) as loaded:
        stream = loaded.stream("hello")
        next(stream)
    with pytest.raises(ModelUnsupported, match="was closed"):
        next(stream)
    with pytest.raises(ModelUnsupported, match="was closed"):
        loaded.stream("hello")
