"""Gemini's JSON is that of protocol buffers: every field has two spellings."""

from typing import Any

from tollgate_providers.fields import Fields
from tollgate_providers.neutral import refuse


class ProtoFields(Fields):
    """A JSON object whose fields may be spelled maxOutputTokens or max_output_tokens."""

    def __init__(self, value: object, at: str = "") -> None:
        if isinstance(value, dict):
            value = camel_fields(value, at)
        super().__init__(value, at)

    def object(self, name: str) -> "ProtoFields | None":
        value = self.raw(name)
        return None if value is None else ProtoFields(value, self.path(name))

    def objects(self, name: str) -> "list[ProtoFields]":
        values = self.raw(name)
        if not isinstance(values, list | None):
            refuse(self.path(name), "must be a list")
        return [ProtoFields(v, f"{self.path(name)}[{n}]") for n, v in enumerate(values or ())]

    def count(self, name: str) -> int | None:
        """A whole number, which may have a fraction of zero: topK is a float in some SDKs."""
        value = self.number(name)
        if isinstance(value, float) and not value.is_integer():
            refuse(self.path(name), "must be a whole number")
        return None if value is None else int(value)


def camel_fields(value: dict[str, Any], at: str = "") -> dict[str, Any]:
    """The fields by the spelling that Google writes; InvalidArgument when one is there twice."""
    fields: dict[str, Any] = {}
    for name, field in value.items():
        spelled = camel(name)
        if spelled in fields:
            refuse(f"{at}.{name}" if at else name, "is given in two spellings")
        fields[spelled] = field
    return fields


def camel(name: str) -> str:
    head, *words = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in words)
