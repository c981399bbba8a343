"""Requests: what a provider's writer makes of one, and a client's reader of that again, is the
same, a refusal, or one of the changes that are named here. Nothing is dropped without a name.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_common.errors import InvalidArgument
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.adapters.kimi import ADAPTER as KIMI
from tollgate_providers.formats.anthropic.provider_request import write_request as to_anthropic
from tollgate_providers.formats.gemini.provider_request import write_request as to_gemini
from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.provider_request import write_request as to_openai
from tollgate_providers.formats.responses.provider_request import write_request as to_responses
from tollgate_providers.registry import load_adapters, load_dialects

DIALECTS: Any = load_dialects()
CLIENTS = {
    "openai": DIALECTS["openai", "chat"],
    "responses": DIALECTS["openai", "responses"],
    "anthropic": DIALECTS["anthropic", "chat"],
    "gemini": DIALECTS["gemini", "chat"],
}

# Requests: each field and each kind of content for itself, so that a change has one name.

HELLO = n.Message(role="user", parts=(n.Text(text="Hello"),))
TOOL = n.Tool(name="f", description="Does.", schema={"type": "object", "properties": {}})
CALL = n.ToolCall(id="call_1", name="f", arguments="{}")
DONE = n.ToolResult(id="call_1", parts=(n.Text(text="Done."),))
SCHEMA = {"type": "object", "properties": {}}
IMAGE = n.Image(data="AAAA", media_type="image/png")
FILE = n.Document(data="JVBERi0x", media_type="application/pdf")


def request(*messages: n.Message, **fields: Any) -> n.Request:
    return n.Request(messages=messages or (HELLO,), max_output_tokens=4096, **fields)


def shows(*parts: n.Part) -> n.Request:
    return request(n.Message(role="user", parts=parts))


def says(*parts: n.Part) -> n.Request:
    """The model has said this, and is asked again."""
    return request(HELLO, n.Message(role="assistant", parts=parts), HELLO)


def returns(result: n.ToolResult, call: n.ToolCall = CALL) -> n.Request:
    said = n.Message(role="assistant", parts=(call,))
    return request(HELLO, said, n.Message(role="user", parts=(result,)))


def thinks(text: str, signer: n.Signer) -> n.Request:
    signature = "c2ln" if signer else ""
    thought = n.Thinking(text=text, signature=signature, signer=signer)
    return says(thought, n.Text(text="Hi"))


FEATURES: dict[str, n.Request] = {
    "a system prompt": request(n.Message(role="system", parts=(n.Text(text="Be."),)), HELLO),
    "a text": shows(n.Text(text="Hello")),
    "two texts": shows(n.Text(text="a"), n.Text(text="b")),
    "a developer": request(n.Message(role="developer", parts=(n.Text(text="Be."),)), HELLO),
    "a late system prompt": request(HELLO, n.Message(role="system", parts=(n.Text(text="Be."),))),
    "a name": request(replace(HELLO, name="Ann")),
    "a cache mark": shows(n.Text(text="Hello", cache="1h")),
    "an image": shows(IMAGE),
    "an image's url": shows(n.Image(url="https://a.example/b.png")),
    "an image's detail": shows(replace(IMAGE, detail="low")),
    "a file": shows(FILE),
    "a file's name": shows(replace(FILE, name="a.pdf")),
    "a file's url": shows(n.Document(url="https://a.example/b.pdf", name="b.pdf")),
    "a file of text": shows(n.Document(text="Once.", media_type="text/plain")),
    "sound": shows(n.Audio(data="AAAA", media_type="audio/wav")),
    "a call": returns(DONE),
    "a call's signature": returns(DONE, replace(CALL, signature="c2ln")),
    "an error": returns(replace(DONE, is_error=True)),
    "an image from a tool": returns(replace(DONE, parts=(IMAGE,))),
    "thoughts": thinks("So.", ""),
    "thoughts of anthropic": thinks("So.", "anthropic"),
    "thoughts of google": thinks("So.", "google"),
    "thoughts of openai": thinks("So.", "openai"),
    "sealed thoughts": says(n.RedactedThinking(data="b3Bh", signer="anthropic"), n.Text(text="Hi")),
    "a tool": request(tools=(TOOL,)),
    "a tool without schema": request(tools=(n.Tool(name="f"),)),
    "a strict tool": request(tools=(replace(TOOL, strict=True),)),
    "any tool": request(tools=(TOOL,), tool_choice=n.ToolChoice(mode="required")),
    "no tool": request(tools=(TOOL,), tool_choice=n.ToolChoice(mode="none")),
    "one tool": request(tools=(TOOL,), tool_choice=n.ToolChoice(mode="required", names=("f",))),
    "two tools": request(
        tools=(TOOL, replace(TOOL, name="g")),
        tool_choice=n.ToolChoice(mode="required", names=("f", "g")),
    ),
    "one call at a time": request(
        tools=(TOOL,), tool_choice=n.ToolChoice(mode="auto"), parallel_tool_calls=False
    ),
    "json": request(format=n.Format()),
    "a schema": request(format=n.Format(schema=SCHEMA)),
    "a strict schema": request(format=n.Format(schema=SCHEMA, name="place", strict=True)),
    "a schema's description": request(
        format=n.Format(schema=SCHEMA, name="place", description="A place.")
    ),
    "no reasoning": request(reasoning=n.Reasoning(effort="none")),
    "little reasoning": request(reasoning=n.Reasoning(effort="minimal")),
    "high reasoning": request(reasoning=n.Reasoning(effort="high")),
    "a budget": request(reasoning=n.Reasoning(budget_tokens=2000)),
    "some reasoning": request(reasoning=n.Reasoning(enabled=True)),
    "hidden reasoning": request(reasoning=n.Reasoning(effort="high", visible=False)),
    "shown reasoning": request(reasoning=n.Reasoning(effort="high", visible=True)),
    "stop": request(stop=("END",)),
    "temperature": request(temperature=0.5),
    "top_p": request(top_p=0.5),
    "top_k": request(top_k=40),
    "seed": request(seed=7),
    "n": request(n=2),
    "logprobs": request(logprobs=True),
    "top_logprobs": request(logprobs=True, top_logprobs=2),
    "presence_penalty": request(presence_penalty=0.5),
    "frequency_penalty": request(frequency_penalty=0.5),
    "user": request(user="user-1"),
    "metadata": request(metadata={"a": "b"}),
}  # fmt: skip

Target = tuple[str, Callable[[n.Request], dict[str, Any]]]


def vendors() -> dict[str, Target]:
    """Those that copied OpenAI's chat, each with what it can."""
    found: dict[str, Target] = {}
    for name, adapter in load_adapters().items():
        if isinstance(adapter, OpenAICompatible):
            can = adapter.capabilities
            found[name] = ("openai", partial(to_openai, can=can))
    always = KIMI.capabilities_of(
        Ask(
            body=b"", model="kimi-k2.7-code", stream=False, include_usage=False, max_output_tokens=1
        )
    )
    return found | {"kimi that always reasons": ("openai", partial(to_openai, can=always))}


TARGETS: dict[str, Target] = {
    **vendors(),
    "responses": ("responses", lambda asked: to_responses(asked, reasons=True)),
    "anthropic": ("anthropic", lambda asked: to_anthropic(asked, adaptive=True)),
    "older anthropic": ("anthropic", lambda asked: to_anthropic(asked, adaptive=False)),
    "gemini": ("gemini", lambda asked: to_gemini(asked, "gemini-3.8-flash")),
    "older gemini": ("gemini", lambda asked: to_gemini(asked, "gemini-2.5-pro")),
}


def outcome(target: str, asked: n.Request) -> str:
    client, write = TARGETS[target]
    try:
        body = json.dumps(write(asked)).encode()
    except InvalidArgument:
        return "refused"
    try:
        back = read(client, body)
    except InvalidArgument:
        return "changed"  # into words that only this vendor knows
    return "carried" if back == meant(asked, client) else "changed"


def meant(asked: n.Request, client: str) -> n.Request:
    """What is left open about a tool's schema is said to OpenAI, which would take it for strict;
    and what is left open about thoughts means to Gemini that they stay hidden.
    """
    if client == "gemini":
        reasoning = asked.reasoning or n.Reasoning()
        return replace(asked, reasoning=replace(reasoning, visible=bool(reasoning.visible)))
    if client != "responses":
        return asked
    return replace(asked, tools=tuple(replace(t, strict=bool(t.strict)) for t in asked.tools))


def read(client: str, body: bytes) -> n.Request:
    request: n.Request = CLIENTS[client].read(
        Ask(body=body, model="m", stream=False, include_usage=False, max_output_tokens=4096)
    )
    return request


# Requests that come back changed, and why; whatever else is not the same is refused.

HINT = "it changes what an answer costs, never the answer"
SEAL = "only its own provider can check it"
TEXT = "there is no other place for it"
WORDS = "it is said in the provider's words, and means the same"
NEAR = "the nearest that the provider has"
LOST = "it is a hint, and nothing like it is there"

COPIES = {
    "a file of text": TEXT,
    "an error": TEXT,
    "an image from a tool": "it follows as the user's",
    "a call's signature": SEAL,
    "a budget": NEAR,
    "hidden reasoning": "the answer leaves it out",
    "shown reasoning": WORDS,
}
ROLE = {"a developer": "it is the system prompt's"}
SWITCHED = (
    COPIES
    | ROLE
    | {
        "thoughts of anthropic": SEAL,
        "thoughts of google": SEAL,
        "thoughts of openai": SEAL,
        "no reasoning": WORDS,
        "little reasoning": NEAR,
        "high reasoning": NEAR,
    }
)
PLAIN = SWITCHED | {"two texts": "they are joined", "a cache mark": HINT}
UNFORCED = {feature: "the model must not reason then" for feature in ("any tool", "one tool")}
RECALLED = {"a call": "a blank stands for reasoning that was lost"}
NAMED = {"a schema": "it must have a name"}
CLAUDE = {
    "a developer": "it is the system prompt's",
    "a late system prompt": "it is the system prompt's",
    "an image's detail": LOST,
    "a call's signature": SEAL,
    "thoughts of anthropic": WORDS,
    "sealed thoughts": WORDS,
    "a tool without schema": "it must have one",
    "a strict schema": "all are strict, and none has a name",
    "a schema's description": LOST,
    "no reasoning": WORDS,
    "little reasoning": NEAR,
    "high reasoning": WORDS,
    "a budget": NEAR,
    "some reasoning": "it is shown unless hidden",
    "hidden reasoning": WORDS,
    "shown reasoning": WORDS,
}
OLDER_GEMINI = {
    "a developer": "it is the system prompt's",
    "a late system prompt": "it is the system prompt's",
    "a cache mark": HINT,
    "an image's url": "its type is known by its name",
    "a file's name": TEXT,
    "a file's url": TEXT,
    "an image's detail": LOST,
    "thoughts of anthropic": SEAL,
    "thoughts of openai": SEAL,
    "a strict tool": "strictness is a way of choosing tools",
    "a strict schema": "all are strict, and names are titles",
    "a schema's description": "it is the schema's own",
    "no reasoning": WORDS,
    "little reasoning": NEAR,
    "high reasoning": NEAR,
    "hidden reasoning": NEAR,
    "shown reasoning": NEAR,
    "user": "it tells users apart, and is no part of the answer",
}
FOREIGN = "a call of another provider's model is marked as such"
# How a request differs when it comes back, and why.
CHANGED: dict[str, dict[str, str]] = {
    "deepseek": PLAIN | UNFORCED | RECALLED,
    "doubao": PLAIN | NAMED,
    "glm": PLAIN | {"no tool": "there is none then"},
    "kimi": PLAIN | UNFORCED | RECALLED | NAMED,
    "kimi that always reasons": {
        feature: why for feature, why in PLAIN.items() if feature != "no reasoning"
    }
    | RECALLED
    | NAMED
    | {"some reasoning": "it does anyway"},
    "qwen": SWITCHED | UNFORCED | NAMED | {"some reasoning": WORDS},
    "openai": COPIES
    | NAMED
    | {
        "a cache mark": HINT,
        "some reasoning": "it does anyway",
        "hidden reasoning": "it never shows any",
        "shown reasoning": "its other API does",
    },
    "responses": {feature: why for feature, why in COPIES.items() if feature != "shown reasoning"}
    | NAMED
    | {
        "two tools": "the others are not there for the model",
        "a cache mark": HINT,
        "an image": "its detail is said",
        "an image's url": "its detail is said",
        "a file": "it must have a name",
        "a tool without schema": "it must have one",
        "little reasoning": "it is shown unless hidden",
        "high reasoning": "it is shown unless hidden",
        "some reasoning": "it is shown unless hidden",
        "metadata": "it belongs to an answer that is kept",
    },
    "anthropic": CLAUDE,
    "older anthropic": CLAUDE,
    "gemini": {
        feature: why
        for feature, why in OLDER_GEMINI.items()
        if feature
        not in ("an image's detail", "high reasoning", "hidden reasoning", "shown reasoning")
    }
    | {"a call": FOREIGN, "an error": FOREIGN, "an image from a tool": FOREIGN},
    "older gemini": OLDER_GEMINI,
}
FILES = {"a file", "a file's name", "a file's url"}
SCHEMAS = {"a schema", "a strict schema", "a schema's description"}
LOGPROBS = {"logprobs", "top_logprobs"}
PENALTIES = {"presence_penalty", "frequency_penalty"}
THOUGHTS = {"thoughts", "thoughts of anthropic", "thoughts of google", "thoughts of openai"}
COPIES_LACK = {"sealed thoughts", "two tools"}
PLAIN_LACK = COPIES_LACK | FILES | {"sound", "top_k", "seed", "metadata"}
CLAUDE_LACKS = (
    THOUGHTS - {"thoughts of anthropic"} | LOGPROBS | PENALTIES
    | {"a name", "sound", "two tools", "json", "seed", "n", "metadata"}
)  # fmt: skip
GOOGLE_LACKS = {"a name", "sound", "sealed thoughts", "one call at a time", "metadata"}
REFUSED: dict[str, set[str]] = {
    "deepseek": PLAIN_LACK | SCHEMAS | {"one call at a time", "n"},
    "doubao": PLAIN_LACK | {"n"},
    "glm": PLAIN_LACK
    | SCHEMAS
    | LOGPROBS
    | PENALTIES
    | {"one call at a time", "n", "any tool", "one tool"},
    "kimi": PLAIN_LACK | LOGPROBS | {"one call at a time"},
    "kimi that always reasons": PLAIN_LACK
    | LOGPROBS
    | {"one call at a time", "any tool", "one tool", "no reasoning"},
    "qwen": COPIES_LACK | FILES | {"metadata"},
    "openai": COPIES_LACK | THOUGHTS | {"a file's url", "top_k"},
    "responses": THOUGHTS - {"thoughts of openai"}
    | PENALTIES
    | {"a name", "sound", "sealed thoughts", "stop", "top_k", "seed", "n"},
    "anthropic": CLAUDE_LACKS,
    "older anthropic": CLAUDE_LACKS,
    "gemini": GOOGLE_LACKS,
    "older gemini": GOOGLE_LACKS,
}


@pytest.mark.parametrize("target", TARGETS)
def test_a_request_comes_back_the_same_or_is_refused(target: str) -> None:
    found = {feature: outcome(target, asked) for feature, asked in FEATURES.items()}
    changed = {feature for feature, how in found.items() if how == "changed"}
    refused = {feature for feature, how in found.items() if how == "refused"}
    assert changed == CHANGED[target].keys()
    assert refused == REFUSED[target]


@settings(max_examples=100)
@given(st.sampled_from(sorted(TARGETS)), st.sets(st.sampled_from(sorted(FEATURES)), min_size=2))
def test_what_is_carried_alone_is_carried_together(target: str, chosen: set[str]) -> None:
    carried = chosen - CHANGED[target].keys() - REFUSED[target]
    asked = together([FEATURES[name] for name in FEATURES if name in carried])
    assert outcome(target, asked) == "carried"


def together(requests: list[n.Request]) -> n.Request:
    """One after the other in one conversation. Of fields that two of them have, the last one's."""
    answer = n.Message(role="assistant", parts=(n.Text(text="Hi"),))
    fields: dict[str, Any] = {}
    for each in requests:
        if each.tools:
            fields |= {"tools": each.tools, "tool_choice": each.tool_choice}
        for name in n.OPTIONAL:
            if (value := getattr(each, name)) not in (None, (), "", {}):
                fields[name] = value
    turns = (message for each in requests for message in (*each.messages, answer))
    return request(*turns, **fields)
