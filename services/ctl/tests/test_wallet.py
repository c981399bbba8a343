import json

import pytest
from tollgate_common.errors import Unavailable

from .conftest import Deployment

# 2025-11-01T00:00:00Z.
NOVEMBER_MS = 1_761_955_200_000
DAY_MS = 86_400_000


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
    assert all(name in shown.stdout for name in ("CREDITED USD", "USED USD", "LOW BALANCE USD"))
    wallet = json.loads((await acme.ctl("wallet", "show", "acme", "-o", "json")).stdout)
    assert wallet["available_nano"] == 12_499_999_996
    assert wallet["leases"][0]["state"] == "open"


async def test_promo_is_a_source_of_its_own(acme: Deployment) -> None:
    credited = await acme.ctl("wallet", "top-up", "acme", "5", "--promo", "-o", "json")
    entry = json.loads(credited.stdout)["entry"]
    assert (entry["kind"], entry["counterpart"]) == ("promo", "promo")


async def test_low_balance_is_set_and_unset(acme: Deployment) -> None:
    for amount, nano in (("2.50", 2_500_000_000), ("0", 0)):
        shown = await acme.ctl("wallet", "low-balance", "acme", amount, "-o", "json")
        assert json.loads(shown.stdout)["low_balance_nano"] == nano
        assert acme.ledger.low_balance_nano == nano
    assert (await acme.ctl("wallet", "low-balance", "acme", "-1")).exit_code == 2


async def test_statement_of_days(acme: Deployment) -> None:
    span = ("--from", "2025-11-01", "--to", "2025-11-02")
    table = await acme.ctl("wallet", "statement", "acme", *span)
    words = [line.split() for line in table.stdout.splitlines()[1:]]
    assert words == [
        ["opening", "-", "0.000000010"],
        ["usage", "3", "-0.000000007"],
        ["top-up", "1", "2.000000000"],
        ["closing", "-", "2.000000003"],
    ]
    stated = json.loads((await acme.ctl("wallet", "statement", "acme", *span, "-o", "json")).stdout)
    assert stated["closing_nano"] == 2_000_000_003
    [request, _] = acme.ledger.stated
    assert request.account_id == "acc_1"
    assert request.from_ms == NOVEMBER_MS
    assert request.to_ms == NOVEMBER_MS + 2 * DAY_MS


async def test_statement_ends_with_today(acme: Deployment) -> None:
    assert (await acme.ctl("wallet", "statement", "acme", "--from", "7d")).exit_code == 0
    [request] = acme.ledger.stated
    assert request.to_ms % DAY_MS == 0
    assert 7 * DAY_MS < request.to_ms - request.from_ms <= 8 * DAY_MS


@pytest.mark.parametrize(
    "span",
    [("--from", "x"), ("--to", "x"), ("--from", "2025-11-02", "--to", "2025-11-01")],
)
async def test_statement_of_no_span_is_a_usage_error(
    acme: Deployment, span: tuple[str, ...]
) -> None:
    refused = await acme.ctl("wallet", "statement", "acme", *span)
    assert refused.exit_code == 2
    assert span[0] in refused.stderr
    assert acme.ledger.stated == []


async def test_entries_are_filtered(acme: Deployment) -> None:
    filters = ("--without-usage", "--since", "2025-11-01")
    assert (await acme.ctl("wallet", "entries", "acme", *filters)).exit_code == 0
    [request] = acme.ledger.listed
    assert request.without_usage
    assert request.from_ms == NOVEMBER_MS


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
