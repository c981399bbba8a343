"""A response on its way through to a client that speaks OpenAI's Responses API."""

from collections.abc import Mapping
from typing import Any

import orjson
from tollgate_common.rating import Price, Units

from tollgate_providers.failures import AnswerFailed, FailureKind, unusable
from tollgate_providers.formats.responses.draft import Draft
from tollgate_providers.formats.responses.provider_answer import DEFECTS, Meter
from tollgate_providers.receipt import with_cost
from tollgate_providers.signatures import unpacked
from tollgate_providers.sse import LineTooLong, Splitter

# What the client runs itself; all others run at OpenAI, and are charged apart.
_FREE_TOOLS = ("function", "custom")
# What is charged at another price, and what is or has been kept at the provider.
_APART: Mapping[str, tuple[object, ...]] = {
    "service_tier": ("auto", "default"),
    "background": (False,),
    "previous_response_id": (),
    "conversation": (),
    "prompt": (),
}
_NOT_OFFERED = "is not offered here"


def read_body(data: bytes) -> dict[str, Any]:
    """The client's body. AnswerFailed when it cannot be passed on."""
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _invalid("The body is not JSON.") from error
    if not isinstance(fields, dict):
        raise _invalid("The body is not an object.")
    for name, free in _APART.items():
        if fields.get(name) is not None and fields[name] not in free:
            raise _invalid(f"{name}: {_NOT_OFFERED}; leave it out.", name)
    _refuse_tools(fields.get("tools"), "tools")
    for number, item in enumerate(_listed(fields.get("input"))):
        if isinstance(item, dict):
            _check_item(item, f"input[{number}]")
    return fields


def _check_item(item: Mapping[str, Any], at: str) -> None:
    """Some items bring further tools, and reasoning may be another provider's."""
    _refuse_tools(item.get("tools"), f"{at}.tools")
    sealed = item.get("encrypted_content")
    if isinstance(sealed, str) and unpacked(sealed, "openai")[1] != "openai":
        raise _invalid(f"{at}: only its own provider can read it; leave it out.", at)


def _refuse_tools(tools: object, at: str) -> None:
    for number, tool in enumerate(_listed(tools)):
        kind = tool.get("type") if isinstance(tool, dict) else None
        if kind == "namespace":
            _refuse_tools(tool.get("tools"), f"{at}[{number}].tools")
        elif kind not in _FREE_TOOLS:
            raise _invalid(f"{at}[{number}].type: {kind} {_NOT_OFFERED}.", f"{at}[{number}].type")


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _invalid(message: str, param: str = "") -> AnswerFailed:
    return AnswerFailed(FailureKind.INVALID_REQUEST, message, param=param)


class ResponseStream:
    """An AnswerStream: payloads pass untouched, but for what the answer has cost."""

    def __init__(self, price: Price | None) -> None:
        self.output_bytes = 0
        self.reasoning_bytes = 0
        self.complete = False
        self.failure: AnswerFailed | None = None
        self._price = price
        self._meter = Meter()
        self._draft = Draft()
        self._splitter = Splitter()

    @property
    def model(self) -> str:
        return self._meter.model

    def feed(self, data: bytes) -> bytes:
        try:
            return self._pass(self._splitter.feed(data))
        except LineTooLong:
            self.failure = unusable("had a line that never ended")
            return b""

    def finish(self) -> bytes:
        return self._pass(self._splitter.finish())

    def cut(self) -> bytes:
        self.complete = True
        return b"".join(
            _framed(event["type"].encode(), orjson.dumps(event)) for event in self._draft.cut()
        )

    def reported(self) -> Units | None:
        return self._meter.units()

    def reported_input(self) -> None:
        return None

    def _pass(self, payloads: list[bytes]) -> bytes:
        meter = self._meter
        kept: list[bytes] = []
        for payload in payloads:
            try:
                event = orjson.loads(payload)
                kind = event["type"].encode()
                meter.see(event)
                self._draft.see(event)
            except DEFECTS:
                meter.failure = unusable("was garbled")
            if meter.failure:
                break
            if meter.complete:
                payload = with_cost(payload, meter.units(), self._price)
            kept.append(_framed(kind, payload))
            if meter.complete:
                break
        self.output_bytes = meter.output_bytes
        self.reasoning_bytes = meter.reasoning_bytes
        self.complete = meter.complete
        self.failure = meter.failure
        return b"".join(kept)


def _framed(kind: bytes, payload: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind, payload)
