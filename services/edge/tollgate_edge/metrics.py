"""What is counted, for Prometheus. Labels come from us and the catalogue, never from clients."""

from collections.abc import Callable

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """Children are kept, because looking one up by its labels costs more than counting."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry = registry
        self._requests = Counter(
            "tollgate_edge_requests",
            "Requests answered, by route and status; 0 when the client left before an answer.",
            ["route", "status"],
            registry=registry,
        )
        self._duration = Histogram(
            "tollgate_edge_request_duration_seconds",
            "From the request to the end of its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._first_byte = Histogram(
            "tollgate_edge_time_to_first_byte_seconds",
            "From the request to the first byte of a model's answer.",
            ["model"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "tollgate_edge_requests_in_flight", "Requests being answered.", registry=registry
        )
        self._lanes = Gauge(
            "tollgate_edge_lanes", "Requests whose record is not stored yet.", registry=registry
        )
        self._counts: dict[tuple[str, int], Counter] = {}
        self._durations: dict[str, Histogram] = {}
        self._first_bytes: dict[str, Histogram] = {}

    def watch(self, in_flight: Callable[[], int], lanes: Callable[[], int]) -> None:
        """What is read only when somebody looks."""
        self._in_flight.set_function(in_flight)
        self._lanes.set_function(lanes)

    def close(self) -> None:
        """Counts no more; another edge of the same process may."""
        for collector in (
            self._requests,
            self._duration,
            self._first_byte,
            self._in_flight,
            self._lanes,
        ):
            self._registry.unregister(collector)

    def answered(self, route: str, status: int, seconds: float) -> None:
        count = self._counts.get((route, status))
        if count is None:
            count = self._counts[route, status] = self._requests.labels(route, status)
        count.inc()
        duration = self._durations.get(route)
        if duration is None:
            duration = self._durations[route] = self._duration.labels(route)
        duration.observe(seconds)

    def first_byte(self, model: str, seconds: float) -> None:
        first_byte = self._first_bytes.get(model)
        if first_byte is None:
            first_byte = self._first_bytes[model] = self._first_byte.labels(model)
        first_byte.observe(seconds)
