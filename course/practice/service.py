"""The provider's outside: its addresses, and one form for every error.

A Starlette application around a `Menu` of engines. Nothing of an engine passes through unseen:
answers are put together from named fields, and an error says what the customer did, never what is
inside.
"""

from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from course.errors import PromptError, PromptTooLong
from course.practice import asked as reading
from course.practice import delivery, logprobs
from course.practice.books import Books
from course.practice.clock import Clock
from course.practice.engine import Answer
from course.practice.forms import Form, event
from course.practice.gate import COMPLETIONS, LimitHands, LimitRate, RefusalError, RequireKey
from course.practice.menu import Menu, Served
from course.practice.outages import Outages, Script
from course.reply import Reply

INTERNAL = "The server had an error while processing your request."


def create(
    menu: Menu,
    books: Books,
    key: str,
    clock: Clock,
    script: Script,
    requests_per_minute: int | None = None,
    policy: str = "top5",
) -> Starlette:
    """The provider as an ASGI application. policy: a name of `logprobs.POLICIES`."""
    service = _Service(menu, books, clock, policy)
    app = Starlette(
        routes=[
            Route(COMPLETIONS, service.chat, methods=["POST"]),
            Route("/v1/models", service.models, methods=["GET"]),
            Route("/v1/models/{name}", service.model, methods=["GET"]),
            Route("/practice/log", service.log, methods=["GET"]),
            Route("/practice/prices", service.prices, methods=["GET"]),
            Route("/practice/invoice", service.invoice, methods=["GET"]),
        ],
        middleware=[
            Middleware(RequireKey, key=key),
            Middleware(LimitRate, per_minute=requests_per_minute, clock=clock.seconds),
            Middleware(LimitHands),
            Middleware(Outages, script=script),
        ],
        exception_handlers={
            RefusalError: _refused,
            HTTPException: _wrong_address,
            ClientDisconnect: _nobody_there,
            Exception: _internal,
        },
    )
    app.router.redirect_slashes = False
    return app


class _Service:
    def __init__(self, menu: Menu, books: Books, clock: Clock, policy: str) -> None:
        self.menu, self.books, self.clock, self.policy = menu, books, clock, policy

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": self.menu.cards()})

    async def model(self, request: Request) -> Response:
        return JSONResponse(self.menu.card(request.path_params["name"]))

    async def log(self, request: Request) -> Response:
        return JSONResponse(self.books.log())

    async def prices(self, request: Request) -> Response:
        return JSONResponse(self.menu.prices())

    async def invoice(self, request: Request) -> Response:
        return JSONResponse(self.books.invoice())

    async def chat(self, request: Request):
        asked = await reading.read(request)
        served = self.menu.find(asked.get("model"))
        messages, options = reading.messages(asked), reading.options(asked)
        is_stream, with_usage = reading.streaming(asked)
        most = min(options["max_tokens"] or served.engine.context, served.engine.context)
        words = served.engine.words
        options["logprobs"] = logprobs.asked(asked, self.policy, words, most)
        call = _Call(self, request, served, messages, options)
        form = Form(served.name, int(self.clock.now().timestamp()), with_usage)
        return await (call.streamed(form) if is_stream else call.whole(form))


class _Call:
    """One completion, from the checked request to the books."""

    def __init__(self, service: _Service, request: Request, served: Served, messages, options):
        self.menu, self.books, self.served = service.menu, service.books, served
        self.client = request.headers.get("user-agent", "")
        self.fault = request.scope.get("fault")
        self.messages, self.options = messages, options

    async def whole(self, form: Form):
        try:
            reply = await self.served.engine.complete(self.messages, self.options)
        except PromptError as error:
            raise _unusable(error) from None
        self._enter(reply)
        text = JSONResponse(form.whole(reply)).body
        return delivery.as_json(text, self.fault, self.served.headers)

    async def streamed(self, form: Form):
        """Waits for the first piece, so that what is wrong with the prompt still has a status."""
        answer = Answer(self.served.engine, self.messages, self.options)
        pieces = answer.pieces()
        first = await anext(pieces, None)
        if first is None:
            try:
                await answer.whole()
            except PromptError as error:
                raise _unusable(error) from None
        events = self._events(form, answer, first, pieces)
        if self.fault is None:
            return delivery.EventStream(events, self.served.headers)
        parts = [part async for part in events]
        return delivery.Half(self.fault, parts, delivery.EVENTS, self.served.headers)

    async def _events(self, form: Form, answer: Answer, first, pieces) -> AsyncIterator[bytes]:
        try:
            yield form.opening()
            if first is not None:
                yield form.piece(*first)
            async for piece in pieces:
                yield form.piece(*piece)
            reply = await answer.whole()
        except GeneratorExit:  # the client has gone: what had been made until then is its own
            answer.leave()
            self._enter(await answer.whole())
            raise
        except Exception:  # the status was sent long ago, so the error is an event
            yield event(RefusalError(500, INTERNAL).body())
            return
        self._enter(reply)
        for part in form.closing(reply):
            yield part

    def _enter(self, reply: Reply) -> None:
        served = self.served
        self.menu.count(served)
        self.books.enter(
            self.client, served.name, served.prices, self.messages, reply.text, reply.usage
        )


def _unusable(error: PromptError) -> RefusalError:
    if isinstance(error, PromptTooLong):
        message = "This model's maximum context length is exceeded: shorten the messages."
        return RefusalError(400, message, code="context_length_exceeded", param="messages")
    # Its words are the template's, which is inside.
    return RefusalError(400, "This model does not take messages in this order.", param="messages")


# -- errors -------------------------------------------------------------------------------------


async def _refused(request: Request, error: RefusalError) -> Response:
    return error.response()


async def _wrong_address(request: Request, error: HTTPException) -> Response:
    message = f"Unknown request URL: {request.method} {request.url.path[:200]}."
    return RefusalError(error.status_code, message, code="unknown_url").response()


async def _nobody_there(request: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=400)  # nobody hears it


async def _internal(request: Request, error: Exception) -> Response:
    return RefusalError(500, INTERNAL).response()
