"""Charges: what usage events do to wallets, each at most once. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tollgate_common.errors import InvalidArgument
from tollgate_common.usage import UsageEvent

from .entries import Entry, Kind, Movement, checked_id
from .wallets import Wallet


@dataclass(frozen=True, slots=True)
class Charge:
    """One request's debit, and the hold that it gives back to its lease."""

    account_id: str
    movement: Movement
    lease_id: str
    hold_nano: int
    ended_at_ms: int

    @classmethod
    def of(cls, event: UsageEvent) -> "Charge":
        """InvalidArgument when the event does not fit into a ledger."""
        checked_id(event.account_id, "account_id")
        request_id = checked_id(event.request_id, "request_id")
        return cls(
            event.account_id,
            Movement(f"usage:{request_id}", Kind.USAGE, -event.cost_nano, event.model),
            event.lease_id,
            event.hold_nano,
            event.started_at_ms + event.duration_ms,
        )


@dataclass(frozen=True, slots=True)
class Posting:
    """A wallet after some charges. Only `posted` are new; the others left no trace."""

    wallet: Wallet
    posted: Sequence[Charge]
    # Their id has an entry of another amount; the first one counts.
    conflicting: Sequence[Charge]
    # They would carry the balance out of its range.
    refused: Sequence[Charge]


def post(
    wallet: Wallet, charges: Sequence[Charge], known: Mapping[str, Entry], now_ms: int
) -> Posting:
    """Posts each charge that has no entry yet; `known` holds the wallet's entries by id."""
    amounts = {id: entry.amount_nano for id, entry in known.items()}
    posted, conflicting, refused = [], [], []
    for charge in charges:
        movement = charge.movement
        if movement.id in amounts:
            if amounts[movement.id] != movement.amount_nano:
                conflicting.append(charge)
            continue
        try:
            wallet = _charged(wallet, charge, now_ms)
        except InvalidArgument:
            refused.append(charge)
            continue
        amounts[movement.id] = movement.amount_nano
        posted.append(charge)
    return Posting(wallet, posted, conflicting, refused)


def _charged(wallet: Wallet, charge: Charge, now_ms: int) -> Wallet:
    cost_nano = -charge.movement.amount_nano
    return wallet.moved(charge.movement, now_ms).settled(
        charge.lease_id, cost_nano, charge.hold_nano
    )
