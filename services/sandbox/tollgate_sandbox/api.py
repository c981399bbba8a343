"""The provider's HTTP side: routes, keys, bodies, and the journal that tests read."""

from http import HTTPStatus
from urllib.parse import parse_qs

import orjson
from tollgate_common.clock import Clock

from . import plans
from .asgi import Headers, RawHeaders, Receive, Scope, Send, read_body, respond
from .journal import Entry, Journal, State
from .models import list_models, show_model
from .playing import play
from .refusals import (
    Refusal,
    invalid,
    no_key,
    no_such_url,
    wrong_content_type,
    wrong_key,
    wrong_method,
)
from .vendors import BY_PREFIX, Vendor

WAIT_SECONDS_MAX = 60.0
_KEYS = "sk-sandbox"
_CHAT = {f"{prefix}/chat/completions": vendor for prefix, vendor in BY_PREFIX.items()}
_MODELS = tuple(f"{prefix}/models" for prefix in BY_PREFIX)
_JOURNAL = "/_sandbox/requests"
_NUMBER_MAX = 2.0**53


class Sandbox:
    """An ASGI app. Its only state is the journal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._journal = Journal()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        try:
            vendor = _CHAT.get(path)
            if vendor and method == "POST":
                await self._chat(vendor, scope, receive, send)
            elif vendor:
                raise wrong_method(method, path)
            elif path.startswith(_JOURNAL) and method == "GET":
                await respond(send, *await self._show(path, scope["query_string"]))
            else:
                _key_of(dict(scope["headers"]))
                await respond(send, 200, _show_models(method, path))
        except Refusal as refusal:
            await respond(send, refusal.status, refusal.body())

    async def _chat(self, vendor: Vendor, scope: Scope, receive: Receive, send: Send) -> None:
        began = self._clock.monotonic()
        headers: Headers = dict(scope["headers"])
        key = _key_of(headers)
        _check_content_type(headers)
        body = await read_body(receive)
        if body is None:
            return
        entry = self._journal.open(scope["path"], scope["headers"], body)
        went_out = False
        try:
            plan = self._plan(entry, body, vendor, key, headers)
            took_ms = round((self._clock.monotonic() - began) * 1000)
            own = _own_headers(entry.id, took_ms)
            went_out = await play(plan, [*plan.headers, *own], entry, receive, send)
        finally:
            self._journal.close(entry, State.FINISHED if went_out else State.CANCELLED)

    def _plan(
        self, entry: Entry, body: bytes, vendor: Vendor, key: str, headers: Headers
    ) -> plans.Plan:
        header = headers.get(b"x-sandbox-scenario", b"").decode("latin-1")
        try:
            asked = plans.read(body, vendor, key, header)
            scenario = asked.scenario
            self._journal.name(entry, asked.model, scenario.tag)
            if scenario.status and not self._has_failed_enough(scenario.tag, scenario.times):
                return plans.refuse(asked, key)
            return plans.answer(asked)
        except Refusal as refusal:
            return plans.refusal_plan(refusal)

    def _has_failed_enough(self, tag: str, times: int) -> bool:
        return 0 < times < len(self._journal.since(0, tag))

    async def _show(self, path: str, raw_query: bytes) -> tuple[int, bytes]:
        query = {name: values[-1] for name, values in parse_qs(raw_query.decode("latin-1")).items()}
        name, _, verb = path.removeprefix(_JOURNAL).strip("/").partition("/")
        if not name:
            entries = self._journal.since(int(_number(query, "since")), query.get("tag", ""))
            return 200, orjson.dumps({"requests": [entry.as_json() for entry in entries]})
        if verb != "wait":
            raise no_such_url("GET", path)
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


def _number(query: dict[str, str], name: str, default: str = "0") -> float:
    text = query.get(name, default)
    if not text.replace(".", "", 1).isdecimal():
        raise invalid(f"'{name}' has to be a number", param=name)
    return min(float(text), _NUMBER_MAX)


def _key_of(headers: Headers) -> str:
    scheme, _, key = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise no_key()
    if not key.startswith(_KEYS):
        raise wrong_key(key)
    return key


def _check_content_type(headers: Headers) -> None:
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise wrong_content_type(content_type)


def _own_headers(request_id: str, took_ms: int) -> RawHeaders:
    return [
        (b"x-request-id", request_id.encode()),
        (b"openai-organization", b"org-sandbox"),
        (b"openai-processing-ms", b"%d" % took_ms),
        (b"openai-version", b"2020-10-01"),
    ]


def _show_models(method: str, path: str) -> bytes:
    if method in ("GET", "HEAD"):
        for route in _MODELS:
            if path == route:
                return list_models()
            if path.startswith(f"{route}/"):
                return show_model(path.removeprefix(f"{route}/"))
    raise no_such_url(method, path)
