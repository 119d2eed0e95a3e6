"""What a door adds to a bare HTTP call: `make bench` asks a server that says always the same.

The server is a process of its own (`python -m course.doors.overhead`) and thinks about nothing, so
the time that is left is the connection's and the client's.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from course import children, paths
from course.doors.endpoint import Endpoint
from course.reply import Door

CALLS = 200
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "always-the-same",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "billing/high"},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
}


def measure(calls: int = CALLS) -> dict[str, list[float]]:
    """Milliseconds of each call, by turns: bare, through a door, and what the door added."""
    import openai

    question = "Triage: my parcel has not come"
    found: dict[str, list[float]] = {"bare": [], "door": [], "added": []}
    with (
        _server() as url,
        openai.DefaultHttpxClient(trust_env=False) as bare,
        Endpoint(url, "key", "always-the-same", Door.PRACTICE) as door,
    ):
        body = door.preview(question).body
        headers = {"authorization": "Bearer key", "content-type": "application/json"}

        def post() -> None:
            json.loads(bare.post(f"{url}/chat/completions", content=body, headers=headers).content)

        for warm in (True, *[False] * calls):  # the first of each opens its connection
            plain, through = _milliseconds(post), _milliseconds(lambda: door.chat(question))
            if not warm:
                found["bare"].append(plain)
                found["door"].append(through)
                found["added"].append(through - plain)
    return found


def _milliseconds(function) -> float:
    start = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - start)


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "course.doors.overhead"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=paths.ROOT,
        env=children.environment(),
    ) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.stdin.close()  # at which it ends
            process.wait(10)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    data = json.dumps(ANSWER).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n"
    try:
        while True:
            asked = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(asked.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            writer.write(head.encode() + b"\r\n" + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
