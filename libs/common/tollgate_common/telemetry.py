"""Logs, metrics and traces: set up once by the bootstrap, used by name everywhere else."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_REDACTED_KEYS = frozenset({"authorization", "api_key", "secret", "token", "password", "body"})


def logger() -> FilteringBoundLogger:
    """A logger; `structlog.contextvars.bind_contextvars(request_id=...)` binds its lines."""
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def _redact(_log: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key in _REDACTED_KEYS & event.keys():
        event[key] = "[redacted]"
    return event


def configure_logs(service: str, level: str) -> None:
    """JSON lines on standard output; libraries' warnings too."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def configure_traces(service: str, endpoint: str) -> TracerProvider | None:
    """Exports spans over OTLP/HTTP when an endpoint is set; otherwise a span costs nothing."""
    if not endpoint:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": f"tollgate-{service}"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, *, carrier: Mapping[str, str] | None = None
) -> Iterator[Span]:
    """A span, child of the caller's or of the trace context in `carrier` (W3C headers)."""
    context = propagate.extract(carrier) if carrier else None
    with trace.get_tracer("tollgate").start_as_current_span(name, context=context, kind=kind) as s:
        yield s


def trace_headers() -> dict[str, str]:
    """The current trace context as W3C headers; empty when nothing is traced."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier
