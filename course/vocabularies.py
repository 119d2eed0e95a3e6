"""How many tokens a text is, for tokenizers of known models.

    vocabularies.count({"mine": "Where is my parcel?"}, ["gpt-2"])    # {"gpt-2": {"mine": 5}}

`data/vocabularies.csv` lists the tokenizers: GGUF files without weights, which `make lab` copies
from the source package of llama-cpp-python when it compiles it. Where nothing was compiled they
are not there, and `missing()` says why. `data/token_counts.csv` holds the course's own texts with
their counts, so that these can be shown everywhere; `python -m course.vocabularies` writes it anew.
"""

from __future__ import annotations

import atexit
import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course import llama_cpp_guard, paths
from course.errors import ModelDamaged, ModelNotFound, PromptTooLong
from course.messages import check_text
from course.quantize import sha256_of

LONGEST = 200_000  # characters of one text; a vocabulary splits that many in about a second
# llama.cpp splits with std::regex what it has no code of its own for, Falcon's signs among it, and
# that takes a piece of the stack for each sign of a run: at 40,000 it ends the process.
LONGEST_RUN = 5_000
SIGNS = re.compile(r"(?:[^\w\s]|_)+")
LABEL, TEXT = "label", "text"


@dataclass(frozen=True)
class Vocabulary:
    """One tokenizer: whose it is, how many tokens it knows, and what its file must be.

    priced_model: a model of the table `prices` that splits texts in the same way; may be empty.
    """

    name: str
    model: str
    maker: str
    year: int
    tokens: int
    file: str
    sha256: str
    licence: str
    priced_model: str

    @property
    def path(self) -> Path:
        """Where its file is kept, if it is."""
        return paths.CACHE / "wheels" / "vocabularies" / self.file


def known() -> dict[str, Vocabulary]:
    """The tokenizers of the list, by name, the smallest first."""
    with (paths.DATA / "vocabularies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = Vocabulary.__dataclass_fields__
    found = []
    for row in rows:
        fields = {name: value for name, value in row.items() if name in kept}
        found.append(Vocabulary(**fields | {n: int(row[n]) for n in ("year", "tokens")}))
    return {each.name: each for each in sorted(found, key=lambda each: each.tokens)}


def here() -> list[str]:
    """The names of those whose files were kept."""
    return [name for name, each in known().items() if each.path.is_file()]


def missing() -> str:
    """Why none can be used, in a sentence; empty where one can."""
    if here():
        return ""
    return (
        "The vocabularies are not here: they are copied when llama.cpp is compiled, and this "
        "set-up took a ready one. To have them, run `make clean ALL=1` and `make lab`."
    )


def count(
    texts: Mapping[str, str], names: Iterable[str] | None = None
) -> dict[str, dict[str, int]]:
    """Tokens of each text: vocabulary -> label -> number. No mark for a beginning is counted.

    names: of the vocabularies; left out, all that are here.
    Raises ModelNotFound where one is not here or not known, ModelDamaged where its file is another,
    PromptError for what is no text, PromptTooLong above 200,000 characters, or for more than 5,000
    signs without a letter, a digit or a space between them.
    """
    for label, text in texts.items():
        if len(check_text(text, f"The text {label!r}")) > LONGEST:
            raise PromptTooLong(
                f"The text {label!r} has {len(text):,} characters: count {LONGEST:,} at the most."
            )
        if any(len(run[0]) > LONGEST_RUN for run in SIGNS.finditer(text)):
            raise PromptTooLong(
                f"The text {label!r} has more than {LONGEST_RUN:,} signs in a row without a "
                "letter, a digit or a space, which could end the notebook: shorten that row."
            )
    names = here() if names is None else list(names)
    if not names:
        raise ModelNotFound(missing())
    splitters = {name: _splitter(_found(name).path) for name in names}
    return {
        name: {label: len(split(text)) for label, text in texts.items()}
        for name, split in splitters.items()
    }


def texts() -> dict[str, str]:
    """The course's own texts, by label."""
    return {row[LABEL]: row[TEXT] for row in _stored()}


def counted() -> dict[str, dict[str, int]]:
    """Their stored counts, in the form of `count`."""
    rows = _stored()
    return {name: {row[LABEL]: int(row[name]) for row in rows} for name in known()}


def _found(name: str) -> Vocabulary:
    each = known().get(name)
    if each is None:
        raise ModelNotFound(f"No vocabulary is called {name!r}: there are {', '.join(known())}.")
    if not each.path.is_file():
        raise ModelNotFound(missing() or f"The vocabulary {name} is not here: use {here()[0]}.")
    if sha256_of(each.path) != each.sha256:
        raise ModelDamaged(
            f"{paths.shown(each.path)} is not the file of the list: run `make clean ALL=1` and "
            "`make lab` to have it copied again."
        )
    return each


@cache
def _splitter(path: Path):
    """The function that splits a text; loading a large vocabulary takes a second."""
    llama = llama_cpp_guard.prepared().Llama(str(path), vocab_only=True, verbose=False)
    atexit.register(llama.close)  # it frees itself too late, with functions that are gone by then
    return lambda text: llama.tokenize(text.encode(), add_bos=False, special=False)


def _stored() -> list[dict[str, str]]:
    with (paths.DATA / "token_counts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write() -> None:
    """Count the course's texts anew, with every vocabulary of the list."""
    found = count(texts(), known())
    rows = [{LABEL: label, TEXT: text} for label, text in texts().items()]
    for row in rows:
        row |= {name: str(numbers[row[LABEL]]) for name, numbers in found.items()}
    with (paths.DATA / "token_counts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [LABEL, TEXT, *known()], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    _write()
