import json

import pytest
from tollgate_common.errors import Unavailable

from .conftest import Deployment


@pytest.fixture
async def acme(deployment: Deployment) -> Deployment:
    deployment.auth.add_account("acme")
    return deployment


async def test_top_up_is_formatted_in_tables_and_exact_in_json(acme: Deployment) -> None:
    credited = await acme.ctl("wallet", "top-up", "acme", "12.50", "--memo", "INV-7")
    assert credited.exit_code == 0
    assert "12.500000000" in credited.stdout
    assert "INV-7" in credited.stdout

    shown = await acme.ctl("wallet", "show", "acc_1")
    assert "POSTED USD" in shown.stdout
    assert "12.499999996" in shown.stdout
    wallet = json.loads((await acme.ctl("wallet", "show", "acme", "-o", "json")).stdout)
    assert wallet["available_nano"] == 12_499_999_996
    assert wallet["leases"][0]["state"] == "open"


async def test_generated_idempotency_key_can_be_used_again(acme: Deployment) -> None:
    first = await acme.ctl("wallet", "top-up", "acme", "5")
    key = first.stderr.split()[2]
    again = await acme.ctl("wallet", "top-up", "acme", "5", "--idempotency-key", key, "-o", "json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["repeated"] is True
    assert "nothing was credited again" in again.stderr
    assert len(acme.ledger.entries) == 1


async def test_idempotency_key_with_another_amount_is_a_conflict(acme: Deployment) -> None:
    for amount, code in (("5", 0), ("6", 4)):
        result = await acme.ctl("wallet", "top-up", "acme", amount, "--idempotency-key", "inv-7")
        assert result.exit_code == code
    assert len(acme.ledger.entries) == 1


async def test_typo_makes_no_wallet(acme: Deployment) -> None:
    refused = await acme.ctl("wallet", "top-up", "acmee", "5")
    assert refused.exit_code == 3
    assert "no account 'acmee'" in refused.stderr
    assert "tollgatectl account list" in refused.stderr
    assert acme.ledger.entries == []


@pytest.mark.parametrize("amount", ["abc", "0", "1e-10", "99999999999", "NaN"])
async def test_bad_amount_is_a_usage_error(acme: Deployment, amount: str) -> None:
    refused = await acme.ctl("wallet", "top-up", "acme", amount)
    assert refused.exit_code == 2
    assert "AMOUNT" in refused.stderr
    assert acme.ledger.entries == []


async def test_wallet_before_its_first_top_up_says_how_to_make_one(acme: Deployment) -> None:
    missing = await acme.ctl("wallet", "show", "acme")
    assert missing.exit_code == 3
    assert "tollgatectl wallet top-up acme" in missing.stderr


async def test_entries_are_listed_newest_first(acme: Deployment) -> None:
    for amount in ("1", "2", "3"):
        await acme.ctl("wallet", "top-up", "acme", amount)
    listed = await acme.ctl("wallet", "entries", "acme", "--limit", "2", "-o", "json")
    assert [entry["amount_nano"] for entry in json.loads(listed.stdout)] == [3 * 10**9, 2 * 10**9]
    assert "--limit" in listed.stderr


async def test_verify_of_sound_books(acme: Deployment) -> None:
    await acme.ctl("wallet", "top-up", "acme", "1")
    for arguments in ([], ["acme"]):
        verified = await acme.ctl("ledger", "verify", *arguments)
        assert verified.exit_code == 0
        assert "acc_1" in verified.stdout
    assert (await acme.ctl("ledger", "verify", "acmee")).exit_code == 3


async def test_verify_lists_violations_and_fails(acme: Deployment) -> None:
    await acme.ctl("wallet", "top-up", "acme", "1")
    acme.ledger.violations["acc_1"] = ["I1: expected 2, found 1", "I3: expected 7, found 8"]
    verified = await acme.ctl("ledger", "verify")
    assert verified.exit_code == 1
    assert "I1: expected 2, found 1; I3: expected 7, found 8" in verified.stdout
    assert "acc_1" in verified.stderr
    verdicts = json.loads((await acme.ctl("ledger", "verify", "-o", "json")).stdout)
    assert len(verdicts[0]["violations"]) == 2


async def test_errors_of_a_stream_are_translated(acme: Deployment) -> None:
    acme.ledger.error = Unavailable("store: is away")
    failed = await acme.ctl("ledger", "verify")
    assert failed.exit_code == 1
    assert f"ledger at {acme.target}: store: is away" in failed.stderr
    failed = await acme.ctl("ledger", "verify", TOLLGATE_LEDGER_TARGET="127.0.0.1:1")
    assert "cannot reach ledger at 127.0.0.1:1" in failed.stderr
