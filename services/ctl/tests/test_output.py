import os
import pty
import subprocess
import sys

import pytest
from tollgate_ctl.app import commands
from tollgate_ctl.output import Format, render
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner


def _paths(group: TyperGroup, *path: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        inner = _paths(command, *path, name) if isinstance(command, TyperGroup) else []
        found += inner or [(*path, name)]
    return found


ROOT = get_command(commands)
assert isinstance(ROOT, TyperGroup)


@pytest.mark.parametrize("path", _paths(ROOT), ids=" ".join)
def test_every_command_has_help_with_examples_and_an_output_option(path: tuple[str, ...]) -> None:
    help_ = CliRunner().invoke(commands, [*path, "--help"], prog_name="tollgatectl")
    assert help_.exit_code == 0
    assert f"Examples:\n    tollgatectl {' '.join(path)}" in help_.stdout
    assert "--output <table|json>" in help_.stdout


def test_control_characters_of_others_do_not_reach_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    render({"label": "a\x1b[31m\nb", "models": []}, ("label", "models"), Format.TABLE)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert printed.splitlines()[1].split() == ["a\ufffd[31m\ufffdb", "all"]


def test_long_lines_are_not_folded(capsys: pytest.CaptureFixture[str]) -> None:
    render([{"memo": "word " * 100, "amount_nano": -1}], ("memo", "amount_nano"), Format.TABLE)
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["MEMO", "AMOUNT", "USD"]
    assert row.endswith("-0.000000001")


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_only_on_a_terminal_that_wants_it(no_color: str, coloured: bool) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        subprocess.run(
            [sys.executable, "-m", "tollgate_ctl", "version"],
            stdout=theirs,
            env=os.environ | {"NO_COLOR": no_color, "TERM": "xterm-256color"},
            check=True,
            timeout=30,
        )
        os.close(theirs)
        assert (b"\x1b[" in terminal.read(4096)) is coloured
