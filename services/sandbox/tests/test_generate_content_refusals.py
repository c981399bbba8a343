"""What is refused as Google refuses it, and in which words."""

from typing import Any

import httpx2
import pytest
from google.genai import errors
from google.genai.client import AsyncClient
from tollgate_sandbox.gemini.validate import validate, validate_count
from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.signatures import encoded, seal

SIGNED = "gemini-3.1-pro-preview"
UNSIGNED = "gemini-2.5-flash"
USER = {"role": "user", "parts": [{"text": "hi"}]}
SAID = {"role": "model", "parts": [{"text": "hello"}]}
CALL = {"functionCall": {"name": "f", "args": {}}}
SEAL = encoded(seal("seed", "call f"))
SIGNED_CALL = {**CALL, "thoughtSignature": SEAL}
RESPONSE = {"functionResponse": {"name": "f", "response": {"result": "ok"}}}
RESPONDED = {"role": "user", "parts": [RESPONSE]}
EQUAL_PARTS = (
    "Please ensure that the number of function response parts is equal to the number of function "
    "call parts of the function call turn."
)


def check(model: str = "m", **changes: Any) -> Any:
    return validate({"contents": [USER], **changes}, model)


def part(value: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [value]}]}


def config(**values: Any) -> dict[str, Any]:
    return {"generationConfig": values}


def declare(**function: Any) -> dict[str, Any]:
    return {"tools": [{"functionDeclarations": [{"name": "f", **function}]}]}


def model(*parts: Any) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stream": True}, 'Unknown name "stream": Cannot find field.'),
        ({"max_tokens": 9}, 'Unknown name "max_tokens": Cannot find field.'),
        (
            {"contents": [{"role": "user", "parts": [], "content": "x"}]},
            "Unknown name \"content\" at 'contents[0]': Cannot find field.",
        ),
        (
            part({"text": "x", "cache_control": {}}),
            "Unknown name \"cache_control\" at 'contents[0].parts[0]': Cannot find field.",
        ),
        (config(max_tokens=9), "Unknown name \"max_tokens\" at 'generation_config'"),
        (
            declare(parameters={"type": "OBJECT", "properties": {"a": {"const": 1}}}),
            'Unknown name "const" at \'tools[0].function_declarations[0].parameters'
            ".properties[0].value': Cannot find field.",
        ),
        (
            declare(parameters={"type": "object", "additionalProperties": False}),
            'Unknown name "additionalProperties" at \'tools[0].function_declarations[0]',
        ),
        (
            declare(parameters={"type": ["string", "null"]}),
            "Proto field is not repeating, cannot start list.",
        ),
        (part({"text": 1}), "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 1"),
        (
            part({"text": {}}),
            "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), Starting an object on a "
            "scalar field",
        ),
        (
            config(temperature="hot"),
            "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), \"hot\"",
        ),
        (
            config(maxOutputTokens=1.5),
            "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), 1.5",
        ),
        (
            config(responseSchema={"type": "text"}),
            "Invalid value at 'generation_config.response_schema.type' "
            '(type.googleapis.com/google.ai.generativelanguage.v1beta.Type), "text"',
        ),
        (
            part({"inlineData": {"mimeType": "image/png", "data": "%"}}),
            "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), \"%\"",
        ),
        ({"contents": []}, "* GenerateContentRequest.contents: contents is not specified\n"),
        (
            {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]},
            "Please use a valid role: user, model.",
        ),
        (
            {"contents": [{"role": "user", "parts": []}]},
            "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n",
        ),
        (
            part({}),
            "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must "
            "have one initialized field\n",
        ),
        (part({"text": ""}), "required oneof field 'data' must have one initialized field"),
        (part({"text": "x", **CALL}), "oneof field 'data' is already set."),
        (part({"fileData": {"mimeType": "a/b"}}), "file_data.file_uri: file_uri is required."),
        (part({"inlineData": {"data": "aGk="}}), "inline_data: mime_type and data are required."),
        (config(temperature=2.1), "temperature must be in the range [0.0, 2.0]."),
        (config(topP=-1), "top_p must be in the range [0.0, 1.0]."),
        (config(topK=0), "top_k must be in the range [1, "),
        (config(maxOutputTokens=0), "max_output_tokens must be in the range [1, "),
        (config(candidateCount=9), "candidate_count must be in the range [1, 8]."),
        (config(stopSequences=list("abcdef")), "at most 5 stop sequences are allowed."),
        (config(responseMimeType="text/html"), "allowed mimetypes are `text/plain`, "),
        (config(responseSchema={"type": "STRING"}), "only supported with response_mime_type"),
        (config(responseModalities=["AUDIO"]), "response modalities is not supported."),
        (
            config(thinkingConfig={"thinkingBudget": 1, "thinkingLevel": "LOW"}),
            "You can only set one of thinking budget and thinking level.",
        ),
        (declare(name="1f"), "Invalid function name. Must start with a letter"),
        (
            declare(parameters={"type": "OBJECT", "properties": {}}),
            "parameters.properties: should be non-empty for OBJECT type",
        ),
        (declare(parameters={"type": "ARRAY"}), "parameters.items: missing field."),
        (
            declare(parameters={"properties": {"a": {"type": "STRING"}}, "required": ["b"]}),
            "parameters.required[0]: property is not defined",
        ),
        (
            declare(parameters={"type": "STRING"}, parametersJsonSchema={}),
            "only one of parameters and parameters_json_schema may be set.",
        ),
        ({"tools": [*declare()["tools"]] * 2}, "Duplicate function declaration found: f"),
        (
            {**declare(), "toolConfig": {"functionCallingConfig": {"mode": "MUST"}}},
            "Invalid value at 'tool_config.function_calling_config.mode'",
        ),
        (
            {
                **declare(),
                "toolConfig": {
                    "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}
                },
            },
            "every name must be that of a declared function.",
        ),
        ({"safetySettings": [{"category": "RUDE"}]}, "Invalid value at 'safety_settings[0]"),
    ],
)
def test_wrong_bodies(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(**changes)
    assert caught.value.status == 400
    assert message in caught.value.message


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(Refusal) as caught:
        check(stream=True, generationConfig={"top_p": "x", "n": 2})
    assert caught.value.message.split("\n") == [
        'Invalid JSON payload received. Unknown name "stream": Cannot find field.',
        "Invalid value at 'generation_config.top_p' (TYPE_FLOAT), \"x\"",
        "Invalid JSON payload received. Unknown name \"n\" at 'generation_config': Cannot find "
        "field.",
    ]
    (details,) = caught.value.details
    assert details["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    violations: Any = details["fieldViolations"]
    assert [v.get("field") for v in violations] == [
        None,
        "generation_config.top_p",
        "generation_config",
    ]


def test_names_and_values_in_their_other_spellings() -> None:
    body = check(
        contents={"parts": {"inline_data": {"mime_type": "a/b", "data": "-_-_"}}},
        system_instruction={"parts": {"text": "x"}},
        generation_config={"max_output_tokens": "9", "temperature": "0.5", "seed": None},
        tools={"function_declarations": {"name": "f", "parameters": {"type": "string"}}},
        tool_config={"function_calling_config": {"mode": 2}},
    )
    assert body["generationConfig"] == {"maxOutputTokens": 9, "temperature": 0.5}
    assert body["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "a/b"
    assert body["tools"][0]["functionDeclarations"][0]["parameters"] == {"type": "STRING"}
    assert body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"


@pytest.mark.parametrize(
    ("name", "contents", "message"),
    [
        (UNSIGNED, [USER, model(CALL), USER], EQUAL_PARTS),
        (UNSIGNED, [USER, model(CALL)], EQUAL_PARTS),
        (UNSIGNED, [USER, model(CALL, CALL), RESPONDED], EQUAL_PARTS),
        (UNSIGNED, [USER, RESPONDED], "Please ensure that function response turn comes"),
        (UNSIGNED, [USER, SAID, model(CALL), RESPONDED], "Please ensure that function call turn"),
        (SIGNED, [USER, SAID], "Requests ending with a model turn are not supported."),
        (SIGNED, [USER, model(CALL), RESPONDED], "Function call is missing a thought_signature"),
        (
            SIGNED,
            [USER, model(SIGNED_CALL), RESPONDED, model(CALL), RESPONDED],
            "Function call is missing a thought_signature",
        ),
        (
            UNSIGNED,
            [USER, model({**CALL, "thoughtSignature": "aGk="}), RESPONDED],
            "Corrupted thought signature.",
        ),
        (
            SIGNED,
            [USER, model({"functionCall": {"name": "g"}, "thoughtSignature": SEAL}), USER],
            EQUAL_PARTS,
        ),
        (
            SIGNED,
            [USER, model({"text": "x", "thoughtSignature": "!"}), USER],
            "Corrupted thought signature.",
        ),
    ],
)
def test_wrong_orders_and_signatures(name: str, contents: list[Any], message: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(name, contents=contents)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        (UNSIGNED, [USER, SAID]),
        (UNSIGNED, [USER, model(CALL), RESPONDED]),
        (SIGNED, [USER, model(SIGNED_CALL), RESPONDED]),
        (SIGNED, [USER, model(SIGNED_CALL, CALL), {"role": "user", "parts": [RESPONSE] * 2}]),
        (SIGNED, [USER, model(CALL), RESPONDED, SAID, USER]),
        (
            SIGNED,
            [
                USER,
                model({**CALL, "thoughtSignature": "skip_thought_signature_validator"}),
                RESPONDED,
            ],
        ),
        (SIGNED, [USER, USER, SAID, SAID, USER]),
        (SIGNED, [USER, model({"text": "", "thoughtSignature": encoded(seal("x"))}), USER]),
    ],
)
def test_right_orders_and_signatures(name: str, contents: list[Any]) -> None:
    assert check(name, contents=contents)


def test_functions_and_json_go_together_since_the_third_generation() -> None:
    both = {**declare(), **config(responseMimeType="application/json")}
    with pytest.raises(Refusal, match="Function calling with a response mime type"):
        check(UNSIGNED, **both)
    assert check(SIGNED, **both)


def test_counting_takes_contents_or_a_request() -> None:
    request = {"model": "models/m", "contents": [USER]}
    assert validate_count({"generateContentRequest": request}, "m")
    for wrong in ({}, {"contents": [USER], "generateContentRequest": request}):
        with pytest.raises(Refusal, match="Exactly one of"):
            validate_count(wrong, "m")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (402, "FAILED_PRECONDITION"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (502, None),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
        (529, "UNAVAILABLE"),
    ],
)
async def test_forced_statuses(gemini: AsyncClient, status: int, name: str | None) -> None:
    with pytest.raises(errors.APIError) as caught:
        await gemini.models.generate_content(model="m", contents=f"[[sandbox status={status}]]")
    assert caught.value.code == status
    if name:
        assert caught.value.status == name
        assert caught.value.details["error"]["code"] == status


@pytest.mark.parametrize("array", [False, True])
async def test_an_error_in_the_middle_of_a_stream(http: httpx2.AsyncClient, array: bool) -> None:
    query = {} if array else {"alt": "sse"}
    body = part({"text": "[[sandbox chunks=9 error_after=2]]"})
    answer = await http.post("/v1beta/models/m:streamGenerateContent", params=query, json=body)
    if array:
        first, second, last = answer.json()
        assert first["candidates"]
        assert second["candidates"]
        assert last["error"]["status"] == "UNAVAILABLE"
    else:
        assert answer.text.count("data: ") == 3
        assert 'data: {"error":{"code":503,' in answer.text


async def test_the_sdk_raises_in_the_middle_of_a_stream(gemini: AsyncClient) -> None:
    seen = 0
    with pytest.raises(errors.ServerError, match="UNAVAILABLE"):
        async for _ in await gemini.models.generate_content_stream(
            model="m", contents="[[sandbox chunks=9 error_after=2]]"
        ):
            seen += 1
    assert seen == 2


async def test_requests_that_are_not_content(url: str) -> None:
    path = "/v1beta/models/m:generateContent"

    async def refused(key: str | None, path: str = path, **options: Any) -> tuple[int, Any]:
        headers = {"x-goog-api-key": key} if key else {}
        async with httpx2.AsyncClient(base_url=url, headers=headers) as anyone:
            answer = await anyone.post(path, **(options or {"json": {"contents": [USER]}}))
        return answer.status_code, answer.json()["error"]

    status, error = await refused(None)
    assert (status, error["status"]) == (403, "PERMISSION_DENIED")
    status, error = await refused("AIza")
    assert (status, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["details"][0]["reason"] == "API_KEY_INVALID"
    key = "sk-sandbox"
    assert (await refused(key, "/v1beta/models/m:dream"))[0] == 404
    assert (await refused(key, "/v1beta/models/no-such:generateContent"))[0] == 404
    assert (await refused(key, json={}))[1]["message"].startswith("* GenerateContentRequest")
    broken: Any = {"content": "{", "headers": {"content-type": "application/json"}}
    assert (await refused(key, **broken))[1]["status"] == "INVALID_ARGUMENT"
    assert (await refused(key, json={"contents": [USER], "cachedContent": "c"}))[0] == 403
    assert (await refused(key, data={"a": "b"}))[0] == 400
