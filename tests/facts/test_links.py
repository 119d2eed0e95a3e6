"""The weekly check of the links, against a server of our own."""

from __future__ import annotations

import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from course import facts
from course.facts import links


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    """Does not look up its own name, which takes long without a network."""

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Handler) as held:
        threading.Thread(target=held.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{held.server_port}"
        held.shutdown()


@pytest.mark.parametrize(
    ("code", "said"), [(200, ""), (403, ""), (404, "answers 404"), (500, "answers 500")]
)
def test_what_an_answer_means(server, code, said):
    assert links.problem(f"{server}/{code}") == said


def test_nobody_there():
    assert links.problem("http://127.0.0.1:1/").startswith("cannot be reached")


def test_every_source_is_among_the_links():
    found = set(links.links())
    for name in facts.names():
        assert set(facts.table(name)["source_url"]) <= found


def test_the_command_names_what_is_broken(server, monkeypatch, capsys):
    monkeypatch.setattr(links, "links", lambda: [f"{server}/200", f"{server}/404"])
    assert links.main() == 1
    said = capsys.readouterr().out
    assert f"{server}/404 answers 404" in said
    assert "2 links, 1 that do not answer." in said
