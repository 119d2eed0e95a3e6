"""How open a release is: parts, yardsticks, clauses, and Pocket's card against its files."""

from __future__ import annotations

import pytest

from course import facts, openness, paths
from course.errors import CourseError, DataError

ALL = dict.fromkeys(openness.PARTS, "yes")


def parts(**changed: str) -> dict[str, str]:
    return {**ALL, **changed}


def test_every_row_can_be_scored():
    rows = openness.releases()
    assert [row.name for row in rows] == list(facts.table("openness")["release"])
    for row in rows:
        certain, most = openness.score(row.parts)
        assert 0 <= certain <= most <= len(openness.PARTS)
        assert row.citation.url.startswith("http")


def test_half_there_and_not_rated_count_only_at_most():
    given = parts(training_data="partial", inference_code="not rated", weights="no")
    assert openness.score(given) == (6, 8)


def test_a_kept_part_decides_and_an_unrated_one_does_not():
    assert str(openness.meets(parts(), openness.OSAID)) == "yes"
    unsure = openness.meets(parts(inference_code="not rated"), openness.OSAID)
    assert (unsure.answer, unsure.lacking) == ("cannot be said", ("code to run",))
    failed = openness.meets(parts(inference_code="not rated", weights="no"), openness.OSAID)
    assert (failed.answer, failed.lacking) == ("no", ("weights",))


def test_the_definition_does_not_ask_for_the_data():
    assert openness.meets(parts(training_data="no"), openness.OSAID).answer == "yes"


@pytest.mark.parametrize(
    ("kept", "reached"),
    [(None, "I"), ("training_data", "II"), ("training_code", "III"), ("licence_open", "none")],
)
def test_classes_add_up(kept, reached):
    assert openness.framework_class(parts(**({kept: "no"} if kept else {}))).answer == reached


@pytest.mark.parametrize(
    ("changed", "step"),
    [({}, "fully open"), ({"training_data": "no"}, "downloadable"), ({"weights": "no"}, "API"),
     ({"licence_open": "no"}, "fully open")],
)  # fmt: skip
def test_steps_of_the_gradient(changed, step):
    assert openness.step(parts(**changed)) == step


def test_unknown_names_are_answered_with_a_sentence():
    with pytest.raises(facts.FactNotFound, match="DeepSeek R1"):
        openness.release("Deepseek R1")
    with pytest.raises(facts.FactNotFound):
        openness.clause("Apache 3", "territory")
    with pytest.raises(CourseError, match="field of use"):
        openness.clause("Apache-2.0", "price")


def test_every_licence_answers_every_question():
    for licence in facts.table("licences")["licence"]:
        for question in openness.QUESTIONS:
            clause = openness.clause(licence, question)
            assert str(clause)
            assert clause.citation.url.startswith("http")


def test_restrictions_on_training_read_without_their_heading():
    ask = "training other models"
    assert openness.clause("Apache-2.0", ask).text == "not restricted"
    assert openness.clause("xAI Community License (Grok 2)", ask).text.startswith("restricted: ")
    assert not openness.clause("Modified MIT (Kimi K2 family)", ask).first_hand


def test_pocket_is_rated_by_its_files(tmp_path, monkeypatch):
    assert openness.pocket().parts["training_data"] == "yes"
    card = tmp_path / openness.CARD
    card.parent.mkdir()
    card.write_bytes((paths.ROOT / openness.CARD).read_bytes())
    (tmp_path / "pocket/bank").mkdir()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    rated = openness.pocket().parts
    assert (rated["training_data"], rated["training_code"]) == ("yes", "no")
    text = card.read_text(encoding="utf-8").replace("Model parameters", "Parameters")
    card.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="no line on the model's parameters"):
        openness.pocket()


def test_the_card_speaks_of_the_file_that_ships():
    said = openness.card_facts("pocket-mini-f16.gguf")
    file = paths.MODELS / "pocket-mini-f16.gguf"
    assert said["bytes"] == file.stat().st_size
    with pytest.raises(DataError, match="no-such-model"):
        openness.card_facts("no-such-model.gguf")


def test_a_card_without_a_list_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "pocket").mkdir()
    (tmp_path / openness.CARD).write_text("# Pocket\n")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(DataError, match="list of components"):
        openness.card_entries()


def test_what_the_card_does_not_claim_is_of_the_framework():
    assert set(openness.unclaimed()) <= set(openness.FRAMEWORK_COMPONENTS)
    assert "Research paper" in openness.unclaimed()


@pytest.mark.parametrize(
    ("licence", "answer"),
    [
        ("Apache-2.0", "yes"),
        ("Llama 3.1 Community License", "within limits"),
        ("Modified MIT (Devstral 2)", "within limits"),
        ("Mistral Research License (MRL-0.1)", "no"),
        ("CC-BY-NC-4.0 + acceptable-use addendum", "no"),
        ("No such licence", "licence not read"),
        (float("nan"), "licence not read"),
    ],
)
def test_business(licence, answer):
    assert openness.business(licence) == answer
