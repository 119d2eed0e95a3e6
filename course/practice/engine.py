"""What computes the provider's answers: the same code as a local model, one answer at a time."""

from starlette.concurrency import run_in_threadpool

from course import chat_template, gguf_header
from course.errors import ModelUnsupported
from course.models import LocalModel
from course.practice import MODEL
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

    async def complete(self, turns: list[dict[str, str]], options: dict) -> Reply:
        """An answer; raises PromptError. options: those of `LocalModel.complete`."""
        return await run_in_threadpool(self._model.complete, turns, **options)
