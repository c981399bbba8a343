"""A client's JSON, read field by field: what is wrong or was never asked for is refused by name."""

from collections.abc import Mapping
from typing import Any, NoReturn, Self, cast

import orjson

from .neutral import Cache, refuse

_HOUR = "1h"


class Fields:
    """A JSON object. Each read takes its field out; `close` refuses whatever is left.

    null means absent. Reads raise InvalidArgument with the field's path.
    """

    def __init__(self, value: object, at: str = "") -> None:
        if not isinstance(value, dict):
            refuse(at or "body", "must be an object")
        self._left: dict[str, Any] = {k: v for k, v in value.items() if v is not None}
        self.at = at

    @classmethod
    def of(cls, body: bytes) -> Self:
        try:
            return cls(orjson.loads(body))
        except orjson.JSONDecodeError:
            refuse("body", "is not JSON")

    def path(self, name: str) -> str:
        return f"{self.at}.{name}" if self.at else name

    def refuse(self, name: str, why: str) -> NoReturn:
        refuse(self.path(name), why)

    def given(self) -> dict[str, Any]:
        """All that has not been read yet, as it was written."""
        return dict(self._left)

    def close(self) -> None:
        """Refuses the first field that nobody asked for."""
        for name in self._left:
            self.refuse(name, "cannot be carried to this model's provider; leave it out")

    def ignore(self, *names: str) -> None:
        """Takes out what changes nothing about the answer."""
        for name in names:
            self._left.pop(name, None)

    def only(self, name: str, *allowed: object) -> None:
        """Takes out a field that may only have its neutral values."""
        value = self._left.pop(name, None)
        if value is not None and value not in allowed:
            self.refuse(name, "cannot be carried to this model's provider; leave it out")

    def raw(self, name: str) -> Any:  # noqa: ANN401
        """Whatever it is, or None."""
        return self._left.pop(name, None)

    def text(self, name: str, default: str = "") -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str):
            self.refuse(name, "must be a text")
        return value

    def needed(self, name: str) -> str:
        """A text that must be there."""
        if name not in self._left:
            self.refuse(name, "is missing")
        return self.text(name)

    def choice(self, name: str, *allowed: str) -> str:
        """One of these texts, or the empty one when it is absent."""
        value = self.text(name)
        if value and value not in allowed:
            self.refuse(name, f"must be one of {', '.join(allowed)}")
        return value

    def flag(self, name: str) -> bool | None:
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "must be true or false")
        return value

    def number(self, name: str) -> float | None:
        value = self._left.pop(name, None)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            self.refuse(name, "must be a number")
        return cast(float | None, value)

    def count(self, name: str) -> int | None:
        value = self._left.pop(name, None)
        if value is not None and type(value) is not int:
            self.refuse(name, "must be a whole number")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self._left.pop(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.refuse(name, "must be a list of texts")
        return tuple(values)

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """An object whose content is not ours to judge."""
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, dict):
            self.refuse(name, "must be an object")
        return cast(Mapping[str, Any] | None, value)

    def object(self, name: str) -> Self | None:
        value = self._left.pop(name, None)
        return None if value is None else type(self)(value, self.path(name))

    def objects(self, name: str) -> list[Self]:
        values = self._left.pop(name, [])
        if not isinstance(values, list):
            self.refuse(name, "must be a list")
        return [type(self)(value, f"{self.path(name)}[{n}]") for n, value in enumerate(values)]

    def cache(self) -> Cache:
        """The mark that Anthropic calls cache_control."""
        mark = self.object("cache_control")
        if mark is None:
            return ""
        mark.choice("type", "ephemeral")
        lasts = mark.choice("ttl", "5m", _HOUR)
        mark.ignore("scope")
        mark.close()
        return "1h" if lasts == _HOUR else "5m"
