"""The built files: links, mathematics, what was dropped. No browser needed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from course import claims
from publish.build import BuildError, server, wanted_port
from publish.bundle import BundleError, as_function, bare
from publish.mathml import to_mathml
from publish.repository import to_web_address
from publish.terms import first_sentence
from publish.trim import trim
from tests.secrets import key_like, leaking
from widgets import _bundle


class Page(HTMLParser):
    """Reads a page's ids, its links, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.widgets: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(filter(None, [values.get("id"), values.get("name")]))
        if tag == "course-widget":
            self.widgets.add(values["module"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag in {"link", "script", "img", "iframe", "source", "video", "audio"}:
            self.loads += [values[a] for a in ("href", "src", "srcset", "poster") if a in values]


@pytest.fixture(scope="module")
def pages(built_book):
    return {
        name: Page((built_book.folder / name).read_text("utf-8")) for name in built_book.pages()
    }


def test_no_key_is_in_any_built_file(built_book):
    """Neither the one that was in the environment of the build, nor what looks like one."""
    assert leaking(built_book.folder) == []
    for path in built_book.folder.rglob("*"):
        if path.suffix in {".html", ".js", ".json", ".txt", ".inv", ".csv", ".ipynb"}:
            assert key_like(path.read_text("utf-8", errors="replace")) == [], path.name


def test_a_page_loads_the_scripts_of_its_own_widgets_alone_and_what_they_share_first(pages):
    scripts = re.compile(r"_static/(course(?:-\w+)?)\.js")
    for name, page in pages.items():
        loaded = [found[1] for each in page.loads if (found := scripts.search(each))]
        assert loaded == ["course", *(f"course-{each}" for each in sorted(page.widgets))], name
    assert {each for page in pages.values() for each in page.widgets} == set(_bundle.names())


def test_every_internal_link_leads_somewhere(built_book, pages):
    broken = []
    for name, page in pages.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = unquote(parts.path)
            target = (built_book.folder / name).parent / path if path else built_book.folder / name
            target = target.resolve()
            if not target.is_file():
                broken.append(f"{name}: {link}")
            elif parts.fragment and target.suffix == ".html":
                found = pages[target.relative_to(built_book.folder.resolve()).as_posix()]
                if unquote(parts.fragment) not in found.ids:
                    broken.append(f"{name}: {link} (no such place)")
    assert broken == []


def test_every_place_that_widgets_link_to_is_there(pages):
    """The ledger's links are made by a script, from anchors as they are in Markdown."""
    named = {claim.anchor for claim in claims.ledger()}
    named.update(*(point.anchors for point in claims.points()))
    lost = []
    for anchor in named - {claims.PLANNED}:
        document, _, place = anchor.partition("#")
        if place not in pages[f"{document}.html"].ids:
            lost.append(anchor)
    assert named and lost == []


def test_no_page_loads_anything_from_elsewhere(pages):
    elsewhere = [
        f"{name}: {link}"
        for name, page in pages.items()
        for link in page.loads
        if urlsplit(link).netloc and urlsplit(link).scheme != "data"
    ]
    assert elsewhere == []


def test_styles_load_nothing_from_elsewhere(built_book):
    for sheet in built_book.folder.rglob("*.css"):
        found = re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8"))
        assert found == [], sheet


def test_dropped_files_stay_dropped(built_book, pages):
    names = {path.name for path in built_book.folder.rglob("*") if path.is_file()}
    assert not {name for name in names if "fontawesome" in name or name.endswith(".woff2")}
    for name, page in pages.items():
        scripts = [link for link in page.loads if urlsplit(link).path.endswith(".js")]
        assert not [s for s in scripts if re.search("mathjax|require|thebe|embed", s, re.I)], name
        if name != "search.html":
            assert not [s for s in scripts if "searchindex" in s], name


def test_each_page_has_a_description(built_book):
    for name in built_book.pages():
        if name == "search.html":
            continue
        text = (built_book.folder / name).read_text("utf-8")
        assert len(re.findall(r'<meta[^>]+name="description"', text)) == 1, name


def test_titles_tell_pages_apart(built_book):
    titles = {}
    for name in built_book.pages():
        text = (built_book.folder / name).read_text("utf-8")
        titles[name] = re.search(r"<title>(.*?)</title>", text)[1]
    assert titles["index.html"] == "Open or Closed?"
    assert len(set(titles.values())) == len(titles)


def test_a_lost_address_has_a_page(built_book):
    text = (built_book.folder / "404.html").read_text("utf-8")
    assert "<base" not in text  # no address was given
    assert 'href="index.html"' in text


def test_mathematics_is_written_as_mathml():
    assert to_mathml(r"a = \frac{b}{c}", block=False).startswith("<math")
    assert 'display="block"' in to_mathml(r"x_i^2", block=True)


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://example.org/group/course.git", "https://example.org/group/course"),
        ("https://name:secret@example.org/group/course", "https://example.org/group/course"),
        ("git@example.org:group/course.git", "https://example.org/group/course"),
        ("ssh://git@example.org:22/group/course", "https://example.org/group/course"),
        ("/srv/git/course", None),
        ("http://127.0.0.1/course", None),
        ("file:///srv/git/course", None),
        ("", None),
    ],
)
def test_repository_address(remote, expected):
    assert to_web_address(remote) == expected


def test_trimming_keeps_what_can_apply():
    css = ".used,.gone{a:b} .gone{c:d} .used:not(.gone){e:f} @media print{.gone{g:h}} p{i:j}"
    assert trim(css, {"used"}) == ".used{a:b}\n.used:not(.gone){e:f}\np{i:j}"


def test_first_sentence():
    assert first_sentence("One idea, e.g. this.\nThen another.") == "One idea, e.g. this."
    assert len(first_sentence("word " * 100)) < 250


@pytest.mark.parametrize(
    "source", ["import x from 'y';\nexport default {};", "const a = 1;", "export const a = 1;"]
)
def test_a_module_that_cannot_be_bundled_is_refused(source):
    with pytest.raises(BundleError):
        as_function("sample", source)


def test_comments_with_lines_of_their_own_stay_at_home():
    one, two = "a('// b'); // c\n", "  /* d */ e(`/* f */`);\n"
    assert bare(f"/** Two\n * lines. */\n{one}  // g\n{two}/*h*/\n{one}") == one + two + one


@pytest.mark.parametrize("named", ["abc", "70000", "-1"])
def test_a_port_that_is_none_is_refused_in_a_sentence(monkeypatch, named):
    monkeypatch.setenv("COURSE_PORT", named)
    with pytest.raises(BuildError, match="COURSE_PORT"):
        wanted_port()


def test_a_port_in_use_is_refused_in_a_sentence(tmp_path):
    with server(tmp_path) as running, pytest.raises(BuildError, match="in use"):
        server(tmp_path, running.server_port)
