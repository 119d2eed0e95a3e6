"""What computes the provider's answers: the same code as a local model, one answer at a time."""

import asyncio
import codecs
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool

from course import chat_template, gguf_header
from course.errors import ModelUnsupported
from course.models import LocalModel
from course.practice.offer import MODEL
from course.quantize import precision_of
from course.reply import Reply


class Engine:
    """A model file, opened for the life of the process.

    context: tokens of prompt and answer. words: tokens of the vocabulary.
    """

    def __init__(self, file: str, context: int) -> None:
        header = gguf_header.read(file)
        if chat_template.formatter(header) is None:
            raise ModelUnsupported("its file has no chat template: choose a model made for chat.")
        self._model = LocalModel(MODEL, header, precision_of(header), 1, context)
        self.context, self.words = context, self._model.vocabulary
        self._turn = asyncio.Lock()  # whoever came first is answered first

    async def complete(self, turns: list[dict[str, str]], options: dict) -> Reply:
        """An answer; raises PromptError. options: those of `LocalModel.complete`."""
        async with self._turn:
            return await run_in_threadpool(self._model.complete, turns, **options)


class Answer:
    """The pieces of an answer as they are made, and then the `whole` of it.

    It is made at the model's own pace and kept until it is read: a slow reader keeps nobody
    waiting. Joined, the pieces are the text of the whole, and their log-probabilities its.
    """

    def __init__(self, engine, turns: list[dict[str, str]], options: dict) -> None:
        self._pieces: asyncio.Queue[tuple[str, list] | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._letters = codecs.getincrementaldecoder("utf-8")("ignore")
        # These letters may be the beginning of a text that ends the answer.
        self._held = max(map(len, options["stop"]), default=1) - 1
        self._text, self._sent = "", 0
        self._rows, self._told = [], 0
        self._is_wanted = True
        options = options | {"each": self._heard}
        self._work = asyncio.create_task(self._make(engine, turns, options))

    async def pieces(self) -> AsyncIterator[tuple[str, list]]:
        """Text, and the log-probabilities of its tokens where they were asked for."""
        while (piece := await self._pieces.get()) is not None:
            yield piece

    async def whole(self) -> Reply:
        """Raises what the model raised."""
        return await self._work

    def leave(self) -> None:
        """Nobody reads on: the answer ends where it is."""
        self._is_wanted = False

    async def _make(self, engine, turns: list[dict[str, str]], options: dict) -> Reply:
        try:
            reply = await engine.complete(turns, options)
            rows = (reply.logprobs or [])[self._told :]
            if reply.text[self._sent :] or rows:
                self._pieces.put_nowait((reply.text[self._sent :], rows))
            return reply
        finally:
            self._pieces.put_nowait(None)

    def _heard(self, piece: bytes, row: dict | None) -> bool:
        """A token, in the thread that makes it; says whether the next is wanted."""
        self._text += self._letters.decode(piece)
        self._rows += [] if row is None else [row]
        ready = len(self._text) - self._held
        if ready > self._sent:
            made = self._text[self._sent : ready], self._rows
            self._loop.call_soon_threadsafe(self._pieces.put_nowait, made)
            self._sent, self._told = ready, self._told + len(self._rows)
            self._rows = []
        return self._is_wanted
