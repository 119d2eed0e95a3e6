"""The Sphinx extension of the book: widgets with no kernel, our look, nothing from elsewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

import widgets
from course.errors import CourseError
from publish import bundle, mathml, repository, terms, trim
from widgets import _bundle
from widgets._base import CourseWidget

HERE = Path(__file__).resolve().parent
STYLES = ("tokens", "theme", "code", "content", "landing", "icons")


class WidgetDirective(SphinxDirective):
    """`{course-widget} name`, for pages without Python; its body holds the widget's values as JSON.

    The body's names are those of the Python class; `"file"` goes to the class's `from_file`.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the widget in Python and write what it shows on a page."""
        try:
            values = json.loads("\n".join(self.content) or "{}")
            widget = make_widget(self.arguments[0], values)
        except (ValueError, CourseError) as error:
            raise self.error(f"This widget cannot be shown: {error}") from error
        for part in Path(widgets.__file__).parent.rglob("*.*"):
            if part.suffix in {".py", ".json"}:
                self.env.note_dependency(str(part))
        return [nodes.raw("", widget.page_html(), format="html")]


def make_widget(name: str, values: dict[str, Any]) -> CourseWidget:
    """Make the widget whose folder is called `name`.

    Raises:
        ValueError: there is no such widget.
        CourseError: the widget refuses a value.
    """
    for each in widgets.GALLERY:
        if each.module == name:
            values = dict(values)
            file = values.pop("file", None)
            return each.from_file(file, **values) if file else each(**values)
    raise ValueError(f"there is no widget called {name}")


def prepare(app: Sphinx, config: Config) -> None:
    """Write the script and gather the styles before the build reads its configuration."""
    made = Path(tempfile.mkdtemp(prefix="course-page-"))
    (made / "course.js").write_text(bundle.shared_script(), "utf-8")
    for name in _bundle.names():
        (made / f"course-{name}.js").write_text(bundle.widget_script(name), "utf-8")
    sheets = [(HERE / "styles" / f"{name}.css").read_text("utf-8") for name in STYLES]
    (made / "course.css").write_text("\n".join([*sheets, _bundle.css()]), "utf-8")
    for picture in (HERE / "marks").glob("*.svg"):
        shutil.copy(picture, made)
    config.html_static_path.append(str(made))
    config.templates_path[0:0] = [str(HERE / "templates" / "components"), str(HERE / "templates")]
    config.html_context.setdefault("default_mode", "auto")
    config.html_context["repository_address"] = repository.address(Path(app.srcdir))
    if address := os.environ.get("COURSE_ADDRESS", "").strip():  # where it will be published
        config.html_baseurl = address.rstrip("/") + "/"
    app.connect("build-finished", lambda *_: shutil.rmtree(made, ignore_errors=True))


def keep_slugs(app: Sphinx, doctree: nodes.document) -> None:
    """Let a heading be reached by its Markdown anchor too, where docutils wants another id.

    Docutils begins no id with a digit: "90 or 95" is #or-95 to it, and #90-or-95 in the Lab and in
    the ledger. HTML allows both.
    """
    taken = {name for node in doctree.findall(nodes.Element) for name in node.get("ids", ())}
    for section in doctree.findall(nodes.section):
        slug = section.get("slug")
        if slug and slug not in taken:
            section["ids"].append(slug)
            taken.add(slug)


def complete(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Load the scripts of a page's widgets, mend what pandas writes, and offer a description where
    the front matter gives none."""
    if doctree is None:
        return
    for name in bundle.used_in(context["body"]):
        # After course.js, which has the usual priority of 500.
        app.add_js_file(f"course-{name}.js", loading_method="defer", priority=900)
    # The empty corner of a table's head is no heading of anything.
    context["body"] = re.sub(r"<th\b[^>]*>(<p></p>)?</th>", "<td></td>", context["body"])
    context["page_summary"] = summary(doctree)


def summary(doctree: nodes.document) -> str:
    """What a page is about: its front matter's description, else its first paragraph of prose."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return meta["content"]
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) > 40:
            return textwrap.shorten(text, 200, placeholder=" …")
    return ""


NOT_FOUND = """<h1>No such page</h1>
<p>The course has no page at this address. It may have moved.</p>
<p><a href="{start}">Begin at the start</a>, or look for it in the list of chapters.</p>"""


def add_not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page that many hosts show for an address that leads nowhere."""
    start = f"{app.config.root_doc}.html"
    context = {
        "title": "No such page",
        "body": NOT_FOUND.format(start=start),
        "page_summary": "The course has no page at this address.",
        "base": app.config.html_baseurl,  # it may be shown in place of a page in any folder
    }
    yield "404", context, "page.html"


UNNAMED = '<summary><span class="toctree-toggle"'
NAMED = '<summary aria-label="More pages of this part"><span class="toctree-toggle"'


def finish(app: Sphinx, error: Exception | None) -> None:
    """Trim what was built, and give the theme's arrows in the contents a name to be read aloud."""
    if error is None and app.builder.name == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text("utf-8")
            page.write_text(text.replace(UNNAMED, NAMED), "utf-8")
        trim.trim_site(Path(app.outdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything."""
    mathml.setup(app)
    terms.setup(app)
    app.add_directive("course-widget", WidgetDirective)
    app.connect("config-inited", prepare)
    app.connect("doctree-read", keep_slugs)
    app.connect("html-page-context", complete)
    app.connect("html-collect-pages", add_not_found)
    app.connect("build-finished", finish, priority=900)  # after the theme's own last writing
    app.add_js_file("course.js", loading_method="defer")
    app.add_css_file("course.css", priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
