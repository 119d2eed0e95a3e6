"""How an answer goes over the wire: in one piece, as a stream, or only half of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from starlette.responses import Response

from course.practice.forms import DONE, UNREADABLE
from course.practice.outages import gone, silence

JSON, EVENTS = "application/json", "text/event-stream"


class EventStream:
    """Sends events as they come, until the client has gone; an ASGI application.

    An error after the first event is an event too, as clients expect it, for the status has been
    sent long ago.
    """

    def __init__(self, events: AsyncIterator[bytes], headers: dict[str, str]) -> None:
        self._events, self._headers = events, headers

    async def __call__(self, scope, receive, send) -> None:
        await send(_start(EVENTS, self._headers))
        left = asyncio.create_task(gone(receive))
        try:
            async with aclosing(self._events) as events:
                async for event in events:
                    if left.done():
                        return
                    await send(_part(event))
            await send(_part(b"", more=False))
        finally:
            left.cancel()


class Half:
    """Sends the first half of an answer, and then what the script says; an ASGI application.

    parts: the events of a stream, or the whole as its only part.
    """

    def __init__(self, fault: str, parts: list[bytes], media: str, headers: dict[str, str]) -> None:
        middle = (len(parts) + 1) // 2
        if media == EVENTS:
            self._sent, rest = parts[:middle], UNREADABLE + DONE
        else:
            self._sent, rest = [parts[0][: len(parts[0]) // 2]], b""
            length = len(self._sent[0] if fault == "bad json" else parts[0])
            headers = headers | {"content-length": str(length)}
        self._fault, self._rest, self._start = fault, rest, _start(media, headers)

    async def __call__(self, scope, receive, send) -> None:
        await send(self._start)
        for part in self._sent:
            await send(_part(part))
        if self._fault == "bad json":
            await send(_part(self._rest, more=False))
        elif self._fault == "stall midway":
            await silence(receive)
        # To return before the end makes the server close the connection.


def as_json(text: bytes, fault: str | None, headers: dict[str, str]):
    """An answer in one piece."""
    if fault is not None:
        return Half(fault, [text], JSON, headers)
    return Response(text, media_type=JSON, headers=headers)


def _start(media: str, headers: dict[str, str]) -> dict:
    all_headers = {"content-type": media, "cache-control": "no-store"} | headers
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in all_headers.items()]
    return {"type": "http.response.start", "status": 200, "headers": raw}


def _part(body: bytes, more: bool = True) -> dict:
    return {"type": "http.response.body", "body": body, "more_body": more}
