"""What every model can do, whichever door it stands behind."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Self

from course.errors import BatchFailed, CourseError, ModelUnsupported, PromptError
from course.messages import Options
from course.reply import Door, Reply
from course.streaming import Stream

Messages = str | list[dict[str, str]]


class Model(ABC):
    """A model that answers: in this process, at an address of one's own, or at a provider.

    name: what it is called there. door: what its replies are marked with.
    last_batch: one place for each prompt of the last `batch`: its reply, or None where it has none.
    """

    name: str
    door: Door
    last_batch: "list[Reply | None] | None" = None
    _at_once = 1  # calls of a batch under way together, where no executor is given

    @abstractmethod
    def _chat(self, messages: Messages, options: Options) -> Reply:
        """Answers; `options` are checked, `messages` are not."""

    @abstractmethod
    def _stream(self, messages: Messages, options: Options) -> Stream:
        """Answers piece by piece, as `_chat`."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of what is held for the model; calling it twice does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def __reduce__(self):
        raise ModelUnsupported(
            "A door cannot be written to a file or sent to another process: open it there."
        )

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = 128,
        temperature: float = 0.0,
        seed: int = 0,
        logprobs: int | str | None = None,
    ) -> Reply:
        """Answers a conversation; a plain string is one user turn.

        The default is greedy: in this process the same messages give the same answer, and a
        provider comes near it. temperature above 0 draws from the whole distribution with `seed`.
        logprobs: how many alternatives to give for each token (0: only the chosen one's; "all":
        the whole vocabulary). A provider decides for itself how many it gives, and some ignore
        `seed` and `logprobs`. At an address a call that fails in a passing way is sent again,
        three times in all.
        Raises PromptError for an empty prompt or one too long, LimitReached or PriceUnknown before
        anything is sent, and ProviderError (KeyRefused, RateLimited ...) with one sentence.
        """
        return self._chat(messages, Options(max_tokens, temperature, seed, logprobs))

    def stream(
        self,
        messages: Messages,
        *,
        max_tokens: int = 128,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> Stream:
        """The answer of `chat`, in pieces of text, each given as soon as it is made.

        Joined they are the text of the reply, which is in `reply` of the stream once it has ended.
        What `chat` raises is raised here, before the first piece; once pieces have come nothing is
        sent again. While it is open, a model in this process answers nobody else.
        """
        return self._stream(messages, Options(max_tokens, temperature, seed))

    def batch(
        self,
        prompts: Sequence[Messages],
        *,
        executor: Executor | None = None,
        done: "Sequence[Reply | None] | None" = None,
        **options,
    ) -> list[Reply]:
        """Answers many prompts, each as `chat` would with these options; replies in their order.

        executor: where to make the calls, any that runs threads; left out, a few at once at an
        address, one after the other in this process. done: replies that are there already, in the
        order of the prompts, with None for those still to be sent.
        An unanswerable prompt holds nobody up; any other failure ends the sending. Raises
        BatchFailed then. Whatever happens, an interruption too, `last_batch` holds what was
        answered, and `done=door.last_batch` goes on from there without paying for it twice.
        """
        if isinstance(prompts, str | bytes):
            raise PromptError("Give the prompts as a list, or use chat for a single one.")
        checked = Options(**options)
        prompts = list(prompts)
        replies = [None] * len(prompts) if done is None else list(done)
        if len(replies) != len(prompts):
            raise PromptError(f"done needs one place for each of the {len(prompts)} prompts.")
        self.last_batch = replies
        waiting = [place for place, reply in enumerate(replies) if reply is None]
        errors: dict[int, CourseError] = {}
        with _calls(executor, self._at_once) as call:
            calls = {place: call(self._chat, prompts[place], checked) for place in waiting}
            for place, future in calls.items():
                future.add_done_callback(partial(_ended, replies, calls, place))
            try:
                for place, future in calls.items():
                    with suppress(CancelledError):
                        error = future.exception()
                        if error is None:  # it may be noted here before `_ended` is called
                            replies[place] = future.result()
                        elif isinstance(error, CourseError):
                            errors[place] = error
                        else:
                            raise error
            except BaseException:  # an interruption
                _cancel(calls)
                raise
        if errors:
            raise BatchFailed(_sentence(replies, errors), errors)
        return replies


def _ended(replies: list, calls: dict[int, Future], place: int, call: Future) -> None:
    """Called as soon as a call has ended, in time or after an interruption: it is paid for."""
    if call.cancelled():
        return
    error = call.exception()
    if error is None:
        replies[place] = call.result()
    elif not isinstance(error, PromptError):
        _cancel(calls)


def _cancel(calls: dict[int, Future]) -> None:
    for call in calls.values():
        call.cancel()


def _sentence(replies: list, errors: dict[int, CourseError]) -> str:
    first = min(errors)
    got = sum(reply is not None for reply in replies)
    return (
        f"{got} of {len(replies)} prompts were answered and are kept in last_batch; prompt "
        f"{first + 1} was not: {errors[first]}"
    )


@contextmanager
def _calls(executor: Executor | None, at_once: int) -> Iterator[Callable[..., Future]]:
    """How to make a call: by the executor given, by threads, or here and now."""
    if executor is not None:
        yield executor.submit
    elif at_once == 1:
        yield Later
    else:
        with ThreadPoolExecutor(at_once) as pool:
            yield pool.submit


class Later(Future):
    """A call that is made when somebody asks what came of it, in the thread that asks."""

    def __init__(self, function: Callable, *arguments) -> None:
        super().__init__()
        self._call = lambda: function(*arguments)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        if not self.done():
            self.set_running_or_notify_cancel()
            try:
                self.set_result(self._call())
            except BaseException as error:
                self.set_exception(error)
        return super().exception(timeout)
