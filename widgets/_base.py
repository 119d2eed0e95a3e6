"""What every widget of the course has in common on the Python side."""

import json
from typing import Any, ClassVar, Self

import anywidget
import traitlets as t
from ipywidgets import DOMWidget

from course.errors import CourseError
from widgets._bundle import css, module_source
from widgets._text import well_formed


class WidgetError(CourseError):
    """A widget was given something it cannot show."""


class CourseWidget(anywidget.AnyWidget):
    """A widget that lives in JupyterLab with a kernel and on a static page without one.

    A subclass names its folder in `module`, declares its state as traits tagged ``sync=True`` and
    writes `fallback_html`, which readers without JavaScript see.
    """

    module: ClassVar[str] = ""

    remember_as = t.Unicode(help="name under which the reader's browser keeps the state").tag(
        sync=True
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "module" in cls.__dict__:  # not for the subclass that each instance gets of its own
            cls._esm = module_source(cls.module)
            cls._css = css()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**well_formed(kwargs))

    @classmethod
    def example(cls) -> Self:
        """Return a ready instance for the gallery."""
        raise NotImplementedError

    def page_state(self) -> dict[str, Any]:
        """Return the state that the page needs: every synced trait of ours, as JSON values."""
        inherited = set(DOMWidget.class_trait_names())
        names = (n for n in self.trait_names(sync=True) if n not in inherited)
        return {n: getattr(self, n) for n in sorted(names) if not n.startswith("_")}

    def fallback_html(self) -> str:
        """Return what a reader without JavaScript sees: HTML with no bare dollar sign in it."""
        raise NotImplementedError

    def page_html(self) -> str:
        """Return the whole element for the page: the state, then the fallback."""
        state = json.dumps(self.page_state(), allow_nan=False)
        for character in "<>&$":  # so that no text in the state can end the script element
            state = state.replace(character, f"\\u{ord(character):04x}")
        return (
            f'<course-widget module="{self.module}">'
            f'<script type="application/json">{state}</script>'
            f'<div class="oc-fallback">{self.fallback_html()}</div></course-widget>'
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.remember_as!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        result = super()._repr_mimebundle_(**kwargs)
        data, metadata = result if isinstance(result, tuple) else (result, {})
        # Both are deterministic: notebook tests compare them.
        return {**(data or {}), "text/plain": repr(self), "text/html": self.page_html()}, metadata
