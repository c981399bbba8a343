"""A plan: everything that will be sent for one request, decided before the first byte is."""

from dataclasses import dataclass, replace

import orjson

from .answers import compose
from .chat import ChatRequest
from .faults import gzip_bomb, spoil, spoil_completion
from .formats import Format
from .models import exists
from .refusals import HTML_BAD_GATEWAY, Refusal, Words
from .rendering import Answer, identify
from .scenarios import PLAIN, Scenario, parse, split_suffix
from .usage import count

PROMPT_TOKENS_MAX = 1 << 20

_Headers = tuple[tuple[bytes, bytes], ...]
_JSON: _Headers = ((b"content-type", b"application/json"),)


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


def read(body: bytes, at: Format, key: str, header: str) -> Asked:
    """Checks a request's body. Raises Refusal."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise at.words.not_json() from None
    model, suffix = split_suffix(at.model_of(document))
    chat = at.read(document, model)
    if not exists(model):
        raise at.words.no_such_model(model)
    if chat.prompt.tokens > PROMPT_TOKENS_MAX:
        raise at.words.too_many_tokens(PROMPT_TOKENS_MAX, chat.prompt.tokens)
    scenario = parse(split_suffix(key)[1], suffix, header, chat.prompt.directive)
    return Asked(body, model, chat, replace(scenario, usage=scenario.usage or at.usage))


def answer(asked: Asked, at: Format) -> Plan:
    """How to answer, without any refusal that the scenario asks for."""
    chat, scenario = asked.chat, asked.scenario
    stream: _Headers = ((b"content-type", at.stream_type), (b"cache-control", b"no-cache"))
    if scenario.malformed == "gzip_bomb":
        headers = ((b"content-encoding", b"gzip"), *(stream if chat.stream else _JSON))
        return Plan(200, headers, (gzip_bomb(),), scenario)
    choices = compose(chat, scenario)
    composed = Answer(
        identity=identify(asked.body, scenario.answer_model or asked.model),
        request=chat,
        scenario=scenario,
        choices=choices,
        counts=count(chat.prompt.tokens, choices, scenario.cached, chat.cache_breaks),
    )
    if not chat.stream:
        body = spoil_completion(at.whole(composed), scenario.malformed, at.text_key)
        return _unary(200, body, scenario)
    writes = _faulty(at.events(composed), at, scenario)
    return Plan(200, stream, tuple(_sliced(writes, scenario.slow_bytes)), scenario)


def _faulty(events: list[bytes], at: Format, scenario: Scenario) -> list[bytes]:
    if scenario.no_done:
        events = events[:-1]
    if scenario.error_after is not None:
        events = events[: scenario.error_after]
        events = [*events, at.stream_error(len(events))]
    return spoil(events, scenario.malformed, at.text_key) if scenario.malformed else events


def refuse(asked: Asked, at: Format, key: str, request_id: str) -> Plan:
    """The refusal that the scenario asks for, as late as it asks."""
    scenario = asked.scenario
    refusal = at.words.forced(scenario.status, model=asked.model, key=key)
    timing = replace(PLAIN, first_delay_ms=scenario.first_delay_ms)
    if refusal.status == 502:
        # A proxy in front of the provider answers this one, and it speaks HTML.
        return Plan(502, ((b"content-type", b"text/html"),), (HTML_BAD_GATEWAY,), timing)
    plan = refusal_plan(refusal, at.words, request_id, timing)
    if scenario.retry_after is None:
        return plan
    return replace(plan, headers=(*plan.headers, (b"retry-after", b"%d" % scenario.retry_after)))


def refusal_plan(refusal: Refusal, words: Words, request_id: str, timing: Scenario = PLAIN) -> Plan:
    return _unary(refusal.status, words.envelope(refusal, request_id), timing)


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
