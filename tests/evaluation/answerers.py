"""Answerers without a model, which other processes can import."""

import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from course import tickets
from course.errors import ProviderError
from course.reply import Door, Reply, Usage

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def reply(text: str = "yes", latency: float = 0.5, finish: str = "stop") -> Reply:
    return Reply(text, Usage(3, 2), latency, None, Door.LOCAL, "scripted", NOW, finish)


class Scripted:
    """Right at even seeds, else wrong; writes every answer it is paid for into a file."""

    label = "scripted"

    def __init__(self, paid: "Path | str | None" = None, fails_at: str = "") -> None:
        self.paid, self.fails_at = paid, fails_at
        self.right = {ticket.prompt: ticket.expected for ticket in tickets.twenty()}
        self.calls: list[tuple[str, int]] = []

    def chat(self, messages, *, max_tokens: int, temperature: float, seed: int) -> Reply:
        prompt = messages[-1]["content"]
        if self.fails_at and self.fails_at in prompt:
            raise ProviderError("The provider is out of order: try again later.")
        self.calls.append((prompt, seed))
        if self.paid:
            with Path(self.paid).open("ab", buffering=0) as file:
                file.write(f"{os.getpid()} {seed} {prompt!r}\n".encode())
        return reply(self.right[prompt] if seed % 2 == 0 else "wrong")


class Hanging(Scripted):
    """Answers `number` times, says so once the journal holds them all, and never again."""

    def __init__(self, paid: Path, journal: Path, number: int) -> None:
        super().__init__(paid)
        self.journal, self.left, self.number = journal, number, number
        self.lock = threading.Lock()

    def chat(self, messages, **options) -> Reply:
        with self.lock:
            self.left -= 1
            turn = self.left
        if turn < 0:
            while turn == -1 and self.journal.read_bytes().count(b"\n") < self.number:
                pass
            if turn == -1:
                print("half-way", flush=True)
            threading.Event().wait()
        return super().chat(messages, **options)


if __name__ == "__main__":  # the run that test_run kills
    from course.evaluation import Journal, ask

    journal_file, paid_file = map(Path, sys.argv[1:3])
    with Journal(journal_file) as journal:
        ask(Hanging(paid_file, journal_file, 25), tickets.twenty(), journal=journal)
