"""Anthropic's envelope, and its words for what every vendor refuses."""

import orjson

from tollgate_sandbox.refusals import Refusal, invalid

_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class AnthropicWords:
    """See `Words`."""

    def envelope(self, refusal: Refusal, request_id: str) -> bytes:
        kind = refusal.kind or _TYPES.get(refusal.status, "invalid_request_error")
        error = {"type": kind, "message": refusal.message}
        return orjson.dumps({"type": "error", "error": error, "request_id": request_id})

    def no_such_model(self, model: str) -> Refusal:
        return Refusal(404, f"model: {model}")

    def no_such_url(self, _method: str, _path: str) -> Refusal:
        return Refusal(404, "Not Found")

    def wrong_method(self, _method: str, _path: str) -> Refusal:
        return Refusal(405, "Method Not Allowed")

    def not_json(self) -> Refusal:
        return invalid("The request body is not valid JSON.")

    def wrong_content_type(self, _content_type: str) -> Refusal:
        return invalid("Content-Type must be application/json")

    def too_large(self) -> Refusal:
        return Refusal(413, "Request exceeds the maximum size")

    def too_many_tokens(self, limit: int, given: int) -> Refusal:
        return invalid(f"prompt is too long: {given} tokens > {limit} maximum")

    def forced(self, status: int, *, model: str, key: str) -> Refusal:
        if status == 401:
            # Echoed on purpose: a gateway has to scrub it.
            return Refusal(401, f"invalid x-api-key: {key}")
        if status == 404:
            return self.no_such_model(model)
        return Refusal(status, _FORCED[status])


WORDS = AnthropicWords()


def no_key() -> Refusal:
    return Refusal(401, "x-api-key header is required")


def wrong_key() -> Refusal:
    return Refusal(401, "invalid x-api-key")


_FORCED = {
    400: "Invalid request, said the scenario.",
    402: "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing "
    "to upgrade or purchase credits.",
    403: "Your API key does not have permission to use the specified resource.",
    429: "This request would exceed your organization's rate limit of 3 requests per minute.",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Request timed out",
    529: "Overloaded",
}
