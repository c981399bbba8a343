"""Whatever body a client sends: every provider gets a body of its own, or the client a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_providers.adapter import Ask
from tollgate_providers.conversion import wire_of
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.registry import load_adapters, load_dialects

from .fuzzing import examples, mutated, spliced, written
from .requests import EXAMPLES, Example

ADAPTERS = load_adapters()
DIALECTS = load_dialects()
ASKED = [example for example in EXAMPLES if not example.address.counts]


def operation_of(example: Example) -> str:
    operation = example.address.operation
    assert operation
    return operation.name


def ask(example: Example, body: bytes) -> Ask:
    return Ask(
        body=body,
        model="gpt-6-luna",
        stream=b"stream" in body or "stream" in example.path,
        include_usage=True,
        max_output_tokens=50,
        extra_reasoning_tokens=20,
        dialect=example.address.dialect.name,
        operation=operation_of(example),
        variant=example.variant,
        content_type=example.content_type,
        request_id="R1",
        canonical_model="every",
        created_s=1,
        input_tokens=10,
    )


def send(provider: str, asked: Ask) -> bytes:
    """What the provider gets; b"" when the client is told why not."""
    try:
        wire = wire_of(ADAPTERS[provider], DIALECTS, asked)
        assert wire.target(asked).startswith("/")
        return wire.body(asked)
    except AnswerFailed as failure:
        assert failure.kind in (FailureKind.INVALID_REQUEST, FailureKind.UNAVAILABLE)
        assert failure.message
        if failure.kind is FailureKind.INVALID_REQUEST and failure.param:
            assert failure.param.encode(errors="replace")
        return b""


each = pytest.mark.parametrize("example", ASKED, ids=[f"{e.path}?{e.query}" for e in ASKED])


@each
@examples(15)
@given(st.data())
def test_any_body(example: Example, data: st.DataObject) -> None:
    spoilt = spliced if isinstance(example.body, bytes) else mutated
    asked = ask(example, data.draw(spoilt(example.body)))
    for provider in ADAPTERS:
        send(provider, asked)


@each
def test_each_example_is_for_somebody(example: Example) -> None:
    body = example.body if isinstance(example.body, bytes) else written(example.body)
    assert any(send(provider, ask(example, body)) for provider in ADAPTERS)
