"""Checks that complain as Anthropic does, which is as pydantic does."""

from collections.abc import Sequence

from tollgate_sandbox.checks import Check as Check
from tollgate_sandbox.checks import Checks
from tollgate_sandbox.checks import anything as anything
from tollgate_sandbox.refusals import Refusal, invalid

_VALID = {"decimal": "number", "array": "list", "object": "dictionary"}


def refuse(path: str, message: str) -> Refusal:
    return invalid(f"{path}: {message}" if path else message, param=path or None)


class _Complaints:
    """See `Complaints`."""

    def member(self, path: str, name: str) -> str:
        return f"{path}.{name}" if path else name

    def item(self, path: str, index: int) -> str:
        return f"{path}.{index}"

    def variant(self, path: str, tag: str) -> str:
        return f"{path}.{tag}"

    def wrong_type(self, path: str, expected: str, _value: object) -> Refusal:
        return refuse(path, f"Input should be a valid {_VALID.get(expected, expected)}")

    def missing(self, path: str) -> Refusal:
        return refuse(path, "Field required")

    def unknown(self, path: str) -> Refusal:
        return refuse(path, "Extra inputs are not permitted")

    def out_of_range(self, path: str, _kind: str, bound: float, value: float) -> Refusal:
        side = "greater" if value < bound else "less"
        return refuse(path, f"Input should be {side} than or equal to {bound}")

    def too_long(self, path: str, limit: int, value: Sequence[object]) -> Refusal:
        if isinstance(value, str):
            return refuse(path, f"String should have at most {limit} characters")
        return refuse(path, f"List should have at most {limit} items, not {len(value)}")

    def too_short(self, path: str, limit: int) -> Refusal:
        return refuse(path, f"List should have at least {limit} item after validation, not 0")

    def no_match(self, path: str, pattern: str) -> Refusal:
        return refuse(path, f"String should match pattern '{pattern}'")

    def not_one_of(self, path: str, _value: object, values: tuple[str, ...]) -> Refusal:
        return refuse(path, f"Input should be {listed(values)}")

    def no_variant(self, path: str, tag: str, value: object, variants: tuple[str, ...]) -> Refusal:
        expected = ", ".join(f"'{variant}'" for variant in variants)
        return refuse(
            path,
            f"Input tag '{value}' found using '{tag}' does not match any of the expected tags: "
            f"{expected}",
        )


def listed(values: Sequence[str]) -> str:
    quoted = [f"'{value}'" for value in values]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


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
