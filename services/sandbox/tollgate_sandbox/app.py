"""The provider as an ASGI app, without a framework on the hot path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope, Send

from tollgate_common.clock import Clock, SystemClock
from tollgate_common.server import Runtime

from . import plans, refusals
from .journal import Journal, State
from .models import list_models, show_model
from .playing import play
from .settings import Settings
from .vendors import BY_PREFIX, Vendor

BODY_BYTES_MAX = 32 << 20
WAIT_SECONDS_MAX = 60.0
_KEYS = "sk-sandbox"
_CHAT = {f"{prefix}/chat/completions": vendor for prefix, vendor in BY_PREFIX.items()}
_MODELS = tuple(f"{prefix}/models" for prefix in BY_PREFIX)
_JOURNAL = "/_sandbox/requests"


class Sandbox:
    """Routes and answers. All state is the journal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._journal = Journal()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        headers = dict(scope["headers"])
        try:
            if path in _CHAT:
                if method != "POST":
                    raise refusals.wrong_method(method, path)
                await self._chat(_CHAT[path], scope, headers, receive, send)
            elif path.startswith(_JOURNAL):
                await _respond(send, *await self._show_journal(path, scope))
            else:
                _key_of(headers)
                await _respond(send, 200, _show_models(method, path))
        except refusals.Refusal as refusal:
            await _respond(send, refusal.status, refusal.body())

    async def _chat(
        self,
        vendor: Vendor,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> None:
        began = self._clock.monotonic()
        key = _key_of(headers)
        _check_content_type(headers)
        body = await _read_body(receive)
        if body is None:
            return
        entry = self._journal.open(scope["path"], scope["headers"], body)
        went_out = False
        try:
            plan = self._plan(entry, vendor, key, headers)
            milliseconds = round((self._clock.monotonic() - began) * 1000)
            went_out = await play(
                plan, [*plan.headers, *_openai_headers(entry.id, milliseconds)], entry, receive, send
            )
        finally:
            self._journal.close(entry, State.FINISHED if went_out else State.CANCELLED)
