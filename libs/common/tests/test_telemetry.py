"""Traces cost nothing while nobody asks for them; logs are JSON and keep secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry import trace
from tollgate_common.telemetry import configure_logs, configure_traces, logger, span, traceparent


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    before = logging.root.handlers[:]
    yield
    logging.captureWarnings(False)
    logging.root.handlers = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_nothing_is_traced_without_an_endpoint() -> None:
    assert configure_traces("edge", "") is None
    assert span("one") is span("two", carrier={"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    with span("three") as current:
        assert not current.is_recording()
        assert trace.get_current_span() is trace.INVALID_SPAN
        assert traceparent() == ""


def test_logs_are_json_and_keep_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("edge", "INFO")
    logger().info("seen", token="hush", key_id="k1")
    logging.getLogger("some.library").warning("%s happened", "it")
    printed = capsys.readouterr()
    ours, theirs = json.loads(printed.out), json.loads(printed.err)
    assert ours["token"] == "[redacted]"
    assert ours["key_id"] == "k1"
    assert theirs["event"] == "it happened"
    for entry in (ours, theirs):
        assert entry.keys() >= {"event", "level", "service", "timestamp"}
        assert entry["service"] == "edge"
