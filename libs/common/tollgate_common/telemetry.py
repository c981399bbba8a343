"""Logs, metrics and traces: set up once by the bootstrap, used by name everywhere else."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

import structlog
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanKind, Status, StatusCode, Tracer
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

# W3C trace context, as a header of HTTP, gRPC and NATS alike.
TRACEPARENT = "traceparent"
# With all its retries; a collector that is away must not keep a process from ending.
_EXPORT_SECONDS = 2.0
_REDACTED_KEYS = frozenset({"authorization", "api_key", "secret", "token", "password", "body"})
_UNTRACED = nullcontext(INVALID_SPAN)
# Set by the bootstrap when there is somebody to tell; until then spans cost a comparison.
_tracer: Tracer | None = None


def logger() -> FilteringBoundLogger:
    """A logger; `structlog.contextvars.bind_contextvars(request_id=...)` binds its lines."""
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def _redact(_log: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key in _REDACTED_KEYS & event.keys():
        event[key] = "[redacted]"
    return event


def _correlate(_log: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
    return event


def configure_logs(service: str, level: str) -> None:
    """JSON lines: ours on standard output, libraries' and Python's warnings on standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _correlate,
    ]
    structlog.configure(
        processors=[
            *common,
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)

    def name(_log: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"service": service, **event}  # threads of libraries have contexts of their own

    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=[*common, name],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    logging.captureWarnings(True)


def configure_traces(service: str, endpoint: str) -> TracerProvider | None:
    """Exports spans over OTLP/HTTP when an endpoint is set; otherwise nothing is traced."""
    global _tracer
    if not endpoint:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": f"tollgate-{service}"}))
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)  # not every retry
    url = f"{endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=url, timeout=_EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = provider.get_tracer("tollgate")
    return provider


def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    carrier: Mapping[str, str] | None = None,
    links: Iterable[str] = (),
) -> AbstractContextManager[Span]:
    """A span, child of the current one or of the trace context in `carrier` (W3C headers).

    `links` are trace contexts that it belongs to without being a child of theirs.
    """
    return _UNTRACED if _tracer is None else _span(_tracer, name, kind, carrier, links)


@contextmanager
def _span(
    tracer: Tracer,
    name: str,
    kind: SpanKind,
    carrier: Mapping[str, str] | None,
    links: Iterable[str],
) -> Iterator[Span]:
    # An error is named, never quoted: its message may hold what a caller wrote.
    with tracer.start_as_current_span(
        name,
        propagate.extract(carrier) if carrier else None,
        kind,
        links=[Link(_context(link)) for link in links],
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Exception as error:
            mark_failed(current, type(error).__name__)
            raise


def _context(traceparent: str) -> trace.SpanContext:
    extracted = propagate.extract({TRACEPARENT: traceparent})
    return trace.get_current_span(extracted).get_span_context()


def mark_failed(current: Span, error_type: str) -> None:
    """Says on a span that its work has failed, and with what kind of error."""
    current.set_attribute("error.type", error_type)
    current.set_status(Status(StatusCode.ERROR))


def traceparent() -> str:
    """The current trace context in W3C's form; empty when nothing is traced."""
    if _tracer is None:
        return ""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get(TRACEPARENT, "")
