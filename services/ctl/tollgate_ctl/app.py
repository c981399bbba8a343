"""The command tree, and the one place where errors become messages and exit codes."""

import sys
from typing import Any, NoReturn

import typer
from tollgate_common import errors
from tollgate_common.settings import SettingsError
from typer.core import TyperGroup

from . import account, audit, channel, key, ledger, model, status, usage, user, wallet
from .options import examples
from .output import note

_EXIT_CODES: dict[type[Exception], int] = {
    errors.InvalidArgument: 2,
    errors.NotFound: 3,
    errors.AlreadyExists: 4,
    errors.PermissionDenied: 5,
    errors.Unauthenticated: 5,
}


class Root(TyperGroup):
    """Ends every error as one or two lines on stderr and an exit code."""

    def main(self, *args: Any, **options: Any) -> NoReturn:  # noqa: ANN401
        try:
            # Not standalone: errors come here, and an Exit comes back as its code.
            code = super().main(*args, **{**options, "standalone_mode": False}) or 0
        except errors.TollgateError as error:
            code = _ended(error.message, _EXIT_CODES.get(type(error), 1))
        except SettingsError as error:
            code = _ended(str(error), 1)
        except typer.TyperException as error:
            code = _ended(f"{error.format_message()}{_hint(error)}", error.exit_code)
        except typer.Abort:
            # A prompt was waiting for its answer on this line.
            typer.echo(err=True)
            code = _ended("no answer, nothing was changed; --yes does not ask", 1)
        sys.exit(code)


def _ended(message: str, code: int) -> int:
    note(f"error: {message}")
    return code


def _hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"\ntry: {context.command_path} --help" if context else ""


commands = typer.Typer(
    cls=Root,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Operate a Tollgate deployment. It is found by TOLLGATE_HOME (default .run), or by"
    " TOLLGATE_TOKEN and TOLLGATE_AUTH_TARGET, _LEDGER_TARGET, _PROVIDERS_TARGET and"
    " _METERING_TARGET.",
    epilog=examples(
        "status", "account create acme", "wallet top-up acme 25", "key create acme --label laptop"
    )
    + "\n\n\b\nExit codes:\n  0 ok  1 error  2 usage  3 not found  4 conflict  5 denied",
)
for _name, _module in (
    ("account", account),
    ("user", user),
    ("key", key),
    ("wallet", wallet),
    ("usage", usage),
    ("model", model),
    ("channel", channel),
    ("ledger", ledger),
    ("audit", audit),
):
    commands.add_typer(_module.commands, name=_name)
commands.command(epilog=examples("status", "status -o json"))(status.status)
commands.command(epilog=examples("version", "version -o json"))(status.version)
