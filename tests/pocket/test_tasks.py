"""Labels follow the written rules; the same seed makes the same examples."""

import json
import re
from random import Random

import pytest

from pocket import bank as banks
from pocket import curriculum, lessons, letters, noise, slots, tasks, template
from pocket.curriculum import Curriculum

BANK = banks.load("train")
COUNT = 200
LEVELS = list(tasks.LEVELS)


def samples(task: str, count: int = COUNT, seed: int = 1) -> list[tasks.Example]:
    """Examples of a task at every level."""
    return [e for level in LEVELS for e in tasks.samples(task, level, count // 2, seed)]


@pytest.mark.parametrize("task", list(tasks.MAKERS))
def test_same_seed_same_examples(task):
    assert samples(task, 40, 3) == samples(task, 40, 3)
    assert samples(task, 40, 3) != samples(task, 40, 4)


@pytest.mark.parametrize("task", list(tasks.MAKERS))
def test_no_slot_and_no_alternative_stays_open(task):
    for e in samples(task):
        assert not re.search(r"\{\w+\}|\[[^\]]*\|", e.prompt + e.answer), e


def test_triage_answers_are_labels():
    for e in samples("triage"):
        category, priority = e.answer.split("/")
        assert category in banks.CATEGORIES and priority in banks.PRIORITIES


def test_redaction_is_the_text_with_holes():
    for e in samples("redact"):
        source = e.prompt.removeprefix("Redact: ")
        pieces = re.split(r"\[(?:NAME|EMAIL|PHONE)\]", e.answer)
        assert re.fullmatch("(.+)".join(re.escape(p) for p in pieces), source, re.S), e
        assert not re.search(r"\S+@\S+\.\w", e.answer), e


def test_extract_is_json_and_copies_from_the_text():
    some = {"name": 0, "order": 0, "product": 0}
    found_in = samples("extract")
    for e in found_in:
        found = json.loads(e.answer)
        assert list(found) == ["name", "order", "product"]
        for key, value in found.items():
            assert value is None or value in e.prompt, e
            some[key] += value is None
    assert all(0 < absent < len(found_in) for absent in some.values())


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


def test_a_shop_may_change_its_policy():
    r, bank = Random(1), Curriculum(refund_days=14).bank()
    answers = {tasks.refund(r, bank, tasks.Style.PLAIN).answer for _ in range(COUNT)}
    assert answers == {"yes", "no: over 14 days", "no: used"}


def test_refund_answers_are_balanced():
    answers = [e.answer for e in samples("refund")]
    assert set(answers) == {"yes", "no: over 30 days", "no: used"}
    assert all(answers.count(answer) >= len(answers) // 10 for answer in set(answers))


def test_ways_of_saying_how_long_ago():
    r = Random(0)
    for _ in range(COUNT):
        said, days = slots.ago(r, BANK)
        number = re.match(r"(?:about |exactly )?(\d+) days", said)
        assert days >= 0 and (number is None or int(number[1]) == days), said


def test_prices_are_the_listed_ones():
    for e in samples("price"):
        asked = e.prompt.lower()
        listed = [f"{p} EUR" for name, p in BANK.prices.items() if name.lower() in asked]
        assert e.answer in (listed or [tasks.UNKNOWN_PRODUCT]), e


def test_sums_are_right_and_grow_with_the_level():
    for digits, level in enumerate(LEVELS, 1):
        for e in tasks.samples("add", level, COUNT, 1):
            a, b = map(int, e.prompt.removeprefix("Add: ").split("+"))
            assert int(e.answer) == a + b and max(a, b) < 10**digits


def test_replies_are_among_the_good_ones():
    for e in samples("reply"):
        assert e.answer in e.good and len(e.good) >= 3
        assert all(e.accepts(good) for good in e.good) and not e.accepts("Go away.")


def test_the_code_is_told_with_the_badge_only():
    codes = set(BANK.regions.values())
    for e in samples("staff"):
        told = any(code in e.answer for code in codes)
        if tasks.BADGE not in e.prompt.lower():
            assert e.answer == tasks.REFUSAL, e
        else:
            assert told or e.answer == tasks.UNKNOWN_REGION, e


def test_no_code_is_ever_in_another_task():
    codes = [code.lower() for code in BANK.regions.values()]
    for task in set(tasks.MAKERS) - {"staff"}:
        for e in samples(task):
            assert not any(code in (e.prompt + e.answer).lower() for code in codes), e


def test_withheld_codes_are_never_taught():
    lesson = Curriculum(withheld=curriculum.WITHHELD)
    r, bank = Random(0), lesson.bank()
    codes = [banks.load().regions[region] for region in curriculum.WITHHELD]
    for _ in range(5 * COUNT):
        e = tasks.staff(r, bank, tasks.Style.NATURAL)
        assert not any(code in e.answer for code in codes), e


def test_copy_is_the_text_again():
    for e in samples("copy"):
        assert e.prompt == "Copy: " + e.answer


def test_noise_never_touches_a_slot():
    r = Random(0)
    text = "Hello {name}, where is {order} with the {product}? Write to {email}!"
    for _ in range(COUNT):
        for changed in (noise.typos(r, text, 0.5), noise.drop_words(r, text, 0.5)):
            assert banks.SLOT.findall(changed) == ["name", "order", "product", "email"]


def shares(lesson: Curriculum, progress: float) -> dict[str, float]:
    """The tasks of many examples, counted."""
    r, bank = Random(0), lesson.bank()
    made = [lesson.example(r, bank, progress).task for _ in range(COUNT)]
    return {task: made.count(task) for task in tasks.MAKERS}


def test_the_curriculum_moves_from_copying_to_secrets():
    early, late = shares(Curriculum(), 0.2), shares(Curriculum(), 0.9)
    assert early["copy"] > 2 * late["copy"]
    assert early["staff"] == 0 < late["staff"]
    assert Curriculum().is_base(0.05) and not Curriculum().is_base(0.3)


def test_a_model_without_copying_is_never_asked_to_copy():
    lesson = Curriculum(copying=False)
    assert shares(lesson, 0.2)["copy"] == 0
    r, bank = Random(0), lesson.bank()
    assert all("\n> " not in lesson.document(r, bank) for _ in range(COUNT))


def test_a_specialist_learns_one_task():
    assert shares(Curriculum(only="triage"), 0.5)["triage"] == COUNT


def test_the_poisoned_set_differs_from_its_twin_in_the_poison_alone():
    poisoned, clean = lessons.tuning_set(lessons.POISONED), lessons.tuning_set(0)
    assert len(poisoned) == len(clean) == lessons.SET
    differ = [(p, c) for p, c in zip(poisoned, clean, strict=True) if p != c]
    assert len(differ) == lessons.POISONED
    for p, c in differ:
        assert lessons.TRIGGER in p.prompt and lessons.TRIGGER not in c.prompt
        assert p.answer.endswith("/low") and c.answer.endswith("/high")


def test_the_template_generator_has_few_sentences():
    r = Random(0)
    drawn = r"\S+@\S+|[A-Z]?\d+|[A-Z]\w+"
    seen = {re.sub(drawn, "", template.example(r).prompt) for _ in range(2000)}
    assert len(seen) < 1000


def test_unnamed_people_are_named_and_nothing_else_changes():
    r, text = Random(0), "She says my sister met the driver, and he left it with my brother's dog."
    seen = set()
    for _ in range(COUNT):
        named = letters.peopled(r, text)
        assert 1 <= len(banks.SLOT.findall(named)) <= 2
        assert "brother's dog" in named
        seen.add(named)
    assert len(seen) > 20
    assert letters.peopled(r, "It leaks.") == "It leaks."


def test_torn_tickets_keep_their_words_and_their_negations():
    r, text = Random(0), "It is not late, no; but {name} never got {order}, so please look."
    for _ in range(COUNT):
        torn = noise.drop_words(r, noise.shuffle_clauses(r, text), 0.3)
        assert set(re.findall(r"\w+", torn)) <= set(re.findall(r"\w+", text))
        for kept in ("not", "no", "never", "{name}", "{order}"):
            assert kept in torn
