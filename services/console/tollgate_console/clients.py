"""The services behind the console, over gRPC."""

from contextlib import AsyncExitStack
from types import TracebackType

import grpc
from tollgate.auth.v1.auth_pb2_grpc import AuthStub
from tollgate.auth.v1.users_pb2_grpc import UsersStub
from tollgate.ledger.v1.ledger_pb2_grpc import LedgerStub
from tollgate.metering.v1.metering_pb2_grpc import MeteringStub
from tollgate.providers.v1.providers_pb2_grpc import ProvidersStub
from tollgate_common.rpc import connect

from .context import Services
from .gateway import Gateway
from .settings import ConsoleSettings


class Clients:
    """A connection to each service, for the console's life."""

    def __init__(self, settings: ConsoleSettings, gateway: Gateway) -> None:
        token = settings.token.get_secret_value()
        self._auth = connect(settings.auth_target, token)
        ledger, metering, providers = (
            connect(target, token)
            for target in (
                settings.ledger_target,
                settings.metering_target,
                settings.providers_target,
            )
        )
        self._channels: list[grpc.aio.Channel] = [self._auth, ledger, metering, providers]
        self.services = Services(
            auth=AuthStub(self._auth),
            users=UsersStub(self._auth),
            ledger=LedgerStub(ledger),
            metering=MeteringStub(metering),
            providers=ProvidersStub(providers),
            gateway=gateway,
        )

    async def ready(self) -> None:
        """Returns once auth can be called: without it nobody can log in."""
        await self._auth.channel_ready()

    async def __aenter__(self) -> "Clients":
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        async with AsyncExitStack() as stack:
            for channel in self._channels:
                stack.push_async_callback(channel.close)
