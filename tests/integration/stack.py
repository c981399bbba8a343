"""A whole Tollgate on this machine, as `make run` starts it: real processes, NATS and database."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx2
import nats
from nats.errors import Error as NatsError
from openai import AsyncOpenAI
from tollgate.auth.v1 import auth_pb2, auth_pb2_grpc, users_pb2_grpc
from tollgate.events.v1 import usage_pb2
from tollgate.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from tollgate.metering.v1 import metering_pb2, metering_pb2_grpc
from tollgate.providers.v1 import providers_pb2_grpc
from tollgate_common.errors import TollgateError, Unavailable
from tollgate_common.rpc import connect

ROOT = Path(__file__).resolve().parents[2]
NANO = 1_000_000_000
# Short lives, so that a story sees a lease end.
QUICK = {
    "TOLLGATE_LEDGER_LEASE_TTL_SECONDS": "3",
    "TOLLGATE_LEDGER_LEASE_GRACE_SECONDS": "1",
    "TOLLGATE_LEDGER_ORPHAN_SECONDS": "6",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Customer:
    """An account of its own for one story."""

    account_id: str
    key_id: str
    key: str


async def eventually(
    what: str, look: Callable[[], Awaitable[T | None]], *, seconds: float = 30
) -> T:
    """The first truthy answer of `look`; fails, and says of what, when there is none in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = await look()
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"not in {seconds} s: {what}"
        await asyncio.sleep(0.05)


async def patient(call: Callable[[], Awaitable[T]], *, seconds: float = 20) -> T:
    """The call's answer, from a service that may just have been killed: it is back in a moment."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await call()
        except Unavailable:
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.05)


class Stack:
    """One run: its clients, its faults, and what must hold at a story's end."""

    def __init__(
        self, home: Path, api_port: int, port_base: int, supervisor: asyncio.subprocess.Process
    ) -> None:
        self.home = home
        self.api_port = api_port
        self.port_base = port_base
        self.supervisor = supervisor
        token = (home / "token").read_text().strip()
        self._channels = [
            connect(f"127.0.0.1:{port_base + offset}", token) for offset in (1, 2, 3, 4)
        ]
        auth, ledger, providers, metering = self._channels
        self.auth = auth_pb2_grpc.AuthStub(auth)
        self.users = users_pb2_grpc.UsersStub(auth)
        self.ledger = ledger_pb2_grpc.LedgerStub(ledger)
        self.providers = providers_pb2_grpc.ProvidersStub(providers)
        self.metering = metering_pb2_grpc.MeteringStub(metering)
        self.http = httpx2.AsyncClient(timeout=30)

    def base_url(self, edge: int = 0) -> str:
        return f"http://127.0.0.1:{self.api_port + edge}/v1"

    @property
    def console_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port + 7}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.port_base + 5}"

    async def close(self) -> None:
        await self.http.aclose()
        for channel in self._channels:
            await channel.close()

    async def customer(self, *, usd: str = "1", concurrent: int = 1000) -> Customer:
        """A new account with so much credit and one key."""
        name = f"story-{os.urandom(6).hex()}"
        limits = auth_pb2.Limits(concurrent_requests=concurrent)
        request = auth_pb2.CreateAccountRequest(name=name, limits=limits, request_id=name)
        account = await patient(lambda: self.auth.CreateAccount(request))
        wanted = auth_pb2.CreateKeyRequest(account_id=account.id, label="story")
        created = await patient(lambda: self.auth.CreateKey(wanted))
        if usd != "0":
            await self.top_up(account.id, round(float(usd) * NANO), name)
        return Customer(account.id, created.key.id, created.secret)

    async def top_up(self, account_id: str, nano: int, request_id: str) -> ledger_pb2.TopUpResponse:
        request = ledger_pb2.TopUpRequest(
            account_id=account_id, amount_nano=nano, request_id=request_id
        )
        return await patient(lambda: self.ledger.TopUp(request))

    async def wallet(self, account_id: str) -> ledger_pb2.Wallet:
        return await self.ledger.GetWallet(ledger_pb2.GetWalletRequest(account_id=account_id))

    async def entries(self, account_id: str, kind: str = "usage") -> list[ledger_pb2.Entry]:
        """All entries of one kind, oldest first."""
        found: list[ledger_pb2.Entry] = []
        token = ""
        while True:
            request = ledger_pb2.ListEntriesRequest(
                account_id=account_id, page_size=1000, page_token=token
            )
            page = await patient(partial(self.ledger.ListEntries, request))
            found += [entry for entry in page.entries if entry.kind == kind]
            token = page.next_page_token
            if not token:
                return found[::-1]

    async def posted(self, customer: Customer, count: int) -> list[ledger_pb2.Entry]:
        """The usage entries, as soon as there are `count`."""

        async def look() -> list[ledger_pb2.Entry] | None:
            try:
                found = await self.entries(customer.account_id)
            except TollgateError:
                return None
            return found if len(found) >= count else None

        found = await eventually(f"{count} usage entries", look, seconds=45)
        assert len(found) == count, f"expected {count} entries, found {len(found)}"
        return found

    async def usage(self, customer: Customer) -> list[usage_pb2.UsageEvent]:
        """All usage records, newest first."""
        found: list[usage_pb2.UsageEvent] = []
        token = ""
        while True:
            request = metering_pb2.ListUsageRequest(
                account_id=customer.account_id, page_size=1000, page_token=token
            )
            page = await patient(partial(self.metering.ListUsage, request))
            found += page.records
            token = page.next_page_token
            if not token:
                return found

    async def settled(self, customer: Customer) -> ledger_pb2.Wallet:
        """A story's end: no open hold, every invariant holds, metering agrees with the ledger."""

        async def look() -> ledger_pb2.Wallet | None:
            try:
                wallet = await self.wallet(customer.account_id)
                if wallet.leases:
                    await self._recall(customer.account_id)
            except TollgateError:
                return None
            return None if wallet.leases else wallet

        wallet = await eventually("no open lease", look, seconds=45)
        request = ledger_pb2.VerifyRequest(account_id=customer.account_id)
        async for verdict in self.ledger.Verify(request):
            assert list(verdict.violations) == []
        entries = await self.entries(customer.account_id)
        debits = {entry.id.removeprefix("usage:"): -entry.amount_nano for entry in entries}

        async def agrees() -> bool:
            try:
                records = await self.usage(customer)
            except TollgateError:
                return False
            return {record.request_id: record.cost_nano for record in records} == debits

        await eventually("metering agrees with the ledger", agrees)
        return wallet

    async def _recall(self, account_id: str) -> None:
        """Asks edges for their leases, as the ledger does: a story need not wait for their ends."""
        with contextlib.suppress(NatsError, OSError):
            client = await nats.connect(
                f"nats://127.0.0.1:{self.port_base}", allow_reconnect=False, connect_timeout=1
            )
            recall = ledger_pb2.LeaseRecall(account_id=account_id)
            await client.publish("ledger.lease_recall", recall.SerializeToString())
            await client.close()

    @property
    def printed(self) -> str:
        """What the supervisor has told its user."""
        return _printed(self.home).read_text()

    def pid(self, name: str) -> int:
        return int((self.home / "pids" / name).read_text())

    async def kill(self, name: str) -> None:
        """SIGKILL; the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    async def kill_and_wait(self, name: str) -> None:
        """SIGKILL, and back again: another process, and the run ready."""
        before = self.pid(name)
        await self.kill(name)

        async def back() -> bool:
            return self.pid(name) != before and await self.is_ready()

        await eventually(f"{name} is back", back)

    async def is_ready(self) -> bool:
        return (self.home / "ready").exists()

    def client(self, customer: Customer, edge: int = 0) -> AsyncOpenAI:
        """The official SDK, as a user would point it here."""
        return AsyncOpenAI(base_url=self.base_url(edge), api_key=customer.key, max_retries=0)

    async def request_at_sandbox(self, tag: str, state: str) -> dict[str, object]:
        """The provider's view of a request, as soon as it is in that state."""
        url = f"{self.sandbox_url}/_sandbox/requests/{tag}/wait?state={state}&timeout=20"
        answer = await self.http.get(url)
        assert answer.status_code == 200, f"the provider never saw {tag} {state}: {answer.text}"
        seen: dict[str, object] = answer.json()
        return seen

    async def reached_sandbox(self, tag: str) -> bool:
        """Whether the provider has seen a request with this tag."""
        answer = await self.http.get(f"{self.sandbox_url}/_sandbox/requests?tag={tag}")
        return bool(answer.json()["requests"])


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that are free now.

    They lie below the range from which systems take the ports of outgoing connections.
    """
    for first in range(10_000 + os.getpid() % 400 * 40, 32_000, count):
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@asynccontextmanager
async def running(home: Path, *, edges: int = 1, **environment: str) -> AsyncIterator[Stack]:
    """Starts a run in `home`, yields when it is ready, stops it; its logs are shown if it fails."""
    api_port = free_ports(40)
    console_port = api_port + 7
    port_base = api_port + 8
    variables = {
        "TOLLGATE_HOME": str(home),
        "TOLLGATE_API_PORT": str(api_port),
        "TOLLGATE_CONSOLE_PORT": str(console_port),
        "TOLLGATE_PORT_BASE": str(port_base),
        "TOLLGATE_EDGES": str(edges),
        **QUICK,
        **environment,
    }
    with _printed(home).open("wb") as printed:
        supervisor = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "deploy.local",
            cwd=ROOT,
            env={**_without_provider_keys(), **variables},
            stdout=printed,
        )
    try:

        async def ready() -> bool:
            assert supervisor.returncode is None, f"the run ended\n{logs(home)}"
            return (home / "ready").exists()

        try:
            await eventually("the run is ready", ready, seconds=60)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{logs(home)}") from error
        stack = Stack(home, api_port, port_base, supervisor)
        try:
            yield stack
        finally:
            await stack.close()
    finally:
        if supervisor.returncode is None:
            supervisor.send_signal(signal.SIGTERM)
        await asyncio.wait_for(supervisor.wait(), 60)


def _printed(home: Path) -> Path:
    return home.with_name(f"{home.name}.out")


def _without_provider_keys() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}


def logs(home: Path) -> str:
    """The last lines of every process's log."""
    parts = []
    for path in sorted((home / "logs").glob("*.log")):
        lines = path.read_text(errors="replace").splitlines()[-15:]
        parts.append(f"--- {path.name}\n" + "\n".join(lines))
    return "\n".join(parts)
