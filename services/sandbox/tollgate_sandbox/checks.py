"""Checks of JSON values, composed into a schema. Each refuses in the words of OpenAI."""

import re
from collections.abc import Callable, Mapping

from .refusals import Refusal, invalid

Check = Callable[[object, str], None]
"""Takes a value and its path, such as "messages[0].content"; raises Refusal when it is wrong."""

_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


def wrong_type(path: str, expected: str, value: object) -> Refusal:
    got = _NAMES[type(value)]
    return invalid(
        f"Invalid type for '{path}': expected {expected}, but got {got} instead.",
        param=path,
        code="invalid_type",
    )


def missing(path: str) -> Refusal:
    return invalid(
        f"Missing required parameter: '{path}'.", param=path, code="missing_required_parameter"
    )


def anything(value: object, path: str) -> None:
    """Accepts every value: what only the model would look at."""


def boolean(value: object, path: str) -> None:
    if type(value) is not bool:
        raise wrong_type(path, "a boolean", value)


def integer(low: int, high: int) -> Check:
    def check(value: object, path: str) -> None:
        if type(value) is not int:
            raise wrong_type(path, "an integer", value)
        _within(value, path, "integer", low, high)

    return check


def decimal(low: float, high: float) -> Check:
    def check(value: object, path: str) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong_type(path, "a decimal", value)
        _within(value, path, "decimal", low, high)

    return check


def _within(value: float, path: str, kind: str, low: float, high: float) -> None:
    for wrong, what, sign, bound, code in (
        (value < low, "below minimum", ">=", low, "below_min_value"),
        (value > high, "above maximum", "<=", high, "above_max_value"),
    ):
        if wrong:
            raise invalid(
                f"Invalid '{path}': {kind} {what} value. Expected a value {sign} {bound}, "
                f"but got {value} instead.",
                param=path,
                code=f"{kind}_{code}",
            )


def string(max_length: int | None = None, pattern: str | None = None) -> Check:
    form = re.compile(pattern) if pattern else None

    def check(value: object, path: str) -> None:
        if not isinstance(value, str):
            raise wrong_type(path, "a string", value)
        if max_length is not None and len(value) > max_length:
            raise invalid(
                f"Invalid '{path}': string too long. Expected a string with maximum length "
                f"{max_length}, but got a string with length {len(value)} instead.",
                param=path,
                code="string_above_max_length",
            )
        if form and not form.fullmatch(value):
            raise invalid(
                f"Invalid '{path}': string does not match pattern. Expected a string that "
                f"matches the pattern '{pattern}'.",
                param=path,
                code="invalid_value",
            )

    return check


def one_of(*values: str) -> Check:
    def check(value: object, path: str) -> None:
        if not isinstance(value, str):
            raise wrong_type(path, f"one of {_listed(values, 'or')}", value)
        if value not in values:
            raise unsupported(path, value, values)

    return check


def unsupported(path: str, value: str, values: tuple[str, ...]) -> Refusal:
    return invalid(
        f"Invalid value: '{value}'. Supported values are: {_listed(values, 'and')}.",
        param=path,
        code="invalid_value",
    )


def _listed(values: tuple[str, ...], word: str) -> str:
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return f" {word} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {word} {quoted[-1]}"


def array(item: Check, low: int = 0, high: int | None = None) -> Check:
    def check(value: object, path: str) -> None:
        if not isinstance(value, list):
            raise wrong_type(path, "an array", value)
        if len(value) < low:
            raise invalid(
                f"Invalid '{path}': empty array. Expected an array with minimum length {low}, "
                "but got an empty array instead.",
                param=path,
                code="empty_array",
            )
        if high is not None and len(value) > high:
            raise invalid(
                f"Invalid '{path}': array too long. Expected an array with maximum length "
                f"{high}, but got an array with length {len(value)} instead.",
                param=path,
                code="array_above_max_length",
            )
        for index, element in enumerate(value):
            item(element, f"{path}[{index}]")

    return check


def mapping(item: Check) -> Check:
    """An object with free names."""

    def check(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        for name, element in value.items():
            item(element, f"{path}.{name}")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with known names only. An optional member may be null."""
    optional = optional or {}

    def check(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        for name in required:
            if name not in value:
                raise missing(f"{path}.{name}")
        for name, element in value.items():
            member = f"{path}.{name}"
            if name in required:
                required[name](element, member)
            elif name not in optional:
                raise invalid(
                    f"Unknown parameter: '{member}'.", param=member, code="unknown_parameter"
                )
            elif element is not None:
                optional[name](element, member)

    return check


def tagged(tag: str, variants: Mapping[str, Check]) -> Check:
    """An object whose member `tag` says which of the variants it is."""
    names = tuple(variants)

    def check(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        if tag not in value:
            raise missing(f"{path}.{tag}")
        name = value[tag]
        one_of(*names)(name, f"{path}.{tag}")
        variants[name](value, path)

    return check


def either(expected: str, by_type: Mapping[type, Check]) -> Check:
    """One of several JSON types, each with its own check."""

    def check(value: object, path: str) -> None:
        chosen = by_type.get(type(value))
        if chosen is None:
            raise wrong_type(path, f"one of {expected}", value)
        chosen(value, path)

    return check
