"""OpenAI's envelope, and its words for what every vendor refuses."""

import orjson

from tollgate_sandbox.refusals import Refusal, invalid


class OpenAIWords:
    """See `Words`."""

    def envelope(self, refusal: Refusal, _request_id: str) -> bytes:
        error = {
            "message": refusal.message,
            "type": refusal.kind or "invalid_request_error",
            "param": refusal.param,
            "code": refusal.code,
        }
        return orjson.dumps({"error": error}, option=orjson.OPT_INDENT_2) + b"\n"

    def no_such_model(self, model: str) -> Refusal:
        return Refusal(
            404,
            f"The model `{model}` does not exist or you do not have access to it.",
            code="model_not_found",
        )

    def no_such_url(self, method: str, path: str) -> Refusal:
        return Refusal(404, f"Invalid URL ({method} {path})")

    def wrong_method(self, method: str, path: str) -> Refusal:
        return Refusal(405, f"Not allowed to {method} on {path}.", code="method_not_supported")

    def not_json(self) -> Refusal:
        return invalid(
            "We could not parse the JSON body of your request. The API expects a JSON payload, but "
            "what was sent was not valid JSON."
        )

    def wrong_content_type(self, content_type: str) -> Refusal:
        return invalid(
            f"Unsupported content type: '{content_type}'. This API method only accepts "
            "'application/json' requests.",
            code="unsupported_content_type",
        )

    def too_large(self) -> Refusal:
        return Refusal(413, "Request body is too large.", code="request_too_large")

    def too_many_tokens(self, limit: int, given: int) -> Refusal:
        return invalid(
            f"This model's maximum context length is {limit} tokens. However, your messages "
            f"resulted in {given} tokens. Please reduce the length of the messages.",
            param="messages",
            code="context_length_exceeded",
        )

    def forced(self, status: int, *, model: str, key: str) -> Refusal:
        if status == 401:
            return wrong_key(key)
        if status == 404:
            return self.no_such_model(model)
        message, kind, code = _FORCED[status]
        return Refusal(status, message.format(model=model), kind=kind, code=code)


WORDS = OpenAIWords()


def no_key() -> Refusal:
    return Refusal(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    )


def wrong_key(key: str) -> Refusal:
    """The key is echoed whole, as the least careful provider would: a gateway has to scrub it."""
    return Refusal(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")


_FORCED: dict[int, tuple[str, str, str | None]] = {
    400: ("Invalid request, said the scenario.", "invalid_request_error", "invalid_value"),
    402: ("Insufficient Balance", "unknown_error", "invalid_request_error"),
    403: (
        "Country, region, or territory not supported",
        "request_forbidden",
        "unsupported_country_region_territory",
    ),
    429: (
        "Rate limit reached for {model} in organization org-sandbox on requests per min (RPM): "
        "Limit 3, Used 3, Requested 1. Please try again in 20s.",
        "requests",
        "rate_limit_exceeded",
    ),
    500: (
        "The server had an error while processing your request. Sorry about that!",
        "server_error",
        None,
    ),
    502: ("Bad Gateway", "server_error", None),
    503: ("The engine is currently overloaded, please try again later", "server_error", None),
    504: ("Gateway Timeout", "server_error", None),
    529: ("Overloaded", "overloaded_error", None),
}
