"""Telling models apart by what they answer: sampled texts, log-probabilities, replayed answers."""

from random import Random

import numpy as np
import pytest

from course import models
from course.audit.equality import equality, hamming, power_curve, samples, spectrum
from course.audit.replay import closeness, probabilities, replay
from course.errors import CourseError
from course.tickets import twenty
from tests import tiny_model

PROMPTS = [f"Prompt number {n}" for n in range(6)]


def drawn(each: int, seed: int, good: float = 0.5) -> dict[str, list[str]]:
    random = Random(seed)
    return {p: [("yes" if random.random() < good else "no") for _ in range(each)] for p in PROMPTS}


@pytest.mark.parametrize("kernel", [hamming, spectrum])
def test_kernels_are_kernels(kernel):
    texts = ["", "a", "abcde", "abcdx", "xbc", "ü–😀", "abc" * 90, "a longer text, of words"]
    table = kernel(texts)
    assert np.allclose(table, table.T) and np.allclose(np.diag(table), 1)
    assert table.min() >= 0 and table.max() <= 1 + 1e-9
    assert np.linalg.eigvalsh(table).min() > -1e-9
    assert table[2, 3] > table[2, 7]


def test_hamming_by_hand():
    assert hamming(["abcd", "abxd", "ab"])[0].tolist() == [1, 0.75, 0.5]


@pytest.mark.parametrize("kernel", [hamming, spectrum])
def test_a_difference_is_seen_and_none_is_not_made_up(kernel):
    assert equality(drawn(30, 1), drawn(30, 2, 0.9), kernel).p < 0.01
    found = equality(drawn(30, 1), drawn(30, 2), kernel)
    assert found.p > 0.05 and "do not differ" in str(found)
    assert abs(found.distance) < 0.05


def test_of_one_model_false_alarms_are_as_rare_as_said():
    alarms = power_curve(drawn(60, 1), drawn(60, 2), [5, 20], trials=100)
    assert all(point.low <= 0.05 for point in alarms)


def test_power_grows_with_the_answers():
    curve = power_curve(drawn(60, 1), drawn(60, 2, 0.85), [2, 8, 24], trials=60)
    shares = [point.found / point.trials for point in curve]
    assert shares[0] < 0.6 < 0.9 < shares[2] and shares[0] < shares[1] <= shares[2]
    assert [point.each for point in curve] == [2, 8, 24]


def test_the_distance_is_right_on_average():
    found = [equality(drawn(4, n), drawn(4, n + 500), shuffles=1).distance for n in range(300)]
    assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / 300**0.5)


def test_the_prompts_are_not_compared_with_each_other():
    ours = {"one": ["a"] * 9, "two": ["b"] * 9}
    theirs = {"one": ["b"] * 9, "two": ["a"] * 9}
    assert equality(ours, theirs).p < 0.01
    assert equality(ours, dict(reversed(ours.items()))).distance == 0


@pytest.mark.parametrize(
    "theirs", [{}, {"one": ["a"]}, {"one": ["a", "b"]}, {"two": ["a", "b", "c"]}]
)
def test_samples_that_do_not_go_together_are_refused(theirs):
    with pytest.raises(CourseError, match="as many answers"):
        equality({"one": ["a", "b", "c"]}, theirs)
    with pytest.raises(CourseError, match="cannot be drawn"):
        power_curve(drawn(3, 1), drawn(3, 2), [4])


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return tiny_model.write(tmp_path_factory.mktemp("other") / "other.gguf", seed=1)


def test_another_model_behind_the_provider_is_found_by_samples(tiny, other, provider):
    cool = {"max_tokens": 6, "temperature": 0.1}  # random weights: at 1 all draw alike
    with models.load(tiny, "F16") as model, models.load(other, "F16") as strange:
        ours = samples(model, PROMPTS, 5, **cool)
        again = samples(model, PROMPTS, 5, **cool, seed=100)
        others = samples(strange, PROMPTS, 5, **cool, seed=100)
    served = samples(provider, PROMPTS, 5, **cool, seed=100)
    assert served == again
    assert equality(ours, served).p > 0.01
    assert equality(ours, others).p < 0.01


def test_replay_sees_another_model_and_no_other_way_to_the_same(tiny, other, provider):
    with models.load(tiny, "F16") as model, models.load(other, "F16") as strange:
        before, after = (replay(m, PROMPTS, 6) for m in (model, strange))
    served = replay(provider, PROMPTS, 6)
    assert served.hash == before.hash != after.hash
    assert before.changed(served) == [] and before.power(served, 3) == 0
    changed = len(before.changed(after))
    assert changed > 0 and before.power(after, len(PROMPTS)) == 1
    assert before.power(after, 1) == pytest.approx(changed / len(PROMPTS))
    with pytest.raises(CourseError, match="same prompts"):
        before.changed(replay(provider, PROMPTS[:2], 6))


def test_log_probabilities_see_what_answers_do_not_show(tiny, provider):
    """The same weights, rounded: the answers hardly change, the probabilities all do."""
    first, second = (probabilities(provider, PROMPTS) for _ in range(2))
    with models.load(tiny, "F16") as full, models.load(tiny, "Q8_0") as rounded:
        same, moved = (probabilities(model, PROMPTS) for model in (full, rounded))
    assert first.apart(same).max() < 1e-4
    found = closeness(first, second, same)
    assert found.p > 0.05 and "no more than usual" in str(found)
    found = closeness(first, second, moved)
    assert found.p < 0.01 and found.now > 0 and " moved: " in str(found)


def test_of_pocket_log_probabilities_show_the_precision():
    prompts = [ticket.prompt for ticket in twenty()[::3]]
    found = {}
    for precision in ("F16", "Q8_0", "Q4_0"):
        with models.load("pocket-mini", precision) as model:
            found[precision] = probabilities(model, prompts)
    full = found["F16"]
    eight, four = (closeness(full, full, found[name]) for name in ("Q8_0", "Q4_0"))
    assert max(eight.p, four.p) < 0.01
    assert 0 < eight.now < four.now


def test_a_door_without_log_probabilities_is_named():
    from tests.evaluation.answerers import reply

    class Closed:
        def chat(self, messages, **options):
            return reply()

    with pytest.raises(CourseError, match="no log-probabilities"):
        probabilities(Closed(), PROMPTS)
