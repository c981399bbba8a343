"""Google's envelope, and its words for what every vendor refuses."""

import orjson

from tollgate_sandbox.refusals import Refusal, invalid

_STATUSES = {
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}


class GeminiWords:
    """See `Words`."""

    def envelope(self, refusal: Refusal, _request_id: str) -> bytes:
        error: dict[str, object] = {
            "code": refusal.status,
            "message": refusal.message,
            "status": refusal.kind or _STATUSES.get(refusal.status, "INVALID_ARGUMENT"),
        }
        if refusal.details:
            error["details"] = refusal.details
        return orjson.dumps({"error": error}, option=orjson.OPT_INDENT_2) + b"\n"

    def no_such_model(self, model: str) -> Refusal:
        return Refusal(
            404,
            f"models/{model} is not found for API version v1beta, or is not supported for "
            "generateContent. Call ListModels to see the list of available models and their "
            "supported methods.",
        )

    def no_such_url(self, _method: str, path: str) -> Refusal:
        return Refusal(404, f"The requested URL {path} was not found on this server.")

    def wrong_method(self, method: str, path: str) -> Refusal:
        return Refusal(404, f"The requested URL {path} has no method {method}.")

    def not_json(self) -> Refusal:
        return invalid("Invalid JSON payload received. Unexpected token.")

    def wrong_content_type(self, content_type: str) -> Refusal:
        return invalid(
            f'Invalid JSON payload received. The content type "{content_type}" is not supported.'
        )

    def too_large(self) -> Refusal:
        return Refusal(413, "Request payload size exceeds the limit: 33554432 bytes.")

    def too_many_tokens(self, limit: int, given: int) -> Refusal:
        return invalid(
            f"The input token count ({given}) exceeds the maximum number of tokens allowed "
            f"({limit})."
        )

    def forced(self, status: int, *, model: str, key: str) -> Refusal:
        if status == 401:
            # Echoed on purpose: a gateway has to scrub it.
            return Refusal(
                401, f"Request had invalid authentication credentials: {key}.", details=(_BAD_KEY,)
            )
        if status == 404:
            return self.no_such_model(model)
        details = (_RETRY,) if status == 429 else ()
        return Refusal(status, _FORCED[status], details=details)


WORDS = GeminiWords()


def no_key() -> Refusal:
    return Refusal(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please "
        "use API Key or other form of API consumer identity to call this API.",
    )


def wrong_key() -> Refusal:
    """400, as Google says it, and not 401."""
    return Refusal(400, _BAD_KEY_TEXT, details=(_BAD_KEY, _LOCALIZED))


_BAD_KEY_TEXT = "API key not valid. Please pass a valid API key."
_BAD_KEY: dict[str, object] = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
    "metadata": {"service": "generativelanguage.googleapis.com"},
}
_LOCALIZED: dict[str, object] = {
    "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
    "locale": "en-US",
    "message": _BAD_KEY_TEXT,
}
_RETRY: dict[str, object] = {
    "@type": "type.googleapis.com/google.rpc.RetryInfo",
    "retryDelay": "20s",
}
_FORCED = {
    400: "Invalid request, said the scenario.",
    402: "Billing is not enabled for this project.",
    403: "The caller does not have permission",
    429: "You exceeded your current quota, please check your plan and billing details.",
    500: "An internal error has occurred. Please retry or report.",
    502: "Bad gateway",
    503: "The model is overloaded. Please try again later.",
    504: "Deadline expired before operation could complete.",
    529: "The model is overloaded. Please try again later.",
}
