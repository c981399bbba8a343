"""What the conversion of an event costs by itself: `python -m tests.bench.codec`.

In one process, without sockets: the mock provider's stream is fed to the wire that would serve the
client, one event a read, which is the dearest way. CPU time, as the median of many runs that take
turns, so that a busy machine does little harm.
"""

import time
from collections.abc import Callable
from itertools import chain, repeat
from statistics import median

from tollgate_common.rating import Price
from tollgate_providers.adapter import AnswerStream, Ask
from tollgate_providers.conversion import wire_of
from tollgate_providers.registry import load_adapters, load_dialects

from tests.bench.dialects import DIALECTS, MAX_TOKENS, request, totals
from tests.bench.report import number, table
from tests.bench.scenarios import CLIENTS

RUNS = 60
STREAMS = 5
EVENTS = 200
NANOSECONDS = 123_456_789_012_345
PRICE = Price("bench", 1_000_000, 0, 0, 0, 2_000_000, 0)


def answer(dialect: str) -> list[bytes]:
    """The mock provider's stream, as reads of one event."""
    spoken = DIALECTS[dialect]
    events = [spoken.event % (place, NANOSECONDS) for place in range(EVENTS)]
    return [spoken.first + events[0], *events[1:], spoken.last % totals(EVENTS)]


def streams(provider: str, client: str) -> Callable[[], AnswerStream]:
    """Makes streams of that provider's answers for clients of that dialect."""
    ask = Ask(
        body=request(DIALECTS[client], "bench", "Hello", stream=True)[1],
        model="bench",
        stream=True,
        include_usage=True,
        max_output_tokens=MAX_TOKENS,
        dialect=client,
        request_id="bench",
        canonical_model="bench",
        input_tokens=1,
        price=PRICE,
    )
    wire = wire_of(load_adapters()[provider], load_dialects(), ask)
    return lambda: wire.stream(ask)


def event_us(make: Callable[[], AnswerStream], reads: list[bytes]) -> float:
    """CPU microseconds an event."""
    begun = time.process_time()
    for _ in range(STREAMS):
        stream = make()
        for read in reads:
            stream.feed(read)
        stream.finish()
    return (time.process_time() - begun) * 1e6 / STREAMS / EVENTS


def main() -> None:
    pairs = [
        (provider, client, streams(provider, client), answer(native))
        for provider, (native, *foreign) in CLIENTS.items()
        for client in (native, *foreign)
    ]
    seen: dict[tuple[str, str], list[float]] = {(p, c): [] for p, c, *_ in pairs}
    for provider, client, make, reads in chain.from_iterable(repeat(pairs, RUNS)):
        seen[provider, client].append(event_us(make, reads))
    rows = []
    for (provider, client), values in seen.items():
        passed = seen[provider, CLIENTS[provider][0]]
        added = median(value - base for value, base in zip(values, passed, strict=True))
        rows.append([f"{provider} to {client}", number(median(values)), number(added)])
    print(table(["CPU µs an event", "all", "more than passed"], rows))


if __name__ == "__main__":
    main()
