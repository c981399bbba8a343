"""A traced request is one trace, from the caller's span to its entry, and tells no secrets."""

import asyncio
import os

from collector import Collector
from openai import APIStatusError
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from prices import MODEL
from stack import Customer, Stack, eventually

SECRET = "what-nobody-else-may-read"
CONSUMERS = ("ledger: consume ledger", "metering: consume metering")


async def test_from_the_caller_to_the_entry(impatient: Stack, collector: Collector) -> None:
    stack = impatient
    customer = await stack.customer()
    trace_id, caller = os.urandom(16).hex(), os.urandom(8).hex()
    async with stack.client(customer) as client:
        stream = await client.chat.completions.create(
            model=MODEL,
            stream=True,
            messages=[{"role": "user", "content": f"{SECRET} [[sandbox chunks=5]]"}],
            extra_headers={"traceparent": f"00-{trace_id}-{caller}-01"},
        )
        answer = "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])
    [entry] = await stack.posted(customer, 1)

    names = ("edge: POST chat", f"providers: chat {MODEL}", *CONSUMERS)
    spans = await _spans(collector, trace_id, *names)
    edge, provider, ledger, metering = (spans[name] for name in names)
    assert edge.kind == Span.SPAN_KIND_SERVER
    assert edge.parent_span_id.hex() == caller
    assert provider.kind == Span.SPAN_KIND_CLIENT
    assert provider.parent_span_id == edge.span_id
    for consumer in (ledger, metering):
        assert consumer.kind == Span.SPAN_KIND_CONSUMER
        assert consumer.parent_span_id == provider.span_id
    # The first request of a key also waits for auth and ledger, which are its children.
    calls = [span for name, span in spans.items() if name not in names]
    assert {span.parent_span_id for span in calls} == {edge.span_id}

    assert _attributes(edge)["http.response.status_code"] == "200"
    attributes = _attributes(provider)
    [record] = await stack.usage(customer)
    assert (
        attributes.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "deepseek",
            "gen_ai.request.model": MODEL,
            "gen_ai.response.model": MODEL,
            "gen_ai.usage.input_tokens": str(record.units.input),
            "gen_ai.usage.output_tokens": str(record.units.output),
            "tollgate.request_id": entry.id.removeprefix("usage:"),
        }.items()
    )
    assert "error.type" not in attributes
    _tells_no_secrets(stack, collector, customer, answer)
    await stack.settled(customer)


async def test_of_a_failure(impatient: Stack, collector: Collector) -> None:
    stack = impatient
    customer = await stack.customer()
    trace_id = os.urandom(16).hex()
    async with stack.client(customer) as client:
        try:
            await client.chat.completions.create(
                model=MODEL,
                messages=[{"role": "user", "content": f"{SECRET} [[sandbox status=401]]"}],
                extra_headers={"traceparent": f"00-{trace_id}-{os.urandom(8).hex()}-01"},
            )
        except APIStatusError as error:
            assert error.status_code == 502
    await stack.posted(customer, 1)
    names = ("edge: POST chat", f"providers: chat {MODEL}", *CONSUMERS)
    spans = await _spans(collector, trace_id, *names)
    edge, provider = spans[names[0]], spans[names[1]]
    assert edge.status.code == provider.status.code == Status.STATUS_CODE_ERROR
    assert _attributes(edge)["error.type"] == "502"
    assert _attributes(provider)["error.type"] == "upstream_error"
    assert not edge.events and not provider.events
    _tells_no_secrets(stack, collector, customer)
    await stack.settled(customer)


async def test_many_at_once(impatient: Stack, collector: Collector) -> None:
    """Whoever consumes several events at once is linked to the trace of each."""
    stack = impatient
    customer = await stack.customer(usd="10")
    traces = [os.urandom(16).hex() for _ in range(30)]
    async with stack.client(customer) as client:
        await asyncio.gather(
            *(
                client.chat.completions.create(
                    model=MODEL,
                    messages=[{"role": "user", "content": "hi"}],
                    extra_headers={"traceparent": f"00-{trace_id}-{os.urandom(8).hex()}-01"},
                )
                for trace_id in traces
            )
        )
    await stack.posted(customer, len(traces))

    async def all_known() -> bool:
        seen = {name: set[str]() for name in CONSUMERS}
        for service, span in collector.all():
            if (name := f"{service}: {span.name}") in seen:
                seen[name] |= {span.trace_id.hex(), *(link.trace_id.hex() for link in span.links)}
        return all(found >= set(traces) for found in seen.values())

    await eventually("each trace is known to each consumer", all_known)
    await stack.settled(customer)


async def _spans(collector: Collector, trace_id: str, *names: str) -> dict[str, Span]:
    async def complete() -> dict[str, Span] | None:
        spans = collector.spans(trace_id)
        return spans if spans.keys() >= set(names) else None

    return await eventually(f"the spans {', '.join(names)}", complete)


def _attributes(span: Span) -> dict[str, str]:
    return {
        attribute.key: str(getattr(attribute.value, attribute.value.WhichOneof("value") or ""))
        for attribute in span.attributes
    }


def _tells_no_secrets(stack: Stack, collector: Collector, customer: Customer, *others: str) -> None:
    token = (stack.home / "token").read_text().strip()
    for secret in (SECRET, customer.key, token, "sk-sandbox", *others):
        assert not any(secret.encode() in payload for payload in collector.payloads)
