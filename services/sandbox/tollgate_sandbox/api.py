"""The provider's HTTP side: dialects, bodies, and the journal that tests read."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

import orjson
from tollgate_common.clock import Clock

from . import plans
from .anthropic.dialect import Anthropic
from .asgi import Headers, Receive, Scope, Send, read_body, respond
from .bodies import decode, media_of
from .formats import Dialect, Format, Query
from .gemini.dialect import Gemini, is_gemini
from .journal import Entry, Journal, State
from .openai.dialect import OpenAI
from .operations import Operation
from .playing import play
from .refusals import Refusal, invalid

WAIT_SECONDS_MAX = 60.0
_OPENAI, _ANTHROPIC, _GEMINI = OpenAI(), Anthropic(), Gemini()
_JOURNAL = "/_sandbox/requests"
_NUMBER_MAX = 2.0**53


def dialect_of(path: str, headers: Headers) -> Dialect:
    """The path tells; at /v1/models, which all of them have, a vendor's own header does."""
    if is_gemini(path, headers):
        return _GEMINI
    if path.startswith("/v1/messages"):
        return _ANTHROPIC
    if path.startswith("/v1/models") and b"anthropic-version" in headers:
        return _ANTHROPIC
    return _OPENAI


@dataclass(frozen=True, slots=True)
class _Call:
    """A request whose key is good and whose path is an operation's."""

    id: str
    dialect: Dialect
    at: Format | Operation
    key: str
    scenario: str
    content_type: str


class Sandbox:
    """An ASGI app. Its only state is the journal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._journal = Journal()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method, headers = scope["path"], scope["method"], dict(scope["headers"])
        dialect = dialect_of(path, headers)
        request_id = self._journal.next_id()
        try:
            query = _query(scope["query_string"])
            if path.startswith(_JOURNAL) and method == "GET":
                await respond(send, *await self._show(path, query))
                return
            key = dialect.key_of(headers, query)
            at = dialect.format_at(path, headers, query)
            if at is None:
                await respond(send, 200, dialect.show(method, path))
                return
            if method != "POST":
                raise dialect.words.wrong_method(method, path)
            asked_for = headers.get(b"x-sandbox-scenario", b"").decode("latin-1")
            content_type = headers.get(b"content-type", b"").decode("latin-1")
            _check_content_type(content_type, at)
            call = _Call(request_id, dialect, at, key, asked_for, content_type)
            await self._serve(call, scope, receive, send)
        except Refusal as refusal:
            body = dialect.words.envelope(refusal, request_id)
            await respond(send, refusal.status, body, dialect.own_headers(request_id, 0))

    async def _serve(self, call: _Call, scope: Scope, receive: Receive, send: Send) -> None:
        began = self._clock.monotonic()
        body = await read_body(receive, call.at.words.too_large)
        if body is None:
            return
        entry = self._journal.open(call.id, scope["path"], scope["headers"], body)
        went_out = False
        try:
            plan = self._plan(entry, body, call)
            took_ms = round((self._clock.monotonic() - began) * 1000)
            own = call.dialect.own_headers(entry.id, took_ms)
            went_out = await play(plan, [*plan.headers, *own], entry, receive, send)
        finally:
            self._journal.close(entry, State.FINISHED if went_out else State.CANCELLED)

    def _plan(self, entry: Entry, raw: bytes, call: _Call) -> plans.Plan:
        try:
            body = decode(raw, call.content_type, call.at)
            self._journal.describe(entry, body.canonical)
            asked = plans.read(body, call.at, call.key, call.scenario)
            scenario = asked.scenario
            self._journal.name(entry, asked.model, scenario.tag)
            if scenario.status and not self._has_failed_enough(scenario.tag, scenario.times):
                return plans.refuse(asked, call.at, call.key, call.id)
            return plans.answer(asked)
        except Refusal as refusal:
            return plans.refusal_plan(refusal, call.at.words, call.id)

    def _has_failed_enough(self, tag: str, times: int) -> bool:
        return 0 < times < len(self._journal.since(0, tag))

    async def _show(self, path: str, query: Query) -> tuple[int, bytes]:
        name, _, verb = path.removeprefix(_JOURNAL).strip("/").partition("/")
        if not name:
            entries = self._journal.since(int(_number(query, "since")), query.get("tag", ""))
            return 200, orjson.dumps({"requests": [entry.as_json() for entry in entries]})
        if verb != "wait":
            raise _OPENAI.words.no_such_url("GET", path)
        state = query.get("state", State.FINISHED)
        if state not in list(State):
            raise invalid(f"'state' has to be one of {', '.join(State)}", param="state")
        timeout_s = min(_number(query, "timeout", "5"), WAIT_SECONDS_MAX)
        found = await self._journal.wait(name, State(state), timeout_s)
        if found is None:
            raise Refusal(
                HTTPStatus.REQUEST_TIMEOUT, f"'{name}' is not {state} yet", kind="timeout"
            )
        return 200, orjson.dumps(found.as_json())


def _query(raw: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(raw.decode("latin-1")).items()}


def _number(query: Query, name: str, default: str = "0") -> float:
    text = query.get(name, default)
    if not text.replace(".", "", 1).isdecimal():
        raise invalid(f"'{name}' has to be a number", param=name)
    return min(float(text), _NUMBER_MAX)


def _check_content_type(content_type: str, at: Format | Operation) -> None:
    if content_type.partition(";")[0].strip().lower() != media_of(at):
        raise at.words.wrong_content_type(content_type)
