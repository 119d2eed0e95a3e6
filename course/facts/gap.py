"""How far the best model with published weights is behind the best closed one, by day."""

from __future__ import annotations

import datetime as dt

DAYS_A_MONTH = 365.25 / 12
OPEN = ("open-weights", "open-source")


def gap_on(benchmarks, benchmark: str, day: dt.date) -> dict | None:
    """The gap on one benchmark as it stood on `day`.

    `benchmarks` is the table of that name. A model counts from the day it was released, or, where
    that is not known, from the day it was tested. The lag is the time, in months, since a closed
    model first had the score that the best open model has on `day`; with no such model it is None.

    Returns:
        dict of best_closed, best_closed_score, best_open, best_open_score (units of the
        benchmark), difference (closed minus open, same units), open_percent_of_closed (%),
        lag_months; None where one side has no model yet.
    """
    import pandas as pd

    rows = benchmarks[benchmarks["benchmark"] == benchmark]
    since = rows["release_date"].fillna(rows["tested_on"])
    now = pd.Timestamp(day)
    rows = rows.assign(since=since)[since.notna() & (since <= now)]
    if not rows["higher_is_better"].all():
        raise ValueError("The gap is counted for benchmarks where more is better.")
    closed = rows[rows["access"] == "closed-api"]
    opened = rows[rows["access"].isin(OPEN)]
    if closed.empty or opened.empty:
        return None
    best_closed = _best(closed)
    best_open = _best(opened)
    reached = closed[closed["score"] >= best_open["score"]]
    lag = None
    if not reached.empty:
        lag = round((now - reached["since"].min()).days / DAYS_A_MONTH, 1)
    return {
        "best_closed": best_closed["model"],
        "best_closed_score": float(best_closed["score"]),
        "best_open": best_open["model"],
        "best_open_score": float(best_open["score"]),
        "difference": round(float(best_closed["score"] - best_open["score"]), 3),
        "open_percent_of_closed": round(100 * float(best_open["score"] / best_closed["score"]), 1),
        "lag_months": lag,
    }


def _best(rows):
    """The row with the best score; the earliest, then the first by name, of several."""
    ordered = rows.sort_values(["score", "since", "model"], ascending=[False, True, True])
    return ordered.iloc[0]
