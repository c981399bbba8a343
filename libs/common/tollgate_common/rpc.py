"""gRPC on both sides: token, error table, deadlines and trace context, once for every call."""

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from typing import Any

import grpc
from grpc.aio import AioRpcError, ClientCallDetails, Metadata
from opentelemetry.trace import SpanKind

from .errors import TollgateError, Unauthenticated
from .telemetry import TRACEPARENT, logger, span, traceparent
from .wire import error_of, status_of, trailers_of

# Every call has a deadline; a stream that lives as long as its process sets none.
CALL_SECONDS = 10.0
# Above every contract's largest message; a larger one is refused before it is parsed.
MESSAGE_BYTES_MAX = 40 * 1024 * 1024
_AUTHORIZATION = "authorization"
_OPEN_TO_ALL = "/grpc.health.v1.Health/"


class ServerInterceptor(grpc.aio.ServerInterceptor):
    """Checks the token; answers our errors with their status, logs a bug and says nothing."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        handler = await continuation(details)
        if handler is None or details.method.startswith(_OPEN_TO_ALL):
            return handler
        carrier = {key: value for key, value in details.invocation_metadata if type(value) is str}
        if not hmac.compare_digest(carrier.get(_AUTHORIZATION, "").encode(), self._expected):
            return _refusal(handler)
        return _wrapped(handler, details.method, carrier)


def _refusal(handler: Any) -> Any:
    error = Unauthenticated("token: missing or wrong; give the deployment's TOLLGATE_TOKEN")

    async def unary(_request: Any, context: Any) -> None:
        await context.abort(status_of(error), error.message)

    async def stream(_request: Any, context: Any) -> AsyncIterator[None]:
        await context.abort(status_of(error), error.message)
        yield

    return _like(handler, stream if handler.response_streaming else unary)


def _wrapped(handler: Any, method: str, carrier: dict[str, str]) -> Any:
    name = method.removeprefix("/")
    # A call is part of its caller's trace or of none: polls would bury what matters.
    traced = TRACEPARENT in carrier

    async def unary(request: Any, context: Any) -> Any:
        behavior = handler.stream_unary if handler.request_streaming else handler.unary_unary
        try:
            with span(name, SpanKind.SERVER, carrier=carrier) if traced else nullcontext():
                return await behavior(request, context)
        except TollgateError as error:
            await context.abort(status_of(error), error.message, trailers_of(error))
        except grpc.aio.AbortError:
            raise
        except Exception:
            await _abort_bug(context, method)

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        behavior = handler.stream_stream if handler.request_streaming else handler.unary_stream
        try:
            async for reply in behavior(request, context):
                yield reply
        except TollgateError as error:
            await context.abort(status_of(error), error.message, trailers_of(error))
        except grpc.aio.AbortError:
            raise
        except Exception:
            await _abort_bug(context, method)

    return _like(handler, stream if handler.response_streaming else unary)


async def _abort_bug(context: Any, method: str) -> None:
    logger().exception("rpc_failed", method=method)
    await context.abort(grpc.StatusCode.INTERNAL, "internal error; the service's log has more")


def _like(handler: Any, behavior: Callable[..., Any]) -> Any:
    make = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[handler.request_streaming, handler.response_streaming]
    return make(behavior, handler.request_deserializer, handler.response_serializer)


class _ClientInterceptor:
    def __init__(self, token: str) -> None:
        self._authorization = f"Bearer {token}"

    def _details(self, details: ClientCallDetails, timeout: float | None) -> ClientCallDetails:
        metadata = Metadata(*(details.metadata or ()))
        metadata.add(_AUTHORIZATION, self._authorization)
        if trace := traceparent():
            metadata.add(TRACEPARENT, trace)
        return ClientCallDetails(
            method=details.method,
            timeout=timeout if details.timeout is None else details.timeout,
            metadata=metadata,
            credentials=details.credentials,
            wait_for_ready=details.wait_for_ready,
        )


class _UnaryUnary(_ClientInterceptor, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self,
        continuation: Any,
        details: Any,
        request: Any,
    ) -> Any:
        try:
            call = await continuation(self._details(details, CALL_SECONDS), request)
            return await call
        except AioRpcError as error:
            raise error_of(error) from error


class _UnaryStream(_ClientInterceptor, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return await continuation(self._details(details, None), request)


class _StreamStream(_ClientInterceptor, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        return await continuation(self._details(details, None), requests)


def connect(target: str, token: str) -> grpc.aio.Channel:
    """A channel whose unary calls have a deadline and raise our errors; streams: AioRpcError."""
    return grpc.aio.insecure_channel(
        target,
        interceptors=[_UnaryUnary(token), _UnaryStream(token), _StreamStream(token)],
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
            ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
            ("grpc.keepalive_time_ms", 10_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1_000),
            ("grpc.lb_policy_name", "round_robin"),
            ("grpc.enable_http_proxy", 0),
        ],
    )
