"""Makes classic scripts of the widget modules, so that a page answers with no kernel.

The modules are the same files that JupyterLab runs. Classic deferred scripts, unlike ES modules,
also work when a reader opens the built page from a folder. What widgets share is one script, in
front of one for each widget, and a page loads those of its own widgets.
"""

from __future__ import annotations

import re
from pathlib import Path

from course.errors import CourseError
from widgets import _bundle

HERE = Path(__file__).resolve().parent
DECLARED = re.compile(r"^(?:function|class|const) (\w+)", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n", re.MULTILINE)
USED = re.compile(r'<course-widget module="(\w+)"')


class BundleError(CourseError):
    """A widget module is not written as the page needs it; the text says what to change."""


def as_function(name: str, source: str) -> str:
    """Turn an ES module into a function call that returns its default export.

    Args:
        name: what the module is called, for the message when it cannot be turned.
        source: the module's text: no imports, and one `export default …;` starting a line.

    Returns:
        A JavaScript expression.

    Raises:
        BundleError: the module imports something, or does not have exactly one default export.
    """
    if re.search(r"^\s*import\b", source, re.MULTILINE):
        raise BundleError(f"The widget {name} imports another file: put that code in _base.js.")
    text, count = re.subn(r"^export default\b", "return", source, flags=re.MULTILINE)
    if count != 1 or re.search(r"^\s*export\b", text, re.MULTILINE):
        raise BundleError(f"The widget {name} must have one `export default` and no other export.")
    return f"(() => {{\n{text}\n}})()"


def bare(source: str) -> str:
    """A script without the comments that have lines of their own; no template may hold such a line.

    They are for whoever reads the repository, and weigh something on every page.
    """
    return COMMENT.sub("", source)


def shared_script() -> str:
    """The script of every page: what widgets share, the page's own, and what starts the widgets."""
    base = _bundle.base_source()
    own = [(HERE / name).read_text("utf-8") for name in ("element.js", "page.js")]
    shared = f"const SHARED = {{ {', '.join(DECLARED.findall(base))} }};"
    return bare("\n".join(['(() => {\n"use strict";', base, shared, *own, "})();\n"]))


def widget_script(name: str) -> str:
    """The script of one widget: it takes from what is shared the names that stand in its text."""
    source = _bundle.own_source(name)
    words = set(re.findall(r"\w+", source))
    taken = [each for each in DECLARED.findall(_bundle.base_source()) if each in words]
    made = as_function(name, source)
    return bare(f'"use strict";\ncourseWidget({name!r}, ({{ {", ".join(taken)} }}) => {made});\n')


def script() -> str:
    """All scripts in one, in their order."""
    return "\n".join([shared_script(), *map(widget_script, _bundle.names())])


def used_in(html: str) -> list[str]:
    """The names of the widgets that stand in a page, in alphabetical order."""
    return sorted(set(USED.findall(html)))
