"""The client of one model behind an HTTP address, over the official `openai` package."""

import json
import threading
import time
from dataclasses import dataclass
from functools import cached_property

from course import address, completion, faults
from course.budget import Budget
from course.errors import CourseError, LimitReached, ProviderError
from course.messages import ALL, check_options, normalise
from course.reply import Door, Reply
from course.secret import Secret

OPENAI = "https://api.openai.com/v1"
TRIES = 3  # how often one call is sent at most
PATIENCE = 20.0  # seconds of waiting between tries that a reader will sit through
SECONDS = 60.0  # how long the provider may stay silent
MESSAGE_TOKENS = 8  # what a message costs at most besides its text
EVERY = 10**6  # alternatives of a token: more than any vocabulary has
PRACTICE_NAME = "the practice provider"


@dataclass(frozen=True)
class SentRequest:
    """One HTTP request as it left the machine; only the key is masked."""

    method: str
    host: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> dict:
        """The body, read as JSON."""
        return json.loads(self.body)

    def __str__(self) -> str:
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\n".join([*lines, "", self.body.decode("utf-8", errors="replace")])

    def _repr_pretty_(self, printer, cycle) -> None:
        printer.text(str(self))


class Endpoint:
    """A model at an OpenAI-compatible address; answers like a local one.

    base_url: for instance "http://127.0.0.1:8000/v1". door: what replies are marked with.
    max_calls, max_tokens: limits over the life of the endpoint, tokens of prompts and answers
        together; a call that could pass one is refused before it is sent. budget: one to share.
    last_request: what the last call sent, or None.
    """

    def __init__(
        self,
        base_url: str,
        api_key: "str | Secret",
        model: str,
        door: Door,
        max_calls: int | None = None,
        max_tokens: int | None = None,
        *,
        budget: Budget | None = None,
        seconds: float = SECONDS,
        patience: float = PATIENCE,
    ) -> None:
        # From here on no variable of this frame holds the key as text: tracebacks show variables.
        api_key = Secret(api_key)
        self.base_url, self.model, self.door = base_url, model, Door(door)
        # The practice provider's port differs in every run, so sentences do not show it.
        host = address.host_of(base_url)
        if self.door is Door.LIVE:
            address.check_private(base_url)
        self.where = PRACTICE_NAME if self.door is Door.PRACTICE else host
        self._key = api_key.check()
        self.budget = budget or Budget(max_calls, max_tokens)
        self.last_request: SentRequest | None = None
        self._seconds, self._patience = seconds, patience
        self._limit_name = "max_completion_tokens" if base_url == OPENAI else "max_tokens"
        self._left_out: set[str] = set()
        self._closed = False
        self._making = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.model!r} at {self.where}, {self.door})"

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; calling it twice does no harm."""
        self._closed = True
        if "_http" in vars(self):  # else nothing was opened
            self._http.close()

    def log(self) -> list[dict] | None:
        """What the provider kept of the calls: None, because a provider does not show it."""
        return None

    # -- answering ------------------------------------------------------------------------------

    def chat(
        self,
        messages: str | list[dict[str, str]],
        *,
        max_tokens: int = 128,
        temperature: float = 0.0,
        seed: int = 0,
        logprobs: int | str | None = None,
    ) -> Reply:
        """Answers a conversation; the options are those of a local model.

        A provider decides for itself how many log-probabilities it gives; most refuse "all".
        A call that fails in a passing way is sent again, three times in all. Raises LimitReached
        before sending, and ProviderError (KeyRefused, RateLimited ...) with one sentence.
        """
        check_options(max_tokens, temperature, seed, logprobs)
        turns = normalise(messages)
        options = {"temperature": temperature, "seed": seed}
        if logprobs is not None:
            count = EVERY if logprobs == ALL else logprobs
            options |= {"logprobs": True, "top_logprobs": count}
        if self._closed:
            raise ProviderError(f"The connection to {self.where} was closed: open a new one.")
        unusable = self._prepare()
        if unusable is not None:
            raise unusable
        start = time.perf_counter()
        answer = self._answer(turns, max_tokens, options)
        latency = time.perf_counter() - start
        return completion.reply(answer, latency, self.door, self.model, self.where)

    def _answer(self, turns: list[dict], max_tokens: int, options: dict) -> dict:
        """The provider's answer after at most TRIES sendings; raises what the last one met."""
        most = _most_tokens(turns, max_tokens)
        left, failed = self._patience, None
        for attempt in range(TRIES):
            hold = self._hold(most, failed)
            answer, failed = self._send(self._request(turns, max_tokens, options))
            if answer is not None:
                self.budget.settle(hold, completion.used(answer))
                return answer
            if failed.nothing_sent:
                self.budget.cancel(hold)
            elif failed.status is not None:
                self.budget.settle(hold, 0)
            if attempt + 1 == TRIES or not (self._adapts(failed) or failed.again):
                break
            if failed.again:
                pause = 0.5 * 2**attempt if failed.wait is None else failed.wait
                if pause > left:
                    break
                left -= pause
                time.sleep(pause)
        raise failed.error

    def _hold(self, most: int, failed: "_Failure | None"):
        try:
            return self.budget.hold(most)
        except LimitReached:
            # No calls are left for a second try: what went wrong the first time is the news.
            if failed is not None:
                raise failed.error from None
            raise

    def _request(self, turns: list[dict], max_tokens: int, options: dict) -> dict:
        request = {"model": self.model, "messages": turns, self._limit_name: max_tokens, **options}
        return {name: value for name, value in request.items() if name not in self._left_out}

    def _adapts(self, failed: "_Failure") -> bool:
        """Some live models refuse an option by name; the call is then sent without it."""
        name = failed.refused_option
        if name == "max_tokens" and self._limit_name == "max_tokens":
            self._limit_name = "max_completion_tokens"
            return True
        if name in ("temperature", "seed") and name not in self._left_out:
            self._left_out.add(name)
            return True
        return False

    def _send(self, request: dict) -> "tuple[dict | None, _Failure | None]":
        """One HTTP call. Failures are returned: raised from the client's own frames, their
        traceback would hold the request and with it the key."""
        import openai

        interrupted = False
        try:
            raw = self._client.chat.completions.with_raw_response.create(**request)
            answer = json.loads(raw.http_response.content)
        except openai.APIStatusError as error:
            failed = self._failure_of_status(error)
        except KeyboardInterrupt:
            interrupted = True
        except Exception as error:  # a provider can break a client in ways no list covers
            fault = faults.of_exception(error, self.where)
            failed = _Failure(fault, nothing_sent=faults.never_connected(error))
        else:
            if completion.is_completion(answer):
                return answer, None
            failed = _Failure(faults.unreadable(self.where))
        if interrupted:
            raise KeyboardInterrupt  # anew, without the client's frames
        return None, failed

    def _failure_of_status(self, error) -> "_Failure":
        headers, body = error.response.headers, error.body
        fault = faults.of_status(error.status_code, headers, body, self.where, self.model)
        fault = type(fault)(self._key.mask(str(fault)))
        said = faults.details(body)
        refused = said.get("param") if error.status_code == 400 else None
        again = error.status_code in faults.TRY_AGAIN and said.get("code") != "insufficient_quota"
        wait = faults.retry_after(headers)
        return _Failure(fault, error.status_code, again, wait, refused_option=refused)

    # -- the client -----------------------------------------------------------------------------

    def _prepare(self) -> CourseError | None:
        """Makes the client, before the clock starts: loading its package takes a second.

        A failure is returned, as in `_send`.
        """
        try:
            with self._making:  # two threads must not make two
                self._client  # noqa: B018
        except Exception as error:  # settings of the machine that httpx cannot use
            return ProviderError(
                f"The way to {self.where} cannot be opened ({type(error).__name__}): check the "
                "proxy and certificate settings in HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE."
            )
        return None

    @cached_property
    def _http(self):
        import openai

        return openai.DefaultHttpxClient(
            # A redirect would take the key along to whatever host it names.
            follow_redirects=False,
            # A proxy named in the environment must not see what is meant for this machine.
            trust_env=not address.is_loopback(self.base_url),
            timeout=self._seconds,
            event_hooks={"request": [self._remember]},
        )

    @cached_property
    def _client(self):
        import openai

        client = openai.OpenAI(
            base_url=self.base_url,
            api_key=self._key.reveal(),
            max_retries=0,
            http_client=self._http,
        )
        if self.door is not Door.LIVE:
            client.organization = client.project = None  # the environment's, not this provider's
        return client

    def _remember(self, request) -> None:
        if not request.url.path.endswith("/chat/completions"):
            return
        headers = tuple((name, self._key.mask(value)) for name, value in request.headers.items())
        path = request.url.raw_path.decode("ascii")
        body = bytes(request.read())
        self.last_request = SentRequest(
            request.method, request.headers.get("host", ""), path, headers, body
        )


@dataclass(frozen=True)
class _Failure:
    """Why one sending brought no answer, and whether another may."""

    error: CourseError
    status: int | None = None
    again: bool = False
    wait: float | None = None
    nothing_sent: bool = False
    refused_option: str | None = None


def _most_tokens(turns: list[dict], max_tokens: int) -> int:
    """The most a call can cost: a token stands for at least one byte of text."""
    text = sum(len(turn["content"].encode("utf-8")) + MESSAGE_TOKENS for turn in turns)
    return text + MESSAGE_TOKENS + max_tokens
