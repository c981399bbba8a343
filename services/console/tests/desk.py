"""The console without its services: fakes of what it calls, and a browser's habits."""

from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient
from tollgate.auth.v1 import users_pb2
from tollgate_common.clock import SystemClock
from tollgate_common.errors import Unauthenticated
from tollgate_console.app import STATIC
from tollgate_console.context import Services
from tollgate_console.front import Front
from tollgate_console.metrics import Metrics
from tollgate_console.routes import ENDPOINTS
from tollgate_console.settings import ConsoleSettings
from tollgate_console.web import Web

URL = "https://console.test"
ACCESS = "__Host-tollgate-access"
REFRESH = "__Host-tollgate-refresh"
NOW_MS = 1_790_000_000_000
ROLES = {
    "customer": users_pb2.ROLE_CUSTOMER,
    "support": users_pb2.ROLE_SUPPORT,
    "admin": users_pb2.ROLE_ADMIN,
}


class Fake:
    """A service of which a test expects only the calls that its subclass answers."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"unexpected call: {type(self).__name__}.{name}")


def user(role: str = "customer", name: str = "ann") -> users_pb2.User:
    """A user with an account of its own."""
    return users_pb2.User(
        id=f"usr_{name}",
        account_id=f"acc_{name}",
        email=f"{name}@example.com",
        email_verified=True,
        role=ROLES[role],
        locale="en",
    )


class FakeUsers(Fake):
    """Auth's users: an access token is the name of who has it."""

    def __init__(self, *people: users_pb2.User) -> None:
        self.people = {person.id.removeprefix("usr_"): person for person in people}
        self.audited: list[users_pb2.RecordAuditRequest] = []

    async def Authenticate(
        self, request: users_pb2.AuthenticateRequest
    ) -> users_pb2.AuthenticateResponse:
        person = self.people.get(request.access_token)
        if person is None:
            raise Unauthenticated("Not logged in or login has expired")
        return users_pb2.AuthenticateResponse(user=person, session_id="ses_1")

    async def RecordAudit(
        self, request: users_pb2.RecordAuditRequest
    ) -> users_pb2.RecordAuditResponse:
        self.audited.append(request)
        return users_pb2.RecordAuditResponse()


def settings(**changes: Any) -> ConsoleSettings:
    values = {
        "port": 1,
        "ops_port": 2,
        "auth_target": "auth:1",
        "ledger_target": "ledger:1",
        "metering_target": "metering:1",
        "providers_target": "providers:1",
        "edge_url": "http://edge:1",
        "url": URL,
        "api_url": "https://api.test/v1",
        "TOLLGATE_TOKEN": "a-token-of-a-deployment",
        **changes,
    }
    return ConsoleSettings.model_validate(values)


@cache
def _web(static: Path, secure: bool) -> Web:
    """Read once, and not for every test."""
    return Web(static, secure=secure)


def browser(
    *,
    logged_in: str = "",
    users: Fake | None = None,
    auth: Fake | None = None,
    ledger: Fake | None = None,
    metering: Fake | None = None,
    providers: Fake | None = None,
    gateway: Fake | None = None,
    static: Path = STATIC,
    registry: CollectorRegistry | None = None,
    **changes: Any,
) -> TestClient:
    """A browser at a page of the console. `logged_in` is a name that `users` knows, or nobody."""
    chosen = settings(**changes)
    given: dict[str, Any] = {
        "auth": auth,
        "users": users or FakeUsers(user()),
        "ledger": ledger,
        "metering": metering,
        "providers": providers,
        "gateway": gateway,
    }
    stubs: dict[str, Any] = {name: fake or Fake() for name, fake in given.items()}
    services = Services(**stubs)
    front = Front(
        services=services,
        settings=chosen,
        clock=SystemClock(),
        metrics=Metrics(registry or CollectorRegistry()),
        web=_web(static, chosen.secure),
    )
    client = TestClient(
        front.app(ENDPOINTS),
        base_url=URL,
        headers={"sec-fetch-site": "same-origin"},
        client=("192.0.2.7", 50_000),
        raise_server_exceptions=False,
    )
    if logged_in:
        client.cookies.set(ACCESS, logged_in, domain="console.test")
    return client
