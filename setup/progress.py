"""Runs one step of the set-up and shows that it moves."""

from __future__ import annotations

import collections
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from setup import places
from setup.errors import DISK_FULL, StepError

# A step answers each line of its output with how far it is, as (done, of) or in a word, or with
# None when the line says nothing.
Reader = Callable[[str], "tuple[int, int] | str | None"]

NEARLY_NOTHING = 100 * 10**6  # bytes; not every program says that it was the disk

# What pip and the compiler write when something outside the course is wrong, most telling first.
REASONS = (
    (
        r"No space left on device|Disk quota exceeded|ENOSPC",
        DISK_FULL,
    ),
    (
        r"DO NOT MATCH THE HASHES|Expected sha256",
        "A downloaded package is not the one that the course was made with, so it was not "
        "installed: run the same command again, and if this sentence comes back, report it.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|nodename nor servname"
        r"|Network is unreachable|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError"
        r"|Connection refused|Connection reset|Remote end closed|Failed to establish"
        r"|SSLError|CERTIFICATE_VERIFY_FAILED",
        "The packages could not be downloaded: connect to the network (behind a proxy, set "
        "HTTPS_PROXY) and run the same command again; what has arrived is kept.",
    ),
    (
        r"Read-only file system|Permission denied",
        "The course folder cannot be written: move it to a folder of yours and run the same "
        "command there.",
    ),
    (
        r"Killed signal terminated program|out of memory|virtual memory exhausted",
        "The compiler ran out of memory: close other programs, or compile one file at a time "
        "with `CMAKE_BUILD_PARALLEL_LEVEL=1 make lab`.",
    ),
    (
        r"is not a supported wheel on this platform",
        "The wheel that LLAMA_WHEEL names is for another kind of machine: leave LLAMA_WHEEL out "
        "to have one built here.",
    ),
)


def reason(text: str, title: str) -> str:
    """The sentence for a step that failed, from what it wrote."""
    for pattern, sentence in REASONS:
        if re.search(pattern, text):
            return sentence
    if shutil.disk_usage(places.ROOT).free < NEARLY_NOTHING:
        return DISK_FULL
    return (
        f"A step failed ({title.lower()}): the end of {places.shown(places.LOG)} says why, "
        "and running the same command tries again."
    )


class Line:
    """One line on the screen that is written over; in a file, a new line at each tenth."""

    def __init__(self, title: str) -> None:
        """Args: title: what is being done, as in "Compiling llama.cpp"."""
        self.title, self.begun, self.live = title, time.monotonic(), sys.stdout.isatty()
        self.tenth, self.width, self.at = -1, 0, None
        if not self.live:
            print(f"  {title} ...", flush=True)

    def show(self, at: tuple | str | None = None) -> None:
        """Show how far the step is, or with nothing new, that time passes."""
        self.at = at or self.at
        seconds = int(time.monotonic() - self.begun)
        clock = f"{seconds // 60}:{seconds % 60:02d}"
        part = self.at or ""
        if isinstance(part, tuple):
            part = f"{part[0]} of {part[1]}"
        if self.live:
            text = f"  {self.title:<34} {part:<12} {clock}"
            print("\r" + text.ljust(self.width), end="", flush=True)
            self.width = len(text)
        elif isinstance(at, str):
            print(f"  {self.title}: {part}, {clock}", flush=True)
        elif isinstance(self.at, tuple) and self.at[0] * 10 // max(1, self.at[1]) > self.tenth:
            self.tenth = self.at[0] * 10 // max(1, self.at[1])
            print(f"  {self.title}: {part}, {clock}", flush=True)

    def end(self, word: str) -> None:
        """The last word on the step."""
        seconds = round(time.monotonic() - self.begun)
        text = f"  {self.title:<34} {word} after {seconds} s"
        print(("\r" + text.ljust(self.width)) if self.live else text, flush=True)


def run(command: list, title: str, reader: Reader, environment: dict, held: int) -> None:
    """Run a command, its output to the log, its progress to the screen.

    Args:
        held: the descriptor of the set-up's lock; the child keeps it open too, so a second
            set-up waits for it even if this one is killed.

    Raises:
        StepError: it failed; the sentence is made from what it wrote.
    """
    line = Line(title)
    child = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=str(places.ROOT),
        start_new_session=True,
        pass_fds=(held,) if held >= 0 else (),
        encoding="utf-8",
        errors="replace",
    )
    lines: queue.Queue = queue.Queue()

    def pump() -> None:
        for written in child.stdout:
            lines.put(written)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    tail: collections.deque = collections.deque(maxlen=400)
    try:
        with places.LOG.open("a", encoding="utf-8") as log:
            log.write(f"\n== {title}\n")
            while True:
                try:
                    written = lines.get(timeout=1)
                except queue.Empty:
                    line.show()
                    continue
                if written is None:
                    break
                log.write(written)
                tail.append(written)
                at = reader(written)
                if at:
                    line.show(at)
        code = child.wait()
    except BaseException:
        # Ours alone gets the keyboard's interrupt: the child has a session of its own.
        stop(child)
        line.end("stopped")
        raise
    if code:
        line.end("failed")
        output = "".join(tail)
        raise StepError(reason(output, title), output)
    line.end("done")


def stop(child: subprocess.Popen) -> None:
    """End a child with everything it has started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sign)
        except (ProcessLookupError, PermissionError):
            return
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue


def building(line: str) -> tuple | None:
    """How far a build is, from the [n/m] of Ninja."""
    found = re.match(r"\s*\[(\d+)/(\d+)\]", line)
    return (int(found[1]), int(found[2])) if found else None


class Collecting:
    """How far an installation is, from the names that pip reports."""

    def __init__(self, total: int) -> None:
        """Args: total: how many packages the lock names."""
        self.done, self.total = 0, total

    def __call__(self, line: str) -> tuple | str | None:
        """Count a package that was fetched or was there already."""
        if re.match(r"\s*(Collecting|Processing|Requirement already satisfied:)", line):
            self.done = min(self.done + 1, self.total)
            return self.done, self.total
        return "unpacking" if line.startswith("Installing collected") else None
