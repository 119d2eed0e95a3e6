"""Checks the questions of a quiz, so that a slip in a file is named and not shown to a reader."""

from typing import Any

from widgets._base import WidgetError
from widgets._text import well_formed

CHOICES = ("multiple_choice", "many_choice", "vote")
TYPES = (*CHOICES, "numeric")
MOST_DIGITS = 15  # of a double


class QuizError(WidgetError):
    """A quiz cannot be used; the text names the file, the question and the field."""


def check_questions(data: Any, source: str) -> list[dict[str, Any]]:
    """Return the questions in `data`, with the keys of jupyterquiz, or say what is wrong with them.

    Args:
        data: what a quiz file holds: a list of questions. Fields that are not known are kept.
        source: the file's name, for the sentence.

    Raises:
        QuizError: naming `source`, the question's number and the field.
    """
    if not isinstance(data, list) or not data:
        raise QuizError(f"{source} must hold a list of at least one question, in square brackets.")
    return [_question(item, f"{source}, question {n}") for n, item in enumerate(data, start=1)]


def _question(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise QuizError(f"{where}: this is not a question but {_kind(item)}; write it in braces.")
    kind = item.get("type")
    if kind is None:
        raise QuizError(f'{where}: the field "type" is missing; it can be {_listed(TYPES)}.')
    if kind not in TYPES:
        raise QuizError(f'{where}: the type "{kind}" is not known; it can be {_listed(TYPES)}.')
    question = {**item, "question": _text(item, "question", where)}
    _optional_text(item, "code", where)
    answers = item.get("answers")
    if answers is None:
        raise QuizError(f'{where}: the field "answers" is missing; give a list of answers.')
    if not isinstance(answers, list) or not answers:
        raise QuizError(f'{where}: the field "answers" must be a list of at least one answer.')
    check = _number_answer if kind == "numeric" else _option
    question["answers"] = [
        check(answer, kind, f"{where}, answer {n}") for n, answer in enumerate(answers, start=1)
    ]
    (_check_numeric if kind == "numeric" else _check_choice)(question, where)
    return well_formed(question)


def _check_choice(question: dict[str, Any], where: str) -> None:
    if len(question["answers"]) < 2:
        raise QuizError(f'{where}: the field "answers" must offer at least two options.')
    if question["type"] == "vote":
        return
    right = sum(answer["correct"] for answer in question["answers"])
    if question["type"] == "multiple_choice" and right > 1:
        raise QuizError(
            f'{where}: {right} answers have "correct": true where one is allowed; correct them, or '
            'change the field "type" to "many_choice".'
        )
    if right == 0 and question["type"] == "multiple_choice":
        raise QuizError(f'{where}: no answer has "correct": true; one must have it.')


def _check_numeric(question: dict[str, Any], where: str) -> None:
    digits = question.get("precision")
    if digits is not None and (type(digits) is not int or not 1 <= digits <= MOST_DIGITS):
        raise QuizError(
            f'{where}: the field "precision" must be a number of significant digits '
            f"from 1 to {MOST_DIGITS}."
        )
    if not any(answer.get("correct") for answer in question["answers"]):
        raise QuizError(f'{where}: no answer has "correct": true; one must have it.')


def _option(answer: Any, kind: str, where: str) -> dict[str, Any]:
    """Check one option of a choice or a vote: its text or code, "correct" and "feedback"."""
    if not isinstance(answer, dict):
        raise QuizError(f"{where}: this is not an answer but {_kind(answer)}; write it in braces.")
    option = dict(answer)
    shown = answer.get("answer")
    if type(shown) in (int, float):
        option["answer"] = shown = str(shown)
    _optional_text(option, "answer", where)
    _optional_text(answer, "code", where)
    _optional_text(answer, "feedback", where)
    if not shown and not answer.get("code"):
        raise QuizError(f'{where}: the field "answer" is missing; give its text, or "code".')
    if kind == "vote":
        if "correct" in answer:
            raise QuizError(f'{where}: a vote has no right answer; take out the field "correct".')
    else:
        _correct(answer, where)
    return option


def _number_answer(answer: Any, _kind_of_question: str, where: str) -> dict[str, Any]:
    """Check one answer to a numeric question: a value, a range or the default."""
    if not isinstance(answer, dict):
        raise QuizError(f"{where}: this is not an answer but {_kind(answer)}; write it in braces.")
    _optional_text(answer, "feedback", where)
    if answer.get("type") == "default":
        return dict(answer)
    if "value" in answer:
        if not _is_number(answer["value"]):
            raise QuizError(f'{where}: the field "value" must be a number.')
        tolerance = answer.get("tolerance", 0)
        if not _is_number(tolerance) or tolerance < 0:
            raise QuizError(f'{where}: the field "tolerance" must be a number, 0 or more.')
    elif "range" in answer:
        ends = answer["range"]
        if not isinstance(ends, list) or len(ends) != 2 or not all(map(_is_number, ends)):
            raise QuizError(f'{where}: the field "range" must hold two numbers.')
        if ends[0] >= ends[1]:
            raise QuizError(f'{where}: in the field "range" the first number must be the smaller.')
    else:
        raise QuizError(
            f'{where}: the field "value" is missing; give "value", "range" or "type": "default".'
        )
    _correct(answer, where)
    return dict(answer)


def _correct(answer: dict[str, Any], where: str) -> None:
    if "correct" not in answer:
        raise QuizError(f'{where}: the field "correct" is missing; give true or false.')
    if not isinstance(answer["correct"], bool):
        raise QuizError(f'{where}: the field "correct" must be true or false, without quotes.')


def _text(item: dict[str, Any], field: str, where: str) -> str:
    if not item.get(field):
        raise QuizError(f'{where}: the field "{field}" is missing; give it some text.')
    _optional_text(item, field, where)
    return item[field]


def _optional_text(item: dict[str, Any], field: str, where: str) -> None:
    if item.get(field) is not None and not isinstance(item[field], str):
        raise QuizError(f'{where}: the field "{field}" must be text in quotes.')


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -1e300 < value < 1e300


def _kind(value: Any) -> str:
    kinds = {str: "text", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _listed(words: tuple[str, ...]) -> str:
    quoted = [f'"{word}"' for word in words]
    return ", ".join(quoted[:-1]) + " or " + quoted[-1]
