"""What holds for every endpoint: who may call it, from where, and what leaves with its answer."""

from typing import Any

import pytest
from desk import ACCESS, REFRESH, Fake, FakeUsers, browser, user
from samples import address, name
from structlog.testing import capture_logs
from tollgate.auth.v1 import users_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import Unavailable
from tollgate_console.api import Endpoint, Policy
from tollgate_console.routes import ENDPOINTS

GUARDED = [row for row in ENDPOINTS if row.policy is not Policy.PUBLIC]
CHANGING = [row for row in ENDPOINTS if row.method != "GET"]
STAFF = [row for row in ENDPOINTS if row.policy in (Policy.STAFF, Policy.ADMIN)]
# Whoever may call these is nobody yet.
PUBLIC = {
    "about",
    "list_models",
    "log_in",
    "log_out",
    "refresh",
    "register",
    "request_password_reset",
    "reset_password",
    "verify_email",
}


def call(client: Any, row: Endpoint, **options: Any) -> Any:
    return client.request(row.method, address(row), **options)


def test_what_is_public_is_listed_here() -> None:
    assert {name(row) for row in ENDPOINTS if row.policy is Policy.PUBLIC} == PUBLIC


@pytest.mark.parametrize("row", GUARDED, ids=name)
@pytest.mark.parametrize("cookies", [{}, {ACCESS: "forged"}], ids=["nobody", "forged"])
def test_nobody_gets_in(row: Endpoint, cookies: dict[str, str]) -> None:
    client = browser()
    for key, value in cookies.items():
        client.cookies.set(key, value, domain="console.test")
    answer = call(client, row)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Not logged in or login has expired"


@pytest.mark.parametrize("row", STAFF, ids=name)
def test_a_customer_is_no_operator(row: Endpoint) -> None:
    answer = call(browser(logged_in="ann"), row)
    assert answer.status_code == 403


@pytest.mark.parametrize("row", [row for row in STAFF if row.policy is Policy.ADMIN], ids=name)
def test_support_changes_nothing(row: Endpoint) -> None:
    answer = call(browser(logged_in="sue", users=FakeUsers(user("support", "sue"))), row)
    assert answer.status_code == 403


@pytest.mark.parametrize("row", CHANGING, ids=name)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "", "origin": "https://evil.test"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": ""},
    ],
    ids=["cross-site", "same-site", "typed", "other-origin", "null-origin", "no-origin"],
)
def test_other_sites_change_nothing(row: Endpoint, headers: dict[str, str]) -> None:
    users = FakeUsers(user("admin"))
    answer = call(browser(logged_in="ann", users=users), row, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"


def test_an_old_browser_is_known_by_its_origin() -> None:
    headers = {"sec-fetch-site": "", "origin": "https://console.test"}
    assert browser().delete("/api/session", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-type": "text/plain"}, b'{"email": "a@example.com"}'),
        ({"content-type": "application/json"}, b"{"),
        ({"content-type": "application/json"}, b"[]"),
    ],
    ids=["form", "torn", "list"],
)
def test_a_body_is_a_json_object(headers: dict[str, str], content: bytes) -> None:
    answer = browser().post("/api/password-reset-request", headers=headers, content=content)
    assert answer.status_code == 400


def test_a_large_body_is_refused() -> None:
    answer = browser().post("/api/session", json={"email": "a" * 300_000, "password": "b"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/none", "/api/session/", "/API/session/x", "/api//session"]
)
def test_there_is_nothing_beside_the_table(path: str) -> None:
    answer = browser(logged_in="ann").delete(path)
    assert answer.status_code == 404


def test_answers_belong_to_their_reader() -> None:
    answer = browser(logged_in="ann").get("/api/session")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "access-control-allow-origin" not in answer.headers
    assert "max-age" in answer.headers["strict-transport-security"]


class Broken(FakeUsers):
    async def Refresh(self, _request: Any) -> None:
        raise ZeroDivisionError("secret-of-the-house")


class Away(FakeUsers):
    async def Refresh(self, _request: Any) -> None:
        raise Unavailable("failed to connect to 10.1.2.3:8101")


@pytest.mark.parametrize(("kind", "status"), [(Broken, 500), (Away, 503)])
def test_failures_leak_nothing_and_are_noted(kind: type[FakeUsers], status: int) -> None:
    client = browser(users=kind(user()))
    client.cookies.set(REFRESH, "r", domain="console.test")
    with capture_logs() as logs:
        answer = client.post("/api/session/refresh", json={})
    assert answer.status_code == status
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]
    assert len(logs) == 1
    assert "secret-of-the-house" not in answer.text
    assert "10.1.2.3" not in answer.text


class Doorkeeper(FakeUsers):
    async def LogIn(self, request: users_pb2.LogInRequest) -> users_pb2.LogInResponse:
        assert request.client.address == "192.0.2.7"
        session = users_pb2.Session(
            access_token="ann",
            access_expires_at_ms=9_000_000_000_000,
            refresh_token="once",
            refresh_expires_at_ms=9_000_000_000_000,
            user=user(),
            first_key="sk-first",
        )
        return users_pb2.LogInResponse(session=session)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    client = browser(users=Doorkeeper(user()))
    answer = client.post("/api/session", json={"email": "ann@example.com", "password": "p"})
    assert answer.json()["first_key"] == "sk-first"
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Strict", "Secure"} <= set(cookie.split("; "))
    assert "once" not in answer.text
    assert cookies[0].startswith(f"{ACCESS}=ann; Path=/;")
    assert cookies[1].startswith(f"{REFRESH}=once; Path=/;")


class Bank(Fake):
    def __init__(self) -> None:
        self.credits: list[Any] = []

    async def TopUp(self, request: Any, **_options: Any) -> None:
        self.credits.append(request)


class Welcoming(Doorkeeper):
    granted = True

    async def ClaimWelcome(self, request: Any) -> users_pb2.ClaimWelcomeResponse:
        assert request.user_id == "usr_ann"
        return users_pb2.ClaimWelcomeResponse(granted=self.granted)


class SeenBefore(Welcoming):
    granted = False


def test_a_welcome_credit_is_a_promotion_and_the_same_each_time() -> None:
    bank = Bank()
    client = browser(users=Welcoming(user()), ledger=bank, welcome_credit_nano=5)
    for _ in range(2):
        client.post("/api/session", json={"email": "ann@example.com", "password": "p"})
    assert {credit.request_id for credit in bank.credits} == {"welcome-acc_ann"}
    assert {credit.amount_nano for credit in bank.credits} == {5}
    assert {credit.source for credit in bank.credits} == {ledger_pb2.SOURCE_PROMO}


class BankAway(Fake):
    async def TopUp(self, request: Any, **_options: Any) -> None:
        raise Unavailable("failed to connect to 10.1.2.3:8102")


def test_no_login_fails_for_its_welcome() -> None:
    client = browser(users=Welcoming(user()), ledger=BankAway(), welcome_credit_nano=5)
    answer = client.post("/api/session", json={"email": "ann@example.com", "password": "p"})
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == "usr_ann"


def test_a_mailbox_is_welcomed_once() -> None:
    client = browser(users=SeenBefore(user()), ledger=Fake(), welcome_credit_nano=5)
    answer = client.post("/api/session", json={"email": "ann@example.com", "password": "p"})
    assert answer.status_code == 200
