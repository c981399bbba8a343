"""Attacks on the console: planted cookies, fields that nobody offered, addresses spelled oddly."""

import json
from typing import Any

import pytest
from desk import ACCESS, REFRESH, Fake, FakeUsers, browser, user
from refusals import check_refusal
from samples import address, fields, name, objects, sample
from starlette.testclient import TestClient
from tollgate.auth.v1 import users_pb2
from tollgate_common.errors import RateLimited, Unauthenticated
from tollgate_console.api import Endpoint, Policy
from tollgate_console.app import app
from tollgate_console.routes import ENDPOINTS
from tollgate_console.settings import ConsoleSettings

LOGIN = {"email": "ann@example.com", "password": "correct horse battery staple"}
FOREVER_MS = 9_000_000_000_000
GUARDED = [row for row in ENDPOINTS if row.policy is not Policy.PUBLIC]
STAFF = [row for row in ENDPOINTS if row.policy > Policy.USER]
CUSTOMERS = [row for row in ENDPOINTS if row.policy <= Policy.USER]
TAKES_BODY = [row for row in ENDPOINTS if row.takes_body]
# What would make somebody more than they are, or somebody else.
COVETED = {
    "role",
    "is_admin",
    "balance",
    "posted_nano",
    "amount_nano",
    "quota",
    "group",
    "allowed_routes",
    "user_id",
    "account_id",
    "actor_id",
    "email_verified",
    "__proto__",
}


class Doorkeeper(FakeUsers):
    """Lets everybody in, and remembers what it was told."""

    def __init__(self, *, code_needed: bool = False) -> None:
        super().__init__(user())
        self.code_needed = code_needed
        self.asked: list[Any] = []

    async def LogIn(self, request: users_pb2.LogInRequest) -> users_pb2.LogInResponse:
        self.asked.append(request)
        if self.code_needed:
            return users_pb2.LogInResponse(code_needed=True)
        return users_pb2.LogInResponse(session=session("first"))

    async def Refresh(self, request: users_pb2.RefreshRequest) -> users_pb2.Session:
        self.asked.append(request)
        if request.refresh_token != "first":
            raise Unauthenticated("refresh_token: the session is over; log in")
        return session("second")

    async def LogOut(self, request: users_pb2.LogOutRequest) -> users_pb2.LogOutResponse:
        self.asked.append(request)
        return users_pb2.LogOutResponse()


def session(word: str) -> users_pb2.Session:
    return users_pb2.Session(
        access_token="ann",
        access_expires_at_ms=FOREVER_MS,
        refresh_token=word,
        refresh_expires_at_ms=FOREVER_MS,
        user=user(),
    )


def attributes(cookie: str) -> tuple[str, set[str]]:
    """The name, and what is said of it but for how long it lives."""
    (named, *said) = cookie.split("; ")
    return named.partition("=")[0], {one for one in said if not one.startswith("Max-Age=")}


# Cookies


@pytest.mark.parametrize(
    ("url", "names", "flags"),
    [
        ("https://console.test", {ACCESS, REFRESH}, {"HttpOnly", "SameSite=Strict", "Secure"}),
        (
            "http://127.0.0.1:8090",
            {"tollgate-access", "tollgate-refresh"},
            {"HttpOnly", "SameSite=Strict"},
        ),
    ],
    ids=["https", "loopback"],
)
def test_every_cookie_is_out_of_reach(url: str, names: set[str], flags: set[str]) -> None:
    """Also those that are cleared: a browser forgets only what is named in the same way."""
    client = browser(users=Doorkeeper(), url=url)
    (refresh,) = (one for one in names if "refresh" in one)
    cookies = {"cookie": f"{refresh}=first"}
    answers = [
        client.post("/api/session", json=LOGIN),
        client.post("/api/session/refresh", json={}, headers=cookies),
        client.post("/api/session/refresh", json={}, headers={"cookie": f"{refresh}=old"}),
        client.delete("/api/session", headers=cookies),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 200]
    for answer in answers:
        told = dict(map(attributes, answer.headers.get_list("set-cookie")))
        assert told.keys() == names
        for said in told.values():
            assert said == flags | {"Path=/"}


def test_a_cookie_that_was_planted_does_not_survive_a_login() -> None:
    users = Doorkeeper()
    client = browser(users=users)
    planted = {"cookie": f"{ACCESS}=the-attacker-s; {REFRESH}=the-attacker-s"}
    answer = client.post("/api/session", json=LOGIN, headers=planted)
    (asked,) = users.asked
    assert "the-attacker-s" not in str(asked)
    assert [cookie.split(";")[0] for cookie in answer.headers.get_list("set-cookie")] == [
        f"{ACCESS}=ann",
        f"{REFRESH}=first",
    ]


def test_a_reused_refresh_token_is_taken_from_the_browser() -> None:
    headers = {"cookie": f"{ACCESS}=ann; {REFRESH}=used-before"}
    answer = browser(users=Doorkeeper()).post("/api/session/refresh", json={}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Not logged in or login has expired"
    for cookie in answer.headers.get_list("set-cookie"):
        assert "=; " in cookie
        assert "Max-Age=0" in cookie


def test_the_password_alone_sets_no_cookie() -> None:
    answer = browser(users=Doorkeeper(code_needed=True)).post("/api/session", json=LOGIN)
    assert answer.json() == {"code_needed": True, "user": None, "first_key": ""}
    assert "set-cookie" not in answer.headers


class Pausing(Fake):
    """Has had too many guesses already, at whatever it is asked."""

    def __getattr__(self, _name: str) -> Any:
        async def refuse(_request: object) -> None:
            raise RateLimited("too many tries; try again in 7 s", retry_after_s=7)

        return refuse


ASKS_AUTH = [row for row in TAKES_BODY if row.policy is Policy.PUBLIC]


@pytest.mark.parametrize("row", ASKS_AUTH, ids=name)
def test_a_guesser_is_told_when_to_come_again_and_gets_nothing(row: Endpoint) -> None:
    headers = {"cookie": f"{REFRESH}=a-guess"}
    answer = browser(users=Pausing()).request(
        row.method, row.path, json=sample(row), headers=headers
    )
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error"]["code"] == "rate_limited"
    assert "set-cookie" not in answer.headers


# Fields


def send(client: TestClient, row: Endpoint, given: dict[str, Any]) -> Any:
    """A request with exactly these fields."""
    if not row.takes_body:
        return client.request(row.method, address(row), params=given)
    headers = {"content-type": "application/json"}
    content = json.dumps(given)
    return client.request(row.method, address(row), headers=headers, content=content)


def admin() -> TestClient:
    """Who may call everything. Whatever reaches a service fails the test."""
    return browser(logged_in="ann", users=FakeUsers(user("admin")))


@pytest.mark.parametrize("row", ENDPOINTS, ids=name)
def test_what_is_coveted_and_not_offered_is_refused_by_name(row: Endpoint) -> None:
    """Every other field is right, so nothing but this one is wrong."""
    client = admin()
    for coveted in sorted(COVETED - row.ask.model_fields.keys()):
        answer = send(client, row, {**sample(row), coveted: "1"})
        assert answer.status_code == 400, coveted
        assert answer.json()["error"]["field"] == coveted


@pytest.mark.parametrize("row", CUSTOMERS, ids=name)
def test_a_customer_names_no_account_and_no_role(row: Endpoint) -> None:
    assert not COVETED & row.ask.model_fields.keys()


@pytest.mark.parametrize("row", ENDPOINTS, ids=name)
def test_no_object_inside_of_a_body_takes_unknown_fields(row: Endpoint) -> None:
    for found in objects(row.ask):
        assert found["additionalProperties"] is False


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if row.path_fields], ids=name)
def test_a_second_id_beside_the_one_in_the_address_is_refused(row: Endpoint) -> None:
    answer = send(admin(), row, {**sample(row), row.path_fields[0]: "another"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == row.path_fields[0]


@pytest.mark.parametrize("row", ENDPOINTS, ids=name)
def test_no_number_is_too_large_to_be_refused(row: Endpoint) -> None:
    client = admin()
    for field, schema in fields(row).items():
        kinds = [part.get("type") for part in (schema, *schema.get("anyOf", ()))]
        for number in (2**63, -(2**63) - 1, 10**40) if "integer" in kinds else ():
            answer = send(client, row, {**sample(row), field: number})
            assert answer.status_code == 400, (field, number)
            assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("row", TAKES_BODY, ids=name)
def test_no_body_is_too_deep_to_be_refused(row: Endpoint) -> None:
    client = admin()
    for levels in (500, 40_000):
        deep = '{"a":' * levels + "1" + "}" * levels
        for field in fields(row):
            given = json.dumps({**sample(row), field: "deep"}).replace('"deep"', deep)
            headers = {"content-type": "application/json"}
            answer = client.request(row.method, address(row), headers=headers, content=given)
            assert answer.status_code == 400, field


# Addresses

# Proxies and frameworks that believe such headers have been fooled by them.
BELIEVED_ELSEWHERE = [
    {"x-http-method-override": "GET"},
    {"x-http-method": "DELETE"},
    {"x-method-override": "PUT"},
    {"x-original-url": "/api/about"},
    {"x-rewrite-url": "/api/about"},
    {"x-forwarded-prefix": "/api/about"},
    {"x-forwarded-for": "127.0.0.1"},
    {"forwarded": "for=127.0.0.1;host=localhost"},
    {"authorization": "Bearer ann"},
    {"x-user-role": "admin"},
]


@pytest.mark.parametrize("row", STAFF, ids=name)
def test_no_header_makes_a_customer_an_operator(row: Endpoint) -> None:
    client = browser(logged_in="ann")
    for headers in BELIEVED_ELSEWHERE:
        answer = client.request(row.method, address(row), headers=headers)
        assert answer.status_code == 403, headers
    for header in ("x-original-url", "x-rewrite-url", "x-forwarded-uri"):
        answer = client.get("/api/about", headers={header: address(row)})
        assert answer.json().keys() == {"api_url", "welcome_credit_nano"}


@pytest.mark.parametrize("spelling", ["{}/", "/{}", "{}%2f", "{}%00", "{};x", "{}.json"])
@pytest.mark.parametrize("who", ["", "ann"], ids=["nobody", "customer"])
def test_an_odd_spelling_opens_no_door(spelling: str, who: str) -> None:
    """It is the address's endpoint with its policy, or the web app, or nothing."""
    client = browser(logged_in=who)
    for row in STAFF if who else GUARDED:
        odd = spelling.format(address(row))
        for path in (odd, odd.replace("/api/", "/API/"), odd.replace("/api/", "/%61pi/")):
            answer = client.request(row.method, f"https://console.test{path}")
            is_page = answer.headers["content-type"].startswith(("text/html", "text/plain"))
            assert is_page or answer.status_code in (401, 403, 404), (path, answer.text)


# Settings

ENVIRONMENT = {
    "TOLLGATE_TOKEN": "a token for tests only",
    "TOLLGATE_CONSOLE_PORT": "1",
    "TOLLGATE_CONSOLE_OPS_PORT": "2",
    "TOLLGATE_CONSOLE_AUTH_TARGET": "auth:1",
    "TOLLGATE_CONSOLE_LEDGER_TARGET": "ledger:1",
    "TOLLGATE_CONSOLE_METERING_TARGET": "metering:1",
    "TOLLGATE_CONSOLE_PROVIDERS_TARGET": "providers:1",
    "TOLLGATE_CONSOLE_EDGE_URL": "http://edge:1",
    "TOLLGATE_CONSOLE_URL": "https://console.test",
    "TOLLGATE_CONSOLE_API_URL": "https://api.test/v1",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOLLGATE_TOKEN", None),
        ("TOLLGATE_TOKEN", "short"),
        ("TOLLGATE_CONSOLE_URL", None),
        ("TOLLGATE_CONSOLE_URL", ""),
        ("TOLLGATE_CONSOLE_URL", "http://console.example.com"),
        ("TOLLGATE_CONSOLE_URL", "http://127.0.0.1.example.com"),
        ("TOLLGATE_CONSOLE_URL", "http://localhost@example.com"),
        ("TOLLGATE_CONSOLE_URL", "https://console.example.com/console"),
        ("TOLLGATE_CONSOLE_URL", "javascript:alert(1)"),
        ("TOLLGATE_CONSOLE_TRUSTED_PROXIES", "everybody"),
        ("TOLLGATE_CONSOLE_WELCOME_CREDIT_NANO", "-1"),
    ],
)
def test_the_console_refuses_to_start_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
    value: str | None,
) -> None:
    service = ("console", ConsoleSettings, app)
    check_refusal(service, ENVIRONMENT, (name, value), monkeypatch, capfd)
