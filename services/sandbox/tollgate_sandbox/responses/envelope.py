"""The response object: it repeats what was asked, and says how far the answer has come."""

from typing import Any

from tollgate_sandbox.rendering import Answer
from tollgate_sandbox.usage import claim

from .ids import response_id

Json = dict[str, Any]

# The reason of an incomplete answer, by the reason for which a choice has ended.
_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}
_TIERS = {"auto": "default", "fast": "priority"}
ERROR = {
    "code": "server_error",
    "message": "The server had an error while processing your request. Sorry about that!",
}


def begun(answer: Answer) -> Json:
    """The response before there is any of the answer."""
    return _response(answer, "in_progress", [])


def ended(answer: Answer, output: list[Json]) -> Json:
    """The response with all of the answer."""
    status = status_of(answer)
    whole = _response(answer, status, output)
    if status == "failed":
        return {**whole, "error": ERROR}
    if status == "incomplete":
        reason = _REASONS[answer.choices[0].finish]
        return {**whole, "incomplete_details": {"reason": reason}, "usage": _usage(answer)}
    return {**whole, "completed_at": answer.identity.created + 1, "usage": _usage(answer)}


def status_of(answer: Answer) -> str:
    if answer.scenario.failed:
        return "failed"
    return "incomplete" if answer.choices[0].finish in _REASONS else "completed"


def _response(answer: Answer, status: str, output: list[Json]) -> Json:
    identity = answer.identity
    return {
        "id": response_id(identity.digest),
        "object": "response",
        "created_at": identity.created,
        "status": status,
        "background": False,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "model": identity.model,
        "output": output,
        **_repeated(answer.request.body),
        "usage": None,
    }


def _repeated(body: Json) -> Json:
    """The request's parameters, each of them the vendor's default when it was not given."""
    given = {name: value for name, value in body.items() if value is not None}
    tier = given.get("service_tier", "default")
    return {
        **{name: given.get(name, default) for name, default in _DEFAULTS.items()},
        "reasoning": {"effort": None, "summary": None, **given.get("reasoning", {})},
        "service_tier": _TIERS.get(tier, tier),
        "text": {"format": {"type": "text"}, "verbosity": "medium", **_text(given)},
        "tools": [_tool(tool) for tool in given.get("tools", ())],
    }


_DEFAULTS: Json = {
    "frequency_penalty": 0.0,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "presence_penalty": 0.0,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "prompt_cache_retention": None,
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


def _text(given: Json) -> Json:
    text = {name: value for name, value in given.get("text", {}).items() if value is not None}
    wanted = text.get("format")
    if wanted and wanted["type"] == "json_schema":
        text["format"] = {"description": None, "strict": False, **wanted}
    return text


def _tool(tool: Json) -> Json:
    if tool["type"] != "function":
        return tool
    return {"description": None, "parameters": None, "strict": True, **tool}


def _usage(answer: Answer) -> Json | None:
    """What was cached and what was thought is part of the two sums."""
    if answer.scenario.usage == "none":
        return None
    counts = answer.counts
    said = claim(counts, answer.scenario)
    usage: Json = {"input_tokens": said.prompt, "output_tokens": said.completion}
    if said.counts is not None:
        usage["input_tokens_details"] = {"cached_tokens": counts.cached, "cache_write_tokens": 0}
        usage["output_tokens_details"] = {"reasoning_tokens": counts.reasoning}
    return {**usage, "total_tokens": said.total}
