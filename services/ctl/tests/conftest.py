"""A deployment in memory behind real gRPC, and tollgatectl run against it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from tollgate.auth.v1 import auth_pb2_grpc, users_pb2_grpc
from tollgate.ledger.v1 import ledger_pb2_grpc
from tollgate.metering.v1 import metering_pb2_grpc
from tollgate.providers.v1 import providers_pb2_grpc
from tollgate_common.rpc import ServerInterceptor
from tollgate_ctl.app import commands
from typer.testing import CliRunner, Result

from .fakes import FakeAuth, FakeLedger, FakeMetering, FakeProviders, FakeUsers

TOKEN = "a-token-for-this-test"
SERVICES = ("auth", "ledger", "providers", "metering")


@dataclass
class Deployment:
    home: Path
    auth: FakeAuth = field(default_factory=FakeAuth)
    users: FakeUsers = field(default_factory=FakeUsers)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    providers: FakeProviders = field(default_factory=FakeProviders)
    metering: FakeMetering = field(default_factory=FakeMetering)
    health: HealthServicer = field(default_factory=HealthServicer)
    target: str = ""

    async def ctl(self, *arguments: str, answer: str | None = None, **environment: str) -> Result:
        """Runs tollgatectl as an operator would, in a thread of its own."""
        env = {"TOLLGATE_HOME": str(self.home)} | environment
        return await asyncio.to_thread(
            CliRunner().invoke, commands, arguments, input=answer, env=env, prog_name="tollgatectl"
        )

    async def start(self, server: grpc.aio.Server) -> None:
        auth_pb2_grpc.add_AuthServicer_to_server(self.auth, server)
        users_pb2_grpc.add_UsersServicer_to_server(self.users, server)
        ledger_pb2_grpc.add_LedgerServicer_to_server(self.ledger, server)
        providers_pb2_grpc.add_ProvidersServicer_to_server(self.providers, server)
        metering_pb2_grpc.add_MeteringServicer_to_server(self.metering, server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, server)  # type: ignore[no-untyped-call]
        for service in SERVICES:
            await self.set_health(service, health_pb2.HealthCheckResponse.SERVING)
        self.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        self.write_env(TOKEN)

    async def set_health(
        self, service: str, state: health_pb2.HealthCheckResponse.ServingStatus
    ) -> None:
        await self.health.set(f"tollgate.{service}.v1.{service.capitalize()}", state)

    def write_env(self, token: str) -> None:
        targets = [f"TOLLGATE_{service.upper()}_TARGET={self.target}" for service in SERVICES]
        lines = [f"TOLLGATE_TOKEN={token}", *targets]
        (self.home / "ctl.env").write_text("\n".join(lines) + "\n")


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
    running = Deployment(tmp_path)
    await running.start(server)
    yield running
    await server.stop(None)
