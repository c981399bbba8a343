import json

from .conftest import Deployment


async def test_created_account_is_listed_and_shown(deployment: Deployment) -> None:
    created = await deployment.ctl("account", "create", "acme", "--requests-per-minute", "600")
    assert created.exit_code == 0
    assert "600" in created.stdout

    listed = await deployment.ctl("account", "list")
    assert "acc_1  acme" in listed.stdout
    assert "2027-01-15T08:00:00Z" in listed.stdout
    for name_or_id in ("acme", "acc_1"):
        shown = await deployment.ctl("account", "show", name_or_id, "-o", "json")
        assert json.loads(shown.stdout) == {
            "id": "acc_1",
            "name": "acme",
            "limits": {
                "requests_per_minute": 600,
                "tokens_per_minute": 0,
                "concurrent_requests": 0,
            },
            "created_at_ms": 1_800_000_000_000,
        }


async def test_account_without_limits_leaves_them_to_the_service(deployment: Deployment) -> None:
    await deployment.ctl("account", "create", "acme")
    assert not deployment.auth.created[0].HasField("limits")
    assert deployment.auth.created[0].request_id


async def test_list_is_an_array_even_when_empty(deployment: Deployment) -> None:
    listed = await deployment.ctl("account", "list", "-o", "json")
    assert json.loads(listed.stdout) == []


async def test_list_reads_pages_up_to_the_limit_and_says_that_there_are_more(
    deployment: Deployment,
) -> None:
    for number in range(1500):
        deployment.auth.add_account(f"account-{number}")
    part = await deployment.ctl("account", "list", "--limit", "1200", "-o", "json")
    assert len(json.loads(part.stdout)) == 1200
    assert "more than these 1200" in part.stderr
    every = await deployment.ctl("account", "list", "--limit", "1500", "-o", "json")
    assert len(json.loads(every.stdout)) == 1500
    assert every.stderr == ""
