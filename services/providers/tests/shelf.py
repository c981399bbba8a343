"""The port Shelf in memory."""

from tollgate_providers.answers import Slip


class MemoryShelf:
    """As the stored one, but nothing outlives it."""

    def __init__(self) -> None:
        self.slips: dict[str, Slip] = {}
        self.answers: dict[tuple[str, str], bytes] = {}
        # Every claim fails in a way that nobody has thought of.
        self.broken = False

    async def get(self, id: str) -> Slip | None:
        return self.slips.get(id)

    async def put_first(self, slip: Slip) -> bool:
        if self.broken:
            raise RuntimeError("a bug")
        return self.slips.setdefault(slip.id, slip) is slip

    async def put_again(self, slip: Slip, instead_of: Slip) -> bool:
        if self.slips.get(slip.id) != instead_of:
            return False
        self.slips[slip.id] = slip
        return True

    async def remove(self, slip: Slip) -> None:
        if self.slips.get(slip.id) == slip:
            del self.slips[slip.id]

    async def put_data(self, slip: Slip, data: bytes) -> None:
        self.answers[slip.id, slip.request_id] = data

    async def data(self, slip: Slip) -> bytes:
        return self.answers[slip.id, slip.request_id]

    async def sweep(self, now_ms: int) -> int:
        over = [slip.id for slip in self.slips.values() if slip.until_ms < now_ms]
        for id in over:
            del self.slips[id]
        return len(over)
