"""What is refused as Anthropic refuses it, and in which words."""

from typing import Any

import anthropic as sdk
import httpx2
import pytest
from anthropic import AsyncAnthropic
from tollgate_sandbox.anthropic.betas import Betas
from tollgate_sandbox.anthropic.validate import rules, validate
from tollgate_sandbox.refusals import Refusal

USER = {"role": "user", "content": "hi"}
SAID = {"role": "assistant", "content": "hello"}
TOOL = {"name": "f", "input_schema": {"type": "object"}}
USE = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
USING = {"role": "assistant", "content": [USE]}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "ok"}
ANSWERED = {"role": "user", "content": [RESULT]}
SYSTEM = {"role": "system", "content": "be brief"}
THINK = {"type": "enabled", "budget_tokens": 1024}
MARK = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
NEW = rules("2026-10-21")
OLD = rules("2023-06-01")


def check(by: Any = NEW, model: str = "m", **changes: Any) -> Any:
    body = {"model": model, "max_tokens": 2000, "messages": [USER], **changes}
    return validate({k: v for k, v in body.items() if v is not Ellipsis}, model, by)


def block(kind: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": kind, **more}]}]}


def texts(*marks: Any) -> dict[str, Any]:
    parts = [{"type": "text", "text": "x", "cache_control": mark} for mark in marks]
    return {"messages": [{"role": "user", "content": parts}]}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"messages": [USER, {"role": "assistant", "content": list(blocks)}, USER]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_tokens": ...}, "max_tokens: Field required"),
        ({"model": ...}, "model: Field required"),
        ({"messages": ...}, "messages: Field required"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": "hi"}, "messages: Input should be a valid list"),
        ({"max_tokens": "9"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
        ({"n": 2}, "n: Extra inputs are not permitted"),
        ({"response_format": {}}, "response_format: Extra inputs are not permitted"),
        ({"temperature": 1}, "temperature: Extra inputs are not permitted"),
        ({"top_p": 1}, "top_p: Extra inputs are not permitted"),
        ({"top_k": 1}, "top_k: Extra inputs are not permitted"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"stop_sequences": "x"}, "stop_sequences: Input should be a valid list"),
        (
            {"stop_sequences": [" "]},
            "stop_sequences: each stop sequence must contain non-whitespace",
        ),
        ({"system": 1}, "system: Input should be a valid string"),
        (
            {"system": [{"type": "image"}]},
            "system.0: Input tag 'image' found using 'type' does not match any of the expected "
            "tags: 'text'",
        ),
        ({"metadata": {"tag": "x"}}, "metadata.tag: Extra inputs are not permitted"),
        (
            {"messages": [{"role": "tool", "content": "x"}]},
            "messages.0.role: Input should be 'user' or 'assistant'",
        ),
        ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
        (
            {"messages": [{**USER, "name": "x"}]},
            "messages.0.name: Extra inputs are not permitted",
        ),
        (
            {"messages": [{"role": "user", "content": None}]},
            "messages.0.content: Input should be a valid string",
        ),
        (
            {"messages": [{"role": "user", "content": ""}]},
            "messages.0: all messages must have non-empty content except for the optional final "
            "assistant message",
        ),
        (block("text", text=""), "messages: text content blocks must be non-empty"),
        (
            block("text", text=" \n"),
            "messages: text content blocks must contain non-whitespace text",
        ),
        (
            block("text", text="", cache_control=MARK),
            "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
        ),
        (
            block("text", text="x", mood="good"),
            "messages.0.content.0.text.mood: Extra inputs are not permitted",
        ),
        (
            block("image", source={"type": "base64", "media_type": "image/bmp", "data": "aGk="}),
            "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', "
            "'image/png', 'image/gif' or 'image/webp'",
        ),
        (
            block("image", source={"type": "base64", "media_type": "image/png", "data": "%"}),
            "messages.0.content.0.image.source.base64.data: Input should be valid base64",
        ),
        (
            block("image", source={"type": "url", "url": "data:image/png;base64,aGk="}),
            "messages.0.content.0.image.source.url.url: Only HTTP(S) URLs are supported",
        ),
        (
            block("tool_use", id="t1", name="f", input={}),
            "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages",
        ),
        (
            block("text", text="x", citations=[{"type": "char_location"}]),
            "messages.0.content.0: `citations` can only be on `text` in `assistant` messages",
        ),
        (
            assistant({"type": "document", "source": {"type": "url", "url": "https://a/b"}}),
            "messages.1.content.0: `document` blocks can only be in `user` messages",
        ),
        (
            assistant({**USE, "input": "{}"}),
            "messages.1.content.0.tool_use.input: Input should be a valid dictionary",
        ),
        (
            assistant({**USE, "id": "call:1"}),
            "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
        ),
        (
            assistant({"type": "thinking", "thinking": "hm"}),
            "messages.1.content.0.thinking.signature: Field required",
        ),
        (
            assistant({"type": "thinking", "thinking": "hm", "signature": "aGk="}),
            "messages.1.content.0: Invalid `signature` in `thinking` block",
        ),
        (
            assistant({"type": "redacted_thinking", "data": "aGk="}),
            "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
        ),
        ({"tools": [{"name": "f"}]}, "tools.0.custom.input_schema: Field required"),
        (
            {"tools": [{"name": "f", "input_schema": {}}]},
            "tools.0.custom.input_schema.type: Field required",
        ),
        (
            {"tools": [{"name": "f", "input_schema": {"type": "array"}}]},
            "tools.0.custom.input_schema.type: Input should be 'object'",
        ),
        (
            {"tools": [{**TOOL, "name": "a b"}]},
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        (
            {"tools": [{**TOOL, "parameters": {}}]},
            "tools.0.custom.parameters: Extra inputs are not permitted",
        ),
        ({"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
        (
            {"tool_choice": {"type": "auto"}},
            "tool_choice: may only be specified while providing `tools`",
        ),
        (
            {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "g"}},
            "tool_choice: Tool 'g' not found in provided tools",
        ),
        (
            {"tools": [TOOL], "tool_choice": "auto"},
            "tool_choice: Input should be a valid dictionary",
        ),
        (
            texts(*[MARK] * 5),
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ),
        (
            texts(MARK, HOUR),
            "messages.0.content.1.cache_control.ttl: a ttl='1h' cache_control block must not come "
            "after a ttl='5m' cache_control block. Note that blocks are processed in the "
            "following order: `tools`, `system`, `messages`.",
        ),
        (
            texts({"type": "ephemeral", "ttl": "2h"}),
            "messages.0.content.0.text.cache_control.ttl: Input should be '5m' or '1h'",
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 512}},
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        (
            {"thinking": THINK, "max_tokens": 1024},
            "`max_tokens` must be greater than `thinking.budget_tokens`.",
        ),
        (
            {"thinking": THINK, "tools": [TOOL], "tool_choice": {"type": "any"}},
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
    ],
)
def test_wrong_bodies(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(**changes)
    assert (caught.value.status, caught.value.message) == (400, message)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([USER, USING, USER], "messages.1: `tool_use` ids were found without `tool_result`"),
        ([USER, USING], "messages.1: `tool_use` ids were found without `tool_result`"),
        (
            [USER, USING, {"role": "user", "content": [{"type": "text", "text": "x"}, RESULT]}],
            "messages.1: `tool_use` ids were found without `tool_result`",
        ),
        ([ANSWERED], "messages.0.content.0: unexpected `tool_use_id` found in `tool_result`"),
        (
            [USER, USING, {"role": "user", "content": [RESULT, RESULT]}],
            "messages.2.content.1: each tool_use must have a single result.",
        ),
        (
            [USER, USING, ANSWERED, USING, ANSWERED],
            "messages.3: `tool_use` ids must be unique",
        ),
        ([SYSTEM, USER], "messages.0: a `system` message must follow a `user` message"),
        ([USER, SYSTEM, USER], "messages.1: a `system` message must follow a `user` message"),
        (
            [USER, {"role": "assistant", "content": "x "}],
            "messages: final assistant content cannot end with trailing whitespace",
        ),
    ],
)
def test_wrong_orders(messages: list[Any], message: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(messages=messages)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    "messages",
    [
        [USER, USER, SAID, SAID, USER],
        [SAID, USER],
        [USER, SAID],
        [USER, {"role": "assistant", "content": []}],
        [USER, USING, ANSWERED, USER],
        [USER, SYSTEM],
        [USER, SYSTEM, SAID, USER],
        [USER, {"role": "assistant", "content": [{"type": "text", "text": "x"}, USE]}, ANSWERED],
    ],
)
def test_right_orders(messages: list[Any]) -> None:
    assert check(messages=messages)


def test_thoughts_have_to_come_back_with_their_tool_use() -> None:
    with pytest.raises(Refusal, match="Expected `thinking` or `redacted_thinking`, but found"):
        check(messages=[USER, USING, ANSWERED], thinking=THINK)
    check(messages=[USER, USING, ANSWERED], thinking={"type": "adaptive"})


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        ("claude-opus-4-8", {"temperature": 0.5}, "`temperature` is deprecated for this model."),
        ("claude-sonnet-5", {"top_p": 0.9}, "`top_p` is deprecated for this model."),
        ("claude-fable-5-1", {"top_k": 5}, "`top_k` is deprecated for this model."),
        ("claude-opus-5-5", {"thinking": THINK}, '"thinking.type.enabled" is not supported'),
        ("claude-opus-4-6", {"messages": [USER, SAID]}, "This model does not support assistant"),
        ("claude-haiku-4-5", {"thinking": {"type": "adaptive"}}, "adaptive thinking is not"),
        ("claude-haiku-4-5", {"messages": [USER, SYSTEM]}, 'messages: Unexpected role "system"'),
        (
            "claude-sonnet-4-5-20250929",
            {"temperature": 0.5, "top_p": 0.5},
            "`temperature` and `top_p` cannot both be specified",
        ),
        ("m", {"thinking": THINK, "temperature": 0}, "`temperature` may only be set to 1"),
        ("m", {"thinking": THINK, "top_k": 1}, "`top_k` must be unset"),
        ("m", {"temperature": 1.5}, "temperature: Input should be less than or equal to 1"),
    ],
)
def test_what_a_model_does_not_take(model: str, changes: Any, message: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(OLD, model, **changes)
    assert caught.value.message.startswith(message)


def test_what_the_version_before_took() -> None:
    check(OLD, "claude-opus-4-6", temperature=0.5)
    check(OLD, "claude-opus-4-8", temperature=1)
    check(OLD, "claude-haiku-4-5", thinking=THINK, messages=[USER])
    check(OLD, **block("text", text="x", citations=[{"type": "char_location"}]))
    with pytest.raises(Refusal, match="context_management"):
        check(context_management={})
    check(rules("2026-10-21", betas=Betas(some=True)), context_management={})


FORMAT = {"type": "json_schema", "schema": {"type": "object"}}
LESS = {**SYSTEM, "output_config": {"effort": "low"}}


def test_the_old_place_of_a_format_needs_its_beta() -> None:
    with pytest.raises(Refusal, match="output_format: Extra inputs are not permitted"):
        check(rules("2023-06-01", betas=Betas.named("effort-2025-11-24")), output_format=FORMAT)
    old = rules("2023-06-01", betas=Betas.named("effort-2025-11-24, structured-outputs-2025-11-13"))
    check(old, output_format=FORMAT)
    check(old, output_format=None, output_config={"format": FORMAT})
    with pytest.raises(Refusal, match=r"output_format\.type: Field required"):
        check(old, output_format={})
    with pytest.raises(Refusal, match="cannot both be specified"):
        check(old, output_format=FORMAT, output_config={"format": FORMAT})


@pytest.mark.parametrize(
    "beta", ["per-turn-control-2026-07-01", "mid-conversation-output-config-2026-07-01"]
)
def test_the_effort_of_a_turn_needs_its_beta(beta: str) -> None:
    with pytest.raises(
        Refusal, match=r"messages\.1\.output_config: Extra inputs are not permitted"
    ):
        check(rules("2023-06-01", betas=Betas(some=True)), messages=[USER, LESS])
    turns = rules("2023-06-01", betas=Betas.named(beta))
    check(turns, messages=[USER, LESS])
    check(turns, messages=[USER, {**LESS, "content": []}], thinking=THINK)
    for wrong, message in (
        ({**LESS, "output_config": {"format": FORMAT}}, "messages.1.output_config.format: Extra"),
        ({**LESS, "output_config": {}, "content": []}, "all messages must have non-empty content"),
        ({**USER, "output_config": {"effort": "low"}}, "messages.1.output_config: Extra"),
    ):
        with pytest.raises(Refusal, match=message):
            check(turns, messages=[USER, wrong])


def test_updates_of_what_is_thought_need_their_beta() -> None:
    updates = {"type": "adaptive", "display": "updates"}
    with pytest.raises(Refusal, match=r"thinking\.adaptive\.display: Input should be"):
        check(rules("2023-06-01", betas=Betas(some=True)), thinking=updates)
    for counting in (True, False):
        betas = Betas.named("thinking-display-updates-2026-08-18")
        by = rules("2023-06-01", counting=counting, betas=betas)
        check(by, thinking=updates, max_tokens=... if counting else 9)


def test_a_result_may_load_tools() -> None:
    loaded = {"type": "tool_reference", "tool_name": "f"}
    found = {"role": "user", "content": [{**RESULT, "content": [loaded]}]}
    check(messages=[USER, USING, found])
    with pytest.raises(Refusal, match="Input tag 'tool_reference'"):
        check(messages=[{"role": "user", "content": [loaded]}])


def test_counting_takes_no_limit_of_tokens() -> None:
    counting = rules("2026-10-21", counting=True)
    check(counting, max_tokens=...)
    with pytest.raises(Refusal, match="max_tokens: Extra inputs"):
        check(counting)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, sdk.BadRequestError, "invalid_request_error"),
        (401, sdk.AuthenticationError, "authentication_error"),
        (402, sdk.APIStatusError, "billing_error"),
        (403, sdk.PermissionDeniedError, "permission_error"),
        (404, sdk.NotFoundError, "not_found_error"),
        (429, sdk.RateLimitError, "rate_limit_error"),
        (500, sdk.InternalServerError, "api_error"),
        (502, sdk.InternalServerError, None),
        (503, sdk.InternalServerError, "api_error"),
        (504, sdk.InternalServerError, "timeout_error"),
        (529, sdk.InternalServerError, "overloaded_error"),
    ],
)
async def test_forced_statuses(
    anthropic: AsyncAnthropic, status: int, error: type[sdk.APIStatusError], kind: str | None
) -> None:
    directive = f"[[sandbox status={status} retry_after=7]]"
    with pytest.raises(error) as caught:
        await anthropic.messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": directive}]
        )
    assert caught.value.status_code == status
    if kind:
        body: Any = caught.value.body
        assert (body["type"], body["error"]["type"]) == ("error", kind)
        assert body["request_id"] == caught.value.request_id
        assert caught.value.response.headers["retry-after"] == "7"


async def test_an_error_in_the_middle_of_a_stream(anthropic: AsyncAnthropic) -> None:
    directive: Any = [{"role": "user", "content": "[[sandbox chunks=9 error_after=5]]"}]
    seen = 0
    with pytest.raises(sdk.APIStatusError, match="overloaded_error"):
        async for _ in await anthropic.messages.create(
            model="m", max_tokens=99, messages=directive, stream=True
        ):
            seen += 1
    # The SDK keeps the ping to itself.
    assert seen == 4


async def test_requests_that_are_not_messages(http: httpx2.AsyncClient, url: str) -> None:
    version = {"anthropic-version": "2023-06-01"}
    body = {"model": "m", "max_tokens": 9, "messages": [USER]}

    async def refused(headers: dict[str, str], path: str = "/v1/messages") -> tuple[int, str, str]:
        async with httpx2.AsyncClient(base_url=url) as anyone:
            answer = await anyone.post(path, json=body, headers=headers)
        told = answer.json()
        assert told["request_id"] == answer.headers["request-id"]
        return answer.status_code, told["error"]["type"], told["error"]["message"]

    good = {"x-api-key": "sk-sandbox", **version}
    assert await refused(version) == (401, "authentication_error", "x-api-key header is required")
    bad = {"x-api-key": "sk-other", **version}
    assert await refused(bad) == (401, "authentication_error", "invalid x-api-key")
    unversioned = {"x-api-key": "sk-sandbox"}
    message = "anthropic-version: header is required"
    assert await refused(unversioned) == (400, "invalid_request_error", message)
    old = await refused({**good, "anthropic-version": "1999-01-01"})
    assert old[:2] == (400, "invalid_request_error")
    assert (await refused(good, "/v1/messages/nothing"))[:2] == (404, "not_found_error")
    get = await http.get("/v1/messages", headers=version)
    assert (get.status_code, get.json()["type"]) == (405, "error")
    body["model"] = "no-such-model"
    assert await refused(good) == (404, "not_found_error", "model: no-such-model")
    body["model"] = "m+colour=red"
    assert (await refused(good))[:2] == (400, "invalid_request_error")
