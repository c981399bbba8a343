"""Gemini's generateContent request, read into the neutral one."""

from types import MappingProxyType
from typing import Any, cast

from tollgate_providers.adapter import Ask
from tollgate_providers.formats.gemini.parts import contents, text_parts
from tollgate_providers.formats.gemini.schema import json_schema
from tollgate_providers.formats.gemini.spelling import ProtoFields
from tollgate_providers.neutral import (
    Effort,
    Format,
    Message,
    Reasoning,
    Request,
    Tool,
    ToolChoice,
    refuse,
)
from tollgate_providers.strictness import is_strict

_NAMES = MappingProxyType(
    {
        "max_output_tokens": "generationConfig.maxOutputTokens",
        "tool_choice": "toolConfig.functionCallingConfig",
        "format": "generationConfig.responseMimeType",
        "reasoning": "generationConfig.thinkingConfig",
        "stop": "generationConfig.stopSequences",
        "temperature": "generationConfig.temperature",
        "top_p": "generationConfig.topP",
        "top_k": "generationConfig.topK",
        "seed": "generationConfig.seed",
        "n": "generationConfig.candidateCount",
        "logprobs": "generationConfig.responseLogprobs",
        "top_logprobs": "generationConfig.logprobs",
        "presence_penalty": "generationConfig.presencePenalty",
        "frequency_penalty": "generationConfig.frequencyPenalty",
        "metadata": "labels",
    }
)
_TIERS = ("standard", "unspecified", "SERVICE_TIER_STANDARD", "SERVICE_TIER_UNSPECIFIED")
# Other providers block nothing by these settings; to ask for that is to ask for what they do.
_NOT_BLOCKING = ("BLOCK_NONE", "OFF", "HARM_BLOCK_THRESHOLD_UNSPECIFIED")
_LEVELS = ("THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH")
_JSON = "application/json"
_DYNAMIC = -1


def read_request(ask: Ask) -> Request:
    fields = ProtoFields.of(ask.body)
    fields.ignore("model")  # its place is the path, where the edge has read it
    fields.only("store", False)
    fields.only("serviceTier", *_TIERS)
    for setting in fields.objects("safetySettings"):
        setting.ignore("category")
        setting.only("threshold", *_NOT_BLOCKING)
        setting.close()
    config = fields.object("generationConfig") or ProtoFields({}, "generationConfig")
    tools, choice = _tools(fields)
    labels = fields.mapping("labels") or {}
    request = Request(
        messages=_system(fields) + contents(fields.objects("contents")),
        max_output_tokens=ask.max_output_tokens,
        stream=ask.stream,
        tools=tools,
        tool_choice=choice,
        metadata={name: str(value) for name, value in labels.items()},
        **_config(config),
        names=_NAMES,
    )
    fields.close()
    if not request.messages:
        refuse("contents", "must have at least one content")
    return request


def _config(config: ProtoFields) -> dict[str, Any]:
    config.ignore("maxOutputTokens")
    config.only("responseModalities", [], ["TEXT"])
    config.only("mediaResolution", "MEDIA_RESOLUTION_UNSPECIFIED")
    config.only("enableEnhancedCivicAnswers", False)
    values = {
        "format": _format(config),
        "reasoning": _reasoning(config.object("thinkingConfig")),
        "stop": config.texts("stopSequences"),
        "temperature": config.number("temperature"),
        "top_p": config.number("topP"),
        "top_k": config.count("topK"),
        "seed": config.count("seed"),
        "n": config.count("candidateCount"),
        "logprobs": config.flag("responseLogprobs"),
        "top_logprobs": config.count("logprobs"),
        "presence_penalty": config.number("presencePenalty"),
        "frequency_penalty": config.number("frequencyPenalty"),
    }
    config.close()
    return values


def _system(fields: ProtoFields) -> tuple[Message, ...]:
    instruction = fields.object("systemInstruction")
    if instruction is None:
        return ()
    instruction.ignore("role")
    texts = text_parts(instruction)
    instruction.close()
    return (Message(role="system", parts=texts, at=instruction.at),) if texts else ()


def _format(config: ProtoFields) -> Format | None:
    kind = config.choice("responseMimeType", "text/plain", _JSON)
    schema = config.mapping("responseJsonSchema")
    own = config.raw("responseSchema")
    if own is not None:
        schema = json_schema(own, config.path("responseSchema"))
    if kind != _JSON and schema is not None:
        refuse(config.path("responseMimeType"), f"must be {_JSON} where there is a schema")
    if kind != _JSON:
        return None
    return Format(schema=schema, strict=is_strict(schema or {}) or None)


def _reasoning(config: ProtoFields | None) -> Reasoning:
    """Thoughts are shown to who asks for them, whatever the model does by itself."""
    if config is None:
        return Reasoning(visible=False)
    level = config.choice("thinkingLevel", *_LEVELS)
    effort = "" if level in ("", _LEVELS[0]) else level.lower()
    budget = config.count("thinkingBudget")
    visible = config.flag("includeThoughts") or False
    config.close()
    enabled = {0: False, _DYNAMIC: True}.get(budget) if budget is not None else None
    return Reasoning(
        enabled=enabled,
        effort=cast(Effort, effort),
        budget_tokens=budget if enabled is None else None,
        visible=visible,
    )


def _tools(fields: ProtoFields) -> tuple[tuple[Tool, ...], ToolChoice | None]:
    choice, strict = _tool_choice(fields.object("toolConfig"))
    tools: list[Tool] = []
    for group in fields.objects("tools"):
        tools += (_tool(declared, strict) for declared in group.objects("functionDeclarations"))
        group.close()  # what is left are Google's own tools
    return tuple(tools), choice


def _tool(fields: ProtoFields, strict: bool | None) -> Tool:
    fields.only("behavior", "UNSPECIFIED", "BLOCKING")
    own = fields.raw("parameters")
    schema = fields.mapping("parametersJsonSchema")
    tool = Tool(
        name=fields.needed("name"),
        description=fields.text("description"),
        schema=schema if own is None else json_schema(own, fields.path("parameters")),
        strict=strict,
        at=fields.at,
    )
    fields.close()
    return tool


def _tool_choice(config: ProtoFields | None) -> tuple[ToolChoice | None, bool | None]:
    """The choice, and whether arguments must keep to their schema."""
    if config is None:
        return None, None
    calling = config.object("functionCallingConfig")
    config.only("includeServerSideToolInvocations", False)
    config.close()
    if calling is None:
        return None, None
    mode = calling.choice("mode", "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED")
    names = calling.texts("allowedFunctionNames")
    calling.only("streamFunctionCallArguments", False)
    calling.close()
    if mode == "ANY":
        return ToolChoice(mode="required", names=names), None
    if names:
        refuse(calling.path("allowedFunctionNames"), "can only be carried with mode ANY")
    if mode == "NONE":
        return ToolChoice(mode="none"), None
    return (ToolChoice(mode="auto") if mode in ("AUTO", "VALIDATED") else None), (
        True if mode == "VALIDATED" else None
    )
