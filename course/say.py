"""Sentences with figures that the page shows as prose and tests compare as output."""

import string

from course.errors import CourseError

# Characters that Markdown, or the mathematics in it, would take for mark-up. Round brackets are
# not among them: with a backslash in front they would begin a formula.
_SPECIAL = "\\`*_[]<>#|$~&"


class Plain(str):
    """Text that is Markdown already and goes into a sentence as it is."""


class _Sentence(string.Formatter):
    """`str.format`, but text from outside is shown as it reads, whatever marks it holds.

    `{value!c}` sets a value as code, whatever backticks it holds.
    """

    def convert_field(self, value, conversion):
        if conversion == "c":
            return Plain(code(str(value)))
        return super().convert_field(value, conversion)

    def format_field(self, value, spec):
        text = super().format_field(value, spec)
        is_text = isinstance(value, str) and not isinstance(value, Plain)
        return escape(text) if is_text else text


def escape(text: str) -> str:
    """The text with every character that means something to Markdown made to mean itself."""
    text = " ".join(text.split())
    return "".join("\\" + letter if letter in _SPECIAL else letter for letter in text)


def code(text: str) -> str:
    """The text as a code span."""
    text = " ".join(text.split())
    longest = max((len(run) for run in _runs_of_ticks(text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") or not text else ""
    return f"{fence}{space}{text}{space}{fence}"


def _runs_of_ticks(text: str) -> list[str]:
    return "".join(letter if letter == "`" else " " for letter in text).split()


def sentence(template: str, **values) -> str:
    """The Markdown that `say` displays; raises CourseError where a value is missing."""
    try:
        return _Sentence().format(template, **values)
    except (KeyError, IndexError) as error:
        raise CourseError(f"The sentence needs a value for {error}: give it to say().") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise CourseError(f"The sentence cannot be put together ({error}).") from None


def say(template: str, **values) -> None:
    """Displays a sentence with figures as Markdown.

    say("Pocket answered **{right} of {total}**.", right=7, total=8)

    Values are formatted as by `str.format`; text among them is escaped, `{text!c}` sets it as code.
    """
    from IPython.display import Markdown, display

    class _Shown(Markdown):
        def __repr__(self) -> str:  # what a terminal shows, and nbval compares
            return self.data

    display(_Shown(sentence(template, **values)))
