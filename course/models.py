"""A model in this process: weights from a file, run by llama.cpp on the reader's processor.

from course import models

with models.load("pocket-mini", precision="Q8_0") as model:
    print(model.chat("Triage: my parcel has not come"))
"""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from course import catalogue, chat_template, decoding, gguf_header, llama_cpp_guard, paths, probe
from course.errors import ModelDamaged, ModelUnsupported, PromptTooLong
from course.messages import check_options, normalise
from course.quantize import FULL, precision_of, quantize, sha256_of
from course.reply import Door, Reply, Usage

__all__ = ["LocalModel", "catalogue_names", "load", "quantize"]

SMALL = 50_000_000  # bytes of weights below which a second thread costs more than it brings


def catalogue_names() -> list[str]:
    """The names `load` knows."""
    return sorted(catalogue.entries())


def load(
    name_or_path: str | Path = "pocket-mini",
    precision: str | None = None,
    threads: int | None = None,
    context: int = 1024,
) -> "LocalModel":
    """Loads a GGUF model by catalogue name or by path.

    precision: "F16", "Q8_0", "Q4_0" ...; a copy in it is made in the cache where the file has
        another. Left out, it is Q8_0 for files in full precision and the file's own for others.
    threads: processor threads; left out, 1 below 50 MB of weights, else the physical cores.
    context: tokens of prompt and answer together, at most what the model was trained for.
    Raises ModelNotFound, ModelDamaged or ModelUnsupported, each with one sentence.
    """
    for name, value in (("context", context), ("threads", 1 if threads is None else threads)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ModelUnsupported(f"{name} must be a whole number of at least 1.")
    source = checked(name_or_path, context)
    if precision is None:
        precision = "Q8_0" if source.precision in FULL else source.precision
    path = quantize(source.header.path, precision)
    header = gguf_header.read(path)
    if threads is None:
        threads = 1 if header.bytes < SMALL else _physical_cores()
    context = min(context, header.trained_context)
    return LocalModel(source.name, header, precision, threads, context)


@dataclass(frozen=True)
class Source:
    """A model file that may be handed to llama.cpp."""

    name: str
    header: gguf_header.Header
    precision: str


def checked(name_or_path: str | Path, context: int = 1024) -> Source:
    """Finds a model's file and makes sure of it: header, hash if shipped, trial run if not."""
    path, entry = catalogue.find(name_or_path)
    header = gguf_header.read(path)
    sha256 = sha256_of(path)
    if entry is None:
        probe.check(path, sha256, min(context, header.trained_context))
    elif sha256 != entry.sha256:
        raise ModelDamaged(
            f"{paths.shown(path)} is not the file this course ships (its SHA-256 differs): restore "
            f"it with `git checkout -- {paths.shown(path)}`."
        )
    return Source(entry.name if entry else path.stem, header, precision_of(header))


def _physical_cores() -> int:
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed or 1))


class LocalModel:
    """A loaded model. Made by `load`; safe to call from several threads, one call at a time.

    name: catalogue name or the file's. path, size (bytes), sha256: of the file that is loaded.
    precision, parameters, context (tokens), threads: as they are in force.
    metadata: everything the file says about itself, as a dict.
    """

    door = Door.LOCAL

    def __init__(
        self, name: str, header: gguf_header.Header, precision: str, threads: int, context: int
    ) -> None:
        self.name, self.path, self.size = name, header.path, header.bytes
        self.precision, self.threads, self.context = precision, threads, context
        self.parameters, self.metadata = header.parameters, header.metadata
        self._trained_context = header.trained_context
        self.sha256 = sha256_of(header.path)
        self._lock = threading.Lock()
        self._llama_cpp = llama_cpp_guard.prepared()
        formatter = chat_template.formatter(header)
        llama_cpp_guard.clear_log()
        try:
            self._llama = self._llama_cpp.Llama(
                str(header.path),
                n_ctx=context,
                n_threads=threads,
                n_threads_batch=threads,
                verbose=False,
            )
        except Exception as error:  # its ways of failing share no base
            reason = llama_cpp_guard.complaint() or str(error)
            raise ModelDamaged(
                f"{paths.shown(header.path)} could not be loaded (llama.cpp: {reason}): download "
                "or copy it again, or choose a smaller context."
            ) from None
        self._decoder = decoding.Decoder(self._llama_cpp, self._llama)
        self._vocab = self._llama_cpp.llama_model_get_vocab(self._llama.model)
        self._prompts = formatter and chat_template.Prompts(
            formatter, self._llama_cpp, self._llama, name
        )

    def __repr__(self) -> str:
        return f"LocalModel({self.name!r}, {self.precision}, {self.parameters:,} parameters)"

    # -- life -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Frees the weights; calling it twice does no harm."""
        with self._lock:
            llama, self._llama = self._llama, None
            if llama is not None:
                llama.close()

    def __enter__(self) -> "LocalModel":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    # -- answering ------------------------------------------------------------------------------

    def chat(
        self,
        messages: str | list[dict[str, str]],
        *,
        max_tokens: int = 128,
        temperature: float = 0.0,
        seed: int = 0,
        logprobs: int | None = None,
    ) -> Reply:
        """Answers a conversation; a plain string is one user turn.

        The default is greedy, so the same messages give the same answer. temperature above 0
        draws from the whole distribution with `seed`. logprobs: how many alternatives to keep for
        each token (0: only the chosen one's). The state is cleared before each call.
        Raises PromptError for an empty prompt or one that does not fit the context.
        """
        check_options(max_tokens, temperature, seed, logprobs)
        turns = normalise(messages)
        return self.complete(turns, max_tokens, logprobs, temperature=temperature, seed=seed)

    def complete(
        self,
        turns: list[dict[str, str]],
        max_tokens: int | None,
        logprobs: int | None,
        *,
        stop: Sequence[str] = (),
        seed: int,
        **sampling: float,
    ) -> Reply:
        """What `chat` and the practice provider share; nothing is checked here.

        max_tokens: None for all that the context has room for. stop: texts before which the
        answer ends. sampling: temperature, top_p, presence_penalty, frequency_penalty.
        """
        with self._lock:
            self._check_open()
            start = time.perf_counter()
            prompt = self._tokens(turns)
            room = self.context - len(prompt)
            most = room if max_tokens is None else min(max_tokens, room)
            tokens, kept, finish, stops = [], [], "length", decoding.Stops(stop)
            for token in self._decoder.tokens(prompt, seed, **sampling):
                if self._llama_cpp.llama_vocab_is_eog(self._vocab, token):
                    finish = "stop"
                    break
                if logprobs is not None:
                    kept.append(self._logprob(token, logprobs))
                tokens.append(token)
                if stop and stops.met(self._decoder.bytes_of([token])):
                    finish = "stop"
                    break
                if len(tokens) >= most:
                    break
            text = self._text(tokens)
            for words in stop:
                text = text.partition(words)[0]
            latency = time.perf_counter() - start
        usage = Usage(len(prompt), len(tokens))
        logs = kept if logprobs is not None else None
        now = datetime.now(UTC)
        return Reply(text, usage, latency, logs, self.door, self.name, now, finish)

    def count_tokens(self, text: str) -> int:
        """How many tokens a text takes in this model's vocabulary, as a part of a message."""
        return len(self._plain(text))

    def pieces(self, text: str) -> list[str]:
        """The text cut into this model's tokens, each as the text it stands for.

        A token that is only a part of a letter shows as a replacement character.
        """
        tokens = self._plain(text)
        return [self._llama.detokenize([token]).decode("utf-8", "replace") for token in tokens]

    def _plain(self, text: str) -> list[int]:
        self._check_open()
        return chat_template.plain(self._llama, text)

    def _check_open(self) -> None:
        if self._llama is None:
            raise ModelUnsupported("This model was closed: load it again.")

    def _tokens(self, turns: list[dict[str, str]]) -> list[int]:
        if self._prompts is None:
            raise ModelUnsupported(
                f"{self.name} has no chat template, so it cannot hold a conversation: choose a "
                "model made for chat."
            )
        tokens = self._prompts.tokens(turns)
        if len(tokens) >= self.context:
            larger = self.context < self._trained_context
            raise PromptTooLong(
                f"The prompt takes {len(tokens)} tokens and {self.name} has room for "
                f"{self.context - 1}: shorten it"
                + (", or load the model with a larger context." if larger else ".")
            )
        return tokens

    def _logprob(self, token: int, count: int) -> dict:
        import numpy as np

        logits = self._decoder.logits().astype(np.float64)
        shifted = logits - logits.max()
        values = shifted - np.log(np.exp(shifted).sum())
        best = np.argsort(-values, kind="stable")[:count]
        return {
            "token": self._text([token]),
            "logprob": float(values[token]),
            "top": [[self._text([int(other)]), float(values[other])] for other in best],
        }

    def _text(self, tokens: list[int]) -> str:
        return self._decoder.bytes_of(tokens).decode("utf-8", errors="ignore")
