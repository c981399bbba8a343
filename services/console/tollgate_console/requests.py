"""From an HTTP request to what an endpoint takes: limits of bodies, refusals of other origins."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from tollgate_common.errors import InvalidArgument, PermissionDenied

from .api import Ask, Endpoint
from .errors import invalid

T = TypeVar("T")

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class TooLarge(InvalidArgument):
    """The body is larger than this endpoint takes."""


def check_origin(method: str, headers: Mapping[str, str], own_origin: str) -> None:
    """PermissionDenied when another site's page sends what changes something.

    Browsers say so in Sec-Fetch-Site, which no script can set; older ones only name the Origin.
    """
    if method in _SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    same = site == "same-origin" if site else headers.get("origin") == own_origin
    if not same:
        raise PermissionDenied("This request must come from a page of the console itself.")


async def read_body(request: Request, bytes_max: int, seconds: float) -> bytes:
    """TooLarge above the limit; InvalidArgument when it does not come in time."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > bytes_max:
                    raise TooLarge(f"The body must be at most {bytes_max} bytes.")
                parts.append(part)
    except TimeoutError as error:
        raise InvalidArgument(f"The body did not arrive within {seconds:g} s.") from error
    except ClientDisconnect as error:
        raise InvalidArgument("The body did not arrive.") from error
    return b"".join(parts)


async def unless_left(request: Request, answering: Awaitable[T]) -> T:
    """Its result, but it is cancelled when whoever asks hangs up before: then InvalidArgument.

    The body must have been read, and it must do nothing that may not be done by half.
    """
    answer = asyncio.ensure_future(answering)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((answer, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise InvalidArgument("Whoever asked has left.")
        return answer.result()
    finally:
        answer.cancel()
        leaving.cancel()
        await asyncio.wait((answer, leaving))


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def read_ask(endpoint: Endpoint, request: Request, body: bytes) -> Ask:
    """InvalidArgument names the field that is wrong, missing or unknown."""
    named = dict(request.path_params)
    given = _json_object(request, body) if endpoint.takes_body else _query(request)
    for name in named.keys() & given.keys():
        raise InvalidArgument(f"{name}: is in the address already", field=name)
    try:
        return endpoint.ask.model_validate({**given, **named}, strict=endpoint.takes_body)
    except ValidationError as error:
        raise invalid(error) from None


def _query(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise InvalidArgument(f"{name}: is given twice", field=name)
        given[name] = value
    return given


def _json_object(request: Request, body: bytes) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise InvalidArgument("The body must be JSON, with Content-Type: application/json.")
    try:
        value = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise InvalidArgument("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise InvalidArgument("The body must be a JSON object.")
    return value
