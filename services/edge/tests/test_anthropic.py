"""The Anthropic dialect: what is read, what is refused by name, and how errors look."""

import json

import httpx2
import pytest
from anthropic import APIStatusError, AsyncAnthropic, AuthenticationError, NotFoundError
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.errors import Unavailable
from tollgate_edge.dialects.anthropic import Anthropic
from tollgate_edge.refusals import Cause, Refusal, refusal_of

from .conftest import in_memory, on_socket
from .fakes import (
    EVENTS,
    KEY,
    SETTLEMENT,
    Edge,
    FakeProviders,
    digest,
    failing,
    grant,
    soon,
    stream,
)

MESSAGES = "/v1/messages"
HELLO = {"model": "small", "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]}
# The effort from here on, as Anthropic's own clients say it.
LESS = {"role": "system", "content": [], "output_config": {"effort": "low"}}
LOADED = {"type": "tool_reference", "tool_name": "t"}
VERSION = {"anthropic-version": "2023-06-01"}
PNG = {"type": "base64", "media_type": "image/png", "data": "A" * 9_000}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "A" * 9_000}


async def post(body: object, path: str = MESSAGES, **headers: str) -> tuple[httpx2.Response, Edge]:
    edge = Edge()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", **headers}
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(path, content=content, headers=sent)
    return answer, edge


def says(content: object) -> dict[str, object]:
    return {**HELLO, "model": "seeing", "messages": [{"role": "user", "content": content}]}


def refused(answer: httpx2.Response, edge: Edge, status: int, type_: str) -> str:
    """The message; the envelope must be right, and nothing may have been sent."""
    assert answer.status_code == status, answer.text
    assert edge.providers.opened == []
    assert edge.held_nano() == 0
    envelope = answer.json()
    assert set(envelope) == {"type", "error", "request_id"}
    assert envelope["type"] == "error"
    assert envelope["request_id"] == answer.headers["request-id"]
    assert set(envelope["error"]) == {"type", "message"}
    assert envelope["error"]["type"] == type_
    message: str = envelope["error"]["message"]
    assert message.endswith(f" (request id: {envelope['request_id']})")
    return message


async def test_the_body_passes_through_with_its_facts() -> None:
    edge = Edge(script=stream)
    body = json.dumps({**HELLO, "stream": True, "tools": [{"name": "t", "input_schema": {}}]})
    headers = VERSION | {
        "anthropic-beta": "interleaved-thinking-2025-05-14",
        "content-type": "application/json",
        "x-api-key": KEY,
        "authorization": "",
    }
    async with on_socket(edge) as http:
        answer = await http.post(MESSAGES, content=body, headers=headers)
    assert answer.status_code == 200
    [opened] = edge.providers.opened
    assert opened.body == body.encode()
    assert (opened.dialect, opened.operation, opened.variant) == ("anthropic", "chat", "")
    assert (opened.model, opened.stream, opened.max_output_tokens) == ("small", True, 50)
    # Input at the dearest rate with what tools add, and the answer.
    assert opened.hold_nano == (len(body) + 64 + 1_024) * 2 + 50 * 2
    assert dict(opened.headers) == VERSION | {"anthropic-beta": "interleaved-thinking-2025-05-14"}


ACCEPTED = [
    ("system", "Be brief."),
    ("system", [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]),
    ("thinking", {"type": "enabled", "budget_tokens": 1_024}),
    ("thinking", {"type": "adaptive"}),
    ("tools", [{"type": "custom", "name": "t", "input_schema": {"type": "object"}}]),
    ("metadata", {"user_id": "u"}),
    ("service_tier", "standard_only"),
    ("speed", "standard"),
    ("context_management", {"edits": [{"type": "clear_thinking_20251015"}]}),
    ("output_config", {"effort": "high"}),
    ("output_format", {"type": "json_schema", "schema": {}}),
    ("messages", [{"role": "user", "content": "hello"}, LESS]),
    ("messages", [{"role": "user", "content": [{"type": "tool_result", "content": [LOADED]}]}]),
    ("stream", None),
]


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
async def test_what_tokens_pay_for_is_accepted(field: str, value: object) -> None:
    answer, _ = await post({**HELLO, field: value})
    assert answer.status_code == 200, answer.text


WRONG: dict[str, list[object]] = {
    "max_tokens": [18446744073686646784, 2**31, 1e308, 0, -1, 1.5, True, "3", [], None, 8_001],
    "stream": [1, "true", []],
    "model": [7, "", None, []],
    "messages": [None, [], "hello", ["hello"], {}],
    "system": [5, [{"type": "image"}], ["text"]],
    "thinking": [True, []],
}
FIELDS: list[tuple[str, object]] = [
    *[(field, value) for field, values in WRONG.items() for value in values],
    ("tools", "all"),
    ("tools", ["t"]),
    ("service_tier", "priority"),
    ("inference_geo", "us"),
    ("speed", "fast"),
    ("context_management", "clear"),
    *[
        (field, {})
        for field in (
            "container",
            "mcp_servers",
            "fallbacks",
            "compaction",
            "n",
            "betas",
            "api_base",
            "base_url",
            "extra_headers",
            "extra_body",
        )
    ],
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
async def test_a_wrong_field_is_named(field: str, value: object) -> None:
    answer, edge = await post({**HELLO, field: value})
    assert field in refused(answer, edge, 400, "invalid_request_error")


async def test_max_tokens_is_required() -> None:
    body = {name: value for name, value in HELLO.items() if name != "max_tokens"}
    answer, edge = await post(body)
    message = refused(answer, edge, 400, "invalid_request_error")
    assert message.startswith("max_tokens: Field required")


NAMED = [
    ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.0.type"),
    ({"tools": [{"name": "t"}, {"type": "code_execution_20250825"}]}, "tools.1.type"),
    ({"tools": [{"type": "computer_20250124"}]}, "tools.0.type"),
    ({"tools": [{"type": []}]}, "tools.0.type"),
    ({"thinking": {"type": "enabled", "budget_tokens": 1e9}}, "thinking.budget_tokens"),
    ({"thinking": {"type": "enabled", "budget_tokens": -1}}, "thinking.budget_tokens"),
    ({"context_management": {"edits": [{"type": "compact_20260112"}]}}, "context_management.edits"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
    ({"messages": [{"role": "user"}]}, "messages.0.content"),
]


@pytest.mark.parametrize(("change", "field"), NAMED)
async def test_a_wrong_inner_field_is_named(change: dict[str, object], field: str) -> None:
    answer, edge = await post({**HELLO, **change})
    assert refused(answer, edge, 400, "invalid_request_error").startswith(f"{field}: ")


BLOCKS: list[tuple[object, str]] = [
    ({"type": "server_tool_use"}, "messages.0.content.0.type"),
    ({"type": "web_search_tool_result"}, "messages.0.content.0.type"),
    ({"type": "container_upload", "file_id": "f"}, "messages.0.content.0.type"),
    ({"type": []}, "messages.0.content.0.type"),
    ({}, "messages.0.content.0.type"),
    ("text", "messages.0.content"),
    ({"type": "image"}, "messages.0.content.0.source"),
    ({"type": "image", "source": {"type": "file"}}, "messages.0.content.0.source.type"),
    ({"type": "document", "source": {"type": "file"}}, "messages.0.content.0.source.type"),
    (
        {"type": "tool_result", "content": [{"type": "audio"}]},
        "messages.0.content.0.content.0.type",
    ),
    ({"type": "tool_reference"}, "messages.0.content.0.tool_name"),
]


@pytest.mark.parametrize(("block", "field"), BLOCKS)
async def test_blocks_without_a_price_are_refused(block: object, field: str) -> None:
    answer, edge = await post(says([block]))
    assert refused(answer, edge, 400, "invalid_request_error").startswith(f"{field}: ")


MEDIA: list[tuple[object, int, int]] = [
    ({"type": "image", "source": PNG}, 1, 9_000),
    ({"type": "image", "source": {"type": "url", "url": "https://example.com/i"}}, 1, 0),
    ({"type": "tool_result", "content": [{"type": "image", "source": PNG}]}, 1, 9_000),
    (
        {
            "type": "document",
            "source": {"type": "content", "content": [{"type": "image", "source": PNG}]},
        },
        1,
        9_000,
    ),
    ({"type": "document", "source": {"type": "text", "data": "A" * 9_000}}, 0, 0),
]


@pytest.mark.parametrize(("block", "images", "image_bytes"), MEDIA)
async def test_images_are_held_for_by_the_piece(
    block: object, images: int, image_bytes: int
) -> None:
    body = json.dumps(says([block]))
    answer, edge = await post(body.encode())
    assert answer.status_code == 200, answer.text
    input_tokens = len(body) - image_bytes + images * 1_500 + 64
    assert edge.providers.opened[0].hold_nano == input_tokens * 2 + 50 * 2


@pytest.mark.parametrize("source", [PDF, {"type": "url", "url": "https://example.com/d"}])
async def test_a_document_is_held_for_with_the_whole_context(source: object) -> None:
    answer, edge = await post(says([{"type": "document", "source": source}]))
    assert answer.status_code == 200, answer.text
    assert edge.providers.opened[0].hold_nano == 100_000 * 2 + 50 * 2


@pytest.mark.parametrize(
    "block", [{"type": "image", "source": PNG}, {"type": "document", "source": PDF}]
)
async def test_a_blind_model_gets_none(block: object) -> None:
    answer, edge = await post(says([block]) | {"model": "small"})
    assert refused(answer, edge, 400, "invalid_request_error").startswith("messages: ")


BODIES = [
    b"",
    b"{",
    b"[]",
    b'{"max_tokens": NaN}',
    b'{"temperature": 1e999}',
    b'{"model": "a", "model": "b"}',
    b'{"model": "a", "max_tokens": 1, "max_tokens": 99999}',
    b"\xef\xbb\xbf{}",
    b'{"model": "\\ud800"}',
    b'{"max_tokens": ' + b"9" * 5_000 + b"}",
    b"[" * 10_000,
    b'{"messages":[{"content":' + b'[{"type":"tool_result","content":' * 450 + b'""',
]


@pytest.mark.parametrize("body", BODIES)
async def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    answer, edge = await post(body)
    refused(answer, edge, 400, "invalid_request_error")


@pytest.mark.parametrize("depth", [10, 100, 450, 2_000])
async def test_nested_results_end_in_an_answer(depth: int) -> None:
    inner = b'[{"type":"tool_result","content":' * depth + b'"x"' + b"}]" * depth
    body = b'{"model":"small","max_tokens":5,"messages":[{"role":"user","content":%b}]}' % inner
    answer, _ = await post(body)
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize("name", ["Small", "small ", "\uff53mall", "claude-17", "x" * 10_000])
async def test_an_almost_right_model_does_not_exist(name: str) -> None:
    answer, edge = await post({**HELLO, "model": name})
    refused(answer, edge, 404, "not_found_error")
    assert len(answer.content) < 1_000


@pytest.mark.parametrize("key", ["", "sk-x", f"{KEY}-suffix"])
@pytest.mark.parametrize("path", [MESSAGES, f"{MESSAGES}/count_tokens", "/v1/models"])
async def test_a_wrong_key_is_refused_natively(key: str, path: str) -> None:
    edge = Edge()
    headers = VERSION | {"x-api-key": key, "authorization": ""}
    method = "GET" if path == "/v1/models" else "POST"
    async with in_memory(edge) as http:
        answer = await http.request(method, path, content=b"{", headers=headers)
    refused(answer, edge, 401, "authentication_error")
    assert answer.headers["x-should-retry"] == "false"


TYPES = {
    Cause.INVALID_REQUEST: (400, "invalid_request_error"),
    Cause.INVALID_KEY: (401, "authentication_error"),
    Cause.KEY_DISABLED: (401, "authentication_error"),
    Cause.KEY_EXPIRED: (401, "authentication_error"),
    Cause.INSUFFICIENT_FUNDS: (402, "billing_error"),
    Cause.FORBIDDEN: (403, "permission_error"),
    Cause.MODEL_NOT_ALLOWED: (403, "permission_error"),
    Cause.MODEL_NOT_FOUND: (404, "not_found_error"),
    Cause.URL_NOT_FOUND: (404, "not_found_error"),
    Cause.METHOD_NOT_ALLOWED: (405, "invalid_request_error"),
    Cause.BODY_TIMEOUT: (408, "invalid_request_error"),
    Cause.BODY_TOO_LARGE: (413, "request_too_large"),
    Cause.MEDIA_TYPE: (415, "invalid_request_error"),
    Cause.HEADERS_TOO_LARGE: (431, "invalid_request_error"),
    Cause.RATE_LIMITED: (429, "rate_limit_error"),
    Cause.UNAVAILABLE: (529, "overloaded_error"),
    Cause.UPSTREAM_RATE_LIMITED: (429, "rate_limit_error"),
    Cause.UPSTREAM_ERROR: (502, "api_error"),
    Cause.UPSTREAM_TIMEOUT: (504, "timeout_error"),
    Cause.BUDGET_EXHAUSTED: (402, "billing_error"),
    Cause.KEY_IN_USE: (409, "invalid_request_error"),
    Cause.KEY_REUSED: (422, "invalid_request_error"),
    Cause.NOT_BUILT: (501, "api_error"),
    Cause.INTERNAL: (500, "api_error"),
}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_its_status_and_type(cause: Cause) -> None:
    dialect = Anthropic()
    envelope = json.loads(dialect.error(Refusal(cause, "Because.", field="f"), "01"))
    assert (dialect.status(cause), envelope["error"]["type"]) == TYPES[cause]
    assert envelope["error"]["message"] == "f: Because. (request id: 01)"


def test_our_own_absence_is_overload() -> None:
    assert Anthropic().status(refusal_of(Unavailable("the ledger is away")).cause) == 529


@pytest.mark.parametrize("streams", [False, True])
async def test_failure_before_any_data_has_its_status(streams: bool) -> None:
    edge = Edge(script=failing(pb.FAILURE_KIND_UNAVAILABLE, retry_after_s=7))
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(MESSAGES, json={**HELLO, "stream": streams})
        await soon(lambda: edge.relay.lanes == 0)
    assert answer.status_code == 529
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error"]["type"] == "overloaded_error"
    assert edge.held_nano() == edge.spent_nano() == 0


async def test_failure_after_data_is_an_error_event_and_the_end() -> None:
    begun = b'event: message_start\ndata: {"type":"message_start"}\n\n'

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=pb.FAILURE_KIND_UPSTREAM_ERROR, message="It broke.")
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=begun))
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=SETTLEMENT))

    edge = Edge(script=script)
    async with on_socket(edge) as http:
        answer = await http.post(MESSAGES, json={**HELLO, "stream": True})
    assert answer.content.startswith(begun)
    name, data, *rest = answer.content.removeprefix(begun).split(b"\n")
    assert name == b"event: error"
    envelope = json.loads(data.removeprefix(b"data: "))
    assert (envelope["type"], envelope["error"]["type"]) == ("error", "api_error")
    assert envelope["request_id"] == answer.headers["request-id"]
    assert rest == [b"", b""]


async def test_silence_is_filled_with_pings() -> None:
    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=b"x\n\n"))

    edge = Edge(script=script)
    body = {**HELLO, "stream": True}
    async with on_socket(edge) as http, http.stream("POST", MESSAGES, json=body) as answer:
        chunks = answer.aiter_bytes()
        assert await anext(chunks) == b"x\n\n"
        [link] = edge.relay._links
        link.lanes[1].hush(0.0)
        assert await anext(chunks) == b'event: ping\ndata: {"type": "ping"}\n\n'


async def test_sdk_raises_its_own_errors() -> None:
    """The official SDK, on what fails here and on what breaks midway."""

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=pb.FAILURE_KIND_UPSTREAM_ERROR, message="It broke.")
        ping = b'event: ping\ndata: {"type":"ping"}\n\n'
        providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=ping))
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=SETTLEMENT))

    edge = Edge(script=script)
    async with (
        on_socket(edge) as http,
        AsyncAnthropic(base_url=str(http.base_url), api_key=KEY, max_retries=0) as client,
        AsyncAnthropic(base_url=str(http.base_url), api_key="sk-x", max_retries=0) as stranger,
    ):
        with pytest.raises(AuthenticationError) as wrong_key:
            await stranger.messages.count_tokens(model="small", messages=[])
        assert wrong_key.value.request_id
        with pytest.raises(NotFoundError):
            await client.models.retrieve("none")
        events = await client.messages.create(
            model="small",
            max_tokens=5,
            messages=[{"role": "user", "content": "hi"}],
            stream=True,
        )
        with pytest.raises(APIStatusError, match=r"It broke\. \(request id: "):
            async for _ in events:
                pass


async def test_sdk_counts_tokens() -> None:
    edge = Edge()
    async with (
        on_socket(edge) as http,
        AsyncAnthropic(base_url=str(http.base_url), api_key=KEY, max_retries=0) as client,
    ):
        short = await client.messages.count_tokens(
            model="small", messages=[{"role": "user", "content": "hi"}]
        )
        long = await client.messages.count_tokens(
            model="small", messages=[{"role": "user", "content": "hi " * 400}], system="Be brief."
        )
    assert 0 < short.input_tokens < 50
    assert 300 < long.input_tokens < 400
    assert edge.providers.opened == []
    assert edge.ledger.calls == 0


async def test_sdk_lists_models() -> None:
    edge = Edge()
    async with (
        on_socket(edge) as http,
        AsyncAnthropic(base_url=str(http.base_url), api_key=KEY, max_retries=0) as client,
    ):
        listed = [model async for model in client.models.list()]
        paged = [model.id async for model in client.models.list(limit=1)]
        last = await client.models.list(before_id="seeing")
        one = await client.models.retrieve("acme/dark")
    assert [model.id for model in listed] == paged == ["small", "seeing"]
    assert [model.id for model in last.data] == ["small"]
    assert (listed[0].type, listed[0].max_tokens) == ("model", 8_000)
    assert listed[0].created_at.isoformat() == "2025-06-15T15:06:40+00:00"
    assert one.id == "acme/dark"


async def test_an_empty_list_has_nulls() -> None:
    edge = Edge()
    edge.auth.grants[digest(KEY)] = grant(models=frozenset({"acme/dark"}))
    async with in_memory(edge) as http:
        listed = (await http.get("/v1/models", headers=VERSION)).json()
    assert listed == {"data": [], "first_id": None, "last_id": None, "has_more": False}


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "after_id=none"])
async def test_a_page_that_is_not_there(query: str) -> None:
    edge = Edge()
    async with in_memory(edge) as http:
        answer = await http.get(f"/v1/models?{query}", headers=VERSION)
    message = refused(answer, edge, 400, "invalid_request_error")
    assert message.startswith(query.split("=")[0])


async def test_a_tool_that_is_loaded_again_is_held_for_again() -> None:
    """Its definition is a part of the body, which may be all of it."""
    loads = [{"role": "user", "content": [{"type": "tool_result", "content": [LOADED, LOADED]}]}]
    answer, edge = await post({**HELLO, "messages": loads})
    assert answer.status_code == 200
    [opened] = edge.providers.opened
    size = len(answer.request.content)
    assert opened.hold_nano == (2 * size + 64) * 2 + 2 * 50
