"""Settings are of who is logged in, whoever a request names."""

from typing import Any

import pytest
from desk import ACCESS, REFRESH, Fake, FakeUsers, browser, user
from tollgate.auth.v1 import users_pb2
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import NotFound, Unauthenticated

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXP"
# Where somebody proves who it is; what else is asked for is filled in.
PROOFS = [
    ("/api/profile/password", {"new_password": "another one"}),
    ("/api/profile/email", {"email": "new@example.com"}),
    ("/api/profile/totp", {}),
    ("/api/profile/totp/removal", {}),
    ("/api/profile/deletion", {}),
]


class Settings(FakeUsers):
    """Auth with ann, whose password is known, and what it was asked to do."""

    def __init__(self) -> None:
        super().__init__(user())
        self.done: list[Any] = []

    async def UpdateUser(self, request: users_pb2.UpdateUserRequest) -> users_pb2.User:
        self.done.append(request)
        changed = user()
        changed.locale = request.locale or changed.locale
        changed.time_zone = request.time_zone
        return changed

    async def ChangePassword(self, request: Any) -> users_pb2.ChangePasswordResponse:
        self._prove(request, request.old_password)
        return users_pb2.ChangePasswordResponse()

    async def ChangeEmail(self, request: Any) -> users_pb2.ChangeEmailResponse:
        self._prove(request, request.password)
        return users_pb2.ChangeEmailResponse()

    async def BeginTotp(self, request: Any) -> users_pb2.BeginTotpResponse:
        self._prove(request, request.password)
        return users_pb2.BeginTotpResponse(secret=SECRET, uri=f"otpauth://totp/x?secret={SECRET}")

    async def ConfirmTotp(self, request: Any) -> users_pb2.ConfirmTotpResponse:
        return users_pb2.ConfirmTotpResponse(backup_codes=["a", "b"])

    async def DisableTotp(self, request: Any) -> users_pb2.User:
        self._prove(request, request.password)
        return user()

    async def DeleteUser(self, request: Any) -> users_pb2.DeleteUserResponse:
        self._prove(request, request.password)
        return users_pb2.DeleteUserResponse()

    async def ListSessions(self, request: Any) -> users_pb2.ListSessionsResponse:
        assert request.user_id == "usr_ann"
        ids = ("ses_2", "ses_1")
        return users_pb2.ListSessionsResponse(sessions=[users_pb2.OpenSession(id=id) for id in ids])

    async def LogOut(self, request: users_pb2.LogOutRequest) -> users_pb2.LogOutResponse:
        assert request.user_id == "usr_ann"
        if request.session_id == "ses_of_bob":
            raise NotFound("session_id: there is no such session", field="session_id")
        self.done.append(request)
        return users_pb2.LogOutResponse()

    async def ExportUser(self, request: Any) -> users_pb2.ExportUserResponse:
        assert request.user_id == "usr_ann"
        return users_pb2.ExportUserResponse(json='{"user": "ann"}')

    def _prove(self, request: Any, password: str) -> None:
        assert request.user_id == "usr_ann"
        assert request.client.address == "192.0.2.7"
        if password != PASSWORD:
            raise Unauthenticated("password: is wrong", field="password")
        self.done.append(request)


class Bank(Fake):
    async def SetLowBalance(self, request: ledger_pb2.SetLowBalanceRequest) -> ledger_pb2.Wallet:
        assert request.account_id == "acc_ann"
        return ledger_pb2.Wallet(low_balance_nano=request.low_balance_nano)


@pytest.fixture
def users() -> Settings:
    return Settings()


@pytest.fixture
def ann(users: Settings) -> Any:
    return browser(logged_in="ann", users=users, ledger=Bank())


def test_a_profile_changes_bit_by_bit(ann: Any, users: Settings) -> None:
    assert ann.patch("/api/profile", json={"time_zone": "Asia/Shanghai"}).json()["locale"] == "en"
    assert not users.done[0].HasField("locale")
    assert ann.patch("/api/profile", json={"locale": "zh"}).json()["locale"] == "zh"
    assert ann.patch("/api/profile", json={"locale": "tlh"}).json()["error"]["field"] == "locale"


@pytest.mark.parametrize(
    "extra",
    ["role", "balance", "account_id", "user_id", "is_admin", "email", "email_verified", "totp"],
)
def test_nothing_else_can_be_set(ann: Any, users: Settings, extra: str) -> None:
    answer = ann.patch("/api/profile", json={"locale": "zh", extra: "admin"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == extra
    assert users.done == []


@pytest.mark.parametrize(("path", "body"), PROOFS)
def test_a_proof_opens(ann: Any, users: Settings, path: str, body: dict[str, str]) -> None:
    assert ann.post(path, json={**body, "password": PASSWORD}).status_code == 200
    assert len(users.done) == 1


@pytest.mark.parametrize(("path", "body"), PROOFS)
def test_a_mistyped_proof_is_no_lost_session(
    ann: Any, users: Settings, path: str, body: dict[str, str]
) -> None:
    answer = ann.post(path, json={**body, "password": "mistyped"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == ("wrong_proof", "password")
    assert "set-cookie" not in answer.headers
    assert users.done == []


def test_a_new_password_keeps_the_session_that_asks(ann: Any, users: Settings) -> None:
    ann.post("/api/profile/password", json={"password": PASSWORD, "new_password": "another one"})
    assert users.done[0].session_id == "ses_1"


def test_a_second_factor_shows_its_secrets_once(ann: Any) -> None:
    begun = ann.post("/api/profile/totp", json={"password": PASSWORD})
    assert begun.json()["secret"] == SECRET
    codes = ann.post("/api/profile/totp/confirmation", json={"code": "123456"})
    assert codes.json() == {"backup_codes": ["a", "b"]}
    assert SECRET not in ann.get("/api/session").text


def test_the_session_that_asks_is_marked(ann: Any) -> None:
    sessions = ann.get("/api/sessions").json()["sessions"]
    assert [(one["id"], one["current"]) for one in sessions] == [("ses_2", False), ("ses_1", True)]


def test_sessions_end_one_by_one_and_all(ann: Any, users: Settings) -> None:
    assert ann.delete("/api/sessions/ses_2").status_code == 200
    assert ann.delete("/api/sessions/ses_of_bob").status_code == 404
    answer = ann.delete("/api/sessions")
    assert [(request.session_id, request.everywhere) for request in users.done] == [
        ("ses_2", False),
        ("", True),
    ]
    assert _cleared(answer) == {ACCESS, REFRESH}


def test_a_deleted_user_is_logged_out(ann: Any) -> None:
    assert _cleared(ann.post("/api/profile/deletion", json={"password": PASSWORD})) == {
        ACCESS,
        REFRESH,
    }


def test_an_export_is_saved_as_a_file(ann: Any) -> None:
    answer = ann.get("/api/profile/export")
    assert answer.json() == {"user": "ann"}
    assert "attachment" in answer.headers["content-disposition"]


def test_a_low_balance_is_set_for_the_own_account(ann: Any) -> None:
    answer = ann.put("/api/wallet/low-balance", json={"low_balance_nano": 5_000_000_000})
    assert answer.json()["low_balance_nano"] == 5_000_000_000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"low_balance_nano": -1},
        {"low_balance_nano": 2**53},
        {"low_balance_nano": 0.5},
        {"low_balance_nano": "5"},
    ],
)
def test_a_low_balance_is_an_amount(ann: Any, body: dict[str, Any]) -> None:
    answer = ann.put("/api/wallet/low-balance", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "low_balance_nano"


def _cleared(answer: Any) -> set[str]:
    return {
        cookie.partition("=")[0]
        for cookie in answer.headers.get_list("set-cookie")
        if "Max-Age=0" in cookie
    }
