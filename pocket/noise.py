"""Typing errors, lost punctuation and lost capitals. Slots are never touched."""

import re
from random import Random

_SLOT = re.compile(r"(\{\w+\})")
_KEEP = re.compile(
    r"\{|^(no|not|never|without|nothing|n't|don't|\w+n't|isnt|dont|urgent|today)\b", re.I
)


def _misspell(r: Random, word: str) -> str:
    """One letter swapped with the next, lost, doubled or replaced by a neighbour."""
    at = r.randint(1, len(word) - 2)
    kind = r.random()
    if kind < 0.4:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.75:
        return word[:at] + word[at + 1 :]
    return word[: at + 1] + word[at:]


def typos(r: Random, text: str, rate: float = 0.03) -> str:
    """The text with some words misspelt; in one of ten the capitals or the marks are lost."""
    style = r.random()
    parts = _SLOT.split(text)
    for i in range(0, len(parts), 2):  # odd places hold the slots
        words = parts[i].split(" ")
        for j, word in enumerate(words):
            if len(word) > 3 and word.isalpha() and r.random() < rate:
                words[j] = _misspell(r, word)
        parts[i] = " ".join(words)
        if style < 0.06:
            parts[i] = parts[i].lower()
        elif style < 0.10:
            parts[i] = re.sub(r"[.!?,]", "", parts[i])
        elif style < 0.11:
            parts[i] = parts[i].upper()
    return "".join(parts)


def shuffle_clauses(r: Random, text: str) -> str:
    """The text with its clauses in another order."""
    clauses = re.split(r"(?<=[.,;:!?])\s+", text)
    r.shuffle(clauses)
    return " ".join(clauses)


def drop_words(r: Random, text: str, rate: float = 0.08) -> str:
    """The text with some words missing, so that no single word is learnt as the label.

    Negations and slots stay, since without them the label would be wrong.
    """
    words = text.split(" ")
    kept = [word for word in words if _KEEP.search(word) or r.random() > rate]
    return " ".join(kept) if kept else text
