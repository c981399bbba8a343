"""A response on its way through to a client that speaks OpenAI's Responses API."""

from collections.abc import Mapping
from typing import Any

from tollgate_common.rating import Price

from tollgate_providers.body import fields_of
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.formats.responses.draft import Draft
from tollgate_providers.formats.responses.provider_answer import ENDS, Meter
from tollgate_providers.formats.typed import TypedStream, framed_all
from tollgate_providers.signatures import unpacked

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
    fields = fields_of(data)
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


class ResponseStream(TypedStream):
    """An AnswerStream for clients that speak OpenAI's Responses API."""

    counted = ENDS

    def __init__(self, price: Price | None) -> None:
        super().__init__(Meter(), price)
        self._draft = Draft()

    def cut(self) -> bytes:
        self.complete = True
        return framed_all(self._draft.cut())

    def _see(self, event: Mapping[str, Any]) -> None:
        super()._see(event)
        self._draft.see(event)
