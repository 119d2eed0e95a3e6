"""An answer that can be read while it is being made."""

import codecs
import threading
from collections.abc import Callable, Iterable, Iterator

from course.errors import CourseError, ModelUnsupported


def letters(pieces: Iterable[bytes]) -> Iterator[str]:
    """The text of an answer's bytes, as soon as its letters are whole.

    Half a letter waits for its other half; one that never comes, because the answer was cut, is
    left out, as it is in an answer given at once. Returns what the pieces return.
    """
    reading, pieces = codecs.getincrementaldecoder("utf-8")("ignore"), iter(pieces)
    while True:
        try:
            text = reading.decode(next(pieces))
        except StopIteration as end:
            return end.value
        if text:
            yield text


class Stream(Iterator[str]):
    """The text pieces of one answer; made by the `stream` of a model.

    While it is open, a model in this process answers nobody else. It closes when its last piece is
    out, at `close()`, at the end of a `with` block, and when nothing refers to it any more.
    text: what has been read of it. reply: None while it is open, then the whole `Reply`, and None
    still where it was closed early or broke off.
    """

    def __init__(self, pieces: Iterator[str], ended: Callable[[], None]) -> None:
        self._pieces, self._ended = pieces, ended
        self._failure: CourseError | None = None
        self.thread, self.reply = threading.get_ident(), None
        self.text = ""

    @property
    def finish(self) -> str | None:
        """That of the reply: "stop" where the model ended its answer, "length" where it was cut."""
        return self.reply and self.reply.finish

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return self._ended is not None

    def __next__(self) -> str:
        if self._failure is not None:
            raise self._failure
        try:
            piece = next(self._pieces)
        except BaseException as end:  # an interrupt too
            if isinstance(end, StopIteration) and self.is_open:
                self.reply = end.value
            self.close()
            raise
        self.text += piece
        return piece

    def close(self, failure: CourseError | None = None) -> None:
        """Gives the model free; calling it twice does no harm.

        failure: what to raise for whoever reads on; left out, the pieces just end.
        """
        ended, self._ended = self._ended, None
        if ended is None:
            return
        try:
            self._pieces.close()
        except ValueError:  # it is being computed: to give the model free now would end in ruin
            self._ended = ended
            raise ModelUnsupported(
                "Another thread is reading this answer: close it in that one."
            ) from None
        self._failure = failure
        ended()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_ended", None) is not None:
            self.close()

    def __repr__(self) -> str:
        return f"<an answer, {'open' if self.is_open else 'closed'}>"
