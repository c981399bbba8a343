"""A Gemini client's body on its way to Google: passed as it is, but for what would cost extra."""

from collections.abc import Iterator
from typing import Any

import orjson

from tollgate_providers.body import written
from tollgate_providers.formats.gemini.spelling import camel_fields
from tollgate_providers.neutral import refuse

_DEARER = "is charged apart and not offered here; leave it out"
_TIERS = (None, "standard", "unspecified", "SERVICE_TIER_STANDARD", "SERVICE_TIER_UNSPECIFIED")
_PRICED = ("image/", "audio/", "text/", "application/")
# Caches and uploaded files are the account's, and so they might be another customer's.
_UPLOADS = "generativelanguage.googleapis.com"


def passed(body: bytes, max_output_tokens: int) -> bytes:
    """Google's body. InvalidArgument names the field whose cost nothing bounds."""
    try:
        fields = _object(orjson.loads(body), "body", "")
    except orjson.JSONDecodeError:
        refuse("body", "is not JSON")
    fields.pop("model", None)  # a model is priced by its name in the path
    if fields.get("cachedContent") is not None:
        refuse("cachedContent", "there are no caches to name here; leave it out")
    if fields.get("serviceTier") not in _TIERS:
        refuse("serviceTier", _DEARER)
    _check_tools(fields.get("tools"))
    for path, part in _parts(fields.get("contents")):
        _check_media(part, path)
    config = _object(fields.get("generationConfig") or {}, "generationConfig")
    if config.get("responseModalities") not in (None, [], ["TEXT"]):
        refuse("generationConfig.responseModalities", _DEARER)
    config["maxOutputTokens"] = max_output_tokens
    fields["generationConfig"] = config
    return written(fields)


def _object(value: object, name: str, at: str | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse(name, "must be an object")
    return camel_fields(value, name if at is None else at)


def _check_tools(tools: object) -> None:
    """Functions are the client's own; all other tools are Google's."""
    for number, tool in enumerate(tools if isinstance(tools, list) else [tools] if tools else ()):
        at = f"tools[{number}]"
        for name, value in _object(tool, at).items():
            if name != "functionDeclarations" and value is not None:
                refuse(f"{at}.{name}", _DEARER)


def _parts(contents: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """All parts, also those within a function's response. What has another form Google refuses."""
    for path, content in _listed(contents, "contents"):
        for at, part in _listed(content.get("parts"), f"{path}.parts"):
            yield at, part
            response = part.get("functionResponse")
            if isinstance(response, dict):
                yield from _listed(response.get("parts"), f"{at}.functionResponse.parts")


def _listed(values: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, value in enumerate(values if isinstance(values, list) else [values]):
        if isinstance(value, dict):
            at = f"{path}[{number}]"
            yield at, camel_fields(value, at)


def _check_media(part: dict[str, Any], path: str) -> None:
    for name in ("inlineData", "fileData"):
        if isinstance(file := part.get(name), dict):
            fields = camel_fields(file, f"{path}.{name}")
            if not str(fields.get("mimeType", "")).startswith(_PRICED):
                refuse(f"{path}.{name}.mimeType", "data of this type has no price here")
            if _UPLOADS in str(fields.get("fileUri", "")):
                refuse(f"{path}.{name}.fileUri", "there are no uploaded files here")
