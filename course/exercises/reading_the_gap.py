"""The exercise of chapter 4: which of the models that the articles name are there?"""

from course import facts
from course.exercise import Exercise
from course.tables import Table

ON = "2026-11-21"  # the day on which the articles and the tables were read
WORDS = ("as said", "withdrawn", "other side", "not found")

# The name as it is printed: the side on which it stands there, and the article.
NAMES = {
    "Llama 4 (405B)": ("open", "Oversite"),
    "Qwen 3 (72B)": ("open", "Oversite"),
    "DeepSeek Coder V3": ("open", "Oversite"),
    "Claude Opus 4": ("closed", "Oversite"),
    "Claude 3.5 Sonnet": ("closed", "the long guide"),
    "Gemini 1.5 Pro": ("closed", "the long guide"),
    "Grok 2": ("closed", "the long guide"),
    "o3": ("closed", "Oversite"),
    "Llama 3.1 405B": ("open", "Bloxtra"),
    "Falcon 180B": ("open", "the long guide"),
    "Command R+": ("open", "Oversite"),
    "Qwen 2.5 72B": ("open", "Bloxtra"),
}

# What the tables call them: the row of `models`, and that of `deprecations` where there is one.
# A name without an entry has no row; data/claims.csv says where else it was looked for.
ROWS = {
    "Claude Opus 4": ("Claude Opus 4", "claude-opus-4-20250514"),
    "Claude 3.5 Sonnet": ("Claude 3.5 Sonnet (Oct 2024)", "claude-3-5-sonnet-20241022"),
    "Gemini 1.5 Pro": ("Gemini 1.5 Pro", "gemini-1.5-pro"),
    "Grok 2": ("Grok 2", None),
    "o3": ("o3", "o3"),
    "Llama 3.1 405B": ("Llama 3.1 405B Instruct", None),
    "Falcon 180B": ("Falcon 180B", None),
    "Command R+": ("Command R+", None),
    "Qwen 2.5 72B": ("Qwen2.5 72B Instruct", None),
}


def look_up(words: str) -> Table:
    """Every row of the tables of models and of withdrawals that has these words in its name.

    Capitals, spaces, dots and hyphens make no difference. Sizes are in billions of weights.
    """
    wanted = _plain(words)
    found = []
    for row in facts.table("models").itertuples():
        if wanted and wanted in _plain(row.model):
            size = "" if row.params_total_b != row.params_total_b else f"{row.params_total_b:g}"
            found.append(("models", row.model, row.access, size, ""))
    for row in facts.table("deprecations").itertuples():
        if wanted and wanted in _plain(row.model_id):
            access = "open-weights" if row.weights_public else "closed-api"
            last = "" if row.retired is None or row.retired != row.retired else row.retired.date()
            found.append(("deprecations", row.model_id, access, "", str(last)))
    heads = ("table", "name", "access", "size, billions", "last day")
    columns = list(zip(*found, strict=True)) or [()] * len(heads)
    return Table(dict(zip(heads, columns, strict=True)), caption=f"{len(found)} rows for {words}")


def status(name: str) -> str:
    """Which of `WORDS` the tables give for one of `NAMES`, on the day `ON`."""
    said, _ = NAMES[name]
    if name not in ROWS:
        return "not found"
    model, ended = ROWS[name]
    access = facts.table("models").set_index("model").loc[model, "access"]
    if ("closed" if access == "closed-api" else "open") != said:
        return "other side"
    if ended is not None:
        last = facts.table("deprecations").set_index("model_id").loc[ended, "retired"]
        if str(last.date()) <= ON:
            return "withdrawn"
    return "as said"


def exercise() -> Exercise:
    """The check of a dict that gives one of `WORDS` for each of `NAMES`."""
    return Exercise(
        check=_judge,
        hints=[
            '`look_up("Opus 4")` finds the names that programs use, too.',
            "The number in brackets is the size: a model of another size is another model.",
            "One of the twelve had its weights published after it had been sold.",
        ],
    )


def _judge(answer: object) -> object:
    if not isinstance(answer, dict):
        return "The answer must be a dict with one word for each name."
    words = [word for word in answer.values() if word is not ... and word is not None]
    strange = [word for word in words if word not in WORDS]
    if strange:
        allowed = ", ".join(f"`{word}`" for word in WORDS)
        return f"Not yet: use one of the four words for each name: {allowed}."
    named = Exercise(expected={name: status(name) for name in NAMES})
    return named._judge(answer)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter == "+")
