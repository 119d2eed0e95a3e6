"""A bar for what takes a while: in the Lab, in a terminal, and nowhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

WIDE = 30  # characters of the bar in a terminal


@contextmanager
def bar(label: str) -> Iterator[Callable[[float], None]]:
    """Gives a function that takes the share done so far, from 0 to 1; the bar goes at the end.

    Where nobody looks on, as in a script whose output is kept, the function shows nothing.
    """
    show, clear = _in_lab(label) or _in_terminal(label) or (lambda share: None, lambda: None)
    last = -1

    def at(share: float) -> None:
        nonlocal last
        percent = int(100 * min(1.0, max(0.0, share)))
        if percent > last:  # a hundred messages at most
            last = percent
            show(percent / 100)

    at(0.0)
    try:
        yield at
    finally:
        clear()


def _in_lab(label: str) -> tuple[Callable, Callable] | None:
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import HTML, display

    if not hasattr(get_ipython(), "kernel"):
        return None
    shown = display(HTML(_html(label, 0.0)), display_id=True)
    # What is left in the cell is an empty place, which the next run takes away.
    return lambda share: shown.update(HTML(_html(label, share))), lambda: shown.update(HTML(""))


def _html(label: str, share: float) -> str:
    words = escape(label)
    return (
        f'<label>{words} <progress max="100" value="{100 * share:.0f}" aria-label="{words}">'
        f"</progress> {share:.0%}</label>"
    )


def _in_terminal(label: str) -> tuple[Callable, Callable] | None:
    out = sys.stderr
    if out is None or not out.isatty():
        return None

    def show(share: float) -> None:
        full = round(WIDE * share)
        out.write(f"\r{label} [{'#' * full}{'.' * (WIDE - full)}] {share:4.0%}")
        out.flush()

    def clear() -> None:
        out.write("\r\033[K")
        out.flush()

    return show, clear
