"""Operators: support sees and changes nothing; admins change, and it is noted who did it."""

from typing import Any

import pytest
from desk import ROLES, Fake, FakeUsers, browser, user
from starlette.testclient import TestClient
from tollgate.auth.v1 import auth_pb2, users_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate.metering.v1 import metering_pb2
from tollgate_common.errors import AlreadyExists, NotFound

ADDRESS = "192.0.2.7"
CREDIT = {"amount_nano": 25_000_000_000, "memo": "for ann@example.com", "request_id": "r-1"}


class Registry(FakeUsers):
    """Ann is a customer, Sue is support, Ada is an admin."""

    def __init__(self) -> None:
        super().__init__(user(), user("support", "sue"), user("admin", "ada"))
        self.searches: list[users_pb2.ListUsersRequest] = []
        self.changes: list[Any] = []

    async def ListUsers(self, request: users_pb2.ListUsersRequest) -> users_pb2.ListUsersResponse:
        self.searches.append(request)
        found = [one for one in self.people.values() if request.search in (one.account_id, "")]
        return users_pb2.ListUsersResponse(users=found, next_page_token="more")

    async def GetUser(self, request: users_pb2.GetUserRequest) -> users_pb2.User:
        found = self.people.get(request.user_id.removeprefix("usr_"))
        if found is None:
            raise NotFound("There is no such user.", field="user_id")
        return found

    async def ListSessions(self, _request: Any) -> users_pb2.ListSessionsResponse:
        return users_pb2.ListSessionsResponse(sessions=[users_pb2.OpenSession(id="ses_1")] * 2)

    async def ListAudit(self, request: users_pb2.ListAuditRequest) -> users_pb2.ListAuditResponse:
        entries = [
            users_pb2.AuditEntry(id="aud_2", actor_id="usr_ada", user_id="usr_gone", action="a"),
            users_pb2.AuditEntry(id="aud_1", actor_id="operator", user_id="usr_ann", action="b"),
        ]
        return users_pb2.ListAuditResponse(
            entries=entries[: request.page_size], next_page_token="more"
        )

    async def SetRole(self, request: users_pb2.SetRoleRequest) -> users_pb2.User:
        self.changes.append(request)
        changed = users_pb2.User()
        changed.CopyFrom(await self.GetUser(users_pb2.GetUserRequest(user_id=request.user_id)))
        changed.role = request.role
        return changed

    async def DeleteUser(
        self, request: users_pb2.DeleteUserRequest
    ) -> users_pb2.DeleteUserResponse:
        self.changes.append(request)
        return users_pb2.DeleteUserResponse()


class Accounts(Fake):
    async def GetAccount(self, request: auth_pb2.GetAccountRequest) -> auth_pb2.Account:
        if request.account not in ("acc_ann", "acme"):
            raise NotFound("account: there is none", field="account")
        return auth_pb2.Account(id="acc_ann", name="acme")

    async def ListKeys(self, request: auth_pb2.ListKeysRequest) -> auth_pb2.ListKeysResponse:
        assert request.account_id == "acc_ann"
        key = auth_pb2.Key(
            id="key_1", label="laptop", last4="abcd", state=auth_pb2.KEY_STATE_ACTIVE
        )
        return auth_pb2.ListKeysResponse(keys=[key])


class Bank(Fake):
    def __init__(self, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.credits: list[ledger_pb2.TopUpRequest] = []

    async def TopUp(self, request: ledger_pb2.TopUpRequest) -> ledger_pb2.TopUpResponse:
        if self.refusal:
            raise self.refusal
        self.credits.append(request)
        entry = ledger_pb2.Entry(id="top-up:r-1", kind="top-up", amount_nano=request.amount_nano)
        return ledger_pb2.TopUpResponse(entry=entry, repeated=len(self.credits) > 1)

    async def GetWallet(self, _request: Any) -> ledger_pb2.Wallet:
        raise NotFound("wallet: there is none")

    async def ListEntries(
        self, request: ledger_pb2.ListEntriesRequest
    ) -> ledger_pb2.ListEntriesResponse:
        entry = ledger_pb2.Entry(id=f"of {request.account_id} {request.page_token}")
        return ledger_pb2.ListEntriesResponse(entries=[entry], next_page_token="more")


class Meter(Fake):
    async def ListKeyUsage(
        self, _request: Any, **_options: Any
    ) -> metering_pb2.ListKeyUsageResponse:
        used = metering_pb2.KeyUsage(key_id="key_1", last_used_ms=7, cost_nano=9)
        return metering_pb2.ListKeyUsageResponse(keys=[used])


@pytest.fixture
def users() -> Registry:
    return Registry()


def desk(name: str, users: Registry, ledger: Fake | None = None) -> TestClient:
    return browser(logged_in=name, users=users, auth=Accounts(), metering=Meter(), ledger=ledger)


def test_staff_finds_users_a_page_at_a_time(users: Registry) -> None:
    answer = desk("sue", users).get("/api/admin/users?search=acc_ann&page_token=t")
    assert [found["email"] for found in answer.json()["users"]] == ["ann@example.com"]
    assert answer.json()["next_page_token"] == "more"
    assert users.searches[0].page_token == "t"


def test_staff_sees_what_a_user_has(users: Registry) -> None:
    answer = desk("sue", users, ledger=Bank()).get("/api/admin/users/usr_ann").json()
    assert answer["user"]["account_id"] == "acc_ann"
    assert answer["wallet"]["posted_nano"] == 0
    [key] = answer["keys"]
    assert (key["id"], key["label"], key["last4"]) == ("key_1", "laptop", "abcd")
    assert (key["state"], key["last_used_ms"], key["cost_nano"]) == ("active", 7, 9)
    assert "secret" not in key
    assert answer["sessions"] == 2
    assert [entry["id"] for entry in answer["audit"]] == ["aud_2", "aud_1"]
    assert desk("sue", users).get("/api/admin/users/usr_nobody").status_code == 404


def test_a_customer_reads_of_nobody(users: Registry) -> None:
    for path in ("users", "users/usr_ann", "accounts/acc_sue/entries", "usage", "audit"):
        assert desk("ann", users).get(f"/api/admin/{path}").status_code == 403


def test_an_admin_sets_roles_of_others(users: Registry) -> None:
    answer = desk("ada", users).put("/api/admin/users/usr_ann/role", json={"role": "support"})
    assert answer.json()["role"] == "support"
    [change] = users.changes
    assert (change.user_id, change.role) == ("usr_ann", ROLES["support"])
    # Auth notes it, by this.
    assert change.actor_id == "usr_ada"


def test_nobody_sets_the_own_role(users: Registry) -> None:
    answer = desk("ada", users).put("/api/admin/users/usr_ada/role", json={"role": "customer"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "role"
    upward = desk("sue", users).put("/api/admin/users/usr_sue/role", json={"role": "admin"})
    assert upward.status_code == 403
    assert users.changes == []


@pytest.mark.parametrize("body", [{"role": "owner"}, {"role": "admin", "email": "x"}, {}])
def test_a_role_is_one_of_three(users: Registry, body: dict[str, str]) -> None:
    assert desk("ada", users).put("/api/admin/users/usr_ann/role", json=body).status_code == 400
    assert users.changes == []


def test_an_admin_deletes_others(users: Registry) -> None:
    assert desk("ada", users).delete("/api/admin/users/usr_ann").status_code == 200
    assert desk("ada", users).delete("/api/admin/users/usr_ada").status_code == 400
    [change] = users.changes
    assert (change.user_id, change.actor_id) == ("usr_ann", "usr_ada")


def test_a_credit_is_made_once_and_noted(users: Registry) -> None:
    bank = Bank()
    client = desk("ada", users, ledger=bank)
    answers = [client.post("/api/admin/accounts/acc_ann/credit", json=CREDIT) for _ in range(2)]
    assert [answer.json()["repeated"] for answer in answers] == [False, True]
    assert {(sent.request_id, sent.amount_nano) for sent in bank.credits} == {
        ("r-1", 25_000_000_000)
    }
    assert bank.credits[0].source == ledger_pb2.SOURCE_CASH
    note = users.audited[0]
    assert (note.actor_id, note.user_id, note.address) == ("usr_ada", "usr_ann", ADDRESS)
    assert note.action == "wallet_topped_up"
    assert note.detail == "acc_ann: 25 USD, top-up, r-1"


def test_a_gift_is_no_payment(users: Registry) -> None:
    bank = Bank()
    body = CREDIT | {"promo": True}
    desk("ada", users, ledger=bank).post("/api/admin/accounts/acc_ann/credit", json=body)
    assert bank.credits[0].source == ledger_pb2.SOURCE_PROMO


@pytest.mark.parametrize(
    ("account", "body", "status"),
    [
        ("acc_ann", CREDIT | {"amount_nano": 0}, 400),
        ("acc_ann", CREDIT | {"amount_nano": -1}, 400),
        ("acc_ann", CREDIT | {"amount_nano": 2**53}, 400),
        ("acc_ann", CREDIT | {"amount_nano": 1.5}, 400),
        ("acc_ann", CREDIT | {"request_id": ""}, 400),
        ("acc_ann", CREDIT | {"account_id": "acc_sue"}, 400),
        ("acc_typo", CREDIT, 404),
        # Its name, not its id: that wallet would be nobody's.
        ("acme", CREDIT, 404),
    ],
)
def test_what_is_no_credit_moves_nothing(
    users: Registry, account: str, body: dict[str, object], status: int
) -> None:
    bank = Bank()
    client = desk("ada", users, ledger=bank)
    answer = client.post(f"/api/admin/accounts/{account}/credit", json=body)
    assert answer.status_code == status
    assert bank.credits == []
    assert users.audited == []


def test_a_deed_that_failed_is_not_noted(users: Registry) -> None:
    bank = Bank(AlreadyExists("request_id: was used with another amount", field="request_id"))
    client = desk("ada", users, ledger=bank)
    assert client.post("/api/admin/accounts/acc_ann/credit", json=CREDIT).status_code == 409
    assert users.audited == []


def test_entries_of_an_account_are_paged(users: Registry) -> None:
    client = desk("sue", users, ledger=Bank())
    answer = client.get("/api/admin/accounts/acc_ann/entries?page_token=t").json()
    assert answer["entries"][0]["id"] == "of acc_ann t"
    assert answer["next_page_token"] == "more"


def test_the_audit_log_names_people_as_far_as_they_are_there(users: Registry) -> None:
    answer = desk("sue", users).get("/api/admin/audit?user_id=usr_ann").json()
    people = [(entry["actor_email"], entry["user_email"]) for entry in answer["entries"]]
    assert people == [("ada@example.com", ""), ("", "ann@example.com")]
    assert answer["next_page_token"] == "more"
