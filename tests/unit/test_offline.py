"""The network guard: nothing gets out, and everything is as before afterwards."""

import asyncio
import socket
import threading
import urllib.request
from pathlib import Path

import pytest

from course import models
from course.errors import CourseError, NetworkBlocked
from course.offline import no_network
from tests.loops import in_a_loop


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()


WAYS = {
    "connect": lambda address: socket.socket().connect(address),
    "connect_ex": lambda address: socket.socket().connect_ex(address),
    "create_connection": lambda address: socket.create_connection(address),
    "IPv6": lambda address: socket.socket(socket.AF_INET6).connect(("::1", address[1])),
    "UDP": lambda address: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", address),
    "UDP message": lambda a: socket.socket(type=socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, a),
    "getaddrinfo": lambda address: socket.getaddrinfo("example.org", 443),
    "gethostbyname": lambda address: socket.gethostbyname("example.org"),
    "gethostbyaddr": lambda address: socket.gethostbyaddr("127.0.0.1"),
    "getnameinfo": lambda address: socket.getnameinfo(address, 0),
    "asyncio": lambda address: in_a_loop(lambda: asyncio.open_connection(*address)),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_blocked_and_counted(way: str, server) -> None:
    with no_network() as guard:
        with pytest.raises(NetworkBlocked, match=r"cut off here.*no_network\(\)"):
            WAYS[way](server)
        assert guard.attempts == 1
    assert guard.targets[0].split()[0] in ("connect", "lookup")


def test_libraries_take_it_for_the_network_failure_it_stands_for(server) -> None:
    with no_network() as guard, pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{server[1]}/", timeout=2)
    assert guard.attempts == 1
    assert issubclass(NetworkBlocked, CourseError)


def test_everything_is_as_before_afterwards(server) -> None:
    names = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
    before = [getattr(socket, name) for name in names]
    methods = set(vars(socket.socket))
    with pytest.raises(ValueError), no_network():
        raise ValueError
    assert [getattr(socket, name) for name in names] == before
    assert set(vars(socket.socket)) == methods
    socket.create_connection(server, timeout=2).close()


def test_nested(server) -> None:
    with no_network() as outer:
        with no_network() as inner, pytest.raises(NetworkBlocked):
            socket.create_connection(server)
        with pytest.raises(NetworkBlocked):  # the outer one still holds
            socket.create_connection(server)
    assert (outer.attempts, inner.attempts) == (2, 1)
    socket.create_connection(server, timeout=2).close()


def test_two_threads_may_leave_in_any_order(server) -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with no_network():
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=other)
    with no_network():
        thread.start()
        assert inside.wait(5)
    with pytest.raises(NetworkBlocked):
        socket.create_connection(server)
    leave.set()
    thread.join()
    socket.create_connection(server, timeout=2).close()


def test_what_stays_on_the_machine_stays_open(tmp_path: Path) -> None:
    with no_network() as guard:
        one, two = socket.socketpair()
        one.send(b"x")
        assert two.recv(1) == b"x"
        one.close()
        two.close()
        in_a_loop(lambda: asyncio.sleep(0))
    assert guard.attempts == 0


def test_a_connection_made_before_goes_on(server) -> None:
    with socket.create_connection(server) as line, no_network():
        assert line.send(b"x") == 1
        assert line.sendmsg([b"x"]) == 1


def test_the_local_door_still_answers(tiny: Path) -> None:
    with models.load(tiny) as model:
        before = model.chat("hello", max_tokens=5).text
        with no_network() as guard:
            assert model.chat("hello", max_tokens=5).text == before
            models.load(tiny).close()
        assert guard.attempts == 0
    assert repr(guard) == "Guard(0 attempts)"
