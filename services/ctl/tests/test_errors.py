from pathlib import Path

import pytest
from tollgate_common.errors import Unavailable

from .conftest import TOKEN, Deployment


async def test_exit_codes_and_words_of_what_services_refuse(deployment: Deployment) -> None:
    deployment.auth.add_account("acme")
    for name, code, says in (("acme", 4, "acme is taken"), ("forbidden", 5, "name: is reserved")):
        refused = await deployment.ctl("account", "create", name)
        assert (refused.exit_code, refused.stdout) == (code, "")
        assert says in refused.stderr
    denied = await deployment.ctl("account", "list", TOLLGATE_TOKEN="another-token-entirely")
    assert denied.exit_code == 5
    assert "TOLLGATE_TOKEN" in denied.stderr


async def test_unreachable_service_is_named_with_its_address_and_the_remedy(
    deployment: Deployment,
) -> None:
    deployment.auth.add_account("acme")
    failed = await deployment.ctl("wallet", "show", "acme", TOLLGATE_LEDGER_TARGET="127.0.0.1:1")
    assert failed.exit_code == 1
    assert failed.stderr == (
        "error: cannot reach ledger at 127.0.0.1:1; is `make run` running?"
        " set TOLLGATE_HOME or TOLLGATE_LEDGER_TARGET\n"
    )


async def test_service_whose_dependency_is_away_is_not_called_unreachable(
    deployment: Deployment,
) -> None:
    deployment.auth.add_account("acme")
    deployment.ledger.error = Unavailable("store: is away")
    failed = await deployment.ctl("wallet", "show", "acme")
    assert failed.exit_code == 1
    assert failed.stderr == f"error: ledger at {deployment.target}: store: is away\n"


async def test_environment_overrides_the_file(deployment: Deployment) -> None:
    deployment.write_env("a-stale-token-in-the-file")
    assert (await deployment.ctl("account", "list")).exit_code == 5
    assert (await deployment.ctl("account", "list", TOLLGATE_TOKEN=TOKEN)).exit_code == 0


async def test_missing_settings_say_where_they_were_looked_for(
    deployment: Deployment, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    failed = await deployment.ctl("status", TOLLGATE_HOME=str(nowhere))
    assert failed.exit_code == 1
    assert "TOLLGATE_TOKEN" in failed.stderr
    assert f"{nowhere}/ctl.env" in failed.stderr
    assert "set TOLLGATE_HOME" in failed.stderr
    failed = await deployment.ctl("account", "list", TOLLGATE_AUTH_TARGET="")
    assert failed.exit_code == 1
    assert "set TOLLGATE_HOME or TOLLGATE_AUTH_TARGET" in failed.stderr


@pytest.mark.parametrize(
    "arguments", [["key"], ["nonsense"], ["account", "show"], ["account", "list", "-o", "xml"]]
)
async def test_wrong_command_line_points_to_help(
    deployment: Deployment, arguments: list[str]
) -> None:
    refused = await deployment.ctl(*arguments)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("error: ")
    assert "--help" in refused.stderr
    assert len(refused.stderr.splitlines()) == 2
