"""Checks that complain as OpenAI does."""

from collections.abc import Sequence

from tollgate_sandbox.checks import Check as Check
from tollgate_sandbox.checks import Checks
from tollgate_sandbox.checks import anything as anything
from tollgate_sandbox.refusals import Refusal, invalid

_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}
_EXPECTED = {
    "string": "a string",
    "boolean": "a boolean",
    "integer": "an integer",
    "decimal": "a decimal",
    "array": "an array",
    "object": "an object",
}


class _Complaints:
    """See `Complaints`."""

    def member(self, path: str, name: str) -> str:
        return f"{path}.{name}"

    def item(self, path: str, index: int) -> str:
        return f"{path}[{index}]"

    def variant(self, path: str, _tag: str) -> str:
        return path

    def wrong_type(self, path: str, expected: str, value: object) -> Refusal:
        return invalid(
            f"Invalid type for '{path}': expected {_EXPECTED.get(expected, expected)}, but got "
            f"{_NAMES.get(type(value), 'a file')} instead.",
            param=path,
            code="invalid_type",
        )

    def missing(self, path: str) -> Refusal:
        return invalid(
            f"Missing required parameter: '{path}'.", param=path, code="missing_required_parameter"
        )

    def unknown(self, path: str) -> Refusal:
        return invalid(f"Unknown parameter: '{path}'.", param=path, code="unknown_parameter")

    def out_of_range(self, path: str, kind: str, bound: float, value: float) -> Refusal:
        below = value < bound
        what, sign, code = (
            ("below minimum", ">=", "below_min_value")
            if below
            else ("above maximum", "<=", "above_max_value")
        )
        return invalid(
            f"Invalid '{path}': {kind} {what} value. Expected a value {sign} {bound}, "
            f"but got {value} instead.",
            param=path,
            code=f"{kind}_{code}",
        )

    def too_long(self, path: str, limit: int, value: Sequence[object]) -> Refusal:
        what, a_what = ("string", "a string") if isinstance(value, str) else ("array", "an array")
        return invalid(
            f"Invalid '{path}': {what} too long. Expected {a_what} with maximum length "
            f"{limit}, but got {a_what} with length {len(value)} instead.",
            param=path,
            code=f"{what}_above_max_length",
        )

    def too_short(self, path: str, limit: int) -> Refusal:
        return invalid(
            f"Invalid '{path}': empty array. Expected an array with minimum length {limit}, "
            "but got an empty array instead.",
            param=path,
            code="empty_array",
        )

    def no_match(self, path: str, pattern: str) -> Refusal:
        return invalid(
            f"Invalid '{path}': string does not match pattern. Expected a string that "
            f"matches the pattern '{pattern}'.",
            param=path,
            code="invalid_value",
        )

    def not_one_of(self, path: str, value: object, values: tuple[str, ...]) -> Refusal:
        if not isinstance(value, str):
            return self.wrong_type(path, f"one of {_listed(values, 'or')}", value)
        return invalid(
            f"Invalid value: '{value}'. Supported values are: {_listed(values, 'and')}.",
            param=path,
            code="invalid_value",
        )

    def no_variant(self, path: str, tag: str, value: object, variants: tuple[str, ...]) -> Refusal:
        return self.not_one_of(self.member(path, tag), value, variants)


def _listed(values: tuple[str, ...], word: str) -> str:
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return f" {word} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {word} {quoted[-1]}"


COMPLAINTS = _Complaints()
CHECKS = Checks(COMPLAINTS)
boolean = CHECKS.boolean
integer = CHECKS.integer
decimal = CHECKS.decimal
string = CHECKS.string
one_of = CHECKS.one_of
array = CHECKS.array
mapping = CHECKS.mapping
record = CHECKS.record
tagged = CHECKS.tagged
either = CHECKS.either


def text(max_length: int | None = None) -> Check:
    """A string with something in it."""
    any_string = string(max_length)

    def check(value: object, path: str) -> None:
        any_string(value, path)
        if not value:
            raise invalid(
                f"Invalid '{path}': empty string. Expected a string with minimum length 1, but "
                "got an empty string instead.",
                param=path,
                code="empty_string",
            )

    return check
