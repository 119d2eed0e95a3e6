"""What browser tests share: a Chromium, pages that may talk to nobody, and the built book."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.secrets import PLANTED

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip
NO_BROWSER = "no Chromium found (install one, or name it in COURSE_CHROMIUM)"
TABLES: list[tuple[str, list[str]]] = []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the tables that tests have left, such as page weights."""
    for title, lines in TABLES:
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def table() -> Callable[[str, list[str]], None]:
    """Leave a table to be printed at the end of the run."""
    return lambda title, lines: TABLES.append((title, lines))


def find_chromium() -> str | None:
    """Where Chromium is: COURSE_CHROMIUM, or the first of its usual names on the PATH."""
    return os.environ.get("COURSE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser leave the browser tests out, and say so in one line; in CI they fail."""
    if find_chromium() or os.environ.get("CI"):
        return
    out = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)
        TABLES.append((f"{len(out)} browser tests skipped: {NO_BROWSER}", []))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; without one, in CI, the test fails."""
    path = find_chromium()
    if path is None:
        pytest.fail(NO_BROWSER)
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One running Chromium for the whole session (a Playwright `Browser`)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@dataclass
class Guard:
    """What pages wanted from elsewhere, and what they complained of."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    excused: tuple[str, ...] = ()

    def watch(self, context: Any) -> None:
        """Abort and note every request to another host, and note every error."""
        context.route("**/*", self._judge)
        context.on("page", self._listen)

    def check(self) -> None:
        """Fail when a page asked another host for something or reported an error."""
        assert not self.elsewhere, f"requests to other hosts: {self.elsewhere}"
        left = [c for c in self.complaints if not any(e in c for e in self.excused)]
        assert not left, f"errors in the browser: {left}"

    def _judge(self, route: Any) -> None:
        address = urlsplit(route.request.url)
        if address.hostname == "127.0.0.1" or address.scheme in {"data", "blob", "file"}:
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def _listen(self, page: Any) -> None:
        page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "response",
            lambda r: r.status >= 400 and self.complaints.append(f"{r.status} {r.url}"),
        )


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address in a fresh, guarded context; the test fails if the guard saw anything.

    `open_page(url, **options)` takes Playwright's context options (viewport, color_scheme,
    java_script_enabled …) and `excused`, words of complaints that are known and harmless.
    """
    guard, contexts = Guard(), []

    def open_(url: str, *, excused: tuple[str, ...] = (), **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        guard.excused += excused
        guard.watch(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    guard.check()


@dataclass(frozen=True)
class Site:
    """The built book: its folder and the address it is served at."""

    folder: Path
    url: str

    def pages(self) -> list[str]:
        """The addresses of all pages, relative to the site."""
        found = (p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*.html"))
        return sorted(name for name in found if not name.startswith("_"))


@pytest.fixture(scope="session")
def built_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The book, built once a session outside the checkout and served on loopback."""
    from publish.build import build, server

    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("OPENAI_API_KEY", PLANTED)  # of which nothing may get into the pages
        folder = build(tmp_path_factory.mktemp("book"))
    with server(folder) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield Site(folder, f"http://127.0.0.1:{running.server_port}/")
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """Run axe-core on a page: one line for each finding, none when all is well.

    Its rule of contrast is slow on a long page; `within`, some selectors, and `rules`, some names,
    let a test ask for no more than it is about.
    """
    from axe_playwright_python.sync_playwright import Axe

    def run(page: Any, within: Sequence[str] = (), rules: Sequence[str] = ()) -> list[str]:
        context = {"include": [[selector] for selector in within]} if within else None
        options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        found = Axe().run(page, context, options).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:140]} | {node.get('failureSummary', '')[:300]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return run
