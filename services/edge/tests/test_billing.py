"""What clients of older gateways ask about their balance."""

import pytest
from tollgate_edge.billing import Totals, credit_grants

from .conftest import in_memory
from .fakes import Edge


@pytest.mark.parametrize("root", ["", "/v1"])
async def test_old_clients_are_told_what_was_granted_and_used(root: str) -> None:
    edge = Edge()
    edge.ledger.available_nano = 1_234_567_890
    edge.ledger.used_nano = 765_432_117
    async with in_memory(edge) as http:
        subscription = await http.get(f"{root}/dashboard/billing/subscription")
        usage = await http.get(f"{root}/dashboard/billing/usage?start_date=2026-01-01")
        grants = await http.get(f"{root}/dashboard/billing/credit_grants")
        nothing = await http.get(f"{root}/dashboard/billing/nonsense")
        without = await http.get(
            f"{root}/dashboard/billing/usage", headers={"Authorization": "Bearer sk-no"}
        )
        edge.ledger.away = True
        away = await http.get(f"{root}/dashboard/billing/usage")
    assert b'"hard_limit_usd":2.000000007' in subscription.content
    assert subscription.json()["access_until"] == 0
    # In cents, and all of them whatever span is asked for.
    assert usage.content == b'{"object":"list","total_usage":76.5432117}'
    shown = {name: grants.json()[f"total_{name}"] for name in ("granted", "used", "available")}
    assert shown == {"granted": 2.000000007, "used": 0.765432117, "available": 1.23456789}
    assert (nothing.status_code, without.status_code, away.status_code) == (404, 401, 503)


def test_what_was_overspent_is_shown_as_such() -> None:
    assert b'"total_available":-0.500000000' in credit_grants(Totals(10**9, 15 * 10**8), 0)
