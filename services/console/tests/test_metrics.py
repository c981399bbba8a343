"""What an operator sees of the console's work."""

from desk import browser
from prometheus_client import CollectorRegistry


def test_requests_are_counted_by_endpoint_and_status() -> None:
    registry = CollectorRegistry()
    client = browser(logged_in="ann", registry=registry)
    client.get("/api/session")
    client.get("/api/session")
    client.get("/api/usage/a-guess-of-somebody/receipt", headers={"cookie": ""})
    client.get("/api/no-endpoint")

    def count(endpoint: str, status: str) -> float | None:
        labels = {"endpoint": endpoint, "status": status}
        return registry.get_sample_value("tollgate_console_requests_total", labels)

    assert count("who", "200") == 2
    names = {
        sample.labels["endpoint"]
        for metric in registry.collect()
        for sample in metric.samples
        if "endpoint" in sample.labels
    }
    assert names == {"who", "show_receipt"}
