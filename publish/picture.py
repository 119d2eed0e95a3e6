"""Takes the README's picture of the page: `python -m publish.picture` (needs Chromium)."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from publish.build import ROOT, build, server

PICTURE = ROOT / "publish" / "pictures" / "chapter-01.png"
PAGE = "chapters/01-two-doors.html"
SIZE = {"width": 1280, "height": 860}


def take(site: Path, picture: Path) -> None:
    """Photograph the top of chapter 1 in light."""
    chromium = os.environ.get("COURSE_CHROMIUM") or shutil.which("chromium")
    with server(site) as running, sync_playwright() as playwright:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(f"http://127.0.0.1:{running.server_port}/{PAGE}", wait_until="load")
        picture.parent.mkdir(exist_ok=True)
        page.screenshot(path=picture)
        browser.close()
        running.shutdown()


if __name__ == "__main__":
    take(build(), PICTURE)
    print(f"{PICTURE.relative_to(ROOT)} is {PICTURE.stat().st_size / 1000:.0f} kB")
