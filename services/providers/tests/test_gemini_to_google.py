"""What Google gets: from clients of other dialects, and from those that speak its own."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.formats.gemini.passed_request import passed
from tollgate_providers.formats.gemini.provider_request import write_request
from tollgate_providers.signatures import packed, unpacked

from . import strategies as some

MODEL = "gemini-3.8-flash"
UPLOADS = "generativelanguage.googleapis.com"
HELLO: dict[str, Any] = {"role": "user", "parts": [{"text": "Hello"}]}


def conversation(*parts: n.Part) -> n.Request:
    """What a model has said, between two turns of the user."""
    hello = n.Message(role="user", parts=(n.Text(text="Hello"),))
    said = n.Message(role="assistant", parts=parts)
    return n.Request(messages=(hello, said, hello), max_output_tokens=9)


def sent(request: n.Request, to: str = MODEL) -> list[dict[str, Any]]:
    """The parts of the model's turn."""
    parts: list[dict[str, Any]] = write_request(request, to)["contents"][1]["parts"]
    return parts


def test_what_google_has_no_place_for_is_refused_by_the_clients_name() -> None:
    hello = (n.Message(role="user", parts=(n.Text(text="Hello"),)),)
    named = (n.Message(role="user", parts=(n.Text(text="Hello"),), name="Ann", at="messages[0]"),)
    sound = n.Audio(data="AA==", media_type="audio/wav", at="messages[0].content[1]")
    lost = n.ToolResult(id="x", parts=(), at="messages[3]")
    for request, field in (
        (n.Request(messages=hello, max_output_tokens=9, metadata={"a": "b"}), "metadata"),
        (n.Request(messages=hello, max_output_tokens=9, parallel_tool_calls=False),
         "parallel_tool_calls"),
        (n.Request(messages=named, max_output_tokens=9), "messages[0].name"),
        (n.Request(messages=(n.Message(role="user", parts=(sound,)),), max_output_tokens=9),
         sound.at),
        (n.Request(messages=(n.Message(role="user", parts=(lost,)),), max_output_tokens=9),
         lost.at),
        (conversation(n.RedactedThinking(data="x", signer="anthropic", at="messages[1]")),
         "messages[1]"),
        (conversation(n.ToolCall(id="c", name="f", arguments="[1]", at="messages[1]")),
         "messages[1]"),
    ):  # fmt: skip
        with pytest.raises(InvalidArgument) as caught:
            write_request(request, MODEL)
        assert caught.value.field == field


def test_a_user_tells_google_nothing() -> None:
    hello = (n.Message(role="user", parts=(n.Text(text="Hello"),)),)
    body = write_request(n.Request(messages=hello, max_output_tokens=9, user="u"), MODEL)
    assert body == {"contents": [HELLO], "generationConfig": {"maxOutputTokens": 9}}


def test_a_signature_goes_back_to_where_it_was() -> None:
    call = n.ToolCall(id="c", name="f", arguments='{"a":1}', signature="SIG")
    second = n.ToolCall(id="d", name="f", arguments="")
    function = {"id": "c", "name": "f", "args": {"a": 1}}
    assert sent(conversation(n.Thinking(text="Hm."), call, second)) == [
        {"text": "Hm.", "thought": True},
        {"functionCall": function, "thoughtSignature": "SIG"},
        {"functionCall": {"id": "d", "name": "f"}},
    ]
    hidden = n.Thinking(text="", signature="SIG", signer="google")
    text = {"text": "Hi", "thoughtSignature": "SIG"}
    assert sent(conversation(n.Text(text="Hi"), hidden)) == [text]
    # A client that keeps reasoning apart from the text gives it back first.
    assert sent(conversation(hidden, n.Text(text="Hi"))) == [text]
    assert sent(conversation(hidden)) == [{"text": "", "thoughtSignature": "SIG"}]


def test_other_providers_calls_are_marked_as_such() -> None:
    foreign = conversation(
        n.Thinking(text="Hm.", signature="s", signer="anthropic"),
        n.ToolCall(id="c", name="f", arguments=""),
        n.ToolCall(id="d", name="f", arguments=""),
    )
    thought, first, second = sent(foreign)
    assert thought == {"text": "Hm.", "thought": True}
    assert first["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in second
    assert all("thoughtSignature" not in part for part in sent(foreign, "gemini-2.5-flash"))


@pytest.mark.parametrize(
    ("reasoning", "to", "config"),
    [
        (n.Reasoning(effort="low"), MODEL, {"thinkingLevel": "LOW"}),
        (n.Reasoning(effort="minimal"), MODEL, {"thinkingLevel": "LOW"}),
        (n.Reasoning(effort="max"), MODEL, {"thinkingLevel": "HIGH"}),
        (n.Reasoning(effort="low"), "gemini-2.5-pro", {"thinkingBudget": 1024}),
        (n.Reasoning(effort="none"), MODEL, {"thinkingBudget": 0}),
        (n.Reasoning(enabled=True), MODEL, {"thinkingBudget": -1}),
        (n.Reasoning(enabled=True, effort="high", budget_tokens=99), MODEL, {"thinkingBudget": 99}),
        (n.Reasoning(visible=True), MODEL, {"includeThoughts": True}),
    ],
)
def test_efforts_and_budgets(reasoning: n.Reasoning, to: str, config: dict[str, Any]) -> None:
    hello = (n.Message(role="user", parts=(n.Text(text="Hello"),)),)
    body = write_request(n.Request(messages=hello, max_output_tokens=9, reasoning=reasoning), to)
    assert body["generationConfig"]["thinkingConfig"] == config


def test_a_schemas_name_has_its_place_in_the_schema() -> None:
    hello = (n.Message(role="user", parts=(n.Text(text="Hello"),)),)
    form = n.Format(schema={"type": "object"}, name="city", description="A city.", strict=True)
    body = write_request(n.Request(messages=hello, max_output_tokens=9, format=form), MODEL)
    schema = body["generationConfig"]["responseJsonSchema"]
    assert schema == {"title": "city", "description": "A city.", "type": "object"}


def test_calls_and_results_stand_in_one_content_each() -> None:
    """However clients divide them; and nobody takes an empty text."""

    def said(role: n.Role, *parts: n.Part) -> n.Message:
        return n.Message(role=role, parts=parts)

    request = n.Request(
        max_output_tokens=9,
        messages=(
            said("user", n.Text(text="Hello"), n.Text(text="")),
            said("assistant", n.Text(text="Let me look.")),
            said("assistant", n.Text(text=""), n.ToolCall(id="c", name="f", arguments="{}")),
            said("assistant", n.ToolCall(id="d", name="g", arguments="{}")),
            said("user", n.ToolResult(id="c", parts=())),
            said("user", n.ToolResult(id="d", parts=(), is_error=True)),
            said("user", n.Text(text="Well?")),
            said("assistant", n.Text(text="")),
        ),
    )
    contents = write_request(request, MODEL)["contents"]
    assert [[next(iter(p)) for p in content["parts"]] for content in contents] == [
        ["text"],
        ["text", "functionCall", "functionCall"],
        ["functionResponse", "functionResponse"],
        ["text"],
    ]
    assert contents[2]["parts"][1]["functionResponse"] == {
        "id": "d",
        "name": "g",
        "response": {"error": ""},
    }


def test_files_keep_their_names_and_kinds() -> None:
    file = n.Document(data="AAAA", name="report.pdf")
    link = n.Image(url="https://a.example/b.JPG?size=1")
    message = n.Message(role="user", parts=(file, link))
    body = write_request(n.Request(messages=(message,), max_output_tokens=9), MODEL)
    assert body["contents"][0]["parts"] == [
        {"text": "report.pdf"},
        {"inlineData": {"mimeType": "application/pdf", "data": "AAAA"}},
        {"fileData": {"fileUri": link.url, "mimeType": "image/jpeg"}},
    ]


# Signatures.


@given(some.words, st.sampled_from(["", "anthropic"]), st.booleans())
def test_a_foreign_signature_survives_sdks(signature: str, signer: Any, redacted: bool) -> None:
    shown = packed(signature, signer, "google", redacted=redacted)
    again = base64.urlsafe_b64encode(base64.b64decode(shown, validate=True)).decode()
    for seen in (shown, again, again.rstrip("=")):
        assert unpacked(seen, "google") == (signature, signer, redacted)


@given(st.one_of(st.text(), st.binary().map(lambda data: base64.b64encode(data).decode())))
def test_what_we_did_not_pack_is_the_dialects_own(signature: str) -> None:
    assert packed(signature, "google", "google") == signature
    assert unpacked(signature, "google") == (signature, "google", False)


# A Gemini client's way to Google.


def test_a_body_passes_but_for_its_limit() -> None:
    body = {
        "model": "models/gemini-dear",
        "contents": [
            HELLO,
            {
                "role": "model",
                "parts": [{"functionCall": {"name": "f"}, "thought_signature": "c2ln"}],
            },
        ],
        "system_instruction": {"parts": [{"text": "Be terse."}]},
        "generation_config": {"max_output_tokens": 10**9, "response_schema": {"max_items": 1}},
        "safetySettings": [{"category": "C", "threshold": "BLOCK_LOW_AND_ABOVE"}],
        "tools": [{"function_declarations": [{"name": "f"}]}],
    }
    assert json.loads(passed(json.dumps(body).encode(), 64)) == {
        "contents": body["contents"],
        "systemInstruction": body["system_instruction"],
        "generationConfig": {"maxOutputTokens": 64, "responseSchema": {"max_items": 1}},
        "safetySettings": body["safetySettings"],
        "tools": body["tools"],
    }


def stopped(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        passed(json.dumps({"contents": [HELLO]} | body).encode(), 64)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tools": [{"google_search": {}}]}, "tools[0].googleSearch"),
        ({"tools": [{"functionDeclarations": [], "codeExecution": {}}]}, "tools[0].codeExecution"),
        ({"tools": [{"urlContext": {}}]}, "tools[0].urlContext"),
        ({"tools": {"googleMaps": {}}}, "tools[0].googleMaps"),
        ({"tools": ["googleMaps"]}, "tools[0]"),
        ({"generationConfig": {}, "generation_config": {}}, "generation_config"),
        ({"generationConfig": [1]}, "generationConfig"),
        ({"cachedContent": "cachedContents/x"}, "cachedContent"),
        ({"service_tier": "priority"}, "serviceTier"),
    ],
)
def test_what_costs_extra_does_not_pass(fields: dict[str, Any], field: str) -> None:
    stopped(fields, field)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"responseModalities": ["IMAGE"]}, "responseModalities"),
        ({"response_modalities": ["AUDIO", "TEXT"]}, "responseModalities"),
        ({"max_output_tokens": 1, "maxOutputTokens": 9}, "maxOutputTokens"),
    ],
)
def test_settings_that_cost_extra_do_not_pass(fields: dict[str, Any], field: str) -> None:
    stopped({"generationConfig": fields}, f"generationConfig.{field}")


def test_sound_passes() -> None:
    sound = {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}
    body = {"contents": [{"role": "user", "parts": [sound]}]}
    assert json.loads(passed(json.dumps(body).encode(), 64))["contents"] == body["contents"]


VIDEO = {"inlineData": {"mimeType": "video/mp4"}}


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"inline_data": {"mime_type": "video/mp4", "data": ""}}, "inlineData.mimeType"),
        ({"fileData": {"fileUri": "https://youtu.be/x"}}, "fileData.mimeType"),
        (
            {"fileData": {"fileUri": f"https://{UPLOADS}/files/a", "mimeType": "image/png"}},
            "fileData.fileUri",
        ),
        (
            {"functionResponse": {"parts": [VIDEO]}},
            "functionResponse.parts[0].inlineData.mimeType",
        ),
    ],
)
def test_data_without_a_price_does_not_pass(part: dict[str, Any], field: str) -> None:
    stopped({"contents": [{"role": "user", "parts": [part]}]}, f"contents[0].parts[0].{field}")
