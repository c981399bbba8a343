"""Tests a channel by a request of one token, which nobody is billed for."""

from dataclasses import dataclass

import orjson
from tollgate_common.clock import Clock
from tollgate_common.errors import InvalidArgument, NotFound

from .adapter import Ask
from .exchange import Exchanges
from .failures import AnswerFailed

_BODY = orjson.dumps({"messages": [{"role": "user", "content": "ping"}]})
_ANSWER_BYTES_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """How the test went; `detail` says what failed, and is safe to show."""

    ok: bool
    model: str
    latency_ms: int
    detail: str = ""


async def probe(exchanges: Exchanges, clock: Clock, channel_id: str, model_name: str) -> Result:
    """NotFound without such a channel; InvalidArgument when it does not serve the model."""
    channel = next((c for c in exchanges.channels if c.id == channel_id), None)
    if channel is None:
        raise NotFound(f"channel {channel_id}: there is none", field="channel_id")
    models = [model for model in exchanges.models.values() if channel.serves(model)]
    model = next((m for m in models if model_name in ("", m.name)), None)
    if model is None:
        raise InvalidArgument(f"model: {channel_id} does not serve {model_name}", field="model")
    ask = Ask(
        body=_BODY, model=model.upstream, stream=False, include_usage=False, max_output_tokens=1
    )
    begun_at = clock.monotonic()
    detail = ""
    try:
        exchange = await exchanges.open_channel(channel, ask)
        try:
            exchange.wire.read(await exchange.answer.read_all(_ANSWER_BYTES_MAX))
        finally:
            exchange.answer.close()
    except AnswerFailed as failure:
        detail = failure.message
    latency_ms = round((clock.monotonic() - begun_at) * 1000)
    return Result(not detail, model.name, latency_ms, detail)
