"""A stage for widgets: small pages on loopback, with and without a kernel behind them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from publish.bundle import script
from widgets import CourseWidget, _bundle

KERNEL_MODEL = Path(__file__).with_name("kernel_model.js").read_text(encoding="utf-8")
PAGE = """<!doctype html><html lang="en" dir="{direction}" data-theme="{theme}"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Stage</title>
<link rel="icon" href="data:,"><style>{css}
html[data-theme="dark"] body {{ background: #14191b; color: #fff }}</style></head>
<body><main><h1>Stage</h1>{body}</main><script>{script}</script></body></html>"""


class Stage:
    """Serves modules, and the pages it is asked to make."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, str]] = {}
        for name in _bundle.names():
            self.files[f"/{name}.js"] = ("text/javascript", _bundle.module_source(name))
        stage = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = stage.files.get(self.path.partition("?")[0], ("", ""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode("utf-8"))

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, body: str, javascript: str, theme: str, direction: str) -> str:
        path = f"/{len(self.files)}.html"
        text = PAGE.format(
            body=body, script=javascript, theme=theme, direction=direction, css=_bundle.css()
        )
        self.files[path] = ("text/html", text)
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    running = Stage()
    yield running
    running.server.shutdown()


@pytest.fixture
def show(stage: Stage, open_page: Callable[..., Any]) -> Callable[..., Any]:
    """Show widgets on a page that has no kernel; gives the Playwright page."""

    def show_(
        *widgets: CourseWidget, theme: str = "light", direction: str = "ltr", **options: Any
    ) -> Any:
        body = "".join(widget.page_html() for widget in widgets)
        page = open_page(stage.page(body, script(), theme, direction), **options)
        if options.get("java_script_enabled", True):
            for i in range(len(widgets)):
                page.locator("course-widget").nth(i).and_(
                    page.locator("[data-state=ready]")
                ).wait_for()
        return page

    return show_


@pytest.fixture
def with_kernel(stage: Stage, open_page: Callable[..., Any]) -> Callable[..., Any]:
    """Show widgets of one kind as JupyterLab does; `models` in the page are their models."""

    def show_(*widgets: CourseWidget, **options: Any) -> Any:
        page = open_page(stage.page("", KERNEL_MODEL, "light", "ltr"), **options)
        states = [widget.page_state() for widget in widgets]
        page.evaluate("([name, states]) => start(name, states)", [widgets[0].module, states])
        return page

    return show_


@pytest.fixture
def bench(stage: Stage, open_page: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Call one of a module's parts, once for each list of arguments; gives the results."""
    page = open_page(stage.page("", "", "light", "ltr"))

    def call(module: str, part: str, arguments: list[list[Any]]) -> list[Any]:
        return page.evaluate(
            """async ([module, part, many]) => {
                const { parts } = (await import(`/${module}.js`)).default;
                return many.map((each) => parts[part](...each));
            }""",
            [module, part, arguments],
        )

    return call
