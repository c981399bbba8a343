"""Entries and statements, against a plain list of all entries, on every engine."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tollgate_common.clock import ManualClock
from tollgate_common.errors import InvalidArgument, NotFound, TollgateError
from tollgate_ledger.charges import Charge
from tollgate_ledger.entries import Entry, Kind
from tollgate_ledger.history import STATEMENT_MS_MAX, History
from tollgate_ledger.leases import LeaseTerms
from tollgate_ledger.operations import Ledger
from tollgate_ledger.statements import Line, Span, Statement
from tollgate_ledger.wallets import INT64_MAX, Wallet

Charges = Callable[..., Charge]
WRITES = 70
PAGE = 23


class Life:
    """A wallet with a long archive, a tail, and a clock that stands still and goes backwards."""

    def __init__(self, ledger: Ledger, clock: ManualClock, make_charge: Charges, seed: int) -> None:
        self._ledger = ledger
        self._clock = clock
        self._make_charge = make_charge
        self._chance = random.Random(seed)
        self.entries: list[Entry] = []

    async def live(self) -> None:
        for number in range(WRITES):
            self._clock.advance(self._chance.choice([0, 0, 0.001, 0.5, 700, -0.3]))
            act = self._top_up if self._chance.random() < 0.3 else self._post
            await act(number)

    async def _top_up(self, number: int) -> None:
        kind = self._chance.choice([Kind.TOP_UP, Kind.PROMO])
        amount_nano = self._chance.randint(1, 100)
        topped_up = await self._ledger.top_up("acc", amount_nano, f"order-{number}", "", kind)
        self.entries.append(topped_up.entry)

    async def _post(self, number: int) -> None:
        costs_nano = [self._chance.randint(0, 9) for _ in range(self._chance.randint(1, 6))]
        charges = [self._make_charge(f"R{number}-{n}", cost) for n, cost in enumerate(costs_nano)]
        posting = await self._ledger.post("acc", charges)
        self.entries += posting.wallet.tail[-len(charges) :]

    def spans(self) -> Iterator[Span]:
        times = [entry.posted_at_ms for entry in self.entries]
        yield Span(times[0], times[-1] + 1)
        yield Span(times[0], times[-10])
        for _ in range(8):
            from_ms = self._chance.choice([times[0] - 5, *times]) + self._chance.choice([0, 1])
            later = [time for time in (*times, times[-1] + 5) if time > from_ms]
            yield Span(from_ms, self._chance.choice(later))

    def within(self, span: Span) -> list[Entry]:
        return [entry for entry in self.entries if span.from_ms <= entry.posted_at_ms < span.to_ms]

    def statement(self, span: Span) -> Statement:
        before = [entry for entry in self.entries if entry.posted_at_ms < span.from_ms]
        opening_nano = sum(entry.amount_nano for entry in before)
        mine = self.within(span)
        lines = []
        for kind in Kind:
            amounts_nano = [entry.amount_nano for entry in mine if entry.kind == kind]
            if amounts_nano:
                lines.append(Line(kind.value, len(amounts_nano), sum(amounts_nano)))
        closing_nano = opening_nano + sum(entry.amount_nano for entry in mine)
        return Statement(opening_nano, closing_nano, tuple(lines))


@pytest.fixture
async def life(
    wallets: Any, clock: ManualClock, terms: LeaseTerms, recalls: Any, make_charge: Charges
) -> Life:
    life = Life(Ledger(wallets, clock, terms, recalls, tail_max=20), clock, make_charge, seed=7)
    await life.live()
    wallet = (await wallets.read("acc")).wallet
    assert 64 < wallet.archived_sequence < len(life.entries) - 10
    # An archiver was killed before its write trimmed the tail.
    await wallets.archive(wallet.tail)
    return life


async def test_statements_are_exact(life: Life, history: History) -> None:
    for span in life.spans():
        statement = await history.statement("acc", span)
        assert statement == life.statement(span)
        gained_nano = sum(line.amount_nano for line in statement.lines)
        assert statement.opening_nano + gained_nano == statement.closing_nano


@pytest.mark.parametrize("without_usage", [False, True])
async def test_entries_of_a_span_are_listed_newest_first(
    life: Life, history: History, without_usage: bool
) -> None:
    for span in (Span(), *life.spans()):
        listed: list[Entry] = []
        before = INT64_MAX
        while page := await history.entries("acc", span, before, PAGE, without_usage=without_usage):
            assert len(page) <= PAGE
            listed += page
            before = page[-1].sequence
        mine = life.within(span)
        assert listed[::-1] == [e for e in mine if not (without_usage and e.kind == Kind.USAGE)]


async def test_entries_of_no_wallet_are_none(history: History) -> None:
    assert await history.entries("acc", Span(5, 7), INT64_MAX, PAGE) == []


async def test_statement_of_a_wallet_without_entries(ledger: Ledger, history: History) -> None:
    with pytest.raises(NotFound):
        await history.statement("acc", Span(0, 1))
    await ledger.set_low_balance("acc", 5)
    assert await history.statement("acc", Span(0, 1)) == Statement(0, 0, ())


async def test_statement_of_more_than_400_days_is_refused(ledger: Ledger, history: History) -> None:
    await ledger.top_up("acc", 5, "order-1", "")
    await history.statement("acc", Span(1, 1 + STATEMENT_MS_MAX))
    with pytest.raises(InvalidArgument, match="to_ms"):
        await history.statement("acc", Span(0, STATEMENT_MS_MAX + 1))


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "field"), [(-1, 5, "from_ms"), (5, 5, "to_ms"), (5, 4, "to_ms")]
)
def test_span_that_is_none_is_refused(from_ms: int, to_ms: int, field: str) -> None:
    with pytest.raises(InvalidArgument, match=field) as refused:
        Span(from_ms, to_ms)
    assert refused.value.field == field


async def test_search_in_a_broken_archive_ends(wallets: Any, history: History) -> None:
    broken = Wallet(account_id="acc", sequence=9, archived_sequence=9, head_at_ms=9)
    await wallets.write(broken, 0)
    with pytest.raises(TollgateError, match="verify"):
        await history.statement("acc", Span(1, 5))
