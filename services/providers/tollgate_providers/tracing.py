"""The span of a request at its provider, in OpenTelemetry's words for generative AI.

It never holds what was asked or answered.
"""

from contextlib import AbstractContextManager

from opentelemetry.trace import Span, SpanKind
from tollgate_common.telemetry import TRACEPARENT, mark_failed, span
from tollgate_common.usage import UsageEvent

from .failures import AnswerFailed

_NAME_CHARACTERS_MAX = 128


def call(operation: str, model: str, traceparent: str) -> AbstractContextManager[Span]:
    """A span around a request; `model` is its name at the provider."""
    name = f"{operation} {model}"
    return span(name, SpanKind.CLIENT, carrier={TRACEPARENT: traceparent})


def describe(
    current: Span, event: UsageEvent, model: str, answer_model: str, failure: AnswerFailed | None
) -> None:
    """How it went."""
    if not current.is_recording():
        return
    units = event.units
    output = units.output + units.reasoning
    current.set_attributes(
        {
            "tollgate.request_id": event.request_id,
            "tollgate.channel": event.channel_id,
            "tollgate.outcome": event.outcome.name.lower(),
            "gen_ai.operation.name": event.operation,
            "gen_ai.provider.name": event.provider,
            "gen_ai.request.model": model,
            "gen_ai.usage.input_tokens": sum(units.counts()) - output,
            "gen_ai.usage.output_tokens": output,
        }
    )
    if answer_model:
        current.set_attribute("gen_ai.response.model", answer_model[:_NAME_CHARACTERS_MAX])
    if failure:
        mark_failed(current, failure.kind.name.lower())
