"""Checks of JSON values, composed into a schema. The grammar is shared, the complaints are not."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from .refusals import Refusal

Check = Callable[[object, str], None]
"""Takes a value and its path, such as "messages[0].content"; raises Refusal when it is wrong."""


class Complaints(Protocol):
    """How one vendor spells paths, and says what is wrong at one."""

    def member(self, path: str, name: str) -> str: ...

    def item(self, path: str, index: int) -> str: ...

    def variant(self, path: str, tag: str) -> str: ...

    def wrong_type(self, path: str, expected: str, value: object) -> Refusal: ...

    def missing(self, path: str) -> Refusal: ...

    def unknown(self, path: str) -> Refusal: ...

    def out_of_range(self, path: str, kind: str, bound: float, value: float) -> Refusal: ...

    def too_long(self, path: str, limit: int, value: Sequence[object]) -> Refusal: ...

    def too_short(self, path: str, limit: int) -> Refusal: ...

    def no_match(self, path: str, pattern: str) -> Refusal: ...

    def not_one_of(self, path: str, value: object, values: tuple[str, ...]) -> Refusal: ...

    def no_variant(
        self, path: str, tag: str, value: object, variants: tuple[str, ...]
    ) -> Refusal: ...


def anything(value: object, path: str) -> None:
    """Accepts every value: what only the model would look at."""


class Checks:
    """Builders of checks that complain in one vendor's words."""

    def __init__(self, complaints: Complaints) -> None:
        self._say = complaints

    def boolean(self, value: object, path: str) -> None:
        if type(value) is not bool:
            raise self._say.wrong_type(path, "boolean", value)

    def integer(self, low: int, high: int) -> Check:
        def check(value: object, path: str) -> None:
            if type(value) is not int:
                raise self._say.wrong_type(path, "integer", value)
            self._within(value, path, "integer", low, high)

        return check

    def decimal(self, low: float, high: float) -> Check:
        def check(value: object, path: str) -> None:
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise self._say.wrong_type(path, "decimal", value)
            self._within(value, path, "decimal", low, high)

        return check

    def _within(self, value: float, path: str, kind: str, low: float, high: float) -> None:
        if not low <= value <= high:
            raise self._say.out_of_range(path, kind, low if value < low else high, value)

    def string(self, max_length: int | None = None, pattern: str | None = None) -> Check:
        form = re.compile(pattern) if pattern else None

        def check(value: object, path: str) -> None:
            if not isinstance(value, str):
                raise self._say.wrong_type(path, "string", value)
            if max_length is not None and len(value) > max_length:
                raise self._say.too_long(path, max_length, value)
            if form and pattern and not form.fullmatch(value):
                raise self._say.no_match(path, pattern)

        return check

    def one_of(self, *values: str) -> Check:
        def check(value: object, path: str) -> None:
            if value not in values:
                raise self._say.not_one_of(path, value, values)

        return check

    def array(self, item: Check, low: int = 0, high: int | None = None) -> Check:
        def check(value: object, path: str) -> None:
            if not isinstance(value, list):
                raise self._say.wrong_type(path, "array", value)
            if len(value) < low:
                raise self._say.too_short(path, low)
            if high is not None and len(value) > high:
                raise self._say.too_long(path, high, value)
            for index, element in enumerate(value):
                item(element, self._say.item(path, index))

        return check

    def mapping(self, item: Check) -> Check:
        """An object with free names."""

        def check(value: object, path: str) -> None:
            for name, element in self._object(value, path).items():
                item(element, self._say.member(path, name))

        return check

    def record(
        self, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
    ) -> Check:
        """An object with known names only. An optional member may be null."""
        optional = optional or {}

        def check(value: object, path: str) -> None:
            members = self._object(value, path)
            for name in required:
                if name not in members:
                    raise self._say.missing(self._say.member(path, name))
            for name, element in members.items():
                member = self._say.member(path, name)
                if name in required:
                    required[name](element, member)
                elif name not in optional:
                    raise self._say.unknown(member)
                elif element is not None:
                    optional[name](element, member)

        return check

    def tagged(self, tag: str, variants: Mapping[str, Check], default: str | None = None) -> Check:
        """An object whose member `tag` says which of the variants it is."""

        def check(value: object, path: str) -> None:
            members = self._object(value, path)
            if tag not in members and default is None:
                raise self._say.missing(self._say.member(path, tag))
            name = members.get(tag) or default
            if not isinstance(name, str) or name not in variants:
                raise self._say.no_variant(path, tag, name, tuple(variants))
            variants[name](value, self._say.variant(path, name))

        return check

    def either(self, expected: str, by_type: Mapping[type, Check]) -> Check:
        """One of several JSON types, each with its own check."""

        def check(value: object, path: str) -> None:
            chosen = by_type.get(type(value))
            if chosen is None:
                raise self._say.wrong_type(path, expected, value)
            chosen(value, path)

        return check

    def _object(self, value: object, path: str) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self._say.wrong_type(path, "object", value)
        return value
