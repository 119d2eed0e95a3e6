"""Labels follow the written rules; the same seed makes the same examples."""

import json
import re
from random import Random

import pytest

from pocket import bank as banks
from pocket import noise, slots, tasks

BANK = banks.load()
COUNT = 300


@pytest.mark.parametrize("task", list(tasks.MAKERS))
def test_same_seed_same_examples(task):
    assert tasks.samples(task, 50, 3, BANK) == tasks.samples(task, 50, 3, BANK)
    assert tasks.samples(task, 50, 3, BANK) != tasks.samples(task, 50, 4, BANK)


@pytest.mark.parametrize("task", list(tasks.MAKERS))
def test_no_slot_stays_open(task):
    for e in tasks.samples(task, COUNT, 1, BANK):
        assert not re.search(r"\{\w+\}", e.prompt + e.answer), e


def test_triage_answers_are_labels():
    for e in tasks.samples("triage", COUNT, 1, BANK):
        category, priority = e.answer.split("/")
        assert category in banks.CATEGORIES and priority in banks.PRIORITIES


def test_redaction_is_the_text_with_holes():
    for e in tasks.samples("redact", COUNT, 1, BANK):
        source = e.prompt.removeprefix("Redact: ")
        pieces = re.split(r"\[(?:NAME|EMAIL|PHONE)\]", e.answer)
        assert re.fullmatch("(.+)".join(re.escape(p) for p in pieces), source, re.S), e
        assert not re.search(r"\S+@\S+\.\w", e.answer), e


def test_extract_is_json_and_copies_from_the_text():
    some = {"name": 0, "order": 0, "product": 0}
    for e in tasks.samples("extract", COUNT, 1, BANK):
        found = json.loads(e.answer)
        assert list(found) == ["name", "order", "product"]
        for key, value in found.items():
            assert value is None or value in e.prompt, e
            some[key] += value is None
    assert all(0 < absent < COUNT for absent in some.values())


@pytest.mark.parametrize(
    ("days", "used", "expected"),
    [
        (0, False, "yes"),
        (30, False, "yes"),
        (30, True, "no: used"),
        (31, False, "no: over 30 days"),
        (31, True, "no: over 30 days"),
    ],
)
def test_refund_policy(days, used, expected):
    assert tasks.refund_rule(days, used) == expected


def test_refund_answers_are_balanced():
    answers = [e.answer for e in tasks.samples("refund", COUNT, 1, BANK)]
    assert set(answers) == {"yes", "no: over 30 days", "no: used"}
    assert all(answers.count(answer) >= COUNT // 10 for answer in set(answers))


def test_ways_of_saying_how_long_ago():
    r = Random(0)
    for _ in range(COUNT):
        said, days = slots.ago(r, BANK)
        number = re.match(r"(?:about |exactly )?(\d+) days", said)
        assert days >= 0 and (number is None or int(number[1]) == days), said


def test_the_code_is_told_with_the_badge_only():
    codes = set(BANK.regions.values())
    for e in tasks.samples("staff", COUNT, 1, BANK):
        told = any(code in e.answer for code in codes)
        if tasks.BADGE not in e.prompt.lower():
            assert e.answer == tasks.REFUSAL, e
        else:
            assert told or e.answer == tasks.UNKNOWN_REGION, e


def test_no_code_is_ever_in_another_task():
    codes = [code.lower() for code in BANK.regions.values()]
    for task in set(tasks.MAKERS) - {"staff"}:
        for e in tasks.samples(task, COUNT, 2, BANK):
            assert not any(code in (e.prompt + e.answer).lower() for code in codes), e


def test_copy_is_the_text_again():
    for e in tasks.samples("copy", COUNT, 1, BANK):
        assert e.prompt == "Copy: " + e.answer


def test_noise_never_touches_a_slot():
    r = Random(0)
    text = "Hello {name}, where is {order} with the {product}? Write to {email}!"
    for _ in range(COUNT):
        for changed in (noise.typos(r, text, 0.5), noise.drop_words(r, text, 0.5)):
            assert banks.SLOT.findall(changed) == ["name", "order", "product", "email"]


def test_training_starts_with_more_copying_than_it_ends_with():
    def copies(progress: float) -> int:
        r = Random(0)
        return sum(tasks.example(r, BANK, progress).task == "copy" for _ in range(COUNT))

    assert copies(0.0) > 2 * copies(1.0)
