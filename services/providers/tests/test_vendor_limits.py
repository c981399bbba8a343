"""What vendors that copied OpenAI's chat take less of: who speaks, forced calls, lost reasoning."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.conversion import wire_of
from tollgate_providers.failures import AnswerFailed
from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.registry import load_adapters, load_dialects

ADAPTERS = load_adapters()
DIALECTS = load_dialects()
COPIES = [
    name
    for name, adapter in ADAPTERS.items()
    if isinstance(adapter, OpenAICompatible) and name != "openai"
]
MODELS = {
    "deepseek": "deepseek-v4-pro",
    "qwen": "qwen-plus",
    "glm": "glm-5.3",
    "kimi": "kimi-k2.6",
    "doubao": "doubao-seed-2-1-pro-260628",
    "openai": "gpt-5.1",
    "anthropic": "claude-opus-5-5",
}
USER = {"role": "user", "content": "Weather?"}
TOOL = {"name": "f", "input_schema": {"type": "object"}}
CALL = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "Fine."}
CALLED = [
    USER,
    {"role": "assistant", "content": [CALL]},
    {"role": "user", "content": [RESULT]},
]
FORCED = {"type": "tool", "name": "f"}
SWITCHES: dict[str, dict[str, Any]] = {
    "kimi": {"thinking": {"type": "disabled"}},
    "deepseek": {"thinking": {"type": "disabled"}},
    "qwen": {"enable_thinking": False},
}


def sent(
    provider: str, dialect: str, body: dict[str, Any], model: str = "", operation: str = "chat"
) -> Any:
    """What the provider gets of a client's body."""
    ask = Ask(
        body=json.dumps(body).encode(),
        model=model or MODELS[provider],
        stream=False,
        include_usage=False,
        max_output_tokens=4096,
        dialect=dialect,
        operation=operation,
    )
    return json.loads(wire_of(ADAPTERS[provider], DIALECTS, ask).body(ask))


def claude(**fields: Any) -> dict[str, Any]:
    """An Anthropic client's body."""
    return {"messages": [USER], "tools": [TOOL], **fields}


def refused(provider: str, body: dict[str, Any], model: str = "") -> AnswerFailed:
    with pytest.raises(AnswerFailed) as caught:
        sent(provider, "anthropic", body, model)
    return caught.value


@pytest.mark.parametrize("provider", COPIES)
def test_developers_speak_as_the_system(provider: str) -> None:
    said = {"role": "developer", "content": "Be brief."}
    passed = sent(provider, "openai", {"messages": [said, USER]})
    assert passed["messages"] == [{**said, "role": "system"}, USER]
    converted = sent(provider, "openai", {"input": [USER, said]}, operation="responses")
    assert converted["messages"] == [USER, {**said, "role": "system"}]


def test_openai_knows_developers() -> None:
    said = {"role": "developer", "content": "Be brief."}
    assert sent("openai", "openai", {"messages": [said, USER]})["messages"][0] == said


@pytest.mark.parametrize("messages", [None, "none", ["none", {"content": "x"}, None]])
def test_messages_of_no_shape_are_the_vendors_to_refuse(messages: Any) -> None:
    assert sent("kimi", "openai", {"messages": messages})["messages"] == messages


@pytest.mark.parametrize("choice", [FORCED, {"type": "any"}])
@pytest.mark.parametrize("provider", SWITCHES)
def test_who_is_forced_to_call_does_not_reason(provider: str, choice: dict[str, Any]) -> None:
    body = sent(provider, "anthropic", claude(tool_choice=choice))
    assert body.items() >= SWITCHES[provider].items()
    assert body["tool_choice"] != "auto"
    off = sent(provider, "anthropic", claude(tool_choice=choice, thinking={"type": "disabled"}))
    assert off == body


@pytest.mark.parametrize("provider", SWITCHES)
def test_nobody_is_forced_to_call_while_reasoning(provider: str) -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}
    failure = refused(provider, claude(tool_choice=FORCED, thinking=thinking))
    assert failure.param == "tool_choice"


@pytest.mark.parametrize("choice", [{"type": "auto"}, {"type": "none"}])
@pytest.mark.parametrize("provider", SWITCHES)
def test_other_choices_leave_reasoning_alone(provider: str, choice: dict[str, Any]) -> None:
    body = sent(provider, "anthropic", claude(tool_choice=choice))
    assert body["tool_choice"] == choice["type"]
    assert body.keys().isdisjoint({"thinking", "enable_thinking"})


def test_glm_chooses_itself() -> None:
    assert refused("glm", claude(tool_choice=FORCED)).param == "tool_choice"
    assert refused("glm", claude(tool_choice={"type": "any"})).param == "tool_choice"
    assert sent("glm", "anthropic", claude(tool_choice={"type": "auto"}))["tool_choice"] == "auto"


def test_glm_calls_nothing_without_tools() -> None:
    body = sent("glm", "anthropic", claude(tool_choice={"type": "none"}))
    assert body.keys().isdisjoint({"tools", "tool_choice"})


@pytest.mark.parametrize("model", ["kimi-k3", "kimi-k2.7-code"])
def test_a_model_that_always_reasons_cannot_be_told_not_to(model: str) -> None:
    assert refused("kimi", claude(thinking={"type": "disabled"}), model).param == "thinking"
    assert refused("kimi", claude(tool_choice=FORCED), model).param == "tool_choice"


def test_kimis_efforts() -> None:
    effort = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "medium"}}
    newest = sent("kimi", "anthropic", claude(**effort), "kimi-k3.1-pro")
    assert newest["reasoning_effort"] == "high"
    assert "thinking" not in newest
    coder = sent("kimi", "anthropic", claude(**effort), "kimi-k2.7-code")
    assert coder.keys().isdisjoint({"thinking", "reasoning_effort"})
    older = sent("kimi", "anthropic", claude(**effort))
    assert older["thinking"] == {"type": "enabled"}


def test_kimis_newest_can_be_made_to_call_any_tool() -> None:
    body = sent("kimi", "anthropic", claude(tool_choice={"type": "any"}), "kimi-k3")
    assert body["tool_choice"] == "required"
    assert "thinking" not in body
    assert refused("kimi", claude(tool_choice={"type": "any"}), "kimi-k2.7-code").param


@pytest.mark.parametrize("provider", ["deepseek", "kimi"])
def test_lost_reasoning_is_made_up_for_after_a_call(provider: str) -> None:
    said = {"role": "assistant", "content": "It is fine."}
    body = sent(provider, "anthropic", claude(messages=[*CALLED, said, USER]))
    turns = [turn for turn in body["messages"] if turn["role"] == "assistant"]
    assert [turn["reasoning_content"] for turn in turns] == [" ", " "]


@pytest.mark.parametrize("provider", ["deepseek", "kimi"])
def test_reasoning_that_is_there_stays(provider: str) -> None:
    thought = {"type": "thinking", "thinking": "One call.", "signature": ""}
    turn = {"role": "assistant", "content": [thought, CALL]}
    body = sent(provider, "anthropic", claude(messages=[USER, turn, CALLED[2]]))
    assert body["messages"][1]["reasoning_content"] == "One call."


@pytest.mark.parametrize("provider", ["deepseek", "kimi"])
def test_nothing_is_made_up_without_a_call_or_without_reasoning(provider: str) -> None:
    talk = [USER, {"role": "assistant", "content": "Fine."}, USER]
    for body in (
        claude(messages=talk),
        claude(messages=CALLED, thinking={"type": "disabled"}),
        claude(messages=CALLED, tool_choice=FORCED),
    ):
        assert "reasoning_content" not in str(sent(provider, "anthropic", body))


@pytest.mark.parametrize("provider", ["doubao", "glm", "qwen", "openai"])
def test_others_do_without_lost_reasoning(provider: str) -> None:
    body = sent(provider, "anthropic", claude(messages=CALLED))
    assert "reasoning_content" not in str(body)


def test_the_refused_field_is_always_the_same() -> None:
    request = n.Request(
        messages=(n.Message(role="user", parts=(n.Text(text="Hi"),)),),
        max_output_tokens=9,
        user="u",
        temperature=0.5,
        seed=7,
        n=2,
    )
    for carried, first in ((), "n"), (("n",), "seed"), (("n", "seed"), "temperature"):
        with pytest.raises(InvalidArgument) as caught:
            request.refuse_all_but(carried, "Nobody")
        assert caught.value.field == first
    replace(request, n=1).refuse_all_but(("seed", "temperature", "user"), "Nobody")


@pytest.mark.parametrize("provider", ["kimi", "deepseek"])
def test_what_sdks_lose_of_an_answer_is_made_up_for(provider: str) -> None:
    """OpenAI's own hand back a message without what they do not know of it."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    lost = {"role": "assistant", "content": None, "tool_calls": [call]}
    kept = {**lost, "reasoning_content": "Hm."}
    result = {"role": "tool", "tool_call_id": "c", "content": "x"}
    turns = [USER, lost, result, kept, result]
    made_up = {**lost, "reasoning_content": " "}
    passed = sent(provider, "openai", {"messages": turns})["messages"]
    assert passed == [USER, made_up, result, kept, result]
    off = {"thinking": {"type": "disabled"}}
    assert sent(provider, "openai", {"messages": turns, **off})["messages"] == turns
    assert sent("qwen", "openai", {"messages": turns})["messages"] == turns
