"""Reads JSON as Google's frontend reads it into protocol buffers, and complains as it does.

Names come in camelCase or snake_case, numbers also as strings, a list of one also as its element,
null is absence. All mistakes are collected, and told together. What is read has camelCase names.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tollgate_sandbox.refusals import Refusal
from tollgate_sandbox.signatures import decoded

Json = dict[str, Any]

_PACKAGE = "type.googleapis.com/google.ai.generativelanguage.v1beta"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_CAMEL = re.compile(r"_([a-z0-9])")
_UPPER = re.compile(r"([A-Z])")


@dataclass(slots=True)
class Violations:
    """What is wrong with a body: where, and how."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def unknown(self, name: str, path: str, reason: str) -> None:
        at = f" at '{path}'" if path else ""
        self.found.append(
            (path, f'Invalid JSON payload received. Unknown name "{name}"{at}: {reason}')
        )

    def value(self, path: str, kind: str, value: object) -> None:
        shown = orjson.dumps(value).decode()
        if isinstance(value, dict):
            shown = "Starting an object on a scalar field"
        self.found.append((path, f"Invalid value at '{path}' ({kind}), {shown}"))

    def refusal(self) -> Refusal:
        described = [
            {**({"field": path} if path else {}), "description": text} for path, text in self.found
        ]
        details: dict[str, object] = {"@type": _BAD_REQUEST, "fieldViolations": described}
        return Refusal(400, "\n".join(text for _, text in self.found), details=(details,))


Kind = Callable[[Any, str, Violations], Any]
"""Reads a value at a path; notes what is wrong with it."""


def snake(name: str) -> str:
    return _UPPER.sub(lambda found: f"_{found[1].lower()}", name)


def _camel(name: str) -> str:
    return _CAMEL.sub(lambda found: found[1].upper(), name)


def any_value(value: Any, _path: str, _found: Violations) -> Any:  # noqa: ANN401 - JSON
    return value


def struct(value: Any, path: str, found: Violations) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        found.value(path, "type.googleapis.com/google.protobuf.Struct", value)
    return value


def _scalar(kind: str, accepts: Callable[[Any], bool], read: Callable[[Any], Any]) -> Kind:
    def parse(value: Any, path: str, found: Violations) -> Any:  # noqa: ANN401 - JSON
        if accepts(value):
            try:
                return read(value)
            except (ValueError, OverflowError):
                pass
        found.value(path, kind, value)
        return value

    return parse


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _whole(value: float | str) -> int:
    number = float(value)
    if number != int(number) or abs(number) >= 1 << 31:
        raise ValueError
    return int(number)


def _bytes(value: str) -> bytes:
    raw = decoded(value)
    if raw is None:
        raise ValueError
    return raw


string = _scalar("TYPE_STRING", lambda value: isinstance(value, str), lambda value: value)
boolean = _scalar("TYPE_BOOL", lambda value: isinstance(value, bool), lambda value: value)
integer = _scalar("TYPE_INT32", _is_number, _whole)
number = _scalar("TYPE_FLOAT", _is_number, float)
octets = _scalar("TYPE_BYTES", lambda value: isinstance(value, str), _bytes)


def enum(name: str, *values: str, any_case: bool = False) -> Kind:
    def parse(value: Any, path: str, found: Violations) -> Any:  # noqa: ANN401 - JSON
        if type(value) is int and 0 <= value < len(values):
            return values[value]
        spelled = value.upper() if any_case and isinstance(value, str) else value
        if spelled not in values:
            found.value(path, f"{_PACKAGE}.{name}", value)
        return spelled

    return parse


@dataclass(frozen=True, slots=True)
class Repeated:
    """A list of values of one kind."""

    item: Kind

    def __call__(self, value: Any, path: str, found: Violations) -> Any:  # noqa: ANN401 - JSON
        items = value if isinstance(value, list) else [value]
        return [self.item(item, f"{path}[{at}]", found) for at, item in enumerate(items)]


def mapping(item: Kind) -> Kind:
    """A map from names, which Google's paths number instead of naming them."""

    def parse(value: Any, path: str, found: Violations) -> Any:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            found.value(path, "Map", value)
            return {}
        return {
            name: item(inner, f"{path}[{at}].value", found)
            for at, (name, inner) in enumerate(value.items())
        }

    return parse


class Message:
    """A message type: its name, and its fields by their camelCase names."""

    def __init__(self, name: str, fields: Mapping[str, Kind]) -> None:
        self._name = name
        self.fields = dict(fields)

    def __call__(self, value: Any, path: str, found: Violations) -> Json:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            found.value(path or "body", f"{_PACKAGE}.{self._name}", value)
            return {}
        read: Json = {}
        for given, inner in value.items():
            name = _camel(given)
            kind = self.fields.get(name)
            if kind is None:
                found.unknown(given, path, "Cannot find field.")
            elif isinstance(inner, list) and not _takes_list(kind):
                found.unknown(given, path, "Proto field is not repeating, cannot start list.")
            elif inner is not None:
                read[name] = kind(inner, f"{path}.{snake(name)}" if path else snake(name), found)
        return read


def _takes_list(kind: Kind) -> bool:
    return isinstance(kind, Repeated) or kind is any_value


def read(message: Message, document: object) -> Json:
    """The body as the message has it. Raises Refusal."""
    found = Violations()
    body = message(document, "", found)
    if found.found:
        raise found.refusal()
    return body
