"""What stands in front of every address: the key, the rate, the form of a refusal."""

import hmac
import math
from collections import deque

from starlette.responses import JSONResponse


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
