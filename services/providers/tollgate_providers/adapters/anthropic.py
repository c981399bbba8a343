"""Anthropic."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from tollgate_providers.adapter import Ask, Carrier, Reading, Wire
from tollgate_providers.body import fields_of, written
from tollgate_providers.complaint import complaint_of, failure_of
from tollgate_providers.failures import AnswerFailed, FailureKind, unusable
from tollgate_providers.formats.anthropic.provider_answer import MessageReader, MessageStream, Meter
from tollgate_providers.formats.anthropic.provider_request import write_request
from tollgate_providers.neutral import Request

_VERSION = "2023-06-01"
# What would be charged at other prices than the catalogue's.
_DEARER_BETAS = ("context-1m", "fast-mode")
_DEARER_FIELDS = {"speed": ("standard",), "inference_geo": ("global",), "container": ()}
_CHARGED_TOOLS = ("web_search", "code_execution")
# Models that want a budget of thinking tokens; all later ones take an effort.
_BUDGETED = re.compile(r"claude-(3|.*-4(-[015])?($|-\d{8}))")
# Anthropic names the field at fault at the beginning of its message.
_AT = re.compile(r"([a-z_]+(?:\.\w+)*): ")


class Anthropic:
    """Speaks a dialect of its own."""

    name = "anthropic"
    dialect = "anthropic"
    base_url = "https://api.anthropic.com"
    api_key_variable = "ANTHROPIC_API_KEY"
    base_url_variable = "ANTHROPIC_BASE_URL"
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType({})

    def target(self, ask: Ask) -> str:
        return "/v1/messages"

    def passes(self, ask: Ask) -> bool:
        return True

    def carrier(self, request: Request, ask: Ask) -> Carrier:
        return self

    def headers(self, credential: str, ask: Ask) -> Mapping[str, str]:
        headers = {"x-api-key": credential, "anthropic-version": _VERSION}
        if ask.dialect != self.dialect:
            return headers
        if version := ask.headers.get("anthropic-version"):
            headers["anthropic-version"] = version
        asked = ask.headers.get("anthropic-beta", "").split(",")
        betas = [beta.strip() for beta in asked if not beta.strip().startswith(_DEARER_BETAS)]
        if any(betas):
            headers["anthropic-beta"] = ",".join(betas)
        return headers

    def body(self, ask: Ask) -> bytes:
        fields = fields_of(ask.body)
        _refuse_dearer(fields)
        return _finished(fields, ask)

    def read(self, data: bytes) -> Reading:
        meter = Meter()
        try:
            meter.message(orjson.loads(data))
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            raise unusable("was not a message") from error
        return Reading(data, meter.units(), meter.output_bytes, meter.reasoning_bytes, meter.model)

    def stream(self, ask: Ask) -> MessageStream:
        return MessageStream(ask.price)

    def body_of(self, request: Request, ask: Ask) -> bytes:
        adaptive = not _BUDGETED.match(ask.model)
        fields = write_request(request, adaptive=adaptive)
        if ask.stream:
            fields["stream"] = True
        return _finished(fields, ask)

    def reader(self, ask: Ask) -> MessageReader:
        return MessageReader()

    def failure(
        self, status: int, body: bytes, credential: str, retry_after_s: int
    ) -> AnswerFailed:
        message, _, _ = complaint_of(body)
        at = _AT.match(message)
        # An unpaid bill comes with status 400, as if the request were at fault.
        ours = "credit balance" in message
        param = at[1] if at else ""
        return failure_of(status, message, param, credential, retry_after_s, ours=ours)


def _finished(fields: dict[str, Any], ask: Ask) -> bytes:
    return written(fields | {"model": ask.model, "max_tokens": ask.max_output_tokens})


def _refuse_dearer(fields: Mapping[str, Any]) -> None:
    """Whatever is charged apart from tokens, or at another price, would not be billed."""
    for name, free in _DEARER_FIELDS.items():
        if fields.get(name) is not None and fields[name] not in free:
            raise _invalid(f"{name}: is charged apart and not offered here; leave it out.", name)
    tools = fields.get("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else ()):
        kind = tool.get("type") if isinstance(tool, dict) else None
        if isinstance(kind, str) and kind.startswith(_CHARGED_TOOLS):
            at = f"tools[{number}].type"
            raise _invalid(f"{at}: {kind} is charged apart and not offered here.", at)


def _invalid(message: str, param: str = "") -> AnswerFailed:
    return AnswerFailed(FailureKind.INVALID_REQUEST, message, param=param)


ADAPTER = Anthropic()
