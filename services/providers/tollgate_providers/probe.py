"""Tests keys by a request of one token each, which nobody is billed for."""

from dataclasses import dataclass

import orjson
from tollgate_common.clock import Clock
from tollgate_common.errors import InvalidArgument, NotFound

from .adapter import Ask
from .catalogue import Model
from .channels import Channel, Key, way_of
from .exchange import Exchanges
from .failures import AnswerFailed

_BODY = orjson.dumps({"messages": [{"role": "user", "content": "ping"}]})
_ANSWER_BYTES_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """How the test of one key went; `detail` says what failed, and is safe to show."""

    key_id: str
    ok: bool
    model: str
    latency_ms: int
    detail: str = ""


async def probe(
    exchanges: Exchanges, clock: Clock, channel_id: str, model_name: str, key_id: str
) -> list[Result]:
    """Tests every key or one, also those that are disabled.

    NotFound without such a channel or key; InvalidArgument when it does not serve the model.
    """
    channel = next((c for c in exchanges.channels if c.id == channel_id), None)
    if channel is None:
        raise NotFound(f"channel {channel_id}: there is none", field="channel_id")
    keys = [key for key in channel.keys if key_id in ("", key.id)]
    if not keys:
        raise NotFound(f"channel {channel_id}: there is no key {key_id}", field="key_id")
    model = _model(exchanges, channel, model_name)
    return [await _test(exchanges, clock, channel, key, model) for key in keys]


def _model(exchanges: Exchanges, channel: Channel, name: str) -> Model:
    served = [model for model in exchanges.models.values() if channel.serves(model)]
    for model in served:
        if name == model.name or (not name and "chat" in model.operations):
            return model
    what = name or "any model that chats"
    raise InvalidArgument(f"model: {channel.id} does not serve {what}", field="model")


async def _test(
    exchanges: Exchanges, clock: Clock, channel: Channel, key: Key, model: Model
) -> Result:
    ask = Ask(
        body=_BODY, model=model.upstream, stream=False, include_usage=False, max_output_tokens=1
    )
    begun_at = clock.monotonic()
    detail = ""
    try:
        exchange = await exchanges.attempt(way_of(channel, key, model), ask)
        try:
            exchange.wire.read(await exchange.answer.read_all(_ANSWER_BYTES_MAX))
        finally:
            exchange.answer.close()
    except AnswerFailed as failure:
        detail = failure.message
    latency_ms = round((clock.monotonic() - begun_at) * 1000)
    return Result(key.id, not detail, model.name, latency_ms, detail)
