"""A plan: everything that will be sent for one request, decided before the first byte is."""

from dataclasses import dataclass, replace

from .bodies import Body
from .conversations import Conversation
from .faults import gzip_bomb, spoil, spoil_completion
from .formats import Format
from .models import exists
from .operations import Operation, Task
from .refusals import HTML_BAD_GATEWAY, Refusal, Words
from .rendering import identify
from .scenarios import PLAIN, Scenario, parse, split_suffix

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
    task: Task
    scenario: Scenario


def read(body: Body, at: Format | Operation, key: str, header: str) -> Asked:
    """Checks a request's body. Raises Refusal."""
    model, suffix = split_suffix(at.model_of(body.document))
    task: Task
    if isinstance(at, Operation):
        task = at.read(body.document, model)
    else:
        task = Conversation(at.read(body.document, model), at)
    if not exists(model):
        raise at.words.no_such_model(model)
    scenario = parse(split_suffix(key)[1], suffix, header, task.directive)
    return Asked(body.canonical, model, task, scenario)


def answer(asked: Asked) -> Plan:
    """How to answer, without any refusal that the scenario asks for."""
    scenario = asked.scenario
    reply = asked.task.reply(identify(asked.body, scenario.answer_model or asked.model), scenario)
    headers: _Headers = ((b"content-type", reply.content_type),)
    if reply.streamed:
        headers = (*headers, (b"cache-control", b"no-cache"))
    if scenario.malformed == "gzip_bomb":
        headers = ((b"content-encoding", b"gzip"), *headers)
        return Plan(200, headers, (gzip_bomb(),), scenario)
    if reply.streamed:
        writes = spoil(reply.parts, scenario.malformed, reply.text_key)
        return Plan(200, headers, tuple(_sliced(writes, scenario.slow_bytes)), scenario)
    body = spoil_completion(b"".join(reply.parts), scenario.malformed, reply.text_key)
    return _unary(200, body, scenario, headers)


def refuse(asked: Asked, at: Format | Operation, key: str, request_id: str) -> Plan:
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


def _unary(status: int, body: bytes, scenario: Scenario, headers: _Headers = _JSON) -> Plan:
    headers = (*headers, (b"content-length", b"%d" % len(body)))
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
