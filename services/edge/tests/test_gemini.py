"""The Gemini dialect: what is read, what is refused by name, and how errors look."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from google.genai.models import AsyncModels
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_edge.dialects.gemini import Gemini
from tollgate_edge.refusals import Cause, Refusal

from .conftest import in_memory, on_socket
from .fakes import (
    EVENTS,
    JSON,
    KEY,
    SETTLEMENT,
    Edge,
    FakeProviders,
    Script,
    failing,
    silent,
    soon,
)

GENERATE = "/v1beta/models/small:generateContent"
STREAM = "/v1beta/models/small:streamGenerateContent"
SEEING = "/v1beta/models/seeing:generateContent"
HELLO = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
PNG = {"mimeType": "image/png", "data": "A" * 9_000}


async def post(body: object, path: str = GENERATE) -> tuple[httpx2.Response, Edge]:
    edge = Edge()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "authorization": "", "x-goog-api-key": KEY}
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(path, content=content, headers=headers)
    return answer, edge


def says(part: object) -> dict[str, object]:
    return {"contents": [{"parts": [part]}]}


def refused(answer: httpx2.Response, edge: Edge, code: int, status: str) -> dict[str, object]:
    """The error; the envelope must be right, and nothing may have been sent."""
    assert answer.status_code == code, answer.text
    assert edge.providers.opened == []
    assert edge.held_nano() == 0
    envelope = answer.json()
    assert set(envelope) == {"error"}
    error: dict[str, object] = envelope["error"]
    assert set(error) == {"code", "message", "status", "details"}
    assert (error["code"], error["status"]) == (code, status)
    assert str(error["message"]).endswith(f" (request id: {answer.headers['x-request-id']})")
    return error


@pytest.mark.parametrize(
    ("path", "stream", "variant"),
    [
        (GENERATE, False, ""),
        (STREAM, True, "array"),
        (f"{STREAM}?alt=sse", True, ""),
        (f"{STREAM}?alt=json", True, "array"),
    ],
)
async def test_the_url_says_what_is_asked(path: str, stream: bool, variant: str) -> None:
    body = json.dumps({**HELLO, "generationConfig": {"maxOutputTokens": 50, "candidateCount": 2}})
    answer, edge = await post(body.encode(), path)
    assert answer.status_code == 200
    [opened] = edge.providers.opened
    assert opened.body == body.encode()
    assert (opened.dialect, opened.operation, opened.model) == ("gemini", "chat", "small")
    assert (opened.stream, opened.variant) == (stream, variant)
    assert opened.max_output_tokens == 50
    assert opened.hold_nano == (len(body) + 64) * 2 + 2 * 50 * 2


async def test_both_spellings_are_read() -> None:
    body = {
        "contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": "A" * 9_000}}]}],
        "system_instruction": {"parts": [{"text": "Be brief."}]},
        "generation_config": {"max_output_tokens": 50, "candidate_count": 2},
        "tools": [{"function_declarations": [{"name": "t"}]}],
    }
    answer, edge = await post(body, SEEING)
    assert answer.status_code == 200, answer.text
    size = len(edge.providers.opened[0].body)
    input_tokens = size - 9_000 + 1_500 + 1_024 + 64
    assert edge.providers.opened[0].hold_nano == input_tokens * 2 + 2 * 50 * 2


ACCEPTED = [
    ("safetySettings", [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}]),
    ("toolConfig", {"functionCallingConfig": {"mode": "ANY"}}),
    ("serviceTier", "standard"),
    ("generationConfig", {"thinkingConfig": {"thinkingBudget": -1, "includeThoughts": True}}),
    ("generationConfig", {"responseModalities": ["TEXT"], "responseSchema": {"a_b": {}, "aB": {}}}),
    ("generationConfig", None),
    ("tools", None),
]


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
async def test_what_tokens_pay_for_is_accepted(field: str, value: object) -> None:
    answer, _ = await post({**HELLO, field: value})
    assert answer.status_code == 200, answer.text


HUGE: list[object] = [18446744073686646784, 2**31, 2**53, 1e308]
NOT_CONTENTS: list[object] = [None, [], "hello", ["hello"], {}]
NOT_CONFIG: list[tuple[str, object]] = [
    ("responseModalities", ["IMAGE"]),
    ("responseModalities", ["TEXT", "AUDIO"]),
    ("speechConfig", {}),
    ("imageConfig", {}),
    ("mediaResolution", "MEDIA_RESOLUTION_ULTRA_HIGH"),
    ("thinkingConfig", 5),
]
FIELDS: list[tuple[Mapping[str, object], str]] = [
    *[
        ({"generationConfig": {"maxOutputTokens": value}}, "generationConfig.maxOutputTokens")
        for value in [*HUGE, 0, -1, 1.0, True, "3", [], 8_001]
    ],
    *[
        ({"generation_config": {"candidate_count": value}}, "generationConfig.candidateCount")
        for value in [*HUGE, 0, -1, 1.5, True, "3", 9]
    ],
    *[({"contents": value}, "contents") for value in NOT_CONTENTS],
    *[
        ({"generationConfig": {name: value}}, f"generationConfig.{name}")
        for name, value in NOT_CONFIG
    ],
    *[
        ({"tools": [{"functionDeclarations": []}, {name: {}}]}, f"tools[1].{name}")
        for name in [
            "googleSearch",
            "google_search",
            "googleSearchRetrieval",
            "urlContext",
            "url_context",
            "codeExecution",
            "computerUse",
            "fileSearch",
            "googleMaps",
            "mcpServers",
        ]
    ],
    *[
        ({name: {}}, name)
        for name in ["cachedContent", "model", "api_base", "extra_body", "base_url", "n"]
    ],
    ({"generationConfig": []}, "generationConfig"),
    ({"tools": "all"}, "tools"),
    ({"serviceTier": "priority"}, "serviceTier"),
    ({"serviceTier": []}, "serviceTier"),
    ({"store": "yes"}, "store"),
    ({"systemInstruction": "Be brief."}, "systemInstruction"),
    ({"generationConfig": {}, "generation_config": {}}, "generation_config"),
    (
        {"generationConfig": {"maxOutputTokens": 5, "max_output_tokens": 9}},
        "generationConfig.max_output_tokens",
    ),
]


@pytest.mark.parametrize(("change", "field"), FIELDS)
async def test_a_wrong_field_is_named(change: Mapping[str, object], field: str) -> None:
    answer, edge = await post({**HELLO, **change})
    error = refused(answer, edge, 400, "INVALID_ARGUMENT")
    assert field in str(error["message"])
    details: object = error["details"]
    assert isinstance(details, list)
    [violations] = [each["fieldViolations"] for each in details if "fieldViolations" in each]
    assert violations[0]["field"] == field


PARTS: list[tuple[object, str]] = [
    ({"fileData": {"fileUri": "https://example.com/v"}}, "contents[0].parts[0].fileData"),
    ({"executableCode": {}}, "contents[0].parts[0].executableCode"),
    ({"videoMetadata": {}, "text": "x"}, "contents[0].parts[0].videoMetadata"),
    ({"inlineData": {}}, "contents[0].parts[0].inlineData"),
    ({"inlineData": "x"}, "contents[0].parts[0].inlineData"),
    (
        {"inlineData": {"mimeType": "video/mp4", "data": ""}},
        "contents[0].parts[0].inlineData.mimeType",
    ),
    (
        {"inlineData": {"mimeType": "video/mp4", "data": ""}},
        "contents[0].parts[0].inlineData.mimeType",
    ),
    (
        {"inlineData": PNG, "mediaResolution": {"level": "MEDIA_RESOLUTION_ULTRA_HIGH"}},
        "contents[0].parts[0].mediaResolution",
    ),
    (
        {"functionResponse": {"name": "f", "parts": [{"fileData": {}}]}},
        "contents[0].parts[0].functionResponse.parts[0].fileData",
    ),
    ("text", "contents[0].parts"),
]


@pytest.mark.parametrize(("part", "field"), PARTS)
async def test_parts_without_a_price_are_refused(part: object, field: str) -> None:
    answer, edge = await post(says(part), SEEING)
    error = refused(answer, edge, 400, "INVALID_ARGUMENT")
    assert str(error["message"]).startswith(f"{field}: ")


MEDIA: list[tuple[object, int, int]] = [
    ({"inlineData": PNG}, 1, 9_000),
    ({"functionResponse": {"name": "f", "response": {}, "parts": [{"inlineData": PNG}]}}, 1, 9_000),
    ({"inlineData": {"mimeType": "text/plain", "data": "A" * 9_000}}, 0, 0),
]


@pytest.mark.parametrize(("part", "images", "image_bytes"), MEDIA)
async def test_images_are_held_for_by_the_piece(
    part: object, images: int, image_bytes: int
) -> None:
    body = json.dumps(says(part))
    answer, edge = await post(body.encode(), SEEING)
    assert answer.status_code == 200, answer.text
    input_tokens = len(body) - image_bytes + images * 1_500 + 64
    assert edge.providers.opened[0].hold_nano == input_tokens * 2 + 1_000 * 2


async def test_a_document_is_held_for_with_the_whole_context() -> None:
    part = {"inlineData": {"mimeType": "application/pdf", "data": "A" * 900}}
    answer, edge = await post(says(part), SEEING)
    assert answer.status_code == 200, answer.text
    assert edge.providers.opened[0].hold_nano == 100_000 * 2 + 1_000 * 2
    answer, edge = await post(says(part))
    assert str(refused(answer, edge, 400, "INVALID_ARGUMENT")["message"]).startswith("contents: ")


BODIES = [
    b"",
    b"[]",
    b'{"contents": NaN}',
    b'{"contents": [], "contents": []}',
    b"\xef\xbb\xbf{}",
    b'{"contents": "\\ud800"}',
    b'{"generationConfig": {"maxOutputTokens": ' + b"9" * 5_000 + b"}}",
    b"[" * 10_000,
]


@pytest.mark.parametrize("body", BODIES)
async def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    answer, edge = await post(body)
    refused(answer, edge, 400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("name", ["Small", "small%20", "\uff53mall", "gemini-17", "openai/small"])
async def test_an_almost_right_model_does_not_exist(name: str) -> None:
    answer, edge = await post(HELLO, f"/v1beta/models/{name}:generateContent")
    refused(answer, edge, 404, "NOT_FOUND")


async def test_no_model_in_the_url() -> None:
    answer, edge = await post(HELLO, "/v1beta/models/:generateContent")
    refused(answer, edge, 400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("key", ["", "sk-x"])
@pytest.mark.parametrize(
    "path", [GENERATE, STREAM, "/v1beta/models/small:countTokens", "/v1beta/models"]
)
async def test_a_wrong_key_is_refused_natively(key: str, path: str) -> None:
    edge = Edge()
    method = "GET" if path == "/v1beta/models" else "POST"
    headers = {"authorization": "", "x-goog-api-key": key}
    async with in_memory(edge) as http:
        answer = await http.request(method, path, content=b"{", headers=headers)
    error = refused(answer, edge, 401, "UNAUTHENTICATED")
    assert "API_KEY_INVALID" in json.dumps(error["details"])


STATUSES = {
    Cause.INVALID_REQUEST: (400, "INVALID_ARGUMENT"),
    Cause.INVALID_KEY: (401, "UNAUTHENTICATED"),
    Cause.KEY_DISABLED: (401, "UNAUTHENTICATED"),
    Cause.KEY_EXPIRED: (401, "UNAUTHENTICATED"),
    Cause.INSUFFICIENT_FUNDS: (402, "RESOURCE_EXHAUSTED"),
    Cause.FORBIDDEN: (403, "PERMISSION_DENIED"),
    Cause.MODEL_NOT_ALLOWED: (403, "PERMISSION_DENIED"),
    Cause.MODEL_NOT_FOUND: (404, "NOT_FOUND"),
    Cause.URL_NOT_FOUND: (404, "NOT_FOUND"),
    Cause.METHOD_NOT_ALLOWED: (405, "INVALID_ARGUMENT"),
    Cause.BODY_TIMEOUT: (408, "INVALID_ARGUMENT"),
    Cause.BODY_TOO_LARGE: (413, "INVALID_ARGUMENT"),
    Cause.MEDIA_TYPE: (415, "INVALID_ARGUMENT"),
    Cause.HEADERS_TOO_LARGE: (431, "INVALID_ARGUMENT"),
    Cause.RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    Cause.UNAVAILABLE: (503, "UNAVAILABLE"),
    Cause.UPSTREAM_RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    Cause.UPSTREAM_ERROR: (502, "UNAVAILABLE"),
    Cause.UPSTREAM_TIMEOUT: (504, "DEADLINE_EXCEEDED"),
    Cause.BUDGET_EXHAUSTED: (402, "RESOURCE_EXHAUSTED"),
    Cause.KEY_IN_USE: (409, "ABORTED"),
    Cause.KEY_REUSED: (422, "INVALID_ARGUMENT"),
    Cause.NOT_BUILT: (501, "UNIMPLEMENTED"),
    Cause.INTERNAL: (500, "INTERNAL"),
}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_its_code_and_status(cause: Cause) -> None:
    dialect = Gemini()
    refusal = Refusal(cause, "Because.", field="f", retry_after_s=7)
    error = json.loads(dialect.error(refusal, "01"))["error"]
    assert (error["code"], error["status"]) == STATUSES[cause]
    assert dialect.status(cause) == error["code"]
    assert error["message"] == "f: Because. (request id: 01)"
    [delay] = [each["retryDelay"] for each in error["details"] if "retryDelay" in each]
    assert delay == "7s"


@pytest.mark.parametrize("path", [GENERATE, STREAM, f"{STREAM}?alt=sse"])
async def test_failure_before_any_data_has_its_status(path: str) -> None:
    edge = Edge(script=failing(pb.FAILURE_KIND_RATE_LIMITED, retry_after_s=7))
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(path, json=HELLO)
        await soon(lambda: edge.relay.lanes == 0)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error"]["status"] == "RESOURCE_EXHAUSTED"


def breaking(head: pb.Head, data: bytes) -> Script:
    """Answers with this, then fails."""

    def script(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=pb.FAILURE_KIND_TIMEOUT, message="Too slow.")
        providers.say(pb.ProviderFrame(lane=frame.lane, head=head, data=data))
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=SETTLEMENT))

    return script


async def test_failure_after_data_is_an_event_and_the_end() -> None:
    begun = b'data: {"candidates": []}\n\n'
    edge = Edge(script=breaking(EVENTS, begun))
    async with on_socket(edge) as http:
        answer = await http.post(f"{STREAM}?alt=sse", json=HELLO)
    event = answer.content.removeprefix(begun)
    assert event.endswith(b"\n\n")
    assert json.loads(event.removeprefix(b"data: "))["error"]["status"] == "DEADLINE_EXCEEDED"


async def test_failure_in_an_array_is_its_last_element() -> None:
    edge = Edge(script=breaking(JSON, b'[{"candidates": []}'))
    async with on_socket(edge) as http:
        answer = await http.post(STREAM, json=HELLO)
    assert answer.headers["content-type"] == "application/json"
    first, last = answer.json()
    assert first == {"candidates": []}
    assert last["error"]["status"] == "DEADLINE_EXCEEDED"


async def test_silence_is_filled_in_events_but_not_in_an_array() -> None:
    for path, filled in ((f"{STREAM}?alt=sse", b"\n"), (STREAM, b"")):
        edge = Edge(script=silent)
        async with on_socket(edge) as http:
            asking = asyncio.create_task(http.post(path, json=HELLO))
            await edge.providers.until(lambda: len(edge.providers.opened) == 1)  # noqa: B023
            edge.providers.say(pb.ProviderFrame(lane=1, head=EVENTS))
            [link] = edge.relay._links
            await soon(lambda: link.lanes[1].head is not None)  # noqa: B023
            link.lanes[1].hush(0.0)
            await soon(lambda: not link.lanes[1].quiet)  # noqa: B023
            edge.providers.say(pb.ProviderFrame(lane=1, data=b"x", settlement=SETTLEMENT))
            answer = await asking
        assert answer.content == filled + b"x"


@asynccontextmanager
async def client(http: httpx2.AsyncClient, key: str = KEY) -> AsyncIterator[AsyncModels]:
    """The official SDK, over the HTTP library that it does not warn about."""
    async with httpx2.AsyncClient() as own:
        options = types.HttpOptions(base_url=str(http.base_url), httpx_async_client=own)
        yield genai.Client(api_key=key, http_options=options).aio.models


async def test_sdk_raises_its_own_errors() -> None:
    """The official SDK, on what fails here and on what breaks midway, after a keep-alive."""
    edge = Edge(script=breaking(EVENTS, b'data: {"candidates": []}\n\n\n'))
    async with (
        on_socket(edge) as http,
        client(http) as models,
        client(http, "sk-x") as stranger,
    ):
        with pytest.raises(errors.ClientError) as wrong_key:
            await stranger.count_tokens(model="small", contents="hi")
        with pytest.raises(errors.ClientError) as wrong_model:
            await models.get(model="none")
        chunks = await models.generate_content_stream(model="small", contents="hi")
        with pytest.raises(errors.ServerError) as broken:
            async for _ in chunks:
                pass
    assert (wrong_key.value.code, wrong_key.value.status) == (401, "UNAUTHENTICATED")
    assert (wrong_model.value.code, wrong_model.value.status) == (404, "NOT_FOUND")
    assert (broken.value.code, broken.value.status) == (504, "DEADLINE_EXCEEDED")


async def test_sdk_counts_tokens() -> None:
    edge = Edge()
    async with on_socket(edge) as http, client(http) as models:
        counted = await models.count_tokens(model="small", contents="hi " * 400)
        inner = {"model": "models/small", **HELLO}
        wrapped = await http.post(
            "/v1beta/models/small:countTokens", json={"generateContentRequest": inner}
        )
    assert counted.total_tokens and 300 < counted.total_tokens < 400
    assert 0 < wrapped.json()["totalTokens"] < 50
    assert edge.providers.opened == []
    assert edge.ledger.calls == 0


async def test_sdk_lists_models() -> None:
    edge = Edge()
    async with on_socket(edge) as http, client(http) as models:
        pager = await models.list(config={"page_size": 1})
        names = [model.name async for model in pager]
        one = await models.get(model="acme/dark")
    assert names == ["models/small", "models/seeing"]
    assert (one.name, one.output_token_limit) == ("models/acme/dark", 8_000)


@pytest.mark.parametrize("query", ["pageSize=0", "pageSize=x", "pageToken=none"])
async def test_a_page_that_is_not_there(query: str) -> None:
    edge = Edge()
    async with in_memory(edge) as http:
        answer = await http.get(f"/v1beta/models?{query}")
    error = refused(answer, edge, 400, "INVALID_ARGUMENT")
    assert str(error["message"]).startswith(query.split("=")[0])
