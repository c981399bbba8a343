"""Gemini's requests: what clients send, what Google gets, and what is refused by its name."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.dialects.gemini import DIALECT
from tollgate_providers.formats.gemini.passed_request import passed
from tollgate_providers.formats.gemini.provider_request import write_request
from tollgate_providers.signatures import packed

from . import strategies as some

MODEL = "gemini-3.8-flash"
UPLOADS = "generativelanguage.googleapis.com"
HELLO: dict[str, Any] = {"role": "user", "parts": [{"text": "Hello"}]}


def read(body: Any, *, stream: bool = False) -> n.Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return DIALECT.read(
        Ask(
            body=data,
            model=MODEL,
            stream=stream,
            include_usage=False,
            max_output_tokens=4096,
            dialect="gemini",
        )
    )


def model(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


# Neutral -> wire -> neutral.

signed = st.builds(n.Thinking, text=some.words, signature=st.just("c2ln"), signer=st.just("google"))
media = st.one_of(
    some.texts(st.just("")),
    some.images(st.just(""), st.sampled_from(["", "low", "high"])).map(
        lambda image: n.Image(url=image.url, media_type="image/png", data=image.data,
                              detail=image.detail)
    ),
    st.builds(n.Document, data=some.base64s),
    st.builds(n.Document, text=some.words, media_type=st.just("text/plain")),
    st.builds(n.Document, url=st.just("https://a.example/b.pdf")),
)  # fmt: skip
pictures = st.builds(n.Image, data=some.base64s, media_type=st.just("image/png"))


@st.composite
def conversations(draw: Any) -> tuple[n.Message, ...]:
    """Turns by turns; every call has an answer, and the first call of a turn is signed."""
    system = n.Message(
        role="system", parts=tuple(draw(st.lists(some.texts(st.just("")), max_size=2)))
    )
    messages = [system] if system.parts else []
    results: list[n.Part] = []
    for turn in range(draw(st.integers(1, 3))):
        asked = draw(st.lists(media, min_size=0 if results else 1, max_size=3))
        messages.append(n.Message(role="user", parts=(*results, *asked)))
        calls = [
            n.ToolCall(
                id=f"call_{turn}_{number}",
                name=draw(some.names),
                arguments=some.compact(draw(some.objects)),
                signature="" if number else "c2ln",
            )
            for number in range(draw(st.integers(0, 2)))
        ]
        thoughts = draw(
            st.lists(st.one_of(st.builds(n.Thinking, text=some.words), signed), max_size=1)
        )
        text = draw(st.lists(some.texts(st.just("")), min_size=1, max_size=1))
        hidden = [] if calls else [n.Thinking(text="", signature="c2ln", signer="google")]
        messages.append(n.Message(role="assistant", parts=(*thoughts, *text, *hidden, *calls)))
        results = [
            n.ToolResult(
                id=call.id,
                parts=(
                    *draw(st.lists(some.texts(st.just("")), max_size=1)),
                    *draw(st.lists(pictures, max_size=1)),
                ),
                is_error=draw(st.booleans()),
            )
            for call in calls
        ]
    return tuple(messages)  # fmt: skip


strict_tools = some.tools(st.just("")).map(
    lambda tools: tuple(
        n.Tool(name=t.name, description=t.description, schema=t.schema, strict=True) for t in tools
    )
)
plain_tools = some.tools(st.just("")).map(
    lambda tools: tuple(
        n.Tool(name=t.name, description=t.description, schema=t.schema) for t in tools
    )
)
tooling = st.one_of(
    st.tuples(plain_tools, some.tool_choices),
    st.tuples(strict_tools, st.just(n.ToolChoice(mode="auto"))),
)
reasonings = st.one_of(
    st.builds(
        n.Reasoning,
        effort=st.sampled_from(["low", "medium", "high"]),
        visible=st.booleans(),
    ),
    st.builds(n.Reasoning, budget_tokens=st.integers(1, 999), visible=st.booleans()),
    st.builds(n.Reasoning, enabled=st.booleans(), visible=st.booleans()),
    st.builds(n.Reasoning, visible=st.booleans()),
)
requests = st.builds(
    lambda tooling, **fields: n.Request(tools=tooling[0], tool_choice=tooling[1], **fields),
    tooling,
    messages=conversations(),
    max_output_tokens=st.just(4096),
    format=some.maybe(st.one_of(st.just(n.Format()), st.builds(n.Format, schema=some.schemas))),
    reasoning=reasonings,
    stop=st.lists(some.words, max_size=2).map(tuple),
    temperature=some.maybe(st.floats(0, 2)),
    top_p=some.maybe(st.floats(0, 1)),
    top_k=some.maybe(st.integers(1, 40)),
    seed=some.maybe(st.integers(0, 9)),
    n=some.maybe(st.integers(1, 3)),
    logprobs=some.maybe(st.booleans()),
    top_logprobs=some.maybe(st.integers(0, 5)),
    presence_penalty=some.maybe(st.floats(-2, 2)),
    frequency_penalty=some.maybe(st.floats(-2, 2)),
)


def _snake(value: Any) -> Any:
    """The other spelling, but for what is not Gemini's: schemas and arguments."""
    if isinstance(value, list):
        return [_snake(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = ("args", "response", "parametersJsonSchema", "responseJsonSchema")
    return {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in name): (
            inner if name in kept else _snake(inner)
        )
        for name, inner in value.items()
    }


@settings(max_examples=30)
@given(requests)
def test_geminis_wire_is_the_identity_in_both_spellings(request: n.Request) -> None:
    body = write_request(request, MODEL)
    assert read(body) == request
    assert read(_snake(body)) == request


# What clients may send.


def test_a_plain_request() -> None:
    body = {
        "systemInstruction": {"parts": [{"text": "Be terse."}]},
        "contents": [HELLO],
        "generationConfig": {"maxOutputTokens": 5, "topK": 40.0, "stopSequences": ["END"]},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    }
    request = read(body, stream=True)
    assert request.messages == (
        n.Message(role="system", parts=(n.Text(text="Be terse."),)),
        n.Message(role="user", parts=(n.Text(text="Hello"),)),
    )
    assert (request.max_output_tokens, request.stream) == (4096, True)
    assert (request.top_k, request.stop) == (40, ("END",))


def test_a_streamed_answer_comes_back_as_one_turn() -> None:
    signature = packed("s", "anthropic", "google")
    body = {
        "contents": [
            HELLO,
            model({"text": "Let ", "thought": True}),
            model({"text": "me.", "thought": True}),
            model({"text": "", "thought": True, "thoughtSignature": signature}),
            model({"text": "Look"}),
            model({"text": "ing."}, {"text": ""}),
            model({"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}),
            model({"functionCall": {"name": "f"}}),
            user({"functionResponse": {"name": "f", "response": {"result": "one"}}}),
            user({"functionResponse": {"name": "f", "response": {"error": "two"}}}),
        ]
    }  # fmt: skip
    _, said, results = read(body).messages
    assert said.parts == (
        n.Thinking(text="Let me.", signature="s", signer="anthropic"),
        n.Text(text="Looking."),
        n.ToolCall(id="call_1", name="f", arguments='{"a":1}', signature="c2ln"),
        n.ToolCall(id="call_2", name="f", arguments=""),
    )
    assert results.parts == (
        n.ToolResult(id="call_1", parts=(n.Text(text="one"),)),
        n.ToolResult(id="call_2", parts=(n.Text(text="two"),), is_error=True),
    )


def test_a_results_object_is_text() -> None:
    response = {"name": "f", "response": {"degrees": 21, "unit": "C"}}
    body = {
        "contents": [
            HELLO,
            model({"functionCall": {"name": "f"}}),
            {"role": "function", "parts": [{"functionResponse": response}]},
        ]
    }
    (result,) = read(body).messages[2].parts
    assert isinstance(result, n.ToolResult)
    assert result.parts == (n.Text(text='{"degrees":21,"unit":"C"}'),)


def test_geminis_own_schema_becomes_json_schema() -> None:
    own = {
        "type": "OBJECT",
        "property_ordering": ["city"],
        "properties": {
            "city": {"type": "STRING", "nullable": True, "example": "Rome", "format": "enum"},
            "any_of": {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "1"},
            "either": {"any_of": [{"type": "NUMBER"}, {"ref": "#/defs/x"}]},
        },
        "required": ["city"],
        "additionalProperties": False,
    }
    body = {
        "contents": [HELLO],
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": own}]}],
        "generationConfig": {"responseMimeType": "application/json", "responseSchema": own},
    }
    request = read(body)
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": ["string", "null"], "examples": ["Rome"]},
            "any_of": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
            "either": {"anyOf": [{"type": "number"}, {"$ref": "#/defs/x"}]},
        },
        "required": ["city"],
        "additionalProperties": False,
    }
    assert request.tools[0].schema == schema
    assert request.format == n.Format(schema=schema)


def refused(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read({"contents": [HELLO]} | body)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cachedContent": "cachedContents/x"}, "cachedContent"),
        ({"safetySettings": [{"threshold": "BLOCK_LOW_AND_ABOVE"}]}, "safetySettings[0].threshold"),
        ({"serviceTier": "priority"}, "serviceTier"),
        ({"store": True}, "store"),
        ({"contents": []}, "contents"),
        ({"contents": "Hello"}, "contents"),
        ({"contents": [{"role": "system", "parts": []}]}, "contents[0].role"),
        ({"surprise": 1}, "surprise"),
        ({"tools": [{"googleSearch": {}}]}, "tools[0].googleSearch"),
        ({"tools": [{"code_execution": {}}]}, "tools[0].codeExecution"),
        ({"tools": [{"functionDeclarations": []}, {"urlContext": {}}]}, "tools[1].urlContext"),
        ({"toolConfig": {"retrievalConfig": {}}}, "toolConfig.retrievalConfig"),
    ],
)
def test_what_cannot_be_carried_is_refused(fields: dict[str, Any], field: str) -> None:
    refused(fields, field)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"responseModalities": ["TEXT", "IMAGE"]}, "responseModalities"),
        ({"responseModalities": ["AUDIO"]}, "responseModalities"),
        ({"speechConfig": {}}, "speechConfig"),
        ({"mediaResolution": "MEDIA_RESOLUTION_LOW"}, "mediaResolution"),
        ({"responseMimeType": "text/x.enum"}, "responseMimeType"),
        ({"responseSchema": {"type": "OBJECT"}}, "responseMimeType"),
        ({"responseSchema": {"type": 5}}, "responseSchema.type"),
        ({"topK": 1.5}, "topK"),
        ({"topK": "many"}, "topK"),
        ({"topP": 1, "top_p": 1}, "top_p"),
        ({"thinkingConfig": {"thinkingLevel": "DEEP"}}, "thinkingConfig.thinkingLevel"),
    ],
)
def test_settings_that_cannot_be_carried_are_refused(fields: dict[str, Any], field: str) -> None:
    refused({"generationConfig": fields}, f"generationConfig.{field}")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "f", "response": {}}, "response"),
        ({"name": "f", "behavior": "NON_BLOCKING"}, "behavior"),
        ({"name": "f", "parameters": {"items": {"anyOf": [1]}}}, "parameters.items.anyOf"),
        ({"description": "Nameless."}, "name"),
    ],
)
def test_functions_that_cannot_be_carried_are_refused(fields: dict[str, Any], field: str) -> None:
    refused(
        {"tools": [{"functionDeclarations": [fields]}]}, f"tools[0].functionDeclarations[0].{field}"
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mode": "MAYBE"}, "mode"),
        ({"allowedFunctionNames": ["f"]}, "allowedFunctionNames"),
        ({"mode": "VALIDATED", "allowedFunctionNames": ["f"]}, "allowedFunctionNames"),
        ({"streamFunctionCallArguments": True}, "streamFunctionCallArguments"),
    ],
)
def test_choices_that_cannot_be_carried_are_refused(fields: dict[str, Any], field: str) -> None:
    refused(
        {"toolConfig": {"functionCallingConfig": fields}},
        f"toolConfig.functionCallingConfig.{field}",
    )


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({}, ""),
        ({"text": 5}, ".text"),
        ({"executableCode": {"code": "1"}}, ".executableCode"),
        ({"text": "Hi", "videoMetadata": {}}, ".videoMetadata"),
        ({"text": "Hm", "thought": True}, ".thought"),
        ({"inlineData": {"mimeType": "video/mp4", "data": "AA=="}}, ".inlineData.mimeType"),
        ({"inlineData": {"mimeType": "text/plain", "data": "/w=="}}, ".inlineData.data"),
        ({"fileData": {"fileUri": "gs://bucket/a.png"}}, ".fileData.fileUri"),
        ({"fileData": {"fileUri": f"https://{UPLOADS}/v1beta/files/a"}}, ".fileData.fileUri"),
        ({"functionResponse": {"name": "f", "response": {}}}, ".functionResponse"),
    ],
)
def test_parts_that_cannot_be_carried_are_refused(part: dict[str, Any], field: str) -> None:
    refused({"contents": [user(part)]}, f"contents[0].parts[0]{field}")


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"contents": [7]}', b"\xff"])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidArgument):
        read(body)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["role", "contents", "parts", "text", "thought", "thoughtSignature", "tools",
                 "functionCall", "functionResponse", "function_response", "inlineData", "name",
                 "functionDeclarations", "parameters", "generationConfig", "thinkingConfig",
                 "responseSchema", "properties", "items", "type", "response", "mimeType", "data"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    fields = value if isinstance(value, dict) else {"contents": value}
    body = json.dumps({"contents": [HELLO]} | fields).encode()
    for use in (lambda: read(body), lambda: passed(body, 9)):
        try:
            use()
        except InvalidArgument as error:
            assert error.field
