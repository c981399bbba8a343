"""The Responses API and legacy completions: what is read, what is refused, and how it fails."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import APIError, AsyncOpenAI
from openai.types.responses import ResponseErrorEvent
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_edge.dialects.completions import read_completions
from tollgate_edge.dialects.responses import Responses, read_responses
from tollgate_edge.refusals import Cause, Refusal
from tollgate_edge.routes.addresses import locate

from .conftest import in_memory, on_socket
from .fakes import EVENTS, KEY, Edge, FakeProviders, stream

PATHS = {"responses": "/v1/responses", "completions": "/v1/completions"}
HELLO: dict[str, Any] = {"model": "small", "input": "hello"}
PROMPT: dict[str, Any] = {"model": "small", "prompt": "hello"}
SAYS: dict[str, Any] = {"role": "user", "content": "hello"}
PNG = "data:image/png;base64," + "A" * 9_000
PDF = "data:application/pdf;base64," + "A" * 9_000


async def post(body: object, name: str = "responses") -> tuple[httpx2.Response, Edge]:
    edge = Edge()
    content = json.dumps(body).encode()
    async with edge.running(), in_memory(edge) as http:
        answer = await http.post(
            PATHS[name], content=content, headers={"content-type": "application/json"}
        )
    return answer, edge


def refused(answer: httpx2.Response, edge: Edge) -> dict[str, Any]:
    assert answer.status_code == 400, answer.text
    assert edge.providers.opened == []
    assert edge.held_nano() == 0
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    return error


def sees(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"model": "seeing", "input": [{"role": "user", "content": list(parts)}]}


async def test_a_response_passes_through_with_its_facts() -> None:
    edge = Edge(script=stream)
    tools = [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}]
    body = json.dumps({**HELLO, "stream": True, "max_output_tokens": 50, "tools": tools})
    async with on_socket(edge) as http:
        answer = await http.post(
            "/v1/responses", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 200, answer.text
    [opened] = edge.providers.opened
    assert opened.body == body.encode()
    assert (opened.dialect, opened.operation) == ("openai", "responses")
    assert (opened.model, opened.stream, opened.max_output_tokens) == ("small", True, 50)
    assert opened.hold_nano == (len(body) + 64 + 1_024) * 2 + 50 * 2


async def test_a_completion_passes_through_with_its_facts() -> None:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    body = PROMPT | options | {"n": 2, "max_tokens": 50, "best_of": 1, "prompt": ["hello"]}
    edge = Edge(script=stream)
    async with on_socket(edge) as http:
        answer = await http.post("/v1/completions", json=body)
    assert answer.status_code == 200, answer.text
    [opened] = edge.providers.opened
    assert (opened.dialect, opened.operation) == ("openai", "completions")
    assert (opened.include_usage, opened.max_output_tokens) == (True, 50)
    assert opened.hold_nano == (len(opened.body) + 64) * 2 + 2 * 50 * 2


def test_files_are_held_for_wherever_they_are() -> None:
    picture = {"type": "input_image", "image_url": PNG}
    file = {"type": "input_file", "file_data": PDF}
    output = {"type": "function_call_output", "call_id": "c", "output": [picture, file]}
    linked = [{"type": "input_image", "image_url": "https://a.example/b.png"},
              {"type": "input_file", "file_url": "https://a.example/b.pdf"}]  # fmt: skip
    body: Any = {"model": "seeing", "input": [sees(picture, *linked)["input"][0], output]}
    media = read_responses(body).media
    assert (media.images, media.documents, media.file_bytes) == (3, 2, 3 * 9_000)


ACCEPTED: list[dict[str, Any]] = [
    {"input": [SAYS, {"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "Hi", "annotations": []}]}]},
    {"input": [SAYS, {"type": "reasoning", "id": "rs_1", "content": None, "summary": [
        {"type": "summary_text", "text": "Hm."}], "encrypted_content": "AA"}]},
    {"input": [SAYS, {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x"},
               {"type": "custom_tool_call_output", "call_id": "c", "output": "y"}]},
    {"store": False, "background": False, "previous_response_id": None, "service_tier": "auto"},
    {"reasoning": {"effort": "low", "summary": "auto", "mode": "standard"}},
    {"include": ["reasoning.encrypted_content"], "client_metadata": {"a": "b"}},
    {"tools": [], "stream": None, "max_output_tokens": None},
    {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "function"}]}]},
    {"input": [SAYS, {"type": "additional_tools", "role": "developer", "tools": [
        {"type": "custom", "name": "f"}]}]},
]  # fmt: skip


@pytest.mark.parametrize("fields", ACCEPTED)
async def test_what_tokens_pay_for_is_accepted(fields: dict[str, Any]) -> None:
    answer, _ = await post(HELLO | fields)
    assert answer.status_code == 200, answer.text


KEPT: list[Any] = ["x", [], {"id": "x"}]
VALUES: dict[str, list[Any]] = {
    "model": [None, "", 7, []],
    "input": [None, "", [], 5, {"role": "user"}],
    "stream": [1, "true", [], {}],
    "max_output_tokens": [0, -1, 1.5, True, "3", [], 2**53, 8_001],
    "store": [True, "yes", []],
    "service_tier": ["flex", *KEPT],
    **dict.fromkeys(("background", "conversation", "previous_response_id", "prompt"), KEPT),
    **{field: [{}] for field in ("api_base", "plugins", "moderation", "context_management")},
    "tools": ["all"],
    "reasoning": ["high"],
}
TOOLS: list[Any] = ["web_search", "file_search", "code_interpreter", "computer_use_preview",
                    "image_generation", "mcp", "local_shell", [], {}, None]  # fmt: skip
WRONG: list[tuple[dict[str, Any], str]] = [
    *[({field: value}, field) for field, values in VALUES.items() for value in values],
    *[({"tools": [{"type": "function"}, {"type": kind}]}, "tools[1].type") for kind in TOOLS],
    ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
    ({"reasoning": {"mode": []}}, "reasoning.mode"),
    ({"tools": ["f"]}, "tools[0].type"),
    ({"tools": [{"type": "namespace", "tools": [{"type": "mcp"}]}]}, "tools[0].tools[0].type"),
    ({"tools": [{"type": "namespace", "tools": "f"}]}, "tools[0].tools"),
    ({"tools": [{"type": "function"}],
      "input": [{"type": "additional_tools", "tools": [{"type": "web_search"}]}]},
     "input[0].tools[0].type"),
    ({"input": ["hello"]}, "input[0]"),
    ({"input": [SAYS, {"type": "item_reference", "id": "x"}]}, "input[1].type"),
    ({"input": [SAYS, {"id": "x"}]}, "input[1].type"),
    ({"input": [SAYS, {"type": "computer_call_output"}]}, "input[1].type"),
    ({"input": [SAYS, {"type": []}]}, "input[1].type"),
    ({"input": [{"role": "user", "content": 5}]}, "input[0].content"),
    ({"input": [{"role": "user", "content": ["x"]}]}, "input[0].content[0].type"),
    ({"input": [{"role": "user", "content": [{"type": []}]}]}, "input[0].content[0].type"),
    ({"input": [{"role": "user", "content": [{"type": "input_audio"}]}]},
     "input[0].content[0].type"),
    (sees({"type": "input_image", "file_id": "f"}), "input[0].content[0].file_id"),
    (sees({"type": "input_image", "image_url": {"url": PNG}}), "input[0].content[0].image_url"),
    (sees({"type": "input_file"}), "input[0].content[0].file_data"),
    (sees({"type": "input_file", "file_url": []}), "input[0].content[0].file_data"),
    (sees({"type": "input_image", "image_url": PNG}) | {"model": "small"}, "input"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "field"), WRONG)
async def test_a_wrong_field_of_a_response_is_named(fields: dict[str, Any], field: str) -> None:
    assert refused(*await post(HELLO | fields))["param"] == field


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        ({"previous_response_id": "resp_1"}, "send the whole conversation as input"),
        ({"store": True}, "leave it out or send false"),
        ({"tools": [{"type": "mcp"}]}, "Leave it out, or offer a function of your own."),
        ({"tools": [{"type": "web_search"}]}, "providers bill by the call what they run"),
        ({"tools": [{"type": "web_search"}]}, 'in Codex: web_search = "disabled" in config.toml'),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "send the item itself"),
    ],
)
async def test_a_refusal_names_the_remedy(fields: dict[str, Any], remedy: str) -> None:
    assert remedy in refused(*await post(HELLO | fields))["message"]


PROMPTS: dict[str, list[Any]] = {
    "prompt": [None, "", 5, [], ["a", "b"], [1, 2], [[1]], {}],
    "max_tokens": [0, "5", [], 8_001],
    "n": [0, 9, [], 2**64],
    "best_of": [2, True, []],
    "stream": ["yes"],
    "stream_options": [[]],
    "messages": [[SAYS]],
    "api_base": ["x"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in PROMPTS.items() for value in values]
)
async def test_a_wrong_field_of_a_completion_is_named(field: str, value: Any) -> None:
    answer, edge = await post(PROMPT | {field: value}, "completions")
    assert refused(answer, edge)["param"] == field


NAMES = ("input", "prompt", "type", "role", "content", "output", "summary", "tools", "reasoning",
         "image_url", "file_data", "stream", "store", "mode")  # fmt: skip
TYPES = ("message", "function", "input_image", "input_file", "function_call_output", "user")
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(TYPES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(NAMES), json_values, max_size=5))
def test_any_json_is_read_or_refused(fields: dict[str, Any]) -> None:
    for read, body in ((read_responses, HELLO | fields), (read_completions, PROMPT | fields)):
        try:
            read(body)
        except Refusal as refusal:
            assert refusal.cause is Cause.INVALID_REQUEST
            assert refusal.field


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/v1/responses", "responses"),
        ("//v1//v1/responses/", "responses"),
        ("/v1beta/openai/responses", "responses"),
        ("/completions", "completions"),
    ],
)
def test_addresses(path: str, operation: str) -> None:
    address = locate(path, b"", [])
    assert address.operation
    assert (address.operation.name, address.operation.kind) == (operation, "chat")
    assert address.dialect.name == "openai"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/responses/resp_1"),
        ("DELETE", "/v1/responses/resp_1"),
        ("POST", "/v1/responses/resp_1/cancel"),
        ("GET", "/v1/responses/resp_1/input_items"),
        ("POST", "/v1/responses/compact"),
        ("POST", "/v1/responses/input_tokens"),
    ],
)
async def test_what_needs_an_answer_to_be_kept_is_not_built(method: str, path: str) -> None:
    async with in_memory(Edge()) as http:
        answer = await http.request(method, path)
        wrong = await http.get("/v1/responses")
    assert answer.status_code == 501
    assert answer.json()["error"]["code"] == "not_implemented"
    assert wrong.status_code == 405


def test_a_stream_fails_in_its_own_words() -> None:
    refusal = Refusal(Cause.BUDGET_EXHAUSTED, "No more.", field="")
    head, data, *rest = Responses().error_event(refusal, "R1").split(b"\n")
    assert (head, rest) == (b"event: error", [b"", b""])
    event = ResponseErrorEvent.model_validate_json(data.removeprefix(b"data: "))
    assert event.message == "No more. (request id: R1)"
    assert event.code == "budget_exhausted"
    assert Responses().error(refusal, "R1").startswith(b'{"error":{')


def cut(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
    """One event, and then the provider is gone."""
    failure = pb.Failure(kind=pb.FAILURE_KIND_UPSTREAM_ERROR, message="The answer was cut.")
    settled = pb.Settlement(outcome=usage_pb2.OUTCOME_UPSTREAM_CUT)
    data = b'event: response.created\ndata: {"type":"response.created","sequence_number":0}\n\n'
    providers.say(pb.ProviderFrame(lane=frame.lane, head=EVENTS, data=data))
    providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=settled))
    providers.say(pb.ProviderFrame(lane=frame.lane, recorded=True))


async def test_the_sdk_raises_when_a_stream_fails() -> None:
    async with (
        on_socket(Edge(script=cut)) as http,
        AsyncOpenAI(base_url=str(http.base_url), api_key=KEY, max_retries=0) as client,
    ):
        seen = []
        with pytest.raises(APIError) as caught:
            async for event in await client.responses.create(
                model="small", input="hello", stream=True
            ):
                seen.append(event.type)
    assert seen == ["response.created"]
    assert "The answer was cut." in caught.value.message
    assert caught.value.code == "upstream_error"
