"""The exercise of chapter 1: lend the second door only what it needs."""

from collections.abc import Callable

from course import models, practice
from course.exercise import Exercise, Verdict
from course.reply import Reply
from course.tickets import first_eight

Sender = Callable[[str, models.LocalModel, practice.PracticeProvider], Reply]


def exercise(local: models.LocalModel) -> Exercise:
    """The check of `send_safely(message, local, closed)`, run against the practice provider only.

    It judges by the provider's log: every message must have arrived, asked for triage, and held
    fewer personal details than the customer wrote.
    """
    return Exercise(check=lambda send_safely: _judge(send_safely, local))


def _judge(send_safely: Sender, local: models.LocalModel) -> Verdict | str | None:
    code = getattr(send_safely, "__code__", None)
    if code is not None and not code.co_names:
        return None  # a function that names nothing has sent nothing: no need to start a provider
    # The job's name goes: the exercise is about the message itself.
    tickets = [(t.prompt.partition(" ")[2], t.personal) for t in first_eight() if t.personal]
    with practice.provider() as closed:
        for message, _ in tickets:
            reply = send_safely(message, local, closed)
            if reply is None:
                return None
            if getattr(reply, "door", None) is not closed.door:
                return "Not yet: the reply that you return should be the closed door's."
        arrived = [entry["messages"][-1]["content"] for entry in closed.log()]
    if len(arrived) < len(tickets):
        return f"Not yet: {len(tickets)} messages were to be sent, {len(arrived)} arrived."
    if not all(text.startswith("Triage: ") for text in arrived):
        return "Not yet: a message arrived without `Triage: ` in front."
    everything = "\n".join(arrived)
    held = sum(item in everything for _, personal in tickets for item in personal)
    total = sum(len(personal) for _, personal in tickets)
    if held == total:
        return f"Not yet: the provider still holds all {total} names, addresses and numbers."
    return Verdict(
        True,
        f"Right. Of {total} names, addresses and numbers, the provider now holds {held}.",
    )
