"""Arguments and options that several commands share, and how their help shows examples."""

from typing import Annotated

import typer

from .output import Format

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="An account's id or name.")]
OfAccount = Annotated[
    str | None, typer.Option("--account", metavar="ACCOUNT", help="Only this account: id or name.")
]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Rows at most.")]
Output = Annotated[
    Format,
    typer.Option(
        "--output", "-o", help="json is stable; its amounts are integers of nano-dollars."
    ),
]

_INT32_MAX = 2**31 - 1
Ceiling = Annotated[
    int | None, typer.Option(metavar="N", min=0, max=_INT32_MAX, help="0 for no limit.")
]


def limits_given(**limits: int | None) -> dict[str, int]:
    """Those that were given."""
    return {name: limit for name, limit in limits.items() if limit is not None}


def examples(*commands: str) -> str:
    """Epilog of a command's help: its examples, one a line."""
    lines = "\n".join(f"  tollgatectl {command}" for command in commands)
    # The backspace tells the help formatter to keep these lines as they are.
    return f"\b\nExamples:\n{lines}"
