"""The commands that `make models` runs, one after the other."""

import json

import pytest

from pocket import __main__ as commands
from pocket.recipes import ADAPTERS, RECIPES, USUAL, file_of


def test_make_ship_and_evaluate_mean_the_same_models(monkeypatch):
    meant = {}
    for name in ("make", "ship", "evaluate"):
        monkeypatch.setattr(commands, name, lambda args, name=name: meant.update({name: args}))
        commands.main([name])
    assert [args.models for args in meant.values()] == [USUAL] * 3


def test_what_is_evaluated_unless_named_is_shipped():
    assert all((commands.MODELS / file_of(name)).exists() for name in USUAL)


def test_a_file_is_called_what_the_catalogue_calls_it():
    catalogue = json.loads((commands.MODELS / "models.json").read_text("utf-8"))
    assert set(catalogue) <= {*RECIPES, *ADAPTERS}
    assert {name: file_of(name) for name in catalogue} == {
        name: entry["file"] for name, entry in catalogue.items()
    }


@pytest.mark.parametrize("name", ["pocket-mini", "mini-sea"])
def test_a_model_that_is_not_there_is_said_in_a_sentence(name, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "MODELS", tmp_path)
    with pytest.raises(SystemExit, match=f"{name} is not in data/models yet: `make models MODEL="):
        commands.main(["evaluate", name])


def test_a_name_that_nobody_knows():
    with pytest.raises(SystemExit, match="There is no model 'pocket-giant'"):
        commands.main(["evaluate", "pocket-giant"])


def test_the_sizes_may_be_called_by_their_short_names(monkeypatch):
    meant = []
    monkeypatch.setattr(commands, "make", lambda args: meant.extend(args.models))
    commands.main(["make", "plus", "mini-v2"])
    assert meant == ["pocket-plus", "mini-v2"]
