"""JSON as strictly as money needs it: what two parsers could read in two ways is refused."""

import json
import math
from itertools import chain
from typing import TypeAlias

import orjson

from .refusals import Refusal, invalid

# Each value costs everybody a microsecond; the longest conversations have a few thousand.
_VALUES_MAX = 400_000
# Whoever writes the request anew for a provider adds a few levels, and can write 254.
_DEPTH_MAX = 200

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise invalid(f"The JSON body has the field {twice[:100]!r} twice.", twice[:100])
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _too_large()
    return number


def _constant(name: str) -> Json:
    raise invalid(f"{name} is not JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_constant=_constant
)


def parse_object(body: bytes) -> dict[str, Json]:
    """The object in `body`. Refusal unless it is UTF-8, unambiguous, finite, and not too deep."""
    if len(body) > _VALUES_MAX and _values(body) > _VALUES_MAX:
        raise invalid("The JSON body of your request has too many values.")
    try:
        text = body.decode()
        if "\\u" in text:
            # Refuses lone surrogates, which the standard parser lets pass. Before it, as it words
            # refusals that name fields.
            orjson.loads(body)
        document: Json = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise invalid("The body of your request is not UTF-8.") from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        raise invalid(f"The JSON body of your request could not be parsed: {error}") from error
    except ValueError as error:  # an integer of thousands of digits
        raise _too_large() from error
    if not isinstance(document, dict):
        raise invalid("The JSON body of your request must be an object.")
    if body.count(b"{") + body.count(b"[") > _DEPTH_MAX:
        _check_depth(document)
    return document


def _check_depth(document: dict[str, Json]) -> None:
    level: list[dict[str, Json] | list[Json]] = [document]
    for _ in range(_DEPTH_MAX):
        values = chain.from_iterable(v.values() if isinstance(v, dict) else v for v in level)
        level = [value for value in values if isinstance(value, dict | list)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> Refusal:
    return invalid("The JSON body of your request is nested too deeply.")


def _too_large() -> Refusal:
    return invalid("The JSON body has a number that is too large.")


def _values(body: bytes) -> int:
    """Objects, arrays and members at most: in strings, too, where they would cost nothing."""
    return body.count(b"{") + body.count(b"[") + body.count(b'":')
