"""The four services over gRPC: a connection each, and errors that say which of them and where."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import grpc
from grpc.aio import AioRpcError
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tollgate.auth.v1.auth_pb2_grpc import AuthStub
from tollgate.auth.v1.users_pb2_grpc import UsersStub
from tollgate.ledger.v1.ledger_pb2_grpc import LedgerStub
from tollgate.metering.v1.metering_pb2_grpc import MeteringStub
from tollgate.providers.v1.providers_pb2_grpc import ProvidersStub
from tollgate_common.errors import DeadlineExceeded, TollgateError, Unavailable
from tollgate_common.rpc import connect
from tollgate_common.wire import error_of

from .settings import CtlSettings, read

if TYPE_CHECKING:
    from tollgate.auth.v1.auth_pb2_grpc import AuthAsyncStub
    from tollgate.auth.v1.users_pb2_grpc import UsersAsyncStub
    from tollgate.ledger.v1.ledger_pb2_grpc import LedgerAsyncStub
    from tollgate.metering.v1.metering_pb2_grpc import MeteringAsyncStub
    from tollgate.providers.v1.providers_pb2_grpc import ProvidersAsyncStub

Stub = TypeVar("Stub")
Reply = TypeVar("Reply")

# Longer than every call's deadline; only a long list or a large ledger comes near it.
COMMAND_SECONDS = 900
_HEALTH_SECONDS = 3


class Service(Generic[Stub]):
    """One service. Every call raises our errors, and names the service when it could not answer."""

    def __init__(
        self, name: str, target: str, token: str, stub: Callable[[grpc.aio.Channel], Stub]
    ) -> None:
        self.name = name
        self.target = target
        self._token = token
        self._stub = stub
        self._channel: grpc.aio.Channel | None = None

    async def call(self, ask: Callable[[Stub], Awaitable[Reply]]) -> Reply:
        """One call and its reply."""
        try:
            return await ask(self._stub(self._connected()))
        except Unavailable as error:
            raise self._located(error, error.__cause__) from error

    async def stream(self, ask: Callable[[Stub], AsyncIterable[Reply]]) -> list[Reply]:
        """One call and everything that it streams."""
        try:
            return [reply async for reply in ask(self._stub(self._connected()))]
        except AioRpcError as error:
            raise self._located(error_of(error), error) from error

    @property
    def contract(self) -> str:
        """The contract that is spoken with it, as its health check calls it."""
        return f"tollgate.{self.name}.v1.{self.name.capitalize()}"

    async def health(self) -> str:
        """Its own word, such as "serving". NotFound when something else answers at that address."""
        stub = health_pb2_grpc.HealthStub(self._connected())  # type: ignore[no-untyped-call]
        request = health_pb2.HealthCheckRequest(service=self.contract)
        reply = await stub.Check(request, timeout=_HEALTH_SECONDS)
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)).lower()

    async def close(self) -> None:
        if self._channel:
            await self._channel.close()

    @property
    def _variable(self) -> str:
        return f"TOLLGATE_{self.name.upper()}_TARGET"

    def _connected(self) -> grpc.aio.Channel:
        if not self.target:
            raise TollgateError(
                f"do not know where {self.name} is; set TOLLGATE_HOME or {self._variable}"
            )
        if not self._channel:
            self._channel = connect(self.target, self._token)
        return self._channel

    def _located(self, error: TollgateError, cause: BaseException | None) -> TollgateError:
        where = f"{self.name} at {self.target}"
        if isinstance(error, DeadlineExceeded):
            return DeadlineExceeded(f"{where} did not answer in time; try again")
        if isinstance(cause, AioRpcError) and _nothing_answered(cause):
            return Unavailable(
                f"cannot reach {where}; is `make run` running?"
                f" set TOLLGATE_HOME or {self._variable}"
            )
        return Unavailable(f"{where}: {error.message}") if isinstance(error, Unavailable) else error


def _nothing_answered(error: AioRpcError) -> bool:
    """A service's own error carries trailers; an error of the connection has none."""
    return error.code() is grpc.StatusCode.UNAVAILABLE and not len(error.trailing_metadata())


class Clients:
    """Every service that a command may ask."""

    def __init__(self, settings: CtlSettings) -> None:
        token = settings.token.get_secret_value()
        self.auth: Service[AuthAsyncStub] = Service("auth", settings.auth_target, token, AuthStub)
        # Auth's other contract, on a connection of its own.
        self.users: Service[UsersAsyncStub] = Service(
            "auth", settings.auth_target, token, UsersStub
        )
        self.ledger: Service[LedgerAsyncStub] = Service(
            "ledger", settings.ledger_target, token, LedgerStub
        )
        self.providers: Service[ProvidersAsyncStub] = Service(
            "providers", settings.providers_target, token, ProvidersStub
        )
        self.metering: Service[MeteringAsyncStub] = Service(
            "metering", settings.metering_target, token, MeteringStub
        )

    def all(self) -> tuple[Service[Any], ...]:
        return self.auth, self.ledger, self.providers, self.metering

    async def close(self) -> None:
        for service in (*self.all(), self.users):
            await service.close()


def run(work: Callable[[Clients], Coroutine[Any, Any, Reply]]) -> Reply:
    """Runs a command's calls. SettingsError when nothing says where the services are."""
    settings = read()

    async def connected() -> Reply:
        clients = Clients(settings)
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                return await work(clients)
        except TimeoutError as error:
            raise DeadlineExceeded(f"gave up after {COMMAND_SECONDS} s") from error
        finally:
            await clients.close()

    return asyncio.run(connected())
