"""A service that is told something wrong, or not told what it needs, says so and does not start."""

from collections.abc import Mapping

import pytest
from tollgate_common.server import App, Settings, run


def check_refusal(
    service: tuple[str, type[Settings], App[Settings]],
    environment: Mapping[str, str],
    wrong: tuple[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """With one variable wrong, or without it (None), it exits with 2 and names that one alone."""
    for variable, usual in environment.items():
        monkeypatch.setenv(variable, usual)
    variable, value = wrong
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as refused:
        run(*service)
    assert refused.value.code == 2
    told = capfd.readouterr().err.splitlines()
    assert told[0] == f"tollgate {service[0]}: cannot start"
    assert told[1].startswith(f"{variable}: ")
    assert len(told) == 2
