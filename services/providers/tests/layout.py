"""JSON for eyes: as few lines as fit, every number as it was written."""

import json
from typing import Any

_COLUMNS = 120


class _Number(str):
    """A number's own digits: 0.000013 stays what it is."""


def laid_out(data: bytes | str) -> str:
    """The same JSON, in lines that can be read and compared."""
    return _shown(json.loads(data, parse_float=_Number), "")


def _shown(value: Any, margin: str) -> str:
    if not isinstance(value, dict | list):
        return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
    inner = margin + "  "
    if isinstance(value, dict):
        begin, end = "{}"
        parts = [f"{json.dumps(name)}: {_shown(item, inner)}" for name, item in value.items()]
    else:
        begin, end = "[]"
        parts = [_shown(item, inner) for item in value]
    line = begin + ", ".join(parts) + end
    if "\n" not in line and len(margin + line) <= _COLUMNS:
        return line
    return f"{begin}\n{inner}" + f",\n{inner}".join(parts) + f"\n{margin}{end}"
