"""The provider's outside: addresses, keys, limits, the log, and one form for every error.

A Starlette application around an `Engine`. Nothing of the engine passes through unseen: answers
are put together here from named fields, and an error says what the customer did, never what is
inside.
"""

import json
import secrets
import time
import uuid
from collections import deque
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from course.errors import PromptError, PromptTooLong
from course.messages import normalise
from course.practice import MODEL, logprobs
from course.practice.gate import LimitRate, RefusalError, RequireKey
from course.reply import Reply

BODY_LIMIT = 2**20  # bytes of a request
KEPT = 10_000  # calls the log remembers
SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
UNDERSTOOD = {
    *SAMPLING,
    "seed",
    "stop",
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "logprobs",
    "top_logprobs",
    "n",
    "stream",
    "user",
}


def create(
    engine,
    key: str,
    requests_per_minute: int | None,
    logprobs: str = "top5",
    clock=time.monotonic,
) -> Starlette:
    """The provider as an ASGI application.

    engine: see `Engine`. logprobs: a name of `logprobs.POLICIES`.
    """
    service = _Service(engine, logprobs)
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", service.chat, methods=["POST"]),
            Route("/v1/models", service.models, methods=["GET"]),
            Route("/v1/models/{name}", service.model, methods=["GET"]),
            Route("/practice/log", service.log, methods=["GET"]),
        ],
        middleware=[
            Middleware(RequireKey, key=key),
            Middleware(LimitRate, per_minute=requests_per_minute, clock=clock),
        ],
        exception_handlers={
            RefusalError: _refused,
            HTTPException: _wrong_address,
            Exception: _internal,
        },
    )
    app.router.redirect_slashes = False
    return app


# -- the addresses ------------------------------------------------------------------------------


class _Service:
    def __init__(self, engine, policy: str) -> None:
        self.engine, self.policy = engine, policy
        self.kept: deque[dict] = deque(maxlen=KEPT)
        self.created = int(time.time())

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._card()]})

    async def model(self, request: Request) -> Response:
        _check_model(request.path_params["name"])
        return JSONResponse(self._card())

    async def log(self, request: Request) -> Response:
        return JSONResponse({"kept": list(self.kept)})

    async def chat(self, request: Request) -> Response:
        asked = await _read(request)
        messages = _messages(asked)
        options = _options(asked)
        most = min(options["max_tokens"] or self.engine.context, self.engine.context)
        options["logprobs"] = logprobs.asked(asked, self.policy, self.engine.words, most)
        try:
            reply = await self.engine.complete(messages, options)
        except PromptTooLong:
            message = "This model's maximum context length is exceeded: shorten the messages."
            code = "context_length_exceeded"
            raise RefusalError(400, message, code=code, param="messages") from None
        except PromptError:  # its words are the template's, which is inside
            message = "This model does not take messages in this order."
            raise RefusalError(400, message, param="messages") from None
        self._keep(request, messages, reply)
        return JSONResponse(
            {
                "id": f"chatcmpl-{uuid.uuid4().hex}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": MODEL,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": reply.text},
                        "logprobs": logprobs.shown(reply.logprobs),
                        "finish_reason": reply.finish,
                    }
                ],
                "usage": {
                    "prompt_tokens": reply.usage.prompt_tokens,
                    "completion_tokens": reply.usage.completion_tokens,
                    "total_tokens": reply.usage.prompt_tokens + reply.usage.completion_tokens,
                },
            }
        )

    def _card(self) -> dict:
        return {"id": MODEL, "object": "model", "created": self.created, "owned_by": "practice"}

    def _keep(self, request: Request, messages: list[dict], reply: Reply) -> None:
        self.kept.append(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "account": "reader",
                "client": request.headers.get("user-agent", ""),
                "model": MODEL,
                "messages": messages,
                "answer": reply.text,
                "prompt_tokens": reply.usage.prompt_tokens,
                "completion_tokens": reply.usage.completion_tokens,
            }
        )


# -- reading a request --------------------------------------------------------------------------


async def _read(request: Request) -> dict:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise RefusalError(413, f"The request is larger than {BODY_LIMIT} bytes.")
    try:
        asked = json.loads(body, parse_constant=_no_constant)
        json.dumps(asked, ensure_ascii=False).encode("utf-8")  # no half of a character pair
    except (ValueError, RecursionError):
        raise RefusalError(400, "The request body is not valid JSON.") from None
    if not isinstance(asked, dict):
        raise RefusalError(400, "The request body must be a JSON object.")
    for name in asked:
        if name not in UNDERSTOOD:
            message = f"Unrecognized request argument supplied: {name[:60]}"
            raise RefusalError(400, message, code="unknown_parameter", param=name[:60])
    if asked.get("stream"):
        raise RefusalError(400, "Streaming is not offered.", param="stream")
    if asked.get("n") not in (None, 1):
        raise RefusalError(400, "Only one choice per request is offered.", param="n")
    _check_model(asked.get("model"))
    return asked


def _no_constant(name: str):
    raise ValueError(name)


def _check_model(name: object) -> None:
    if not isinstance(name, str) or not name:
        raise RefusalError(400, "You must provide a model parameter.", param="model")
    if name != MODEL:
        message = f"The model `{name[:60]}` does not exist or you do not have access to it."
        raise RefusalError(404, message, code="model_not_found", param="model")


def _messages(asked: dict) -> list[dict]:
    try:
        return normalise(asked.get("messages") or [])
    except PromptError as error:
        raise RefusalError(400, str(error), param="messages") from None


def _options(asked: dict) -> dict:
    """What the request asks of `LocalModel.complete`, checked."""
    options = {name: asked[name] for name in SAMPLING if asked.get(name) is not None}
    options.setdefault("temperature", 1.0)
    _number(options, "temperature", 0, 2)
    _number(options, "top_p", 0, 1)
    _number(options, "presence_penalty", -2, 2)
    _number(options, "frequency_penalty", -2, 2)
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
    options["max_tokens"] = None if limit is None else _whole("max_tokens", limit, 1, 2**31 - 1)
    seed = asked.get("seed")
    options["seed"] = secrets.randbelow(2**31) if seed is None else seed
    _whole("seed", options["seed"], 0, 2**31 - 1)
    stop = asked.get("stop") or []
    stop = [stop] if isinstance(stop, str) else stop
    if not isinstance(stop, list) or not all(isinstance(text, str) and text for text in stop):
        raise RefusalError(400, "stop must be text or a list of texts.", param="stop")
    return options | {"stop": stop}


def _number(options: dict, name: str, low: float, high: float) -> None:
    value = options.get(name, low)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RefusalError(400, f"{name} must be a number from {low} to {high}.", param=name)


def _whole(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RefusalError(400, f"{name} must be a whole number from {low} to {high}.", param=name)
    return value


# -- errors -------------------------------------------------------------------------------------


async def _refused(request: Request, error: RefusalError) -> Response:
    return error.response()


async def _wrong_address(request: Request, error: HTTPException) -> Response:
    message = f"Unknown request URL: {request.method} {request.url.path[:200]}."
    return RefusalError(error.status_code, message, code="unknown_url").response()


async def _internal(request: Request, error: Exception) -> Response:
    return RefusalError(500, "The server had an error while processing your request.").response()
