"""The neutral request, written as Gemini's generateContent request."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from tollgate_providers.neutral import (
    OPTIONAL,
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
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    refuse,
    tool_names,
    without_system,
)

_GOOGLE = "Google"
_CARRIED = OPTIONAL - {"metadata"}
# The generations before thoughtSignature, thinkingLevel and a part's own mediaResolution.
_OLDER = ("gemini-1", "gemini-2")
# Google's word for calls that another provider's model made, or that were never made.
# https://ai.google.dev/gemini-api/docs/thought-signatures
_NOT_OURS = "skip_thought_signature_validator"
# The levels that all models take; only some have one below or above them.
_LEVELS: dict[Effort, str] = {
    "minimal": "LOW",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "HIGH",
    "max": "HIGH",
}
# What Google's own OpenAI-compatible API makes of efforts for older models.
_BUDGETS: dict[Effort, int] = {
    "minimal": 1024,
    "low": 1024,
    "medium": 8192,
    "high": 24_576,
    "xhigh": 24_576,
    "max": 24_576,
}
_DYNAMIC = -1
_DETAILS = {"low": "MEDIA_RESOLUTION_LOW", "high": "MEDIA_RESOLUTION_HIGH"}
# Google wants to know what it will find behind a URL.
_KINDS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "gif": "gif", "heic": "heic"}
_SAME_FIELDS = (
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("top_k", "topK"),
    ("seed", "seed"),
    ("n", "candidateCount"),
    ("logprobs", "responseLogprobs"),
    ("top_logprobs", "logprobs"),
    ("presence_penalty", "presencePenalty"),
    ("frequency_penalty", "frequencyPenalty"),
)


def write_request(request: Request, model: str) -> dict[str, Any]:
    """The body. InvalidArgument names the client's field that Google has no place for.

    `user` is left out: it tells the provider its users apart and changes nothing about an answer.
    """
    request.refuse_all_but(_CARRIED, _GOOGLE)
    if request.parallel_tool_calls is False:
        request.refuse("parallel_tool_calls", f"{_GOOGLE} cannot be kept to one call at a time")
    older = model.startswith(_OLDER)
    system, messages = without_system(request)
    names = tool_names(request.messages)
    contents = [_Content(names, older).written(message) for message in _turns(messages)]
    body: dict[str, Any] = {
        "contents": [content for content in contents if content["parts"]],
        "generationConfig": _config(request, older),
    }
    if system:
        body["systemInstruction"] = {"parts": [{"text": text.text} for text in system]}
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]
    if calling := _calling(request.tool_choice, request.tools):
        body["toolConfig"] = {"functionCallingConfig": calling}
    return body


def _config(request: Request, older: bool) -> dict[str, Any]:
    config: dict[str, Any] = {"maxOutputTokens": request.max_output_tokens}
    for name, field in _SAME_FIELDS:
        if (value := getattr(request, name)) is not None:
            config[field] = value
    if request.stop:
        config["stopSequences"] = list(request.stop)
    if request.format:
        config |= _format(request.format)
    if request.reasoning and (thinking := _thinking(request.reasoning, older)):
        config["thinkingConfig"] = thinking
    return config


def _format(form: Format) -> dict[str, Any]:
    """A schema's name and description have their place in the schema itself."""
    config: dict[str, Any] = {"responseMimeType": "application/json"}
    if form.schema is not None:
        about = {"title": form.name, "description": form.description}
        named = {name: value for name, value in about.items() if value}
        config["responseJsonSchema"] = named | dict(form.schema)
    return config


def _thinking(reasoning: Reasoning, older: bool) -> dict[str, Any]:
    """A budget says more than an effort, and Google refuses to have both."""
    config: dict[str, Any] = {}
    if reasoning.visible is not None:
        config["includeThoughts"] = reasoning.visible
    if reasoning.enabled is False or reasoning.effort == "none":
        return config | {"thinkingBudget": 0}
    if reasoning.budget_tokens is not None:
        return config | {"thinkingBudget": reasoning.budget_tokens}
    if reasoning.effort and older:
        return config | {"thinkingBudget": _BUDGETS[reasoning.effort]}
    if reasoning.effort:
        return config | {"thinkingLevel": _LEVELS[reasoning.effort]}
    return config | ({"thinkingBudget": _DYNAMIC} if reasoning.enabled else {})


def _tool(tool: Tool) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": tool.name}
    if tool.description:
        declaration["description"] = tool.description
    if tool.schema is not None:
        declaration["parametersJsonSchema"] = tool.schema
    return declaration


def _calling(choice: ToolChoice | None, tools: Iterable[Tool]) -> dict[str, Any]:
    """Arguments keep to their schema in the modes VALIDATED and ANY only."""
    if choice is not None and choice.mode == "none":
        return {"mode": "NONE"}
    if choice is not None and choice.mode == "required":
        names = {"allowedFunctionNames": list(choice.names)} if choice.names else {}
        return {"mode": "ANY"} | names
    if any(tool.strict for tool in tools):
        return {"mode": "VALIDATED"}
    return {"mode": "AUTO"} if choice else {}


def _turns(messages: Iterable[Message]) -> list[Message]:
    """Google wants all calls of a turn in one content, and all of their results in the next."""
    turns: list[Message] = []
    for message in messages:
        if message.name:
            refuse(f"{message.at}.name", f"{_GOOGLE} has nothing like it; leave it out")
        if turns and _belongs(message, turns[-1]):
            turns[-1] = replace(turns[-1], parts=turns[-1].parts + message.parts)
        else:
            turns.append(message)
    return turns


def _belongs(message: Message, before: Message) -> bool:
    if message.role != before.role:
        return False
    return message.role == "assistant" or all(
        any(isinstance(part, ToolResult) for part in each.parts) for each in (message, before)
    )


class _Content:
    """A turn on its way into a content: its parts, and where signatures belong."""

    def __init__(self, names: Mapping[str, str], older: bool) -> None:
        self._names = names
        self._older = older
        self._parts: list[dict[str, Any]] = []
        # Of thoughts that were not shown, until a text comes that can carry it.
        self._signature = ""
        self._called = False

    def written(self, message: Message) -> dict[str, Any]:
        """Without parts when there was nothing to say: Google takes no empty texts."""
        for part in message.parts:
            self._add(part)
        if self._signature:
            self._parts.append({"text": "", **self._signed(self._signature)})
        role = "model" if message.role == "assistant" else "user"
        return {"role": role, "parts": self._parts}

    def _add(self, part: Part) -> None:
        match part:
            case Text(text=text):
                if text:
                    self._parts.append({"text": text, **self._signed(self._signature)})
                    self._signature = ""
            case Thinking():
                self._think(part)
            case RedactedThinking(signer="google"):
                self._hidden(part.data)
            case RedactedThinking():
                refuse(part.at, "only its own provider can read it; leave it out")
            case ToolCall():
                self._parts.append(self._call(part))
            case ToolResult():
                self._parts.append(self._result(part))
            case Document(name=name) if name:
                # A file's name is nothing but text to a model; Google has no field for it.
                self._parts += [{"text": name}, self._media(part)]
            case Image() | Document() | Audio():
                self._parts.append(self._media(part))

    def _think(self, part: Thinking) -> None:
        signature = part.signature if part.signer == "google" else ""
        if part.text:
            self._parts.append({"text": part.text, "thought": True, **self._signed(signature)})
        elif signature:
            self._hidden(signature)

    def _hidden(self, signature: str) -> None:
        """A signature of thoughts that were not shown came with the text before it."""
        last = self._parts[-1] if self._parts else {}
        if "text" in last and "thoughtSignature" not in last:
            last["thoughtSignature"] = signature
        else:
            self._signature = signature

    @staticmethod
    def _signed(signature: str) -> dict[str, Any]:
        return {"thoughtSignature": signature} if signature else {}

    def _call(self, call: ToolCall) -> dict[str, Any]:
        """Google checks the signature of a turn's first call, and gives the others none."""
        signature = call.signature
        if not self._called and not signature and not self._older:
            signature = _NOT_OURS
        self._called = True
        function: dict[str, Any] = {"id": call.id, "name": call.name}
        if call.arguments:
            function["args"] = _object(call)
        return {"functionCall": function, **self._signed(signature)}

    def _result(self, result: ToolResult) -> dict[str, Any]:
        name = self._names.get(result.id)
        if name is None:
            refuse(result.at, "is the result of a call that is not in the conversation")
        text = "".join(part.text for part in result.parts if isinstance(part, Text))
        media = [self._media(part) for part in result.parts if not isinstance(part, Text)]
        response: dict[str, Any] = {
            "id": result.id,
            "name": name,
            "response": {"error" if result.is_error else "output": text},
        }
        return {"functionResponse": response | ({"parts": media} if media else {})}

    def _media(self, part: Image | Document | Audio) -> dict[str, Any]:
        if isinstance(part, Audio):
            refuse(part.at, f"sound has no price here for models of {_GOOGLE}")
        written: dict[str, Any]
        if part.url:
            written = {"fileData": {"fileUri": part.url} | _kind(part)}
        elif isinstance(part, Document) and part.text:
            data = base64.b64encode(part.text.encode()).decode()
            written = {"inlineData": {"mimeType": "text/plain", "data": data}}
        else:
            written = {"inlineData": {"mimeType": part.media_type, "data": part.data}}
        if isinstance(part, Image) and part.detail in _DETAILS and not self._older:
            written["mediaResolution"] = {"level": _DETAILS[part.detail]}
        return written


def _kind(part: Image | Document) -> dict[str, Any]:
    suffix = part.url.partition("?")[0].rpartition(".")[2].lower()
    kind = part.media_type or (f"image/{_KINDS[suffix]}" if suffix in _KINDS else "")
    return {"mimeType": kind} if kind else {}


def _object(call: ToolCall) -> dict[str, Any]:
    try:
        arguments = orjson.loads(call.arguments)
    except orjson.JSONDecodeError:
        arguments = None
    if not isinstance(arguments, dict):
        refuse(call.at, "the call's arguments must be a JSON object")
    return arguments
