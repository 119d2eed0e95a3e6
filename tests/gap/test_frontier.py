"""Lags with known answers, and intervals that cover as often as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from course import frontier
from course.errors import DataError


def made(*rows: tuple[str, str, bool, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["date", "model", "open", "score"])


SIX_MONTHS = made(
    ("2024-01-01", "closed 1", False, 10),
    ("2024-07-01", "open 1", True, 10),
    ("2024-07-01", "closed 2", False, 20),
    ("2024-09-01", "open, no record", True, 9),
    ("2025-01-01", "open 2", True, 20),
    ("2025-01-01", "closed 3", False, 30),
    ("2025-07-01", "open 3", True, 30),
)


def test_records_are_matched_with_the_first_closed_model_as_good():
    rows = frontier.matched(SIX_MONTHS.sample(frac=1, random_state=1))
    assert list(rows["model"]) == ["open 1", "open 2", "open 3"]
    assert list(rows["matches"]) == ["closed 1", "closed 2", "closed 3"]
    assert rows["months"].tolist() == pytest.approx([6, 6, 6], abs=0.1)
    assert frontier.lag_of_records(SIX_MONTHS) == pytest.approx(6, abs=0.1)


def test_an_open_model_may_be_first_or_alone():
    series = made(
        ("2024-01-01", "open", True, 10),
        ("2024-03-01", "closed", False, 10),
        ("2024-06-01", "open, alone", True, 99),
    )
    rows = frontier.matched(series)
    assert rows["months"][0] == pytest.approx(-2, abs=0.1)
    assert np.isnan(rows["months"][1]) and rows["matches"][1] == ""
    assert frontier.lag_standing(series, "2024-07-01") == 0
    assert np.isnan(frontier.lag_of_records(series, since="2024-06-01"))


def test_the_standing_lag_grows_while_no_open_record_falls():
    assert frontier.lag_standing(SIX_MONTHS, "2024-07-01") == pytest.approx(6, abs=0.1)
    assert frontier.lag_standing(SIX_MONTHS, "2024-12-31") == pytest.approx(12, abs=0.1)
    assert frontier.lag_standing(SIX_MONTHS, "2025-01-01") == pytest.approx(6, abs=0.1)
    assert np.isnan(frontier.lag_standing(SIX_MONTHS, "2024-02-01"))


def test_the_lag_of_trends_is_the_distance_of_two_parallel_lines():
    assert frontier.lag_of_trends(SIX_MONTHS, "2025-07-01") == pytest.approx(6, abs=0.1)
    assert np.isnan(frontier.lag_of_trends(SIX_MONTHS, "2024-08-01"))


def benchmarks(**changes: object) -> pd.DataFrame:
    """A table of benchmarks of four models, two of which cannot be placed."""
    table = {
        "benchmark": "B",
        "model": ["open", "closed", "unknown", "undated"],
        "access": ["open-source", "closed-api", "unknown", "closed-api"],
        "score": [1.0, 2.0, 3.0, 4.0],
        "release_date": [pd.NaT, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-01"), pd.NaT],
        "tested_on": [pd.Timestamp("2025-01-01"), pd.NaT, pd.NaT, pd.NaT],
        "higher_is_better": True,
    }
    return pd.DataFrame({**table, **changes})


def test_a_series_is_taken_from_the_table():
    series = frontier.series_of(benchmarks(), "B")
    assert list(series["model"]) == ["closed", "open"]
    assert list(series["open"]) == [False, True]
    assert list(series["date"].dt.year) == [2024, 2025]
    with pytest.raises(DataError, match="choose one of B"):
        frontier.series_of(benchmarks(), "C")
    with pytest.raises(DataError, match="less is better"):
        frontier.series_of(benchmarks(higher_is_better=False), "B")


def test_the_gap_in_points():
    assert frontier.gap_in_points(SIX_MONTHS, "2024-08-01") == 10
    assert frontier.gap_in_points(SIX_MONTHS, "2025-07-01") == 0
    assert np.isnan(frontier.gap_in_points(SIX_MONTHS, "2024-02-01"))


def test_resampling_repeats_and_holds_the_value():
    generator = np.random.default_rng(3)
    days = pd.date_range("2023-01-01", periods=80, freq="10D")
    series = pd.DataFrame(
        {
            "date": days,
            "model": [f"m{n}" for n in range(80)],
            "open": [n % 2 == 0 for n in range(80)],
            "score": np.arange(80) + generator.normal(0, 8, 80) - 5 * (np.arange(80) % 2 == 0),
        }
    )
    first = frontier.resampled(series, frontier.lag_of_records, draws=40)
    assert first == frontier.resampled(series, frontier.lag_of_records, draws=40)
    assert first != frontier.resampled(series, frontier.lag_of_records, draws=40, seed=1)
    assert first.low < first.high
    assert first.value == frontier.lag_of_records(series)


def test_draws_without_an_answer_are_counted():
    series = made(("2024-01-01", "c", False, 1), ("2024-02-01", "o", True, 2),
                  ("2024-01-15", "o2", True, 1))  # fmt: skip
    found = frontier.resampled(series, frontier.lag_of_records, draws=60)
    assert 0 < found.lost < 60
    with pytest.raises(DataError, match="too few"):
        frontier.resampled(series[:2], frontier.lag_of_records, draws=5)


def test_a_forecast_of_a_straight_line_has_no_width():
    days = ["2021-01-01", "2022-01-01", "2023-01-01"]  # years of 365 days
    found = frontier.forecast(days, [1.0, 2.0, 3.0], "2024-01-01")
    assert found.value == pytest.approx(4, abs=0.01)
    assert found.per_year == pytest.approx(1, abs=0.01)
    assert found.high - found.low < 1e-6


def test_the_prediction_interval_covers_as_often_as_it_says():
    generator = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", periods=12, freq="MS")
    later = "2025-06-01"
    x = ((days - pd.Timestamp("2020-01-01")).days / 365.25).to_numpy()
    new = (pd.Timestamp(later) - pd.Timestamp("2020-01-01")).days / 365.25
    hits = 0
    for _ in range(1000):
        found = frontier.forecast(days, 3 * x + generator.normal(0, 1, 12), later, level=0.9)
        hits += found.low <= 3 * new + generator.normal() <= found.high
    assert 0.86 <= hits / 1000 <= 0.94


def test_a_forecast_widens_with_distance():
    days, values = pd.date_range("2024-01-01", periods=8, freq="QS"), [1, 3, 2, 5, 4, 6, 6, 8]
    near, far = (frontier.forecast(days, values, day) for day in ("2026-03-01", "2029-03-01"))
    assert far.high - far.low > 1.5 * (near.high - near.low)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: f.drop(columns="open"), "no column 'open'"),
        (lambda f: f.assign(date="May 2026"), "date or a score"),
        (lambda f: f.assign(score="4,5"), "date or a score"),
        (lambda f: f.assign(score=np.nan), "empty"),
        (lambda f: f.assign(open="yes"), "true and false"),
    ],
)
def test_a_series_that_cannot_be_used_is_one_sentence(spoil, said):
    with pytest.raises(DataError, match=said):
        frontier.matched(spoil(SIX_MONTHS))


def test_a_forecast_from_too_little_is_one_sentence():
    for days in (["2024-01-01"] * 3, ["2024-01-01", "2025-01-01"]):
        with pytest.raises(DataError, match="three values"):
            frontier.forecast(days, range(len(days)), "2026-01-01")


def test_resampling_takes_a_series_cut_from_a_longer_one():
    later = SIX_MONTHS.assign(date=pd.to_datetime(SIX_MONTHS["date"]))
    later = frontier.checked(later).iloc[1:]  # its rows are numbered from 1
    found = frontier.resampled(later, len, draws=5)
    assert (found.low, found.high) == (len(later), len(later))
