"""The rules between contents: roles, parts, function responses, and signatures of thoughts."""

from typing import Any

from tollgate_sandbox.models import UNKNOWN, Generation
from tollgate_sandbox.refusals import Refusal, invalid
from tollgate_sandbox.signatures import decoded, is_seal

Json = dict[str, Any]

# The first models that need their signatures back, and that do not continue their own text.
_SIGNED: Generation = (3, 0)
_DATA = ("text", "inlineData", "fileData", "functionCall", "functionResponse")
_OTHER_DATA = ("executableCode", "codeExecutionResult")
# Google's own way to send calls that another model has made.
_UNSIGNED = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")


def check_contents(contents: list[Json], generation: Generation) -> None:
    if not contents:
        raise _violation("contents", "contents is not specified")
    for index, content in enumerate(contents):
        if content.get("role") not in (None, "user", "model", "function"):
            raise invalid("Please use a valid role: user, model.")
        parts = content.get("parts") or []
        if not parts:
            raise _violation(f"contents[{index}].parts", "contents.parts must not be empty.")
        for at, part in enumerate(parts):
            _check_part(part, f"contents[{index}].parts[{at}]")
    _check_calls(contents)
    if contents[-1].get("role") == "model" and generation >= _SIGNED:
        raise invalid("Requests ending with a model turn are not supported.")
    _check_signatures(contents, required=not UNKNOWN < generation < _SIGNED)


def _violation(path: str, problem: str) -> Refusal:
    return invalid(f"* GenerateContentRequest.{path}: {problem}\n", param=path)


def _check_part(part: Json, path: str) -> None:
    given = [name for name in (*_DATA, *_OTHER_DATA) if name in part]
    if not given or (given == ["text"] and not part["text"] and "thoughtSignature" not in part):
        raise _violation(
            f"{path}.data", "required oneof field 'data' must have one initialized field"
        )
    if len(given) > 1:
        raise invalid(
            f"Invalid value at '{path}' (oneof), oneof field 'data' is already set. Cannot set "
            f"'{given[1]}'"
        )
    kind = given[0]
    if kind == "inlineData" and not (part[kind].get("mimeType") and part[kind].get("data")):
        raise _violation(f"{path}.inline_data", "mime_type and data are required.")
    if kind == "fileData" and not part[kind].get("fileUri"):
        raise _violation(f"{path}.file_data.file_uri", "file_uri is required.")
    if kind == "functionCall" and not part[kind].get("name"):
        raise _violation(f"{path}.function_call.name", "Name cannot be empty.")
    if kind == "functionResponse":
        if not part[kind].get("name"):
            raise _violation(f"{path}.function_response.name", "Name cannot be empty.")
        if "response" not in part[kind]:
            raise _violation(f"{path}.function_response.response", "response is required.")


def _names(content: Json, kind: str) -> list[str]:
    return [part[kind]["name"] for part in content["parts"] if kind in part]


def _check_calls(contents: list[Json]) -> None:
    for before, content in zip([None, *contents], contents, strict=False):
        if _names(content, "functionCall") and before and before.get("role") == "model":
            raise invalid(
                "Please ensure that function call turn comes immediately after a user turn or "
                "after a function response turn."
            )
        asked = _names(before, "functionCall") if before else []
        given = _names(content, "functionResponse")
        if given and not asked:
            raise invalid(
                "Please ensure that function response turn comes immediately after a function call "
                "turn."
            )
        if sorted(asked) != sorted(given):
            raise invalid(
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn."
            )
    if _names(contents[-1], "functionCall"):
        raise invalid(
            "Please ensure that the number of function response parts is equal to the number "
            "of function call parts of the function call turn."
        )


def _check_signatures(contents: list[Json], *, required: bool) -> None:
    """A signature that is there has to be ours; in the current turn every call needs one."""
    turn = max((at for at, content in enumerate(contents) if _begins_turn(content)), default=0)
    for index, content in enumerate(contents):
        calls = 0
        for at, part in enumerate(content["parts"]):
            call = part.get("functionCall")
            calls += call is not None
            if "thoughtSignature" in part:
                _check_signature(part["thoughtSignature"], call)
            elif call and calls == 1 and index > turn and required:
                raise invalid(
                    "Function call is missing a thought_signature in functionCall parts. This is "
                    "required for tools to work correctly, and missing thought_signature may lead "
                    "to degraded model performance. Additional data, function call "
                    f"`default_api:{call['name']}` , position {at + 1}. Please refer to "
                    "https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
                )


def _begins_turn(content: Json) -> bool:
    """A user's own words do; results of functions do not."""
    return content.get("role") != "model" and not _names(content, "functionResponse")


def _check_signature(signature: str, call: Json | None) -> None:
    raw = decoded(signature)
    if signature in _UNSIGNED or raw in [text.encode() for text in _UNSIGNED]:
        return
    if raw is None or not is_seal(raw, bound_to(call)):
        raise invalid("Corrupted thought signature.")


def bound_to(call: Json | None) -> str:
    """What a signature vouches for: that this function was called."""
    return f"call {call['name']}" if call else ""
