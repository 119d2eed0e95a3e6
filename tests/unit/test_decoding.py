"""The loop that makes tokens, and the command that measures it."""

import pytest

from course import bench, decoding, models
from course.errors import ModelUnsupported, PromptError


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_one_computation_for_the_prompt_and_one_for_each_further_token(
    model: models.LocalModel, sizes: list[int], temperature: float
) -> None:
    reply = model.chat("hello", max_tokens=7, temperature=temperature)
    made = reply.usage.completion_tokens + (reply.finish == "stop")
    assert sizes == [reply.usage.prompt_tokens] + [1] * (made - 1)


def test_a_long_prompt_goes_in_parts(model: models.LocalModel, sizes: list[int]) -> None:
    decoder = decoding.Decoder(model._llama_cpp, model._llama)
    prompt = model._plain("hello there")
    whole = next(decoder.tokens(prompt, 0, temperature=0.0))
    decoder._most = 4
    assert next(decoder.tokens(prompt, 0, temperature=0.0)) == whole
    assert sizes == [len(prompt), 4, 4, len(prompt) - 8]


def test_greedy_is_what_llama_cpp_makes_itself(model: models.LocalModel) -> None:
    prompt = model._tokens([{"role": "user", "content": "hello there"}])
    own = model._llama.generate(prompt, temp=0.0, repeat_penalty=1.0)
    expected = [next(own) for _ in range(20)]
    made = model._decoder.tokens(prompt, 0, temperature=0.0)
    assert [next(made) for _ in range(20)] == expected


def test_penalties_and_a_narrow_choice_change_what_is_drawn(model: models.LocalModel) -> None:
    def drawn(**sampling: float) -> list[int]:
        made = model._decoder.tokens(model._plain("hello"), 3, **sampling)
        return [next(made) for _ in range(30)]

    greedy = drawn(temperature=0.0)
    assert drawn(temperature=1.5, top_p=1e-6) == greedy
    assert drawn(temperature=1.5) != greedy
    # A hundred is more than any two logits here differ by, so no token comes twice.
    assert len(set(drawn(temperature=0.0, presence_penalty=100.0))) == 30
    assert len(set(drawn(temperature=0.0, frequency_penalty=100.0))) == 30


def test_a_refused_batch_is_one_sentence(model: models.LocalModel, monkeypatch) -> None:
    first = model.chat("hello").text
    monkeypatch.setattr(model._llama_cpp, "llama_decode", lambda *_: 1)
    with pytest.raises(ModelUnsupported, match=r"returned 1\): load the model again"):
        model.chat("hello")
    monkeypatch.undo()
    assert model.chat("hello").text == first


def test_nothing_to_follow(model: models.LocalModel) -> None:
    model.chat("hello", max_tokens=1)  # whose logits must not answer for the next
    with pytest.raises(PromptError, match="makes nothing"):
        next(model._decoder.tokens([], 0, temperature=0.0))


def test_the_bytes_of_tokens_are_llama_cpps(model: models.LocalModel) -> None:
    tokens = [*model._plain("he said: aé 語"), 1, 2]
    assert model._decoder.bytes_of(tokens) == model._llama.detokenize(tokens)


def test_tokens_have_names_of_their_own(model: models.LocalModel) -> None:
    names = [model._decoder._name(token) for token in range(model._llama.n_vocab())]
    assert len(set(names)) == len(names)
    assert names[:3] == ["<|pad|>", "<|end|>", "<|user|>"]
    assert names[model._plain("é")[0]] == r"bytes:\xc3"
    assert "he" in names


@pytest.mark.parametrize("pieces", [["a", "bc", "d"], ["abcd"], ["ab", "cd"], ["a", "b", "c", "d"]])
@pytest.mark.parametrize("stop", [["bc"], ["x", "d"], ["abcd"], ["a"]])
def test_a_text_that_ends_the_answer_is_seen_at_once(pieces: list[str], stop: list[str]) -> None:
    stops, said = decoding.Stops(stop), ""
    for piece in pieces:
        said += piece
        assert stops.met(piece.encode()) is any(words in said for words in stop)
        if any(words in said for words in stop):
            break


def test_a_letter_in_two_tokens_ends_the_answer_when_it_is_whole() -> None:
    stops, (first, second) = decoding.Stops(["é"]), "é".encode()
    assert not stops.met(bytes([first]))
    assert stops.met(bytes([second]))


def test_all_ways_of_the_bench_compute_the_same(model: models.LocalModel, sizes) -> None:
    found = bench.measure(model, rounds=1)
    assert {key: len(values) for key, values in found.items()} == {
        "course": 1, "bare": 1, "ratio": 1, "streaming": 1, "first": 1,
    }  # fmt: skip
    starts = [place for place, size in enumerate(sizes) if size > 1]
    calls = [sizes[a:b] for a, b in zip(starts, [*starts[1:], len(sizes)], strict=True)]
    # The three answers that are compared, one round, and the first token alone.
    assert len(calls) == 7
    assert all(call == calls[0] for call in calls[:6])
    assert calls[6] == calls[0][:1]


def test_the_table_of_the_bench() -> None:
    values = {column.key: [3.0, 1.0, 2.0] for column in bench.COLUMNS}
    shown = repr(bench.table({"tiny": values}))
    assert "ratio" in shown and "tiny" in shown
    assert "2.000 (1.500 to 2.500)" in shown
