"""The provider's process. Started by `course.practice.provider`, which holds its other end.

Settings come in over standard input, the port goes out over standard output, and when standard
input closes, for whatever reason, the process ends.
"""

import json
import os
import select
import socket
import sys
import threading

from course.errors import CourseError


def main() -> int:
    if sys.stdin.isatty():
        print("This is started by course.practice.provider(), in a notebook.", file=sys.stderr)
        return 2
    parent = os.getppid()
    settings = json.loads(sys.stdin.buffer.raw.readline())
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # from here on nothing but the one line below can reach the parent

    def tell(**said) -> None:
        print(json.dumps(said), file=out, flush=True)

    try:
        listener = _listener(settings["port"])
        _serve(settings, listener, tell)
    except CourseError as error:
        tell(error=str(error))
        return 1
    return 0


def _end_with(parent: int) -> None:
    """Ends this process when the parent's end of the pipe closes.

    A process forked from the parent may hold a copy of that end open, so the parent itself is
    looked for too.
    """
    while os.getppid() == parent:
        ready, _, _ = select.select([0], [], [], 1.0)
        if ready and not os.read(0, 1024):
            break
    os._exit(0)


def _listener(port: int) -> socket.socket:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port < 2**16:
        raise CourseError("the port must be a whole number from 0 to 65535, 0 for any free one.")
    # Named as TCP, or asyncio would not send small packets at once, and each answer would wait.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except PermissionError:
        raise CourseError(f"port {port} is reserved: choose one above 1023.") from None
    except OSError:
        raise CourseError(
            f"port {port} is in use by another program: choose another, or leave port out."
        ) from None
    return listener


def _serve(settings: dict, listener: socket.socket, tell) -> None:
    import uvicorn

    from course.practice.engine import Engine
    from course.practice.service import create

    engine = Engine(settings["file"], settings["context"])
    limit, policy = settings["requests_per_minute"], settings["logprobs"]
    app = create(engine, settings["key"], limit, policy)

    class Server(uvicorn.Server):
        async def startup(self, sockets=None) -> None:
            await super().startup(sockets)
            tell(port=listener.getsockname()[1])

    config = uvicorn.Config(
        app,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
