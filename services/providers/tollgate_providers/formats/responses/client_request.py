"""OpenAI's Responses request, read into the neutral one."""

from typing import cast

from tollgate_providers.adapter import Ask
from tollgate_providers.fields import Fields
from tollgate_providers.formats.openai.client_request import EFFORTS
from tollgate_providers.neutral import (
    Effort,
    Format,
    Message,
    Reasoning,
    Request,
    Text,
    refuse,
)

from .client_items import read_input
from .client_tools import ADDED, read_tools

_SUMMARIES = ("auto", "concise", "detailed")
_LOGPROBS = "message.output_text.logprobs"
# Reasoning always comes with what signs it: nothing of it is kept here.
_INCLUDED = ("reasoning.encrypted_content", _LOGPROBS)


def read_request(ask: Ask) -> Request:
    fields = Fields.of(ask.body)
    echo = {name: value for name, value in fields.given().items() if name != "input"}
    _hints(fields)
    messages, added = read_input(fields)
    echo[ADDED] = [tool.given() for tool in added]
    config = fields.object("text")
    tools, choice = read_tools(fields, added)
    logprobs, top_logprobs, asked_by = _logprobs(fields)
    user = fields.text("user")
    request = Request(
        messages=(*_instructions(fields), *messages),
        max_output_tokens=ask.max_output_tokens,
        stream=ask.stream,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=fields.flag("parallel_tool_calls"),
        format=_format(config),
        reasoning=_reasoning(fields),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        logprobs=logprobs,
        top_logprobs=top_logprobs,
        presence_penalty=fields.number("presence_penalty"),
        frequency_penalty=fields.number("frequency_penalty"),
        user=fields.text("safety_identifier") or user,
        names={"format": "text.format", "logprobs": asked_by},
        echo=echo,
    )
    if config:
        config.only("verbosity", "medium")
        config.close()
    fields.close()
    return request


def _hints(fields: Fields) -> None:
    """What the edge has decided, what would happen anyway, and what changes no answer."""
    fields.ignore("model", "stream", "stream_options", "max_output_tokens", "client_metadata")
    fields.text("prompt_cache_key")
    fields.choice("prompt_cache_retention", "in_memory", "24h")
    if options := fields.object("prompt_cache_options"):
        options.ignore("mode", "ttl")
        options.only("prewarm", False)
        options.close()
    fields.only("service_tier", "auto", "default")
    fields.only("store", False)
    fields.only("background", False)
    fields.only("truncation", "disabled")
    # It belongs to an answer that is kept; here the answer repeats it.
    metadata = fields.mapping("metadata") or {}
    if not all(isinstance(value, str) for value in metadata.values()):
        fields.refuse("metadata", "must hold texts")


def _instructions(fields: Fields) -> tuple[Message, ...]:
    text, at = fields.text("instructions"), fields.path("instructions")
    return (Message(role="system", parts=(Text(text=text, at=at),), at=at),) if text else ()


def _logprobs(fields: Fields) -> tuple[bool | None, int | None, str]:
    """Whether to tell them, how many, and the field that asks for it."""
    included = fields.texts("include")
    for name in included:
        if name not in _INCLUDED:
            fields.refuse("include", f"{name} cannot be carried to this model's provider")
    top = fields.count("top_logprobs")
    if _LOGPROBS in included:
        return True, top, "include"
    return (True, top, "top_logprobs") if top else (None, None, "top_logprobs")


def _format(config: Fields | None) -> Format | None:
    form = config.object("format") if config else None
    if form is None:
        return None
    kind = form.choice("type", "text", "json_object", "json_schema")
    if kind != "json_schema":
        form.close()
        return Format() if kind == "json_object" else None
    schema = form.mapping("schema")
    if schema is None:
        refuse(form.path("schema"), "is missing")
    read = Format(
        schema=schema,
        name=form.text("name"),
        description=form.text("description"),
        strict=form.flag("strict"),
    )
    form.close()
    return read


def _reasoning(fields: Fields) -> Reasoning | None:
    reasoning = fields.object("reasoning")
    if reasoning is None:
        return None
    effort = cast(Effort, reasoning.choice("effort", *EFFORTS))
    summary = reasoning.choice("summary", *_SUMMARIES)
    summary = reasoning.choice("generate_summary", *_SUMMARIES) or summary
    # All turns that the client has sent are thought over.
    reasoning.only("context", "auto", "all_turns")
    reasoning.only("mode", "standard")
    reasoning.close()
    if not effort and not summary:
        return None
    return Reasoning(effort=effort, visible=True if summary else None)
