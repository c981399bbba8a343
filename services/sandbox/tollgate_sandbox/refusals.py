"""A refused request: the neutral part. Each wire format has its own words and its own envelope."""

from typing import Protocol

HTML_BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"
# What a scenario may ask for.
FORCED_STATUSES = frozenset({400, 401, 402, 403, 404, 429, 500, 502, 503, 504, 529})


class Refusal(Exception):
    """A request that is answered with an error.

    `kind` is the envelope's type where it does not follow from the status; `param` and `code` are
    OpenAI's, `details` are Google's.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = None,
        param: str | None = None,
        code: str | None = None,
        details: tuple[dict[str, object], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.param = param
        self.code = code
        self.details = details


class Words(Protocol):
    """How one vendor refuses what all vendors refuse."""

    def envelope(self, refusal: Refusal, request_id: str) -> bytes: ...

    def no_such_model(self, model: str) -> Refusal: ...

    def no_such_url(self, method: str, path: str) -> Refusal: ...

    def wrong_method(self, method: str, path: str) -> Refusal: ...

    def not_json(self) -> Refusal: ...

    def wrong_content_type(self, content_type: str) -> Refusal: ...

    def too_large(self) -> Refusal: ...

    def too_many_tokens(self, limit: int, given: int) -> Refusal: ...

    def forced(self, status: int, *, model: str, key: str) -> Refusal:
        """The refusal that a scenario asked for: one of FORCED_STATUSES."""
        ...


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """The request is wrong: 400."""
    return Refusal(400, message, param=param, code=code)
