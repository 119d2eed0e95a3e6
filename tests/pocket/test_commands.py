"""The commands that `make models` runs, one after the other."""

import json
import shutil

import pytest

from pocket import __main__ as commands
from pocket.recipes import ADAPTERS, RECIPES, USUAL, file_of, folder_of


def test_all_of_make_models_means_the_same_models(monkeypatch):
    meant = {}
    for name in ("make", "rebuilt", "ship", "evaluate"):
        monkeypatch.setattr(commands, name, lambda args, name=name: meant.update({name: args}))
        commands.main([name])
    assert [args.models for args in meant.values()] == [USUAL] * 4


def test_what_is_evaluated_unless_named_is_shipped():
    assert all((commands.MODELS / file_of(name)).exists() for name in USUAL)


def test_a_file_is_called_what_the_catalogue_calls_it():
    catalogue = json.loads((commands.MODELS / "models.json").read_text("utf-8"))
    assert set(catalogue) <= {*RECIPES, *ADAPTERS}
    assert {name: file_of(name) for name in catalogue} == {
        name: entry["file"] for name, entry in catalogue.items()
    }


@pytest.mark.parametrize("command", ["ship", "rebuilt"])
def test_a_model_that_is_not_made_is_said_in_a_sentence(command, tmp_path):
    with pytest.raises(SystemExit, match="pocket-mini is not made yet: `python -m pocket make"):
        commands.main([command, "mini", "--work", str(tmp_path)])


def test_what_is_made_again_is_compared_with_what_is_shipped(tmp_path, capsys):
    run = folder_of(tmp_path, "pocket-nano")
    run.mkdir()
    shutil.copy(commands.MODELS / file_of("pocket-nano"), run / "model-f16.gguf")
    (run / "log.csv").write_text("step,loss,lr,tokens,seconds\n20,3.1,0.01,5000,90.0\n")
    commands.main(["rebuilt", "nano", "--work", str(tmp_path)])
    told = capsys.readouterr().out
    assert "pocket-nano made again, 2 minutes of training: of 208 prompts" in told
    assert "208 answers of the two are the same" in told


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


def test_a_run_is_as_long_as_the_one_that_it_leaves():
    for recipe in RECIPES.values():
        if recipe.branch:
            other = RECIPES[recipe.branch[0]]
            assert (recipe.tokens, recipe.quick) == (other.tokens, other.quick)
