"""What an endpoint knows of its request: who asks, from where, and whom it may call."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tollgate.auth.v1 import users_pb2
from tollgate_common.clock import Clock
from tollgate_common.errors import Unauthenticated

from .cookies import Cookies
from .gateway import Gateway
from .settings import ConsoleSettings

if TYPE_CHECKING:
    from tollgate.auth.v1.auth_pb2_grpc import AuthAsyncStub
    from tollgate.auth.v1.users_pb2_grpc import UsersAsyncStub
    from tollgate.ledger.v1.ledger_pb2_grpc import LedgerAsyncStub
    from tollgate.metering.v1.metering_pb2_grpc import MeteringAsyncStub
    from tollgate.providers.v1.providers_pb2_grpc import ProvidersAsyncStub

EXPIRED = "Not logged in or login has expired"


@dataclass(frozen=True, slots=True)
class Services:
    """The services behind the console. Calls raise our errors; each has a deadline."""

    auth: "AuthAsyncStub"
    users: "UsersAsyncStub"
    ledger: "LedgerAsyncStub"
    metering: "MeteringAsyncStub"
    providers: "ProvidersAsyncStub"
    gateway: Gateway


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in, as auth knows them at this moment."""

    user: users_pb2.User
    session_id: str


@dataclass(slots=True)
class Context:
    """One request."""

    services: Services
    settings: ConsoleSettings
    clock: Clock
    cookies: Cookies
    request_id: str
    client: users_pb2.Client
    identity: Identity | None = None

    @property
    def me(self) -> users_pb2.User:
        """Who is logged in. Unauthenticated when nobody is."""
        return self._identity.user

    @property
    def session_id(self) -> str:
        return self._identity.session_id

    @property
    def account_id(self) -> str:
        """The account of who is logged in: the only one that a customer's endpoint may name."""
        return self._identity.user.account_id

    @property
    def _identity(self) -> Identity:
        if self.identity is None:
            raise Unauthenticated(EXPIRED)
        return self.identity

    async def audit(self, action: str, *, user_id: str = "", detail: str = "") -> None:
        """Notes what the caller has done. Call it after the deed."""
        await self.services.users.RecordAudit(
            users_pb2.RecordAuditRequest(
                actor_id=self.me.id,
                user_id=user_id,
                action=action,
                address=self.client.address,
                detail=detail,
            )
        )
