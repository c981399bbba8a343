"""Whatever a provider does, its client is told, and billed once for what it got."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from openai.types import CompletionUsage
from prices import INPUT, MODEL, OUTPUT, by_hand
from stack import Stack
from tollgate.events.v1 import usage_pb2

CHUNKS = 20
# Tokens: variant and the question are some thirty, and our own count is no more than twice that.
PROMPT_MAX = 80
CUT = usage_pb2.OUTCOME_UPSTREAM_CUT
FAILED = usage_pb2.OUTCOME_FAILED


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the provider does, and what must come of it."""

    directive: str
    # HTTP status, and what a stream that has begun ends with: a code, or "" when it is complete.
    status: int = 200
    error: str = ""
    outcome: int = usage_pb2.OUTCOME_COMPLETED
    # We had to count, since the provider did not, or lied.
    estimated: bool = False
    model: str = MODEL
    retry_after: str | None = None


def cut(directive: str, error: str = "upstream_error") -> Fault:
    """A stream that breaks off."""
    return Fault(directive=directive, error=error, outcome=CUT, estimated=True)


def refused(directive: str, status: int, outcome: int = FAILED, **more: Any) -> Fault:
    """No answer at all."""
    return Fault(
        directive=directive, status=status, outcome=outcome, estimated=outcome == CUT, **more
    )


REFUSALS = [
    refused("status=400", 400),
    refused("status=401", 502),
    refused("status=402", 502),
    refused("status=403", 502),
    refused("status=404", 400),
    refused("status=429 retry_after=7", 429, retry_after="7"),
    refused("status=429", 429),
    refused("status=500", 502),
    refused("status=502", 502),
    refused("status=503", 502),
    refused("status=529", 429),
]
STREAMS = [
    *REFUSALS,
    *(
        Fault(directive=f"malformed={kind}")
        for kind in ("no_blank_line", "crlf", "no_space", "comments", "split_utf8")
    ),
    *(cut(f"malformed={kind}") for kind in ("json", "bad_utf8", "long_line")),
    refused("malformed=gzip_bomb", 502, CUT),
    cut("cut_after=9"),
    cut("error_after=9"),
    Fault(directive="no_done", error="upstream_error", outcome=CUT),
    refused("cut_after=0", 502, CUT),
    *(
        Fault(directive=f"usage={kind}", estimated=True)
        for kind in ("none", "zero", "negative", "huge", "string", "float", "contradictory")
    ),
    Fault(directive="usage=every_chunk"),
    Fault(directive="usage=in_choice", model="kimi-k2.6"),
    Fault(directive="answer_model=a-cheaper-one"),
    Fault(directive="slow_bytes=7"),
    Fault(directive="finish=content_filter"),
]
UNARY = [
    *REFUSALS,
    *(refused(f"malformed={kind}", 502, CUT) for kind in ("json", "bad_utf8", "gzip_bomb")),
    refused("cut_after=1", 502, CUT),
    *(
        Fault(directive=f"usage={kind}", estimated=True)
        for kind in ("none", "zero", "negative", "huge", "string", "float", "contradictory")
    ),
    Fault(directive="answer_model=a-cheaper-one"),
    Fault(directive="hang_after=2"),
    Fault(directive="cut_after=2"),
]
SILENT_STREAMS = [
    refused("first_delay_ms=60000", 504),
    refused("hang_after=0", 504, CUT),
    cut("hang_after=9", "upstream_timeout"),
]
SILENT_UNARY = [
    refused("first_delay_ms=60000", 504),
    refused("hang_after=1", 504, CUT),
]


async def test_streams(stack: Stack) -> None:
    await asyncio.gather(*(_play(stack, fault, stream=True) for fault in STREAMS))


async def test_whole_answers(stack: Stack) -> None:
    await asyncio.gather(*(_play(stack, fault, stream=False) for fault in UNARY))


async def test_silence(impatient: Stack) -> None:
    await asyncio.gather(
        *(_play(impatient, fault, stream=True) for fault in SILENT_STREAMS),
        *(_play(impatient, fault, stream=False) for fault in SILENT_UNARY),
    )


async def _play(stack: Stack, fault: Fault, *, stream: bool) -> None:
    customer = await stack.customer()
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}"},
        json={
            "model": fault.model,
            "messages": [
                {"role": "user", "content": f"hello [[sandbox chunks={CHUNKS} {fault.directive}]]"}
            ],
            "stream": stream,
            **({"stream_options": {"include_usage": True}} if stream else {}),
        },
    )
    case = f"{fault.directive}, stream={stream}: {answer.status_code} {answer.text[-300:]}"
    assert answer.status_code == fault.status, case
    assert answer.headers.get("retry-after") == fault.retry_after, case
    for secret in ("127.0.0.1", "sk-sandbox", "Traceback", "sandbox-"):
        assert secret not in answer.text, case
    usage = _read(answer.text, fault, case, stream=stream)

    [entry] = await stack.posted(customer, 1)
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    assert record.outcome == fault.outcome, f"{case}\n{record}"
    assert record.estimated == fault.estimated, f"{case}\n{record}"
    assert record.status == fault.status, f"{case}\n{record}"
    cost = -entry.amount_nano
    if fault.outcome == FAILED:
        assert cost == 0, case
    elif fault.estimated:
        least = 0 if fault.outcome == CUT else CHUNKS * OUTPUT / 4
        assert least < cost <= PROMPT_MAX * INPUT + 2 * CHUNKS * OUTPUT, f"{case}\n{record}"
    elif fault.model == MODEL:
        assert cost == by_hand(usage), f"{case}\n{record}"
    else:
        assert record.units.output == CHUNKS, f"{case}\n{record}"


def _read(text: str, fault: Fault, case: str, *, stream: bool) -> CompletionUsage | None:
    """Checks that the client can tell how it went; gives the usage that it is shown."""
    if fault.status != 200:
        assert json.loads(text)["error"]["message"], case
        return None
    if not stream:
        answer = json.loads(text)
        assert answer["choices"][0]["message"]["content"], case
        return None if fault.estimated else CompletionUsage(**answer["usage"])
    payloads = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    if fault.error:
        error = json.loads(payloads[-1])["error"]
        assert fault.error in (error["type"], error["code"]), case
        assert "[DONE]" not in text, case
        return None if fault.estimated else CompletionUsage(**json.loads(payloads[-2])["usage"])
    assert payloads[-1] == "[DONE]", case
    events = [json.loads(payload) for payload in payloads[:-1]]
    pieces = [
        choice["delta"]["content"]
        for event in events
        for choice in event["choices"]
        if choice["delta"].get("content")
    ]
    assert len(pieces) == CHUNKS, case
    return None if fault.estimated else CompletionUsage(**events[-1]["usage"])
