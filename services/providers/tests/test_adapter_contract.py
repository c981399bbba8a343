"""Every adapter in the folder does what the service relies on: a new file needs no new test.

What is about OpenAI's format runs over the adapters that speak it; the neutral side of all is
tested in test_reader_contract.py.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tollgate_common.rating import Units
from tollgate_providers.adapter import Adapter, Ask
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.registry import load_adapters

RECORDINGS = Path(__file__).parent / "recordings"
ADAPTERS = load_adapters()
COMPATIBLE = sorted(name for name, adapter in ADAPTERS.items() if adapter.dialect == "openai")
MODELS = load_catalogue(BUILT_IN, ADAPTERS)


def recorded(adapter: Adapter, name: str) -> Any:
    return json.loads((RECORDINGS / adapter.name / name).read_text())


def ask(adapter: Adapter, **fields: Any) -> Ask:
    request = recorded(adapter, "unary.json")["request"] | fields
    model = MODELS[request["model"]]
    return Ask(
        body=json.dumps(request).encode(),
        model=model.upstream,
        stream=request.get("stream", False),
        include_usage=bool(request.get("stream_options")),
        max_output_tokens=next(value for name, value in request.items() if name.startswith("max_")),
        extra_reasoning_tokens=model.extra_reasoning_tokens,
    )


@pytest.fixture(params=COMPATIBLE)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture(params=sorted(ADAPTERS))
def any_adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


def test_facts(any_adapter: Adapter) -> None:
    assert urlsplit(any_adapter.base_url).scheme == "https"
    assert not any_adapter.base_url.endswith("/")
    assert any_adapter.api_key_variable.endswith("_API_KEY")
    asked = Ask(body=b"", model="m", stream=False, include_usage=False, max_output_tokens=1)
    held = any_adapter.headers("sk-1", asked).values()
    assert sum("sk-1" in value for value in held) == 1
    assert any_adapter.target(asked).startswith("/")


def test_body_is_the_clients_with_our_limits(adapter: Adapter) -> None:
    recording = recorded(adapter, "unary.json")
    request = ask(adapter)
    kept = {k: v for k, v in recording["request"].items() if not k.startswith("max_")}
    expected = kept | recording["sent"] | {"model": request.model}
    assert json.loads(adapter.body(request)) == expected


def test_a_stream_always_reports_usage(adapter: Adapter) -> None:
    options = {"include_usage": False, "include_obfuscation": False}
    body = json.loads(adapter.body(ask(adapter, stream=True, stream_options=options)))
    assert body["stream_options"] == options | {"include_usage": True}


def test_a_whole_answer(adapter: Adapter) -> None:
    recording = recorded(adapter, "unary.json")
    data = json.dumps(recording["answer"]).encode()
    reading = adapter.read(data)
    assert reading.data is data
    assert reading.reported == Units(**recording["units"])
    assert reading.output_bytes > 0


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
@pytest.mark.parametrize("include_usage", [True, False])
def test_a_streamed_answer(adapter: Adapter, size: int, include_usage: bool) -> None:
    recording = (RECORDINGS / adapter.name / "stream.sse").read_bytes()
    expected = recorded(adapter, "stream.json")
    options = {"stream_options": {"include_usage": True}} if include_usage else {}
    stream = adapter.stream(ask(adapter, stream=True, **options))
    out = b"".join(stream.feed(recording[at : at + size]) for at in range(0, len(recording), size))
    assert stream.complete
    assert stream.failure is None
    assert stream.reported() == Units(**expected["units"])
    text = expected["text"]
    assert stream.output_bytes == len(text.encode())
    assert out.endswith(b"data: [DONE]\n\n")
    events = [json.loads(line[6:]) for line in out.split(b"\n\n")[:-2]]
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == text
    usage_chunks = [event for event in events if not event["choices"]]
    assert len(usage_chunks) == include_usage
    choices = [choice for event in events for choice in event["choices"]]
    assert sum(1 for told in (*events, *choices) if told.get("usage")) == include_usage
    assert include_usage or b'"usage":null' not in out


def test_a_refusal(any_adapter: Adapter) -> None:
    recording = recorded(any_adapter, "error.json")
    body = json.dumps(recording["body"]).encode()
    failure = any_adapter.failure(recording["status"], body, "sk-1", 7)
    assert failure.kind is FailureKind[recording["kind"]]
    assert recording["says"] in failure.message
    assert failure.param == recording["param"]
    assert failure.retry_after_s == (7 if failure.kind is FailureKind.RATE_LIMITED else 0)


@pytest.mark.parametrize(
    ("status", "kind", "elsewhere"),
    [
        (400, FailureKind.INVALID_REQUEST, False),
        (401, FailureKind.UPSTREAM_ERROR, True),
        (403, FailureKind.UPSTREAM_ERROR, True),
        (404, FailureKind.INVALID_REQUEST, False),
        (422, FailureKind.INVALID_REQUEST, False),
        (429, FailureKind.RATE_LIMITED, True),
        (529, FailureKind.RATE_LIMITED, True),
        (500, FailureKind.UPSTREAM_ERROR, True),
        (503, FailureKind.UPSTREAM_ERROR, True),
        (302, FailureKind.UPSTREAM_ERROR, False),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error":"no"}', b'{"error":{}}'])
def test_statuses(
    any_adapter: Adapter, status: int, kind: FailureKind, elsewhere: bool, body: bytes
) -> None:
    failure = any_adapter.failure(status, body, "sk-1", 0)
    assert (failure.kind, failure.elsewhere) == (kind, elsewhere)
    assert failure.message


def test_a_refusal_never_tells_our_secrets(any_adapter: Adapter) -> None:
    key = "0123abcd.SecretPart"
    text = f"Key {key} or sk-proj-abc123*** refused by https://api.internal/v1, 10.0.0.7:80, a.b.cn"
    failure = any_adapter.failure(400, json.dumps({"error": {"message": text}}).encode(), key, 0)
    for secret in (key, "sk-proj", "api.internal", "10.0.0.7", "a.b.cn"):
        assert secret not in failure.message


@pytest.mark.parametrize(
    "lie",
    [
        None,
        "many",
        [],
        {},
        {"prompt_tokens": 10},
        {"prompt_tokens": 10, "completion_tokens": -3},
        {"prompt_tokens": 10, "completion_tokens": 10**12},
        {"prompt_tokens": "10", "completion_tokens": "3"},
        {"prompt_tokens": 10.5, "completion_tokens": 3.0},
        {"prompt_tokens": True, "completion_tokens": True},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": 10, "completion_tokens": 0},
        {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 1013},
        {
            "prompt_tokens": 10,
            "completion_tokens": 3,
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
    ],
)
def test_usage_that_is_not_credible_is_not_billed(adapter: Adapter, lie: object) -> None:
    answer = recorded(adapter, "unary.json")["answer"] | {"usage": lie}
    assert adapter.read(json.dumps(answer).encode()).reported is None


def test_an_explicit_zero_without_text_is_believed(adapter: Adapter) -> None:
    answer = recorded(adapter, "unary.json")["answer"]
    answer["usage"] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    answer["choices"][0]["message"] = {"role": "assistant", "content": ""}
    assert adapter.read(json.dumps(answer).encode()).reported == Units()


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b'"x"', b'{"error":{}}', b'{"choices":3}'])
def test_what_is_no_answer_is_refused(adapter: Adapter, data: bytes) -> None:
    with pytest.raises(AnswerFailed) as caught:
        adapter.read(data)
    assert caught.value.kind is FailureKind.UPSTREAM_ERROR


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {broken\n\n",
        b"data: [1]\n\n",
        b"data: 5\n\n",
        b'data: {"choices":{"0":1}}\n\n',
        b'data: {"choices":[{"delta":{"content":5}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n',
        b'data: {"error":{"message":"overloaded"}}\n\n',
    ],
)
def test_garbage_ends_a_stream(adapter: Adapter, garbage: bytes) -> None:
    stream = adapter.stream(ask(adapter, stream=True))
    good = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    assert stream.feed(good + garbage + good) == good
    assert stream.failure is not None
    assert not stream.complete
    assert stream.output_bytes == 2
