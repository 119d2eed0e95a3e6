"""The loop that makes tokens, straight on llama.cpp's C functions.

`Llama.generate` makes the same tokens. Around each of them it clears the rest of the memory, fills
a batch field by field, and runs a chain of six samplers where the largest of a row of numbers is
wanted. That takes equally long for a model of any size: it is nothing beside a large one's
arithmetic, but not beside a tiny one's. So here a token costs one `llama_decode`, one look at the
logits where llama.cpp keeps them, and nothing else that could be done once. `make bench` measures
what is left.
"""

import codecs
import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from course.errors import ModelUnsupported, PromptError

if TYPE_CHECKING:  # importing NumPy takes a while, and loading a model does it anyway
    import numpy as np


class Decoder:
    """Makes tokens with one loaded model; not safe to use from two threads at once.

    llama_cpp: the module as `llama_cpp_guard.prepared` gives it; llama: a loaded `Llama`, which
    must outlive this.
    """

    def __init__(self, llama_cpp, llama) -> None:
        self._low, self._context = llama_cpp, llama.ctx
        self._memory = llama_cpp.llama_get_memory(llama.ctx)
        self._llama, self._pieces, self._names = llama, {}, None
        self._vocab = llama_cpp.llama_model_get_vocab(llama.model)
        self._words, self._most = llama.n_vocab(), llama.n_batch
        self._address, self._row = 0, None

    def answer(self, prompt: list[int], most: int, seed: int, **sampling: float) -> Iterator[int]:
        """The tokens of an answer: up to the model's own end, which is not given, or `most`."""
        made = self.tokens(prompt, seed, **sampling)
        ends = self._low.llama_vocab_is_eog
        for count, token in enumerate(made, start=1):
            if ends(self._vocab, token):
                return
            yield token
            if count == most:
                return

    def tokens(
        self,
        prompt: list[int],
        seed: int,
        *,
        temperature: float,
        top_p: float = 1.0,
        presence_penalty: float = 0.0,
        frequency_penalty: float = 0.0,
    ) -> Iterator[int]:
        """The tokens that follow a prompt, without end: the caller stops at the context's size.

        Each is computed when it is asked for, so `logits` then still belongs to the token that
        was given last. temperature 0 takes the likeliest; above it, `seed` decides.
        Raises PromptError where there is nothing to follow, ModelUnsupported where llama.cpp
        cannot go on.
        """
        penalties = presence_penalty, frequency_penalty
        if temperature == 0 and not any(penalties):
            # The same token either way, but llama.cpp's sampler would first list all candidates.
            yield from self._follow(prompt, lambda: int(self.logits().argmax()))
            return
        low, context = self._low, self._context
        chain = self._chain(seed, temperature, top_p, *penalties)
        try:
            yield from self._follow(prompt, lambda: low.llama_sampler_sample(chain, context, -1))
        finally:
            low.llama_sampler_free(chain)

    def logits(self) -> "np.ndarray":
        """The numbers behind the next token, one for each in the vocabulary, as float32.

        llama.cpp's own memory, not a copy: the next token overwrites it.
        """
        pointer = self._low.llama_get_logits_ith(self._context, -1)
        address = ctypes.addressof(pointer.contents)
        if address != self._address:  # it hardly ever moves, and making an array takes longer
            import numpy as np

            row = (ctypes.c_float * self._words).from_address(address)
            self._address, self._row = address, np.frombuffer(row, np.float32)
        return self._row

    def bytes_of(self, tokens: Sequence[int]) -> bytes:
        """What the tokens stand for; a letter of several bytes may be cut at either end."""
        known = self._pieces
        for token in set(tokens) - known.keys():  # each is asked of llama.cpp once
            known[token] = self._piece(token, special=False)
        return b"".join([known[token] for token in tokens])

    def logprobs(self, token: int, count: int | None) -> dict:
        """The entry of `Reply.logprobs` for the token that was given last.

        count: how many alternatives to keep, the likeliest first; None for the whole vocabulary.
        A token that is only a part of a letter is named by its bytes, `bytes:\\xc3`, and a marker
        of the chat template by its own text, so that no two tokens share a name.
        """
        import numpy as np

        names = self._names = self._names or [self._name(one) for one in range(self._words)]
        logits = self.logits().astype(np.float64)
        shifted = logits - logits.max()
        values = shifted - np.log(np.exp(shifted).sum())
        best = np.argsort(-values, kind="stable")[:count]
        pairs = zip(best.tolist(), values[best].tolist(), strict=True)
        return {
            "token": names[token],
            "logprob": float(values[token]),
            "top": [[names[other], value] for other, value in pairs],
        }

    def _name(self, token: int) -> str:
        piece = self._piece(token, special=True)
        try:
            return piece.decode("utf-8")
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in piece)

    def _piece(self, token: int, special: bool) -> bytes:
        """special: whether the template's markers have a text; in an answer they have none."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._low.llama_token_to_piece(self._vocab, token, buffer, size, 0, special)
            if length >= 0:
                return buffer.raw[:length]
            size = -length  # what it says it needs

    def _follow(self, prompt: list[int], choose: Callable[[], int]) -> Iterator[int]:
        if not prompt:  # llama.cpp would still hold out the logits of the call before
            raise PromptError("The model's chat template makes nothing of this conversation.")
        low = self._low
        # Whatever the last call left, finished or interrupted, must not reach this one: going on
        # from a common beginning would compute the same prompt in other batches, and so with
        # other roundings. `reset` wipes the state of models that carry one along; in all others
        # the old numbers may stay, since nothing points at them any more.
        self._llama.reset()
        low.llama_memory_clear(self._memory, False)
        for start in range(0, len(prompt), self._most):
            part = prompt[start : start + self._most]
            array = (low.llama_token * len(part))(*part)
            self._compute(low.llama_batch_get_one(array, len(part)))
        # One batch of one token for the whole answer: it points at `last`, which is refilled.
        last = (low.llama_token * 1)()
        batch = low.llama_batch_get_one(last, 1)
        while True:
            token = choose()
            yield token
            last[0] = token
            self._compute(batch)

    def _compute(self, batch) -> None:
        code = self._low.llama_decode(self._context, batch)
        if code != 0:
            raise ModelUnsupported(
                f"llama.cpp stopped in the middle of an answer (llama_decode returned {code}): "
                "load the model again."
            )

    def _chain(self, seed: int, temperature: float, top_p: float, presence, frequency):
        """llama.cpp's samplers in its own order; each that would change nothing is left out."""
        low = self._low
        chain = low.llama_sampler_chain_init(low.llama_sampler_chain_default_params())
        if presence or frequency:
            counted, repeat = 64, 1.0  # the answer's last 64 tokens count; no other penalty
            values = counted, repeat, frequency, presence
            if len(low.llama_sampler_init_penalties.argtypes) > len(values):
                values = self._words, *values  # newer versions ask for it
            low.llama_sampler_chain_add(chain, low.llama_sampler_init_penalties(*values))
        if temperature == 0:
            low.llama_sampler_chain_add(chain, low.llama_sampler_init_greedy())
            return chain
        if top_p < 1:
            low.llama_sampler_chain_add(chain, low.llama_sampler_init_top_p(top_p, 1))
        low.llama_sampler_chain_add(chain, low.llama_sampler_init_temp(temperature))
        low.llama_sampler_chain_add(chain, low.llama_sampler_init_dist(seed))
        return chain


class Stops:
    """Watches a growing answer for texts that end it, without reading it again at each token."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop, self._tail = stop, ""
        self._longest = max(map(len, stop), default=0)
        self._letters = codecs.getincrementaldecoder("utf-8")("ignore")  # keeps half a letter

    def met(self, piece: bytes) -> bool:
        """Whether the answer holds one of the texts, now that this piece has been added."""
        text = self._tail + self._letters.decode(piece)
        self._tail = text[max(0, len(text) - self._longest) :]
        return any(words in text for words in self._stop)
