"""An answer that can be read while it is being made."""

import codecs
import threading
from collections.abc import Callable, Iterable, Iterator

from course.errors import CourseError, ModelUnsupported


def letters(pieces: Iterable[bytes]) -> Iterator[str]:
    """The text of an answer's bytes, as soon as its letters are whole.

    Half a letter waits for its other half; one that never comes, because the answer was cut, is
    left out, as it is in an answer given at once.
    """
    reading = codecs.getincrementaldecoder("utf-8")("ignore")
    for piece in pieces:
        text = reading.decode(piece)
        if text:
            yield text


class Stream(Iterator[str]):
    """The text pieces of one answer; made by `LocalModel.stream`.

    While it is open the model answers nobody else. It closes when its last piece is out, at
    `close()`, at the end of a `with` block, and when nothing refers to it any more.
    finish: None while it is open; then "stop" where the model ended its answer, "length" where it
        was cut at `max_tokens`, and None still where it was closed early.
    """

    def __init__(self, pieces: Iterator[str], ended: Callable[[], None]) -> None:
        self._pieces, self._ended = pieces, ended
        self._failure: CourseError | None = None
        self.thread, self.finish = threading.get_ident(), None

    @property
    def is_open(self) -> bool:
        """Whether the model is still held."""
        return self._ended is not None

    def __next__(self) -> str:
        if self._failure is not None:
            raise self._failure
        try:
            return next(self._pieces)
        except BaseException:  # its end too, and an interrupt
            self.close()
            raise

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
