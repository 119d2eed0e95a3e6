"""A tiny model, from the generator to llama.cpp, in seconds. Needs PyTorch."""

import dataclasses
import json

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is installed by `make models` alone")
pytest.importorskip("tokenizers", reason="tokenizers is installed by `make models` alone")
llama_cpp = pytest.importorskip("llama_cpp")

from pocket import bank as banks  # noqa: E402
from pocket import evaluate, export, tasks, tokenizer  # noqa: E402
from pocket import train as training  # noqa: E402

BUDGET = training.Budget(tokens=30_000, minutes=1, batch=2048, warmup=5)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return training.train(tmp_path_factory.mktemp("run"), "tiny", BUDGET, threads=1)


@pytest.fixture(scope="module")
def model(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    target = export.export(run.folder, folder, "pocket-tiny")
    entry = json.loads((folder / "models.json").read_text())["pocket-tiny"]
    assert entry["bytes"] == target.stat().st_size
    opened = evaluate.open_model(target, context=256)
    yield opened
    opened.close()


def test_training_lowers_the_loss(run):
    lines = (run.folder / "log.csv").read_text().splitlines()
    assert lines[0] == "step,loss,lr,tokens,seconds"
    assert run.tokens >= BUDGET.tokens
    before = training.Pocket(run.shape)
    batch = training.pool_batches(999, 1.0, BUDGET, run.shape, run.tok)[0]
    assert training.loss_of(run.model, batch)[1] < training.loss_of(before, batch)[1] - 0.3


def test_a_run_goes_on_where_it_stopped(run):
    again = training.Run(run.folder, run.shape, BUDGET)
    assert (again.step, again.tokens) == (run.step, run.tokens)
    assert all(
        torch.equal(a, b)
        for a, b in zip(again.model.parameters(), run.model.parameters(), strict=True)
    )


def test_the_log_ends_with_the_run_and_its_rows_are_means(run):
    last = (run.folder / "log.csv").read_text().splitlines()[-1].split(",")
    assert (int(last[0]), int(last[3])) == (run.step, run.tokens)
    assert float(last[1]) > 1  # after so few steps; divided by too many it would be near nothing


def test_what_an_unsaved_run_left_is_not_added_to(tmp_path):
    for name in ("log.csv", "tokenizer.json"):
        (tmp_path / name).write_text("left by another run")
    made = training.train(tmp_path, "tiny", dataclasses.replace(BUDGET, tokens=3_000), threads=1)
    first, *rows = (tmp_path / "log.csv").read_text().splitlines()
    assert first.startswith("step,") and len(rows) == 1
    assert made.tok.get_vocab_size() == training.SHAPES["tiny"].vocabulary


def test_a_run_begun_from_other_sentences_is_not_gone_on_with(run, monkeypatch):
    monkeypatch.setattr(training, "digest", lambda: "other")
    with pytest.raises(training.OtherRunError, match="delete that folder"):
        training.Run(run.folder, run.shape, BUDGET)


def test_a_failed_export_leaves_the_old_files(run, tmp_path, monkeypatch):
    (tmp_path / "models.json").write_text("{}")
    (tmp_path / "pocket-tiny-f16.gguf").write_bytes(b"old")
    monkeypatch.setattr(export, "describe", lambda *told: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export.export(run.folder, tmp_path, "pocket-tiny")
    assert (tmp_path / "models.json").read_text() == "{}"
    assert (tmp_path / "pocket-tiny-f16.gguf").read_bytes() == b"old"


def test_llama_cpp_answers(model):
    assert isinstance(evaluate.answer(model, "Triage: hello", limit=5), str)


def test_llama_cpp_splits_text_the_same_way(run, model):
    bank = banks.load()
    prompts = [e.prompt for task in tasks.MAKERS for e in tasks.samples(task, 143, 7, bank)]
    prompts += ["", " ", "  two  spaces ", "tab\there", "naïve 中文 🎿", "it's 'sun' 1234", "\n\n"]
    assert len(prompts) >= 1000
    for prompt in prompts:
        ours = run.tok.encode(prompt, add_special_tokens=False).ids
        theirs = model.tokenize(prompt.encode(), add_bos=False, special=False)
        assert ours == theirs, prompt


def test_any_bytes_come_back(model):
    for data in ("naïve 中文 🎿".encode(), bytes(range(1, 128)), "ÿ\u00a0€".encode()):
        ids = model.tokenize(data, add_bos=False, special=False)
        assert b"".join(model.detokenize([i]) for i in ids) == data


def test_logits_are_the_networks_own(run, model):
    ids, _ = tokenizer.encode_turn(run.tok, "Triage: where is my parcel?", "shipping/normal")
    with torch.no_grad():
        ours = run.model.logits(run.model(torch.tensor([ids])))[0, -1]
    model.reset()
    model.eval(ids)
    theirs = torch.tensor(llama_cpp.llama_get_logits_ith(model.ctx, -1)[: ours.numel()])
    assert torch.allclose(ours, theirs, atol=0.05), (ours - theirs).abs().max()
