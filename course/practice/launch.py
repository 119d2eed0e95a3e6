"""Starting the provider's process, speaking to it over its pipes, and ending it."""

import json
import selectors
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from course import children, paths
from course.errors import ProviderError
from course.secret import Secret

START_SECONDS = 180.0  # a slow machine under load; usual is about two
REPLY_SECONDS = 30.0


@contextmanager
def started(settings: dict, key: Secret) -> Iterator["Running"]:
    """The process, ready to answer, for the length of a block.

    key: what will open it. Raises ProviderError with the reason where it does not start.
    """
    with tempfile.TemporaryFile() as stderr:
        running = Running(stderr)
        try:
            running.start(settings, key)
            yield running
        finally:
            running.stop()


class Running:
    """A provider's process. port: where it listens, once it has been started."""

    def __init__(self, stderr) -> None:
        self._stderr, self._asking = stderr, threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "course.practice.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=paths.ROOT,
            env=children.environment(),
            start_new_session=True,  # an interrupted cell must not stop the provider
        )
        self.port: int | None = None

    def start(self, settings: dict, key: Secret) -> None:
        """Hands the settings over and waits for the port."""
        with suppress(OSError):  # it ended already; its own words follow
            self._write(settings | {"key": key.reveal()})
        import openai  # noqa: F401 (here it costs nothing: the process needs as long to start)

        said = self._heard(START_SECONDS)
        if "port" not in said:
            reason = said.get("error") or self._last_words()
            raise ProviderError(f"The practice provider could not be started: {reason}")
        self.port = said["port"]

    def ask(self, **said):
        """One line to the process; returns what it says back. No customer can see either."""
        with self._asking:
            try:
                self._write(said)
                answer = self._heard(REPLY_SECONDS)
            except (OSError, ValueError):  # its end of the pipe is closed, or ours
                answer = {}
        if "error" in answer:
            raise ProviderError(answer["error"])
        if "done" not in answer:
            raise ProviderError("The practice provider has ended: start another.")
        return answer["done"]

    def wait(self) -> None:
        """Returns when the process has ended by itself."""
        self._process.wait()

    def stop(self) -> None:
        """Closes the pipe, at which the process ends by itself; kills it if it does not."""
        with suppress(OSError):
            self._process.stdin.close()
        if not self._ends(5.0):
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _write(self, data: dict) -> None:
        self._process.stdin.write(json.dumps(data).encode() + b"\n")
        self._process.stdin.flush()

    def _heard(self, seconds: float) -> dict:
        """The process's next line; empty where none comes."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            line = self._process.stdout.readline() if selector.select(seconds) else b""
        try:
            return json.loads(line)
        except ValueError:
            return {}

    def _last_words(self) -> str:
        if not self._ends(1.0):
            return f"it was not ready after {START_SECONDS:.0f} s, so try again with less running."
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", errors="replace").split("\n")
        words = [line.strip() for line in lines if line.strip()]
        return f"{words[-1]} (`make doctor` shows more)." if words else "it ended without a word."

    def _ends(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
