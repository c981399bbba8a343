"""The one bootstrap of every service: settings, logs, traces, health, metrics, signals, drain.

A service's app.py is an async context manager `app(runtime, settings)`: it chooses the real
things, registers them with the runtime, and yields while the service runs.
"""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
import uvicorn
import uvloop
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_reflection.v1alpha import reflection
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .rpc import MESSAGE_BYTES_MAX, ServerInterceptor
from .settings import ServiceSettings, SettingsError, load
from .telemetry import configure_logs, configure_traces, logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

Check = Callable[[], Awaitable[None]]
Settings = TypeVar("Settings", bound=ServiceSettings)
App = Callable[["Runtime", Settings], AbstractAsyncContextManager[None]]

# Readiness is asked every few seconds: a dependency that takes longer is away.
CHECK_SECONDS = 2.0
# New objects between two collections. Requests leave few cycles behind, and with the default of
# 700 the collector looks at every request under way again and again.
_GC_THRESHOLD = 20_000


class PortError(Exception):
    """A port cannot be listened on; the message names it and the reason."""


class HttpServer(uvicorn.Server):
    """uvicorn on a port that it has from the beginning, without signal handlers of its own:
    the runtime decides when to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._socket = _bound(config.host, config.port)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve([self._socket, *(sockets or ())])

    @contextmanager
    def capture_signals(self) -> "Iterator[None]":
        yield


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortError(f"{host}:{port}: {error.strerror}") from error
    return bound


def http_server(
    app: "ASGIApp",
    host: str,
    port: int,
    *,
    http: Any = "httptools",  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> HttpServer:
    """uvicorn as every service runs it: uvloop, httptools, no access log, no banner.

    `http` may be a protocol of the service's own. PortError when the port is taken.
    """
    return HttpServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="none",
            http=http,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            **options,
        )
    )


class Runtime:
    """What a service registers with, and what starts and stops it in the right order."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self._settings = settings
        self._rpc: grpc.aio.Server | None = None
        self._health = HealthServicer()
        self._services: list[str] = []
        self._http: list[HttpServer] = []
        self._loops: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        self._checks: dict[str, Check] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._serving = False
        self._not_ready = ""
        self.stopping = asyncio.Event()

    def serve_rpc(self, port: int, service: str, add: Callable[[grpc.aio.Server], None]) -> None:
        """Serves one gRPC service, with health and reflection beside it, behind the token.

        PortError when the port is taken.
        """
        self._rpc = grpc.aio.server(
            interceptors=[ServerInterceptor(self._settings.token.get_secret_value())],
            options=[
                ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
                ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
                ("grpc.so_reuseport", 0),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
            ],
        )
        self._services = [service, "grpc.health.v1.Health", reflection.SERVICE_NAME]
        add(self._rpc)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._rpc)  # type: ignore[no-untyped-call]
        reflection.enable_server_reflection(self._services, self._rpc)  # type: ignore[no-untyped-call]
        _bound(self._settings.host, port).close()  # gRPC would tell it less clearly
        self._rpc.add_insecure_port(f"{self._settings.host}:{port}")

    def serve_http(self, app: "ASGIApp", port: int, **options: Any) -> None:  # noqa: ANN401
        """Serves an ASGI app on a port of its own; options are those of http_server."""
        drain = max(1, round(self._settings.drain_seconds))
        server = http_server(
            app, self._settings.host, port, timeout_graceful_shutdown=drain, **options
        )
        self._http.append(server)

    def keep_running(self, name: str, loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Runs a background loop for the service's life; its failure stops the process."""
        self._loops[name] = loop

    def ready_when(self, name: str, check: Check) -> None:
        """Readiness needs this check to return."""
        self._checks[name] = check

    async def run(self) -> None:
        """Starts everything, waits for SIGTERM or SIGINT or a failed part, and drains."""
        ops = http_server(self._ops_app(), self._settings.host, self._settings.ops_port)
        self._start("ops", ops.serve())
        for name, loop in self._loops.items():
            self._start(name, loop())
        if self._rpc:
            await self._rpc.start()
        for server in self._http:
            self._start("http", server.serve())
        await self._set_serving(True)
        logger().info("started")
        failure = await self._wait()
        logger().info("draining")
        await self._drain()
        ops.should_exit = True
        await self._stop_tasks()
        logger().info("stopped")
        if failure:
            raise failure

    def _start(self, name: str, part: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(part, name=name))

    async def _wait(self) -> BaseException | None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stopping.set)
        stop = asyncio.create_task(self.stopping.wait(), name="signals")
        done, _ = await asyncio.wait([stop, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        self.stopping.set()
        for task in done - {stop}:
            error = task.exception()
            logger().error("part_ended", part=task.get_name(), error=repr(error))
            return error or RuntimeError(f"{task.get_name()} ended")
        return None

    async def _drain(self) -> None:
        await self._set_serving(False)
        for server in self._http:
            server.should_exit = True
        http = [task for task in self._tasks if task.get_name() == "http"]
        if http:
            await asyncio.wait(http, timeout=self._settings.drain_seconds + 2)
        if self._rpc:
            await self._rpc.stop(self._settings.drain_seconds)

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            if task.get_name() != "ops":
                task.cancel()
        await asyncio.wait(self._tasks, timeout=5)

    async def _set_serving(self, serving: bool) -> None:
        self._serving = serving
        if not serving:
            await self._health.enter_graceful_shutdown()
            return
        for service in ["", *self._services]:
            await self._health.set(service, HealthCheckResponse.SERVING)

    def _ops_app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/healthz", self._healthz),
                Route("/readyz", self._readyz),
                Route("/metrics", self._metrics),
            ]
        )

    async def _healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _readyz(self, _request: Request) -> Response:
        if not self._serving:
            return PlainTextResponse("not serving\n", 503)
        for name, check in self._checks.items():
            try:
                await asyncio.wait_for(check(), CHECK_SECONDS)
            except Exception as error:
                if self._not_ready != name:  # said once: readiness is asked all the time
                    logger().warning("not_ready", check=name, error=repr(error))
                self._not_ready = name
                return PlainTextResponse(f"{name}: not ready\n", 503)
        self._not_ready = ""
        return PlainTextResponse("ok\n")

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def run(name: str, kind: type[Settings], app: App[Settings]) -> None:
    """Runs a service until it is told to stop.

    Exits 2 when its settings are wrong, 1 when it cannot start or a part of it fails.
    """
    try:
        settings = load(kind)
        configure_logs(name, settings.log_level)
        # They would double the series, and nobody reads them.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        traces = configure_traces(name, settings.otlp_endpoint)
        try:
            uvloop.run(_run(name, settings, app))
        finally:
            if traces:
                traces.shutdown()
    except SettingsError as error:
        sys.stderr.write(f"tollgate {name}: cannot start\n{error}\n")
        raise SystemExit(2) from None
    except PortError as error:
        logger().error("cannot_start", error=str(error))
        raise SystemExit(1) from None
    except Exception:
        logger().exception("failed")
        raise SystemExit(1) from None


async def _run(name: str, settings: Settings, app: App[Settings]) -> None:
    runtime = Runtime(name, settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app(runtime, settings))
        gc.freeze()  # what a service consists of lives as long as its process
        gc.set_threshold(_GC_THRESHOLD)
        await runtime.run()
