"""The network, cut off for the length of a `with` block.

    with no_network() as guard:
        model.chat("Triage: my parcel has not come")   # works: nothing has to leave
    guard.attempts                                       # 0

The guard stands in Python's own `socket` module: every library that connects or looks a name up
through it is stopped, loopback included. What it cannot see is a program of its own or C code
with sockets of its own (JupyterLab's link to this notebook is one, and goes on working).
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from course.errors import NetworkBlocked

# What libraries reach the network through: methods of socket.socket, and name lookups.
_METHODS = ("connect", "connect_ex", "sendto", "sendmsg")
_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class Guard:
    """One `with no_network()`: what was tried while it was in force.

    attempts: how many. targets: what each wanted, for instance "connect 127.0.0.1:8000".
    """

    def __init__(self) -> None:
        self.targets: list[str] = []

    @property
    def attempts(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        return f"Guard({self.attempts} attempts)"


_lock = threading.RLock()
_guards: list[Guard] = []
_originals: dict[str, object] = {}


@contextmanager
def no_network() -> Iterator[Guard]:
    """Blocks every connection and name lookup made from Python until the block ends.

    May be nested and used from several threads: the network comes back when the last block ends,
    and each guard counts what was tried in its own time. Raises NetworkBlocked at the attempt.
    """
    guard = Guard()
    with _lock:
        if not _guards:
            _install()
        _guards.append(guard)
    try:
        yield guard
    finally:
        with _lock:
            _guards.remove(guard)
            if not _guards:
                _remove()


def _install() -> None:
    for name in _METHODS:
        # These live in the C base class; a method of the same name in front of them is enough.
        if hasattr(socket.socket, name):
            setattr(socket.socket, name, _blocked_method(name, getattr(socket.socket, name)))
    for name in _LOOKUPS:
        _originals[name] = getattr(socket, name)
        setattr(socket, name, _blocked_lookup(name))


def _remove() -> None:
    for name in _METHODS:
        if name in vars(socket.socket):
            delattr(socket.socket, name)
    while _originals:
        name, original = _originals.popitem()
        setattr(socket, name, original)


def _blocked_method(name: str, original):
    def blocked(self, *arguments):
        if self.family not in _FAMILIES:
            return original(self, *arguments)  # a socket between processes of this machine
        if name in ("sendto", "sendmsg") and not _names_an_address(name, arguments):
            return original(self, *arguments)  # on a connection made before the block
        raise _refuse("connect", arguments[-1] if arguments else "")

    return blocked


def _names_an_address(name: str, arguments: tuple) -> bool:
    return len(arguments) >= (2 if name == "sendto" else 4)


def _blocked_lookup(name: str):
    def blocked(host=None, *arguments, **options):
        raise _refuse("lookup", host)

    return blocked


def _refuse(action: str, target: object) -> NetworkBlocked:
    if isinstance(target, bytes):
        target = target.decode("ascii", errors="replace")
    host = target[0] if isinstance(target, tuple) and target else target
    port = f":{target[1]}" if isinstance(target, tuple) and len(target) > 1 else ""
    with _lock:
        for guard in _guards:
            guard.targets.append(f"{action} {host}{port}")
    what = "a connection to" if action == "connect" else "a name lookup of"
    return NetworkBlocked(
        f"The network is cut off here, and {what} {host} was tried: leave the no_network() block "
        "to use it."
    )
