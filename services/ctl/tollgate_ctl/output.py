"""What a command prints: rows as a table or as JSON on stdout, notes on stderr."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

import typer
from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table
from rich.text import Text
from tollgate_common.money import format_usd

Value: TypeAlias = "str | int | Sequence[Value] | Mapping[str, Value]"
Row: TypeAlias = Mapping[str, Value]

# A table is never folded: a line that is too long for a terminal is still one line for grep.
_WIDTH = 100_000
_WORDS_FOR_EMPTY = {"models": "all", "networks": "any"}
_WORDS_FOR_ZERO = {
    "expires_at_ms": "never",
    "last_login_at_ms": "never",
    "requests_per_minute": "no limit",
    "tokens_per_minute": "no limit",
    "concurrent_requests": "no limit",
}


class Format(StrEnum):
    """For people, or for programs."""

    TABLE = "table"
    JSON = "json"


def fields(message: Message) -> dict[str, Value]:
    """Every field under its name in the contract; integers stay integers, enums are words."""
    return {
        field.name: [_value(field, item) for item in getattr(message, field.name)]
        if field.is_repeated
        else _value(field, getattr(message, field.name))
        for field in message.DESCRIPTOR.fields
    }


def _value(field: Any, value: Any) -> Value:  # noqa: ANN401
    if field.message_type:
        return fields(value)
    if field.enum_type:
        names = field.enum_type.values_by_number
        # "KEY_STATE_ACTIVE" is "active": each enum's values begin as its "..._UNSPECIFIED" does.
        prefix = names[0].name.removesuffix("UNSPECIFIED")
        return names[value].name.removeprefix(prefix).lower() if value in names else str(value)
    plain: Value = value
    return plain


def render(data: Row | Sequence[Row], columns: Sequence[str], output: Format) -> None:
    """Prints one row or many. Columns are paths such as "limits.models"; JSON has every field."""
    if output is Format.JSON:
        typer.echo(json.dumps(data, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    rows = [data] if isinstance(data, Mapping) else data
    for column in columns:
        right = any(_is_number(column, _at(row, column)) for row in rows)
        table.add_column(_header(column), justify="right" if right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*[Text(_printable(_cell(column, _at(row, column)))) for column in columns])
    _console().print(table)


def note(text: str) -> None:
    """A line for the person at the terminal, on stderr, so that stdout stays data."""
    typer.echo("\n".join(_printable(line) for line in text.splitlines()), err=True)


def _printable(text: str) -> str:
    # Labels and memos are text of others: a terminal would obey their control characters.
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _console() -> Console:
    console = Console(file=sys.stdout, force_terminal=sys.stdout.isatty(), width=_WIDTH)
    if console.no_color:
        return Console(file=sys.stdout, color_system=None, width=_WIDTH)
    return console


def _at(row: Row, column: str) -> Value:
    value: Value = row
    for name in column.split("."):
        if isinstance(value, Mapping):
            value = value[name]
    return value


def _name(column: str) -> str:
    return column.rpartition(".")[2]


def _header(column: str) -> str:
    name = _name(column)
    if name.endswith("_nano"):
        name = name.removesuffix("_nano") + "_usd"
    if _is_time(name):
        name = name.removesuffix("_ms").removesuffix("_at")
    return name.replace("_", " ").upper()


def _is_number(column: str, value: Value) -> bool:
    return type(value) is int and not _is_time(_name(column))


def _is_time(name: str) -> bool:
    return name == "at_ms" or name.endswith("_at_ms")


def _cell(column: str, value: Value) -> str:
    name = _name(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _number(name, value)
    if isinstance(value, str):
        return value or "-"
    if value and not isinstance(value, Mapping) and isinstance(value[0], str):
        return "; ".join(str(item) for item in value)
    return str(len(value)) if value else _WORDS_FOR_EMPTY.get(name, "-")


def _number(name: str, value: int) -> str:
    if name.endswith("_nano"):
        return format_usd(value)
    if value and _is_time(name):
        return datetime.fromtimestamp(value // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value) if value else _WORDS_FOR_ZERO.get(name, "0")
