"""The provider's outside: addresses, keys, limits, the log, and one form for every error.

A Starlette application around an `Engine`. Nothing of the engine passes through unseen: answers
are put together here from named fields, and an error says what the customer did, never what is
inside.
"""

import hmac
import json
import math
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

from course.errors import PromptError
from course.messages import normalise
from course.practice import MODEL

BODY_LIMIT = 2**20  # bytes of a request
KEPT = 10_000  # calls the log remembers
PASSED_ON = ("temperature", "top_p", "seed", "stop", "presence_penalty", "frequency_penalty")
UNDERSTOOD = {
    *PASSED_ON,
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


class RefusalError(Exception):
    """An answer that is not a success, in OpenAI's shape."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None
    ) -> None:
        self.status, self.message, self.code, self.param = status, message, code, param
        self.headers: dict[str, str] = {}

    def response(self) -> JSONResponse:
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        error = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status, headers=self.headers)


def create(engine, key: str, requests_per_minute: int | None, clock=time.monotonic) -> Starlette:
    """The provider as an ASGI application. engine: anything with `complete`, see `Engine`."""
    service = _Service(engine)
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


# -- what stands in front of every address ------------------------------------------------------


class RequireKey:
    """401, in OpenAI's shape, for every request without the right key."""

    def __init__(self, app, key: str) -> None:
        self.app, self.expected = app, f"Bearer {key}".encode()

    async def __call__(self, scope, receive, send) -> None:
        given = dict(scope.get("headers") or []).get(b"authorization", b"")
        if hmac.compare_digest(given, self.expected):
            return await self.app(scope, receive, send)
        if given:
            refusal = RefusalError(401, "Incorrect API key provided.", code="invalid_api_key")
        else:
            refusal = RefusalError(401, "You didn't provide an API key.")
        refusal.headers["www-authenticate"] = "Bearer"
        await refusal.response()(scope, receive, send)


class LimitRate:
    """429 with Retry-After for completions above `per_minute` in the last sixty seconds."""

    def __init__(self, app, per_minute: int | None, clock) -> None:
        self.app, self.per_minute, self.clock = app, per_minute, clock
        self.calls: deque[float] = deque()

    async def __call__(self, scope, receive, send) -> None:
        if self.per_minute is None or scope["path"] != "/v1/chat/completions":
            return await self.app(scope, receive, send)
        now = self.clock()
        while self.calls and now - self.calls[0] >= 60:
            self.calls.popleft()
        if len(self.calls) < self.per_minute:
            self.calls.append(now)
            return await self.app(scope, receive, send)
        oldest = self.calls[0] if self.calls else now
        refusal = RefusalError(
            429,
            f"Rate limit reached: {self.per_minute} requests per minute.",
            code="rate_limit_exceeded",
        )
        refusal.headers["retry-after"] = str(max(1, math.ceil(60 - (now - oldest))))
        await refusal.response()(scope, receive, send)


# -- the addresses ------------------------------------------------------------------------------


class _Service:
    def __init__(self, engine) -> None:
        self.engine = engine
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
        status, answer = await self.engine.complete({**_options(asked), "messages": messages})
        if status != 200:
            raise _engine_refusal(answer)
        choice, usage = answer["choices"][0], answer["usage"]
        self._keep(request, messages, choice["message"]["content"], usage)
        return JSONResponse(
            {
                "id": f"chatcmpl-{uuid.uuid4().hex}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": MODEL,
                "choices": [
                    {
                        "index": 0,
                        "message": {
                            "role": "assistant",
                            "content": choice["message"]["content"],
                        },
                        "logprobs": choice.get("logprobs"),
                        "finish_reason": choice["finish_reason"],
                    }
                ],
                "usage": usage,
            }
        )

    def _card(self) -> dict:
        return {"id": MODEL, "object": "model", "created": self.created, "owned_by": "practice"}

    def _keep(self, request: Request, messages: list[dict], answer: str, usage: dict) -> None:
        self.kept.append(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "account": "reader",
                "client": request.headers.get("user-agent", ""),
                "model": MODEL,
                "messages": messages,
                "answer": answer,
                "prompt_tokens": usage["prompt_tokens"],
                "completion_tokens": usage["completion_tokens"],
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
    options = {name: asked[name] for name in PASSED_ON if asked.get(name) is not None}
    options.setdefault("temperature", 1.0)
    _number(options, "temperature", 0, 2)
    _number(options, "top_p", 0, 1)
    _number(options, "presence_penalty", -2, 2)
    _number(options, "frequency_penalty", -2, 2)
    _whole(options, "seed", 0, 2**31 - 1)
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
    if limit is not None:
        options["max_tokens"] = limit
        _whole(options, "max_tokens", 1, 2**31 - 1)
    if asked.get("logprobs"):
        options |= {"logprobs": True, "top_logprobs": asked.get("top_logprobs") or 0}
        _whole(options, "top_logprobs", 0, 20)
    stop = options.get("stop", [])
    stop = [stop] if isinstance(stop, str) else stop
    if not isinstance(stop, list) or not all(isinstance(text, str) and text for text in stop):
        raise RefusalError(400, "stop must be text or a list of texts.", param="stop")
    return options


def _number(options: dict, name: str, low: float, high: float) -> None:
    value = options.get(name, low)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RefusalError(400, f"{name} must be a number from {low} to {high}.", param=name)


def _whole(options: dict, name: str, low: int, high: int) -> None:
    value = options.get(name, low)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RefusalError(400, f"{name} must be a whole number from {low} to {high}.", param=name)


# -- errors -------------------------------------------------------------------------------------


def _engine_refusal(answer: dict) -> RefusalError:
    """The engine's own words can name files and programs, so only its code is looked at."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict) and error.get("code") == "context_length_exceeded":
        message = "This model's maximum context length is exceeded: shorten the messages."
        return RefusalError(400, message, code="context_length_exceeded", param="messages")
    return RefusalError(500, "The server had an error while processing your request.")


async def _refused(request: Request, error: RefusalError) -> Response:
    return error.response()


async def _wrong_address(request: Request, error: HTTPException) -> Response:
    message = f"Unknown request URL: {request.method} {request.url.path[:200]}."
    return RefusalError(error.status_code, message, code="unknown_url").response()


async def _internal(request: Request, error: Exception) -> Response:
    return RefusalError(500, "The server had an error while processing your request.").response()
