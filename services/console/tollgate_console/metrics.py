"""What is counted, for Prometheus. Labels are names of endpoints and statuses, never a client's."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Requests to the console's API; pages and files are not counted."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._requests = Counter(
            "tollgate_console_requests",
            "Requests to the console's API, by endpoint and status.",
            ["endpoint", "status"],
            registry=registry,
        )
        self._duration = Histogram(
            "tollgate_console_request_duration_seconds",
            "From the request to the head of its answer.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=registry,
        )

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        self._requests.labels(endpoint, status).inc()
        self._duration.labels(endpoint).observe(seconds)
