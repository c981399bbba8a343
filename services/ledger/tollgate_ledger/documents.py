"""Wallets and entries as documents, and back."""

from typing import Any, cast

from tollgate_common.store import Document, Json

from .entries import Entry
from .leases import Lease
from .notices import LowBalance
from .wallets import Wallet

# A wallet's field that says whether there are notices: an index finds those that have some.
NOTICED = "noticed"


def document_of_entry(entry: Entry) -> Document:
    return {
        "id": entry.id,
        "account_id": entry.account_id,
        "sequence": entry.sequence,
        "kind": entry.kind,
        "amount_nano": entry.amount_nano,
        "counterpart": entry.counterpart,
        "balance_nano": entry.balance_nano,
        "posted_at_ms": entry.posted_at_ms,
        "memo": entry.memo,
        "hash": entry.hash,
    }


def entry_of(document: Document) -> Entry:
    fields = cast("dict[str, Any]", document)
    return Entry(**{name: value for name, value in fields.items() if name != "_id"})


def _document_of_lease(lease: Lease) -> dict[str, Json]:
    return {
        "id": lease.id,
        "edge_id": lease.edge_id,
        "granted_nano": lease.granted_nano,
        "expires_at_ms": lease.expires_at_ms,
        "orphaned_at_ms": lease.orphaned_at_ms,
        "ends_at_ms": lease.ends_at_ms,
        "settled_cost_nano": lease.settled_cost_nano,
        "settled_hold_nano": lease.settled_hold_nano,
        "held_total_nano": lease.held_total_nano,
    }


def _document_of_notice(notice: LowBalance) -> dict[str, Json]:
    return {
        "account_id": notice.account_id,
        "sequence": notice.sequence,
        "posted_nano": notice.posted_nano,
        "low_balance_nano": notice.low_balance_nano,
    }


def document_of_wallet(wallet: Wallet) -> Document:
    return {
        "_id": wallet.account_id,
        "credited_nano": wallet.credited_nano,
        "used_nano": wallet.used_nano,
        "sequence": wallet.sequence,
        "archived_sequence": wallet.archived_sequence,
        "head_hash": wallet.head_hash,
        "head_at_ms": wallet.head_at_ms,
        "tail": [document_of_entry(entry) for entry in wallet.tail],
        "leases": [_document_of_lease(lease) for lease in wallet.leases],
        "low_balance_nano": wallet.low_balance_nano,
        "notices": [_document_of_notice(notice) for notice in wallet.notices],
        NOTICED: bool(wallet.notices),
    }


def wallet_of(document: Document) -> Wallet:
    fields = cast("dict[str, Any]", document)
    return Wallet(
        account_id=fields["_id"],
        credited_nano=fields["credited_nano"],
        used_nano=fields["used_nano"],
        sequence=fields["sequence"],
        archived_sequence=fields["archived_sequence"],
        head_hash=fields["head_hash"],
        head_at_ms=fields["head_at_ms"],
        tail=tuple(entry_of(entry) for entry in fields["tail"]),
        leases=tuple(Lease(**lease) for lease in fields["leases"]),
        low_balance_nano=fields["low_balance_nano"],
        notices=tuple(LowBalance(**notice) for notice in fields["notices"]),
    )
