"""Everything that can go wrong in front of a reader.

The `str()` of each error is one plain sentence that says what to do. In a notebook that sentence
is all that is shown; `%tb` then prints the full traceback and `%debug` opens the debugger on it
(see `course.notebook`).
"""

# ruff: noqa: N818 (the names say what happened; "ModelNotFound" reads better than an "...Error")


class CourseError(Exception):
    """Base of all errors a reader can meet."""


class ModelNotFound(CourseError):
    """No such model name, or no readable file at that path."""


class ModelDamaged(CourseError):
    """The file is not the one it should be: cut short, changed, or not GGUF at all."""


class ModelUnsupported(CourseError):
    """The file is sound, but what was asked of it cannot be done here."""


class PromptError(CourseError):
    """The messages cannot be sent to a model: empty, too long, or of the wrong form."""


class PromptTooLong(PromptError):
    """The messages take more tokens than the model's context has."""


class ProviderError(CourseError):
    """A provider could not be started or reached, or answered with something unusable."""


class KeyMissing(ProviderError):
    """No key where one is needed, or one that cannot be a key."""


class KeyRefused(ProviderError):
    """The provider did not accept the key."""


class RateLimited(ProviderError):
    """The provider asked to be left alone for a while."""


class LimitReached(CourseError):
    """The reader's spend limit forbids the call, or there is none; nothing was sent."""


class PriceUnknown(CourseError):
    """Nobody said what the call would cost; nothing was sent."""


class BatchFailed(CourseError):
    """Some prompts of a batch were not answered; the answers to the others are kept.

    errors: what went wrong, by the prompt's place in the batch.
    """

    def __init__(self, sentence: str, errors: "dict[int, CourseError] | None" = None) -> None:
        super().__init__(sentence)
        self.errors = errors or {}


class NetworkBlocked(CourseError, ConnectionError):
    """A connection was tried inside `course.offline.no_network()`.

    It is a `ConnectionError` too, so libraries treat it as the network failure it stands for.
    """


class CaseError(CourseError):
    """The reader's case could not be written or read."""


class DataError(CourseError):
    """A data file of the course is missing or not in its agreed form."""


class AmountRefused(CourseError):
    """A figure that nothing can be calculated with: negative, not finite, or beyond all sense."""


class ExtraMissing(CourseError):
    """A package that only an appendix needs is not installed."""
