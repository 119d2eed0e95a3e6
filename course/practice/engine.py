"""What computes the provider's answers: llama-cpp-python's own server application.

It is called inside the process and never reached from outside: its answers name the file, and its
pages name the program.
"""

import asyncio
import json

from course import llama_cpp_guard
from course.practice import MODEL

# The plain distribution, as a local model samples it; the server's own defaults differ.
SAMPLING = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "repeat_penalty": 1.0}


class Engine:
    """One model behind an in-process application."""

    def __init__(self, file: str, context: int) -> None:
        llama_cpp_guard.prepared()
        from llama_cpp.server import app as server
        from llama_cpp.server.settings import ModelSettings, ServerSettings

        model = ModelSettings(
            model=file,
            model_alias=MODEL,
            n_ctx=context,
            n_threads=1,
            n_threads_batch=1,
            logits_all=True,  # without them the server cannot give log-probabilities
            verbose=False,
        )
        self._app = server.create_app(
            server_settings=ServerSettings(disable_ping_events=True), model_settings=[model]
        )
        _start_afresh(server._llama_proxy(MODEL))

    async def complete(self, request: dict) -> tuple[int, dict]:
        """A chat completion: HTTP status and decoded body of the application's answer."""
        body = json.dumps({**SAMPLING, **request, "model": MODEL}).encode()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/v1/chat/completions",
            "raw_path": b"/v1/chat/completions",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"content-type", b"application/json")],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
        }
        incoming = [{"type": "http.request", "body": body, "more_body": False}]
        outgoing: list[dict] = []

        async def receive() -> dict:
            if not incoming:
                await asyncio.Event().wait()  # nobody hangs up inside the process
            return incoming.pop()

        async def send(message: dict) -> None:
            outgoing.append(message)

        await self._app(scope, receive, send)
        data = b"".join(message.get("body", b"") for message in outgoing)
        return outgoing[0]["status"], json.loads(data)


def _start_afresh(model) -> None:
    """Makes the model forget the last call before each one, so that equal calls stay equal."""
    generate = model.generate

    def afresh(*arguments, **options):
        model.reset()
        return generate(*arguments, **options)

    model.generate = afresh
