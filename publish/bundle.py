"""Makes one classic script of all widget modules, so that a page answers with no kernel.

The modules are the same files that JupyterLab runs. A classic deferred script, unlike ES modules,
also works when a reader opens the built page from a folder.
"""

from __future__ import annotations

import re
from pathlib import Path

from course.errors import CourseError
from widgets import _bundle

HERE = Path(__file__).resolve().parent


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


def script() -> str:
    """The whole script of the page: what widgets share, each widget, and what starts them."""
    modules = [
        f"MODULES[{name!r}] = {as_function(name, _bundle.own_source(name))};"
        for name in _bundle.names()
    ]
    element = (HERE / "element.js").read_text("utf-8")
    page = (HERE / "page.js").read_text("utf-8")
    head = '(() => {\n"use strict";\nconst MODULES = Object.create(null);'
    return "\n".join([head, _bundle.base_source(), *modules, element, page, "})();\n"])
