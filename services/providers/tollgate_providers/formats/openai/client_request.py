"""OpenAI's chat request, read into the neutral one."""

from dataclasses import replace
from types import MappingProxyType
from typing import cast

from tollgate_providers.adapter import Ask
from tollgate_providers.fields import Fields
from tollgate_providers.neutral import (
    Audio,
    Document,
    Effort,
    Format,
    Image,
    Message,
    Part,
    Reasoning,
    RedactedThinking,
    Request,
    Role,
    Signer,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    refuse,
)
from tollgate_providers.signatures import unsigned_id

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
# How reasoning_details, a widespread extension of OpenAI's format, names who signed.
SIGNERS: dict[str, Signer] = {
    "anthropic-claude-v1": "anthropic",
    "google-gemini-v1": "google",
    "openai-responses-v1": "openai",
}
NAMES = MappingProxyType(
    {
        "format": "response_format",
        "reasoning": "reasoning_effort",
        "max_output_tokens": "max_completion_tokens",
    }
)


def read_request(ask: Ask) -> Request:
    fields = Fields.of(ask.body)
    # What the edge has decided already, and hints that change nothing about the answer.
    fields.ignore("model", "stream", "stream_options", "max_tokens", "max_completion_tokens")
    fields.ignore("prompt_cache_key", "prompt_cache_retention")
    fields.only("service_tier", "auto", "default")
    fields.only("store", False)
    fields.only("logit_bias", {})
    fields.only("modalities", ["text"])
    metadata = fields.mapping("metadata") or {}
    if not all(isinstance(value, str) for value in metadata.values()):
        fields.refuse("metadata", "must hold texts")
    user = fields.text("user")
    request = Request(
        messages=_messages(fields.objects("messages")),
        max_output_tokens=ask.max_output_tokens,
        stream=ask.stream,
        tools=tuple(map(_tool, fields.objects("tools"))),
        tool_choice=_tool_choice(fields),
        parallel_tool_calls=fields.flag("parallel_tool_calls"),
        format=_format(fields),
        reasoning=_reasoning(fields),
        stop=stop_of(fields),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.count("top_k"),
        seed=fields.count("seed"),
        n=fields.count("n"),
        logprobs=fields.flag("logprobs"),
        top_logprobs=fields.count("top_logprobs"),
        presence_penalty=fields.number("presence_penalty"),
        frequency_penalty=fields.number("frequency_penalty"),
        user=fields.text("safety_identifier") or user,
        metadata=metadata,
        names=NAMES,
    )
    fields.close()
    if not request.messages:
        refuse("messages", "must have at least one message")
    return request


def _messages(all_fields: list[Fields]) -> tuple[Message, ...]:
    """Tool messages in a row become one user's message: they answer one turn of the assistant."""
    messages: list[Message] = []
    results: list[Part] = []
    for fields in all_fields:
        role = fields.choice("role", "system", "developer", "user", "assistant", "tool")
        if role == "tool":
            results.append(_result(fields))
            fields.close()
            continue
        if results:
            messages.append(Message(role="user", parts=tuple(results), at=results[0].at))
            results = []
        if not role:
            fields.refuse("role", "is missing")
        messages.append(_message(fields, cast(Role, role)))
        fields.close()
    if results:
        messages.append(Message(role="user", parts=tuple(results), at=results[0].at))
    return tuple(messages)


def _message(fields: Fields, role: Role) -> Message:
    parts: list[Part] = _thinking(fields) if role == "assistant" else []
    parts += _content(fields)
    if role in ("system", "developer") and not all(isinstance(part, Text) for part in parts):
        fields.refuse("content", "must be text")
    if role == "assistant":
        if refusal := fields.text("refusal"):
            parts.append(Text(text=refusal, at=fields.path("refusal")))
        parts += map(_call, fields.objects("tool_calls"))
        fields.only("annotations", [])
    return Message(role=role, parts=tuple(parts), name=fields.text("name"), at=fields.at)


def _thinking(fields: Fields) -> list[Part]:
    """Details say it all where they are; otherwise the text is there under one of two names."""
    parts = [_detail(detail) for detail in fields.objects("reasoning_details")]
    for name in ("reasoning_content", "reasoning"):
        text = fields.text(name)
        if text and not parts:
            parts.append(Thinking(text=text, at=fields.path(name)))
    return parts


def _detail(fields: Fields) -> Part:
    signer = SIGNERS.get(fields.text("format"), "")
    fields.ignore("index", "id")
    kind = fields.choice("type", "reasoning.text", "reasoning.encrypted")
    part: Part
    if kind == "reasoning.encrypted":
        part = RedactedThinking(data=fields.text("data"), signer=signer, at=fields.at)
    else:
        signature = fields.text("signature")
        text = fields.text("text")
        part = Thinking(text=text, signature=signature, signer=signer, at=fields.at)
    fields.close()
    return part


def _content(fields: Fields) -> list[Part]:
    content = fields.raw("content")
    at = fields.path("content")
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(text=content, at=at)] if content else []
    if not isinstance(content, list):
        refuse(at, "must be a text or a list of parts")
    return [_part(Fields(part, f"{at}[{n}]")) for n, part in enumerate(content)]


def _part(fields: Fields) -> Part:
    kind = fields.choice("type", "text", "refusal", "image_url", "file", "input_audio")
    cache = fields.cache()
    part: Part
    if kind in ("text", "refusal"):
        part = Text(text=fields.text(kind), cache=cache, at=fields.at)
    elif kind == "image_url":
        part = replace(_image(fields), cache=cache)
    elif kind == "file":
        part = replace(_file(fields), cache=cache)
    elif kind == "input_audio":
        part = _audio(fields)
    else:
        refuse(fields.path("type"), "is missing")
    fields.close()
    return part


def _image(fields: Fields) -> Image:
    image = fields.object("image_url")
    if image is None:
        refuse(fields.path("image_url"), "is missing")
    url, detail = image.needed("url"), image.text("detail")
    image.close()
    if not url.startswith("data:"):
        return Image(url=url, detail=detail, at=fields.at)
    media_type, data = data_url(url, image.path("url"))
    return Image(data=data, media_type=media_type, detail=detail, at=fields.at)


def _file(fields: Fields) -> Document:
    file = fields.object("file")
    if file is None:
        refuse(fields.path("file"), "is missing")
    url, name = file.needed("file_data"), file.text("filename")
    file.close()
    media_type, data = data_url(url, file.path("file_data"))
    return Document(data=data, media_type=media_type, name=name, at=fields.at)


def _audio(fields: Fields) -> Audio:
    audio = fields.object("input_audio")
    if audio is None:
        refuse(fields.path("input_audio"), "is missing")
    sound = Audio(
        data=audio.needed("data"), media_type=f"audio/{audio.needed('format')}", at=fields.at
    )
    audio.close()
    return sound


def data_url(url: str, at: str) -> tuple[str, str]:
    """Media type and base64 of a file that the client wrote into a URL."""
    head, comma, data = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        refuse(at, "must be a data: URL in base64")
    return head.removeprefix("data:").removesuffix(";base64"), data


def _call(fields: Fields) -> ToolCall:
    fields.choice("type", "function")
    fields.ignore("index")
    function = fields.object("function")
    if function is None:
        refuse(fields.path("function"), "is missing")
    id, signature = unsigned_id(fields.needed("id"))
    call = ToolCall(
        id=id,
        name=function.needed("name"),
        arguments=function.text("arguments"),
        signature=signature,
        at=fields.at,
    )
    function.close()
    fields.close()
    return call


def _result(fields: Fields) -> ToolResult:
    id, _ = unsigned_id(fields.needed("tool_call_id"))
    fields.ignore("name")
    parts = _content(fields)
    carried = tuple(part for part in parts if isinstance(part, Text | Image | Document))
    if len(carried) < len(parts):
        fields.refuse("content", "a tool's result holds text, images and files")
    return ToolResult(id=id, parts=carried, at=fields.at)


def _tool(fields: Fields) -> Tool:
    if fields.choice("type", "function") != "function":
        fields.refuse("type", "is missing")
    function = fields.object("function")
    if function is None:
        refuse(fields.path("function"), "is missing")
    tool = Tool(
        name=function.needed("name"),
        description=function.text("description"),
        schema=function.mapping("parameters"),
        strict=function.flag("strict"),
        cache=fields.cache(),
        at=fields.at,
    )
    function.close()
    fields.close()
    return tool


def _tool_choice(fields: Fields) -> ToolChoice | None:
    value = fields.raw("tool_choice")
    if value is None:
        return None
    if value in ("auto", "none", "required"):
        return ToolChoice(mode=value)
    if isinstance(value, str):
        refuse("tool_choice", "must be auto, none, required, or a function")
    choice = Fields(value, "tool_choice")
    choice.choice("type", "function")
    function = choice.object("function")
    if function is None:
        refuse("tool_choice.function", "is missing")
    name = function.needed("name")
    function.close()
    choice.close()
    return ToolChoice(mode="required", names=(name,))


def _format(fields: Fields) -> Format | None:
    form = fields.object("response_format")
    if form is None:
        return None
    kind = form.choice("type", "text", "json_object", "json_schema")
    schema = form.object("json_schema") if kind == "json_schema" else None
    form.close()
    if kind != "json_schema":
        return Format() if kind == "json_object" else None
    if schema is None:
        refuse("response_format.json_schema", "is missing")
    read = Format(
        schema=schema.mapping("schema") or {},
        name=schema.text("name"),
        description=schema.text("description"),
        strict=schema.flag("strict"),
    )
    schema.close()
    return read


def _reasoning(fields: Fields) -> Reasoning | None:
    """OpenAI's effort, or the extensions that OpenAI's SDK is used with."""
    effort = fields.choice("reasoning_effort", *EFFORTS)
    budget: int | None = None
    enabled: bool | None = None
    visible: bool | None = None
    if thinking := fields.object("thinking"):
        enabled = thinking.choice("type", "enabled", "disabled", "adaptive") != "disabled"
        budget = thinking.count("budget_tokens")
        thinking.close()
    if reasoning := fields.object("reasoning"):
        effort = reasoning.choice("effort", *EFFORTS) or effort
        budget = reasoning.count("max_tokens") or budget
        asked = reasoning.flag("enabled")
        enabled = enabled if asked is None else asked
        hidden = reasoning.flag("exclude")
        visible = None if hidden is None else not hidden
        reasoning.close()
    if not effort and budget is None and enabled is None and visible is None:
        return None
    return Reasoning(
        enabled=enabled, effort=cast(Effort, effort), budget_tokens=budget, visible=visible
    )


def stop_of(fields: Fields) -> tuple[str, ...]:
    value = fields.raw("stop")
    if isinstance(value, str):
        return (value,)
    if not isinstance(value or [], list) or not all(isinstance(v, str) for v in value or ()):
        fields.refuse("stop", "must be a text or a list of texts")
    return tuple(value or ())
