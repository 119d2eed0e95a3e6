"""`make refresh` shows differences, keeps history, and says what it could not read."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from decimal import Decimal

import pytest

from course.facts import refresh
from course.facts.read import rows
from course.facts.refresh import NotRead
from course.facts.schema import PACKAGE, tables

DAY = dt.date(2026, 11, 21)
LIST = {"openai/gpt-4o": (Decimal("2"), Decimal("10"))}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The facts in a folder that a test may write to."""
    folder = tmp_path / "data"
    shutil.copytree(PACKAGE.parent / "facts", folder / "facts")
    shutil.copy(PACKAGE, folder)
    described = tables(folder / PACKAGE.name)
    monkeypatch.setattr(refresh, "tables", lambda: described)
    return described


def test_a_changed_price_is_shown_with_both_sources():
    (change,) = refresh.price_changes(LIST, "a list of today", DAY)
    assert str(change) == (
        "prices: GPT-4o at OpenAI API: usd_per_m_input: 2.5 (genai-prices, 2026-11-09) "
        "-> 2 (a list of today)"
    )


def test_an_announced_price_is_not_compared_before_its_day():
    now = {"google/gemini-3.6-flash": (Decimal("0.75"), Decimal("3.75"))}
    assert refresh.price_changes(now, "a list", DAY) == []
    assert len(refresh.price_changes(now, "a list", dt.date(2027, 1, 1))) == 2


def test_writing_adds_rows_and_leaves_the_old_ones(copy):
    before = copy["prices"].path.read_bytes()
    assert refresh.add_prices(LIST, "a list of today", DAY) == 1
    after = copy["prices"].path.read_bytes()
    assert after.startswith(before)
    *_, last = rows(copy["prices"])
    assert (last["model"], last["usd_per_m_input"]) == ("GPT-4o", 2)
    assert (last["from_date"], last["from_kind"], last["to_date"]) == (DAY, "seen", None)


def test_writing_twice_adds_nothing(copy):
    refresh.add_prices(LIST, "a list", DAY)
    held = copy["prices"].path.read_bytes()
    assert refresh.add_prices(LIST, "a list", DAY) == 0
    assert copy["prices"].path.read_bytes() == held


def test_a_price_that_was_added_is_the_newest(copy):
    later = DAY + dt.timedelta(days=30)
    refresh.add_prices(LIST, "a list", DAY)
    assert refresh.price_changes(LIST, "a list", later) == []


def test_litellm_is_read_from_a_copy(tmp_path):
    path = tmp_path / "prices.json"
    entry = {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 1e-05,
    }
    path.write_text(json.dumps({"gpt-4o": entry, "an-embedding": {"mode": "embedding"}}))
    theirs = refresh.litellm(path)
    assert theirs == {"openai/gpt-4o": (Decimal("3"), Decimal("10"))}
    (change,) = refresh.price_changes(theirs, "litellm", DAY)
    assert (change.column, change.new) == ("usd_per_m_input", "3.000000")


def test_models_dev_is_read_from_a_copy():
    model = {"name": "GPT-5.4", "release_date": "2026-03-06"}
    text = json.dumps({"openai": {"models": {"gpt-5.4": model}}}).encode()
    (change,) = refresh.model_changes(text, "a copy")
    assert (change.row, change.old, change.new) == ("GPT-5.4", "2026-03-05", "2026-03-06")


def test_the_feed_is_read_from_a_copy():
    items = [
        {"_deprecation": {"model_id": "gpt-4.5-preview", "shutdown_date": "2025-07-14"}},
        {"_deprecation": {"model_id": "gpt-4", "shutdown_date": "2027-01-01"}},
        {"_deprecation": {"model_id": "a-new-one", "shutdown_date": "2027-02-01"}},
        {"title": "no model named"},
    ]
    text = json.dumps({"items": items}).encode()
    changed = refresh.deprecation_changes(text, "a copy")
    assert [(change.row, change.old) for change in changed] == [
        ("gpt-4", "2026-10-23"),
        ("a-new-one", "empty"),
    ]


@pytest.mark.parametrize("text", [b"<html>", b"[1, 2]", b""])
def test_something_else_than_the_feed_is_refused(text):
    with pytest.raises(NotRead):
        refresh.deprecation_changes(text, "a copy")


def test_without_a_network_the_rest_is_still_read(capsys, tmp_path):
    feed = tmp_path / "feed.json"
    feed.write_text('{"items": []}')
    nowhere = "https://127.0.0.1:1/api.json"
    code = refresh.main(["--models-dev", nowhere, "--deprecations", str(feed)])
    said = capsys.readouterr().out
    assert code == 0
    assert "models.dev: not read: there is no network" in said
    assert "deprecations: 0 differences." in said
