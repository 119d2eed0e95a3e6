"""Byte-level BPE with 1,024 entries, trained on the generator's own text.

Two choices make copying easier for a small model. Digits stand alone. And merges never cross a
space: a word is spelled with the same tokens at the start of a line, after a space or between
the quotation marks of JSON. All 256 bytes are in the vocabulary, so any text comes back whole.
"""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

PAD, USER, ASSISTANT, END = "<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = [PAD, USER, ASSISTANT, END]  # ids 0 to 3
PAD_ID, USER_ID, ASSISTANT_ID, END_ID = range(4)
VOCABULARY = 1024


def train(texts: Iterable[str], vocabulary: int = VOCABULARY) -> Tokenizer:
    """A tokenizer with that many entries, learnt from the texts."""
    tokenizer = Tokenizer(models.BPE())
    digits = pre_tokenizers.Digits(individual_digits=True)
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)
    spaces = pre_tokenizers.Split(Regex(r"\s"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([spaces, digits, bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    # From here on the splitting is the one llama.cpp calls "smollm". No merge holds a space, so
    # the words come out the same.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_])
    return tokenizer


def load(path: Path) -> Tokenizer:
    """The tokenizer of a file."""
    return Tokenizer.from_file(str(path))


def encode_turn(tokenizer: Tokenizer, prompt: str, answer: str) -> tuple[list[int], int]:
    """The ids of one exchange, and where in them the answer starts."""
    asked = [USER_ID, *_plain(tokenizer, prompt), ASSISTANT_ID]
    return [*asked, *_plain(tokenizer, answer), END_ID], len(asked)


def _plain(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def encode_document(tokenizer: Tokenizer, text: str) -> list[int]:
    """The ids of running text, with the mark that ends it on both sides."""
    return [END_ID, *_plain(tokenizer, text), END_ID]
