"""A plan: everything that will be sent for one request, decided before the first byte is."""

from dataclasses import dataclass, replace

import orjson

from .answers import compose
from .chat import ChatRequest, read_request
from .faults import gzip_bomb, spoil, spoil_completion
from .models import check_exists
from .refusals import HTML_BAD_GATEWAY, Refusal, forced, not_json, too_many_tokens
from .rendering import Answer, completion, events, identify
from .scenarios import PLAIN, Scenario, parse, split_suffix
from .usage import count
from .validate import validate
from .vendors import Vendor, vendor_of

PROMPT_TOKENS_MAX = 1 << 20

_Headers = tuple[tuple[bytes, bytes], ...]
_JSON: _Headers = ((b"content-type", b"application/json"),)
_SSE: _Headers = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
)
_STREAM_ERROR = (
    b'data: {"error":{"message":"The server had an error while processing your request. Sorry '
    b'about that!","type":"server_error","param":null,"code":null}}\n\n'
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is written, and when. `writes` are the events of a stream or the parts of a body."""

    status: int
    headers: _Headers
    writes: tuple[bytes, ...]
    scenario: Scenario = PLAIN

    @property
    def broken(self) -> bool:
        """It does not end as it should."""
        return self.scenario.cut_after is not None or self.scenario.hang_after is not None

    @property
    def apart(self) -> bool:
        """No two writes may reach the client as one."""
        return bool(self.scenario.slow_bytes) or self.scenario.malformed == "split_utf8"

    @property
    def immediate(self) -> bool:
        """Nothing is to be waited for, and the answer ends as it should."""
        scenario = self.scenario
        waits = scenario.delay_ms or scenario.first_delay_ms or self.apart
        return not waits and not self.broken


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid request, before it is decided how to answer."""

    body: bytes
    model: str
    chat: ChatRequest
    scenario: Scenario


def read(body: bytes, at: Vendor, key: str, header: str) -> Asked:
    """Checks a request's body. Raises Refusal."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise not_json() from None
    named = document.get("model") if isinstance(document, dict) else None
    model, suffix = split_suffix(named) if isinstance(named, str) else ("", "")
    chat = read_request(validate(document, vendor_of(at, model)))
    check_exists(model)
    if chat.prompt_tokens > PROMPT_TOKENS_MAX:
        raise too_many_tokens(PROMPT_TOKENS_MAX, chat.prompt_tokens)
    scenario = parse(split_suffix(key)[1], suffix, header, chat.directive)
    if at.name == "deepseek" and not scenario.usage:
        scenario = replace(scenario, usage="deepseek")
    return Asked(body, model, chat, scenario)


def answer(asked: Asked) -> Plan:
    """How to answer, without any refusal that the scenario asks for."""
    chat, scenario = asked.chat, asked.scenario
    if scenario.malformed == "gzip_bomb":
        headers = ((b"content-encoding", b"gzip"), *(_SSE if chat.stream else _JSON))
        return Plan(200, headers, (gzip_bomb(),), scenario)
    choices = compose(chat, scenario)
    composed = Answer(
        identity=identify(asked.body, scenario.answer_model or asked.model),
        request=chat,
        scenario=scenario,
        choices=choices,
        counts=count(chat.prompt_tokens, choices, scenario.cached),
    )
    if not chat.stream:
        body = spoil_completion(completion(composed), scenario.malformed)
        return _unary(200, body, scenario)
    writes = events(composed)
    if scenario.error_after is not None:
        writes = [*writes[: scenario.error_after], _STREAM_ERROR]
    if scenario.malformed:
        writes = spoil(writes, scenario.malformed)
    return Plan(200, _SSE, tuple(_sliced(writes, scenario.slow_bytes)), scenario)


def refuse(asked: Asked, key: str) -> Plan:
    """The refusal that the scenario asks for, as late as it asks."""
    scenario = asked.scenario
    refusal = forced(scenario.status, model=asked.model, key=key)
    timing = replace(PLAIN, first_delay_ms=scenario.first_delay_ms)
    if refusal.status == 502:
        # A proxy in front of the provider answers this one, and it speaks HTML.
        return Plan(502, ((b"content-type", b"text/html"),), (HTML_BAD_GATEWAY,), timing)
    plan = refusal_plan(refusal, timing)
    if scenario.retry_after is None:
        return plan
    return replace(plan, headers=(*plan.headers, (b"retry-after", b"%d" % scenario.retry_after)))


def refusal_plan(refusal: Refusal, timing: Scenario = PLAIN) -> Plan:
    return _unary(refusal.status, refusal.body(), timing)


def _unary(status: int, body: bytes, scenario: Scenario) -> Plan:
    headers = (*_JSON, (b"content-length", b"%d" % len(body)))
    if scenario.slow_bytes:
        return Plan(status, headers, tuple(_sliced([body], scenario.slow_bytes)), scenario)
    if scenario.cut_after is None and scenario.hang_after is None:
        return Plan(status, headers, (body,), scenario)
    half = len(body) // 2
    return Plan(status, headers, (body[:half], body[half:]), scenario)


def _sliced(writes: list[bytes], size: int) -> list[bytes]:
    if not size:
        return writes
    whole = b"".join(writes)
    return [whole[start : start + size] for start in range(0, len(whole), size)]
