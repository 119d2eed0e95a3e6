"""What stands in front of every address: the key, the rate, the form of a refusal."""

import hmac
import math
from collections import deque

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse

COMPLETIONS = "/v1/chat/completions"
IN_HAND = 64  # calls for a completion that may be waiting or under way at once


class RefusalError(Exception):
    """An answer that is not a success, in OpenAI's shape."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None
    ) -> None:
        self.status, self.message, self.code, self.param = status, message, code, param
        self.headers: dict[str, str] = {}

    def body(self) -> dict:
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        error = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        return {"error": error}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body(), self.status, headers=self.headers)


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
    """429 with Retry-After for completions above `per_minute` in the last sixty seconds.

    Every completion tells how many are left, in the headers that OpenAI uses for it.
    """

    def __init__(self, app, per_minute: int | None, clock) -> None:
        self.app, self.per_minute, self.clock = app, per_minute, clock
        self.calls: deque[float] = deque()

    async def __call__(self, scope, receive, send) -> None:
        if self.per_minute is None or scope["path"] != COMPLETIONS:
            return await self.app(scope, receive, send)
        now = self.clock()
        while self.calls and now - self.calls[0] >= 60:
            self.calls.popleft()
        is_over = len(self.calls) >= self.per_minute
        if not is_over:
            self.calls.append(now)
        wait = max(1, math.ceil(60 - (now - self.calls[0])))
        said = {
            "x-ratelimit-limit-requests": str(self.per_minute),
            "x-ratelimit-remaining-requests": str(self.per_minute - len(self.calls)),
            "x-ratelimit-reset-requests": f"{wait}s",
        }
        if not is_over:
            return await self.app(scope, receive, _adding(said, send))
        refusal = RefusalError(
            429,
            f"Rate limit reached: {self.per_minute} requests per minute.",
            code="rate_limit_exceeded",
        )
        refusal.headers |= said | {"retry-after": str(wait)}
        await refusal.response()(scope, receive, send)


def _adding(headers: dict[str, str], send):
    async def adding(message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return adding


class LimitHands:
    """503 for completions above those the provider can hold in memory at once."""

    def __init__(self, app) -> None:
        self.app, self.busy = app, 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["path"] != COMPLETIONS:
            return await self.app(scope, receive, send)
        if self.busy >= IN_HAND:
            message = "The service is overloaded: try again later."
            refusal = RefusalError(503, message, code="overloaded")
            refusal.headers["retry-after"] = "1"
            return await refusal.response()(scope, receive, send)
        self.busy += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.busy -= 1
