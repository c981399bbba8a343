"""Changes: lets an operation wait until this process has changed a wallet."""

import asyncio
from weakref import WeakValueDictionary


class Changes:
    """One event a wallet, for as long as somebody waits for it."""

    def __init__(self) -> None:
        self._events: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def is_awaited(self, account_id: str) -> bool:
        return account_id in self._events

    def next(self, account_id: str) -> asyncio.Event:
        """Set by the next change. Take it before looking at the wallet, so that none is missed."""
        event = self._events.get(account_id)
        if event is None:
            event = self._events[account_id] = asyncio.Event()
        return event

    def happened(self, account_id: str) -> None:
        event = self._events.pop(account_id, None)
        if event:
            event.set()
