"""Figures as tables: absolute, as ratios to the floors of the same run, and beside our aims."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.scenarios import CLIENTS

Rounds = Mapping[str, Sequence[float]]
"""Figure by name, one value a round."""

FLOORS = ("one_hop", "two_hop_rpc", "two_hop_mux")
PRODUCT = "tollgate"

ROWS = {
    "unary.per_s": "unary, 64 connections: requests/s",
    "unary.cpu_us": "  CPU µs/request",
    "unary.others_cpu_us": "  CPU µs/request beside the road",
    "unary.latency_p50_ms": "  latency p50 ms",
    "unary.latency_p99_ms": "  latency p99 ms",
    "open.latency_p50_ms": "unary, 200/s open loop: latency p50 ms",
    "open.latency_p99_ms": "  latency p99 ms",
    "heavy.events_per_s": "256 streams, event each 10 ms: events/s",
    "heavy.cpu_us": "  CPU µs/event",
    "heavy.others_cpu_us": "  CPU µs/event beside the road",
    "heavy.transit_p50_ms": "  transit p50 ms",
    "heavy.transit_p99_ms": "  transit p99 ms",
    "paced.first_p50_ms": "32 streams, event each 20 ms: first event p50 ms",
    "paced.first_p99_ms": "  first event p99 ms",
    "paced.transit_p50_ms": "  transit p50 ms",
    "paced.transit_p99_ms": "  transit p99 ms",
    "paced.cpu_us": "  CPU µs/event",
    "many.events_per_s": "1000 streams, event each 100 ms: events/s",
    "many.first_p50_ms": "  first event p50 ms",
    "many.first_p99_ms": "  first event p99 ms",
    "many.transit_p99_ms": "  transit p99 ms",
    "many.cpu_us": "  CPU µs/event",
    **{
        f"{provider}_to_{client}.cpu_us": f"128 streams, {provider} to {client}: CPU µs/event"
        for provider, clients in CLIENTS.items()
        for client in clients
    },
    "hold.kb_per_stream": "idle streams: KB a stream",
    "posting.per_s": "usage events to NATS: posted/s",
    "posting.lag_p99_s": "  at 3,000/s: lag p99 s at most",
    "missing": "events missing at the deadline",
    "reordered": "events out of order",
    "failed": "requests failed",
    "strangers_cores": "cores busy with other work",
}
RATIOS = (
    "unary.cpu_us",
    "unary.latency_p50_ms",
    "open.latency_p50_ms",
    "heavy.cpu_us",
    "paced.cpu_us",
    "paced.first_p50_ms",
    "paced.transit_p50_ms",
    "hold.kb_per_stream",
)


@dataclass(frozen=True, slots=True)
class Results:
    """All figures of a run by target, and why a target has none."""

    figures: Mapping[str, Rounds]
    failures: Mapping[str, str]

    def value(self, target: str, name: str) -> float | None:
        values = self.figures.get(target, {}).get(name)
        return median(values) if values else None

    def ratio(self, target: str, base: str, name: str) -> float | None:
        value, other = self.value(target, name), self.value(base, name)
        return value / other if value is not None and other else None

    def conversion(self, provider: str, client: str) -> float | None:
        """CPU of the product's events that are converted, to that of those passed through."""
        figures = self.figures.get(PRODUCT, {})
        names = (f"{provider}_to_{client}.cpu_us", f"{provider}_to_{CLIENTS[provider][0]}.cpu_us")
        rounds = list(zip(*(figures.get(name, ()) for name in names), strict=True))
        return median(value / passed for value, passed in rounds) if rounds else None

    def spread(self, target: str, name: str) -> float:
        """Half of the distance between the extremes, as a share of the median."""
        values = self.figures[target][name]
        middle = median(values)
        return (max(values) - min(values)) / 2 / middle if middle else 0.0


def number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def with_spread(results: Results, target: str, name: str) -> str:
    text = number(results.value(target, name))
    spread = results.spread(target, name) if text not in ("-", "0") else 0.0
    return f"{text} ±{spread:.0%}" if spread >= 0.005 else text


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns also line up in a terminal."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join([first, *rest]) + " |"

    ruler = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(head), ruler, *map(line, rows)])


def absolute(results: Results) -> str:
    targets = list(results.figures)
    rows = [
        [title, *(with_spread(results, target, name) for target in targets)]
        for name, title in ROWS.items()
        if any(name in results.figures[target] for target in targets)
    ]
    return table(["median of the rounds", *targets], rows)


def ratios(results: Results, floor: str) -> str:
    targets = [name for name in results.figures if name != "direct"]
    rows = []
    for name in RATIOS:
        values = [results.ratio(target, floor, name) for target in targets]
        rows.append([name, *(f"{value:.2f}" if value else "-" for value in values)])
    return table([f"ratio to {floor}", *targets], rows)


def aims(results: Results) -> str:
    """PERFORMANCE's aims for the product that this run can judge."""

    def versus(base: str, name: str) -> float | None:
        return results.ratio(PRODUCT, base, name)

    def over(peer: str, name: str) -> float | None:
        return results.ratio(peer, PRODUCT, name)

    def added(name: str) -> float | None:
        value, direct = results.value(PRODUCT, name), results.value("direct", name)
        return value - direct if value is not None and direct is not None else None

    at_most: Callable[[float, float], bool] = lambda value, limit: value <= limit  # noqa: E731
    at_least: Callable[[float, float], bool] = lambda value, limit: value >= limit  # noqa: E731
    rows = []
    for title, value, limit, holds in (
        ("CPU a unary request / two_hop_mux", versus("two_hop_mux", "unary.cpu_us"), 1.5, at_most),
        ("CPU an event / two_hop_mux", versus("two_hop_mux", "heavy.cpu_us"), 1.5, at_most),
        ("LiteLLM's CPU a unary request / ours", over("litellm", "unary.cpu_us"), 8, at_least),
        ("LiteLLM's CPU an event / ours", over("litellm", "heavy.cpu_us"), 8, at_least),
        ("Portkey's CPU a unary request / ours", over("portkey", "unary.cpu_us"), 1, at_least),
        ("Portkey's CPU an event / ours", over("portkey", "heavy.cpu_us"), 1, at_least),
        ("added to the first event, p50 ms", added("paced.first_p50_ms"), 3, at_most),
        ("transit paced, p50 ms", results.value(PRODUCT, "paced.transit_p50_ms"), 1, at_most),
        ("added to unary at 200/s, p50 ms", added("open.latency_p50_ms"), 2, at_most),
        ("added to unary at 200/s, p99 ms", added("open.latency_p99_ms"), 10, at_most),
        ("events missing or out of order", missing_or_swapped(results), 0, at_most),
        ("usage events posted/s", results.value(PRODUCT, "posting.per_s"), 3000, at_least),
        ("their lag at 3,000/s, p99 s", results.value(PRODUCT, "posting.lag_p99_s"), 1, at_most),
        ("KB a stream", results.value(PRODUCT, "hold.kb_per_stream"), 60, at_most),
        *(
            (
                f"CPU an event, {provider} to {client} / passed",
                results.conversion(provider, client),
                1.2,
                at_most,
            )
            for provider, (_, *foreign) in CLIENTS.items()
            for client in foreign
        ),
    ):
        sign = "<=" if holds is at_most else ">="
        verdict = "not measured" if value is None else "yes" if holds(value, limit) else "NO"
        rows.append([title, f"{sign} {number(limit)}", number(value), verdict])
    return table(["aim", "limit", "measured", "met"], rows)


def missing_or_swapped(results: Results) -> float | None:
    missing, reordered = (results.value(PRODUCT, name) for name in ("missing", "reordered"))
    return missing + reordered if missing is not None and reordered is not None else None


def render(results: Results) -> str:
    parts = [absolute(results)]
    parts += [ratios(results, floor) for floor in FLOORS if floor in results.figures]
    if PRODUCT in results.figures:
        parts.append(aims(results))
    parts += [f"NOT MEASURED: {name}: {reason}" for name, reason in results.failures.items()]
    return "\n\n".join(parts)
