"""Measuring models: put the same prompts to each, score the answers, say how sure the scores are.

`run` asks and keeps a journal; `scorers` and `rubric` give marks; `intervals` says what the marks
bear; `judge` measures judges. `inspect_task` and `dask_cluster` take the same protocol to larger
tools.
"""

from course.evaluation.intervals import bootstrap, mcnemar, paired, pass_at_k, unpaired
from course.evaluation.journal import Journal
from course.evaluation.rubric import WEIGHTS, Rubric, rank_flips
from course.evaluation.run import Answers, EachProcess, Protocol, Scores, ask
from course.evaluation.scorers import contains, edit_distance, exact, json_fields

__all__ = [
    "WEIGHTS",
    "Answers",
    "EachProcess",
    "Journal",
    "Protocol",
    "Rubric",
    "Scores",
    "ask",
    "bootstrap",
    "contains",
    "edit_distance",
    "exact",
    "json_fields",
    "mcnemar",
    "paired",
    "pass_at_k",
    "rank_flips",
    "unpaired",
]
