"""A `CourseError` in a notebook shows as its one sentence, not as a traceback.

The full traceback is one line away: run `%tb` in the next cell to print it, or `%debug` to walk
through it. Every other exception is shown as usual.
"""

import sys

from course.errors import CourseError


def show_errors_as_sentences() -> bool:
    """Install the handler in the running IPython; returns False where there is none."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return False
    shell.set_custom_exc((CourseError,), _show_sentence)
    return True


def _show_sentence(shell, kind, error, trace, tb_offset=None) -> list[str]:
    """IPython's handler: the sentence goes out as the cell's error, so the run still stops.

    It is sent as an error and not printed, or "Run all", `raises-exception` and nbval would take
    the cell for a success.
    """
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    sys.last_exc = error  # what %tb and %debug look at from Python 3.12 on
    lines = [str(error)]
    shell._showtraceback(kind, error, lines)
    return lines
