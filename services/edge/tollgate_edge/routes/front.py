"""The ASGI app: gives a request its id, sends it to its route, and answers whatever goes wrong."""

from opentelemetry.trace import SpanKind
from starlette.types import Receive, Scope, Send
from tollgate_common.clock import Clock
from tollgate_common.errors import TollgateError
from tollgate_common.ids import RequestId, ulid
from tollgate_common.telemetry import TRACEPARENT, logger, mark_failed, span, traceparent

from tollgate_edge.metrics import Metrics
from tollgate_edge.refusals import Cause, Refusal, refusal_of

from .addresses import HOT, locate
from .ask import ModelRoute
from .exchange import ClientLeft, Exchange
from .rest import Rest

# Of a body that is too large anyway; a client that sends even more is cut off.
_DISCARD_BYTES_MAX = 64 * 1024**2


class Front:
    """In front of the routes, so that every answer has a request id and the caller's dialect."""

    def __init__(
        self,
        asks: ModelRoute,
        rest: Rest,
        metrics: Metrics,
        clock: Clock,
        *,
        requests_max: int,
        tracing: bool,
        debugging: bool,
    ) -> None:
        self._asks = asks
        self._rest = rest
        self._metrics = metrics
        self._clock = clock
        self._requests_max = requests_max
        self._tracing = tracing
        self._debugging = debugging
        self.in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started_at = self._clock.monotonic()
        request_id = RequestId(ulid(self._clock.now_ms()))
        path = scope["path"]
        address = HOT.get(path) or locate(path, scope["query_string"], scope["headers"])
        exchange = Exchange(scope, receive, send, request_id, address, started_at)
        self.in_flight += 1
        try:
            await (self._traced if self._tracing else self._guard)(exchange, scope)
        finally:
            self.in_flight -= 1
            seconds = self._clock.monotonic() - started_at
            self._metrics.answered(exchange.route, exchange.status, seconds)
            if self._debugging:
                logger().debug(
                    "answered",
                    request_id=request_id,
                    route=exchange.route,
                    status=exchange.status,
                    seconds=round(seconds, 6),
                )

    async def _guard(self, exchange: Exchange, scope: Scope) -> None:
        try:
            if self.in_flight > self._requests_max:
                raise Refusal(Cause.UNAVAILABLE, "Too many requests at once.", retry_after_s=1)
            exchange.check_headers()
            await self._dispatch(exchange, scope)
        except ClientLeft:
            return
        except TollgateError as error:
            refusal = refusal_of(error)
            if refusal.cause is Cause.BODY_TOO_LARGE:
                await exchange.discard_body(_DISCARD_BYTES_MAX)
            await exchange.refuse(refusal)
        except Exception:
            # The last boundary: a bug says nothing to the client, and everything to the log.
            logger().exception("request_failed", request_id=exchange.request_id)
            if exchange.status:
                raise
            await exchange.refuse(Refusal(Cause.INTERNAL, "Something went wrong on our side."))

    async def _traced(self, exchange: Exchange, scope: Scope) -> None:
        carrier = {TRACEPARENT: exchange.traceparent}
        with span(exchange.method, SpanKind.SERVER, carrier=carrier) as current:
            current.set_attribute("tollgate.request_id", exchange.request_id)
            current.set_attribute("http.request.method", exchange.method)
            exchange.traceparent = traceparent()
            await self._guard(exchange, scope)
            current.update_name(f"{exchange.method} {exchange.route}")
            current.set_attribute("http.route", exchange.route)
            current.set_attribute("http.response.status_code", exchange.status)
            if exchange.status >= 500:
                mark_failed(current, str(exchange.status))

    async def _dispatch(self, exchange: Exchange, scope: Scope) -> None:
        operation = exchange.address.operation
        if operation and exchange.method == "POST":
            exchange.route = operation.name
            await self._asks(exchange, operation)
        else:
            await self._rest(exchange, scope)
