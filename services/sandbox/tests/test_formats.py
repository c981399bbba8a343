"""What the formats have in common: answers, token counts, scenarios, and the journal."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_sandbox.anthropic.reading import read_request as read_messages
from tollgate_sandbox.anthropic.validate import rules
from tollgate_sandbox.anthropic.validate import validate as validate_messages
from tollgate_sandbox.chat import ChatRequest
from tollgate_sandbox.gemini.reading import read_request as read_contents
from tollgate_sandbox.gemini.validate import validate as validate_contents
from tollgate_sandbox.openai.reading import read_request as read_chat
from tollgate_sandbox.openai.validate import validate as validate_chat
from tollgate_sandbox.openai.vendors import OPENAI
from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.responses.reading import read_request as read_input
from tollgate_sandbox.responses.validate import validate as validate_input

RULES = rules("2026-10-21")
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@dataclass(frozen=True)
class Heard:
    """An answer, whatever format it came in."""

    text: str
    calls: list[tuple[str, Any]]
    thought: str
    prompt: int
    answer: int


def chat(text: str) -> dict[str, Any]:
    function = {"name": "f", "description": "it is f", "parameters": SCHEMA}
    return {
        "model": "m",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": text}],
        "tools": [{"type": "function", "function": function}],
    }


def responses(text: str) -> dict[str, Any]:
    function = {"name": "f", "description": "it is f", "parameters": SCHEMA}
    return {
        "model": "m",
        "instructions": "be brief",
        "input": text,
        "tools": [{"type": "function", **function}],
        "reasoning": {"summary": "auto"} if "reason" in text else None,
    }


def messages(text: str) -> dict[str, Any]:
    return {
        "model": "m",
        "max_tokens": 4096,
        "system": "be brief",
        "messages": [{"role": "user", "content": text}],
        "tools": [{"name": "f", "description": "it is f", "input_schema": SCHEMA}],
    }


def contents(text: str) -> dict[str, Any]:
    function = {"name": "f", "description": "it is f", "parameters": SCHEMA}
    return {
        "systemInstruction": {"parts": [{"text": "be brief"}]},
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "tools": [{"functionDeclarations": [function]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": "reason" in text}},
    }


def from_chat(answer: Any) -> Heard:
    message = answer["choices"][0]["message"]
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    return Heard(
        message["content"] or "",
        [(call["name"], json.loads(call["arguments"])) for call in calls],
        message.get("reasoning_content", ""),
        answer["usage"]["prompt_tokens"],
        answer["usage"]["completion_tokens"],
    )


def from_responses(answer: Any) -> Heard:
    items = answer["output"]
    parts = [part for item in items if item["type"] == "message" for part in item["content"]]
    return Heard(
        "".join(part["text"] for part in parts),
        [(i["name"], json.loads(i["arguments"])) for i in items if i["type"] == "function_call"],
        "".join(part["text"] for i in items if i["type"] == "reasoning" for part in i["summary"]),
        answer["usage"]["input_tokens"],
        answer["usage"]["output_tokens"],
    )


def from_messages(answer: Any) -> Heard:
    blocks = answer["content"]
    return Heard(
        "".join(b["text"] for b in blocks if b["type"] == "text"),
        [(b["name"], b["input"]) for b in blocks if b["type"] == "tool_use"],
        "".join(b["thinking"] for b in blocks if b["type"] == "thinking"),
        answer["usage"]["input_tokens"],
        answer["usage"]["output_tokens"],
    )


def from_contents(answer: Any) -> Heard:
    parts = answer["candidates"][0]["content"]["parts"]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    usage = answer["usageMetadata"]
    return Heard(
        "".join(p.get("text", "") for p in parts if not p.get("thought")),
        [(call["name"], call["args"]) for call in calls],
        "".join(p["text"] for p in parts if p.get("thought")),
        usage["promptTokenCount"],
        usage["candidatesTokenCount"] + usage.get("thoughtsTokenCount", 0),
    )


FORMATS: Any = {
    "openai": ("/v1/chat/completions", chat, from_chat),
    "responses": ("/v1/responses", responses, from_responses),
    "anthropic": ("/v1/messages", messages, from_messages),
    "gemini": ("/v1beta/models/m:generateContent", contents, from_contents),
}


async def post(http: httpx2.AsyncClient, name: str, text: str, stream: bool = False) -> Any:
    path, body, _ = FORMATS[name]
    document = body(text)
    if stream and name == "gemini":
        path = f"{path.replace(':g', ':streamG')}?alt=sse"
    elif stream:
        document["stream"] = True
    return await http.post(path, json=document, headers={"anthropic-version": "2026-10-21"})


@pytest.mark.parametrize(
    "text",
    [
        "Hello there, 你好",
        "[[sandbox chunks=7]]",
        "[[sandbox chunks=7 reason=4]] hm",
        'call f with {"city": "Bergen"} and call f with {}',
        '[[sandbox reason=2]] call f with {"city": "x"}',
    ],
)
async def test_the_same_prompt_gets_the_same_answer(http: httpx2.AsyncClient, text: str) -> None:
    heard = [
        reader((await post(http, name, text)).json()) for name, (_, _, reader) in FORMATS.items()
    ]
    assert all(other == heard[0] for other in heard)
    assert heard[0].text or heard[0].calls


def test_the_same_history_has_the_same_length() -> None:
    arguments = '{"city": "Bergen"}'
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    in_chat = {
        **chat("hi"),
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "so", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "rain"},
            {"role": "user", "content": "thanks"},
        ],
    }
    in_responses = {
        **responses("hi"),
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
            {"role": "assistant", "content": "so"},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": arguments},
            {"type": "function_call_output", "call_id": "c1", "output": "rain"},
            {"role": "user", "content": "thanks"},
        ],
    }
    use = {"type": "tool_use", "id": "c1", "name": "f", "input": json.loads(arguments)}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "rain"}
    in_messages = {
        **messages("hi"),
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [{"type": "text", "text": "so"}, use]},
            {"role": "user", "content": [result, {"type": "text", "text": "thanks"}]},
        ],
    }
    made = {"name": "f", "args": json.loads(arguments)}
    response = {"name": "f", "response": {"result": "rain"}}
    signed = {"functionCall": made, "thoughtSignature": "skip_thought_signature_validator"}
    in_contents = {
        **contents("hi"),
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"text": "so"}, signed]},
            {"role": "user", "parts": [{"functionResponse": response}]},
            {"role": "user", "parts": [{"text": "thanks"}]},
        ],
    }
    prompts = [
        read_chat(validate_chat(in_chat, OPENAI)).prompt,
        read_input(validate_input(in_responses, "m")).prompt,
        read_messages(validate_messages(in_messages, "m", RULES)).prompt,
        read_contents(validate_contents(in_contents, "m"), stream=False).prompt,
    ]
    assert all(other == prompts[0] for other in prompts)
    assert prompts[0].text == "thanks"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_request_gets_the_same_bytes(
    http: httpx2.AsyncClient, name: str, stream: bool
) -> None:
    first = await post(http, name, "hi [[sandbox reason=3]]", stream)
    assert first.content == (await post(http, name, "hi [[sandbox reason=3]]", stream)).content
    assert first.status_code == 200


@pytest.mark.parametrize(("name", "fixed"), [("anthropic", 5), ("gemini", 1)])
async def test_events_are_counted_cut_and_journalled(
    http: httpx2.AsyncClient, name: str, fixed: int
) -> None:
    await post(http, name, f"[[sandbox chunks=3 tag=whole-{name}]]", stream=True)
    found = await http.get(f"/_sandbox/requests/whole-{name}/wait")
    assert found.json()["writes"] == 3 + fixed + (name == "anthropic")
    assert found.json()["model"] == "m"
    with pytest.raises(httpx2.RemoteProtocolError):
        await post(http, name, f"[[sandbox chunks=3 cut_after=2 tag=cut-{name}]]", stream=True)
    cut = await http.get(f"/_sandbox/requests/cut-{name}/wait")
    assert (cut.json()["writes"], cut.json()["state"]) == (2, "finished")


async def test_keys_are_not_journalled(http: httpx2.AsyncClient) -> None:
    headers = {"x-api-key": "sk-sandbox-secret", "x-goog-api-key": "sk-sandbox-secret"}
    await http.post(
        "/v1beta/models/m:generateContent",
        json=contents("hi [[sandbox tag=keys]]"),
        headers=headers,
    )
    kept = (await http.get("/_sandbox/requests/keys/wait")).json()["headers"]
    assert [kept[name] for name in headers] == ["…cret"] * 2


@pytest.mark.parametrize("name", ["anthropic", "gemini"])
async def test_a_stream_without_its_end(http: httpx2.AsyncClient, name: str) -> None:
    answer = await post(http, name, "[[sandbox chunks=2 no_done]]", stream=True)
    assert "message_stop" not in answer.text
    assert '"finishReason"' not in answer.text


@pytest.mark.parametrize("name", ["anthropic", "gemini"])
async def test_malformed_answers(http: httpx2.AsyncClient, name: str) -> None:
    async def spoiled(how: str) -> bytes:
        answer = await post(http, name, f"[[sandbox chunks=6 malformed={how}]]", stream=True)
        return bytes(answer.content)

    def lines(stream: bytes) -> list[Any]:
        data = [line for line in stream.split(b"\n") if line.startswith(b"data:")]
        return [json.loads(line.removeprefix(b"data:")) for line in data]

    plain = lines(await spoiled("no_space"))
    for how in ("crlf", "no_blank_line", "comments", "split_utf8"):
        assert len(lines(await spoiled(how))) == len(plain)
    assert b"\r\r" not in await spoiled("crlf")
    with pytest.raises(json.JSONDecodeError):
        lines(await spoiled("json"))
    with pytest.raises(UnicodeDecodeError):
        (await spoiled("bad_utf8")).decode()
    assert len(await spoiled("long_line")) > 10 << 20
    path, body, _ = FORMATS[name]
    async with http.stream(
        "POST",
        path,
        json=body("[[sandbox malformed=gzip_bomb]]"),
        headers={"anthropic-version": "2026-10-21"},
    ) as bomb:
        packed = b"".join([part async for part in bomb.aiter_raw()])
    assert len(zlib.decompressobj(31).decompress(packed, 1 << 20)) == 1 << 20


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ("zero", (0, 0)),
        ("negative", (11, -5)),
        ("huge", (11, 10**12)),
        ("string", ("11", "5")),
        ("float", (11.5, 5.5)),
        ("contradictory", (11, 5)),
        ("none", None),
    ],
)
@pytest.mark.parametrize("name", ["anthropic", "gemini"])
async def test_lying_usage(
    http: httpx2.AsyncClient, name: str, usage: str, expected: object
) -> None:
    text = f"[[sandbox chunks=5 usage={usage}]]".ljust(40)
    path, body, _ = FORMATS[name]
    document = body(text)
    document.pop("tools")
    document.pop("system", None)
    document.pop("systemInstruction", None)
    headers = {"anthropic-version": "2026-10-21"}
    answer = (await http.post(path, json=document, headers=headers)).json()
    told = answer.get("usage" if name == "anthropic" else "usageMetadata")
    if expected is None:
        assert told is None
    elif name == "anthropic":
        assert (told["input_tokens"], told["output_tokens"]) == shifted(expected)
    else:
        assert (told["promptTokenCount"], told["candidatesTokenCount"]) == shifted(expected)
    if usage == "contradictory" and name == "gemini":
        assert told["totalTokenCount"] > 1000
    if usage == "contradictory" and name == "anthropic":
        assert told["output_tokens_details"]["thinking_tokens"] > told["output_tokens"]


def shifted(expected: Any) -> Any:
    """Forty bytes and a turn are fourteen tokens, where the table says eleven."""
    prompt, answer = expected
    if prompt == 0:
        return expected
    return (str(int(prompt) + 3) if isinstance(prompt, str) else prompt + 3), answer


KEYS = ["role", "content", "parts", "text", "type", "name", "functionCall", "input", "thinking"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False)
    | st.text("az{}é\0"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=10,
)
MESSAGE_FIELDS = ["messages", "system", "tools", "tool_choice", "thinking", "cache_control"]
CONTENT_FIELDS = ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig"]


@given(st.dictionaries(st.sampled_from(MESSAGE_FIELDS), JSON, max_size=4))
def test_any_messages_body_is_either_read_or_refused(changes: dict[str, Any]) -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    try:
        read: ChatRequest = read_messages(validate_messages({**body, **changes}, "m", RULES))
    except Refusal as refused:
        assert refused.status == 400
    else:
        assert read.prompt.tokens > 0


@given(st.dictionaries(st.sampled_from(CONTENT_FIELDS), JSON, max_size=4))
def test_any_contents_body_is_either_read_or_refused(changes: dict[str, Any]) -> None:
    body = {"contents": [{"parts": [{"text": "hi"}]}]}
    try:
        read = read_contents(validate_contents({**body, **changes}, "m"), stream=True)
    except Refusal as refused:
        assert refused.status == 400
    else:
        assert read.prompt.tokens > 0
