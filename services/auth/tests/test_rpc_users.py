import json
from collections.abc import AsyncIterator

import grpc
import pyotp
import pytest
from tollgate.auth.v1 import users_pb2, users_pb2_grpc
from tollgate_auth.rpc import AuthServicer, add_services
from tollgate_auth.rpc_users import UsersServicer
from tollgate_common.errors import (
    AlreadyExists,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
)
from tollgate_common.rpc import ServerInterceptor, connect

from .world import EMAIL, PASSWORD, World

TOKEN = "a token for tests only"
CLIENT = users_pb2.Client(address="192.0.2.7", user_agent="a browser")


@pytest.fixture
async def stub(world: World) -> AsyncIterator["users_pb2_grpc.UsersAsyncStub"]:
    server = grpc.aio.server(interceptors=[ServerInterceptor(TOKEN)])
    add_services(server, AuthServicer(world.auth), UsersServicer(world.cases))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with connect(f"127.0.0.1:{port}", TOKEN) as channel:
        yield users_pb2_grpc.UsersStub(channel)
    await server.stop(None)


async def log_in(
    stub: "users_pb2_grpc.UsersAsyncStub", password: str = PASSWORD, code: str = ""
) -> users_pb2.LogInResponse:
    return await stub.LogIn(
        users_pb2.LogInRequest(email=EMAIL, password=password, code=code, client=CLIENT)
    )


@pytest.fixture
async def session(stub: "users_pb2_grpc.UsersAsyncStub", world: World) -> users_pb2.Session:
    await stub.Register(users_pb2.RegisterRequest(email=EMAIL, password=PASSWORD, client=CLIENT))
    await stub.VerifyEmail(users_pb2.VerifyEmailRequest(token=await world.token(), client=CLIENT))
    return (await log_in(stub)).session


async def test_a_login_gives_a_session_and_once_a_key(
    stub: "users_pb2_grpc.UsersAsyncStub", world: World, session: users_pb2.Session
) -> None:
    now_ms = world.clock.now_ms()
    assert session.first_key.startswith("sk-")
    assert session.access_expires_at_ms == now_ms + 15 * 60 * 1000
    assert session.refresh_expires_at_ms == now_ms + 14 * 24 * 3600 * 1000
    assert session.user == users_pb2.User(
        id=session.user.id,
        account_id=session.user.account_id,
        email=EMAIL,
        email_verified=True,
        role=users_pb2.ROLE_CUSTOMER,
        locale="en",
        created_at_ms=now_ms,
        last_login_at_ms=now_ms,
    )
    assert (await log_in(stub)).session.first_key == ""
    refreshed = await stub.Refresh(
        users_pb2.RefreshRequest(refresh_token=session.refresh_token, client=CLIENT)
    )
    assert refreshed.access_token
    jwks = json.loads((await stub.GetJwks(users_pb2.GetJwksRequest())).json)
    assert [key["kid"] for key in jwks["keys"]] == ["k1"]


async def test_logging_out_in_each_way(
    stub: "users_pb2_grpc.UsersAsyncStub", session: users_pb2.Session
) -> None:
    listing = users_pb2.ListSessionsRequest(user_id=session.user.id)
    await log_in(stub)
    third = (await log_in(stub)).session
    assert len((await stub.ListSessions(listing)).sessions) == 3
    await stub.LogOut(users_pb2.LogOutRequest(refresh_token=session.refresh_token))
    open_now = (await stub.ListSessions(listing)).sessions
    assert (open_now[0].address, open_now[0].user_agent) == ("192.0.2.7", "a browser")
    with pytest.raises(NotFound):
        await stub.LogOut(users_pb2.LogOutRequest(user_id="usr_2", session_id=open_now[0].id))
    await stub.LogOut(users_pb2.LogOutRequest(refresh_token=third.refresh_token, everywhere=True))
    assert not (await stub.ListSessions(listing)).sessions
    with pytest.raises(Unauthenticated):
        await stub.LogOut(
            users_pb2.LogOutRequest(refresh_token=third.refresh_token, everywhere=True)
        )
    fourth = (await log_in(stub)).session
    await stub.LogOut(users_pb2.LogOutRequest(user_id=session.user.id, everywhere=True))
    assert not (await stub.ListSessions(listing)).sessions
    with pytest.raises(Unauthenticated):
        await stub.Refresh(
            users_pb2.RefreshRequest(refresh_token=fourth.refresh_token, client=CLIENT)
        )


async def test_a_password_is_reset_and_changed(
    stub: "users_pb2_grpc.UsersAsyncStub", world: World, session: users_pb2.Session
) -> None:
    await stub.RequestPasswordReset(
        users_pb2.RequestPasswordResetRequest(email=EMAIL, client=CLIENT)
    )
    token = await world.token()
    await stub.ResetPassword(
        users_pb2.ResetPasswordRequest(token=token, password="a new password!", client=CLIENT)
    )
    await stub.ChangePassword(
        users_pb2.ChangePasswordRequest(
            user_id=session.user.id,
            old_password="a new password!",
            new_password="a newer password!",
            client=CLIENT,
        )
    )
    await log_in(stub, "a newer password!")
    await stub.ChangeEmail(
        users_pb2.ChangeEmailRequest(
            user_id=session.user.id,
            password="a newer password!",
            email="new@example.com",
            client=CLIENT,
        )
    )
    user = await stub.GetUser(users_pb2.GetUserRequest(user_id=session.user.id))
    assert user.pending_email == "new@example.com"


async def test_a_second_factor_from_its_beginning_to_its_end(
    stub: "users_pb2_grpc.UsersAsyncStub", world: World, session: users_pb2.Session
) -> None:
    user_id = session.user.id
    begun = await stub.BeginTotp(
        users_pb2.BeginTotpRequest(user_id=user_id, password=PASSWORD, client=CLIENT)
    )
    code = pyotp.TOTP(begun.secret).at(world.clock.now_ms() // 1000)
    confirmed = await stub.ConfirmTotp(
        users_pb2.ConfirmTotpRequest(user_id=user_id, code=code, client=CLIENT)
    )
    asked = await log_in(stub)
    assert asked.code_needed
    assert not asked.HasField("session")
    first, second, *_ = confirmed.backup_codes
    assert (await log_in(stub, code=first)).session.user.totp_enabled
    user = await stub.DisableTotp(
        users_pb2.DisableTotpRequest(user_id=user_id, password=PASSWORD, code=second, client=CLIENT)
    )
    assert not user.totp_enabled


async def test_a_user_is_updated_exported_and_deleted(
    stub: "users_pb2_grpc.UsersAsyncStub", session: users_pb2.Session
) -> None:
    user_id = session.user.id
    user = await stub.UpdateUser(
        users_pb2.UpdateUserRequest(user_id=user_id, time_zone="Asia/Shanghai", locale="zh")
    )
    assert (user.time_zone, user.locale) == ("Asia/Shanghai", "zh")
    exported = await stub.ExportUser(users_pb2.ExportUserRequest(user_id=user_id))
    assert json.loads(exported.json)["user"]["email"] == EMAIL
    await stub.DeleteUser(
        users_pb2.DeleteUserRequest(user_id=user_id, password=PASSWORD, client=CLIENT)
    )
    with pytest.raises(NotFound):
        await stub.GetUser(users_pb2.GetUserRequest(user_id=user_id))


async def test_what_operators_do(
    stub: "users_pb2_grpc.UsersAsyncStub", session: users_pb2.Session
) -> None:
    user_id = session.user.id
    found = await stub.ListUsers(users_pb2.ListUsersRequest(search="ada"))
    assert [user.id for user in found.users] == [user_id]
    with pytest.raises(PermissionDenied):
        await stub.SetRole(users_pb2.SetRoleRequest(user_id=user_id, role=users_pb2.ROLE_ADMIN))
    with pytest.raises(InvalidArgument):
        await stub.SetRole(users_pb2.SetRoleRequest(user_id=user_id, actor_id="operator"))
    admin = await stub.SetRole(
        users_pb2.SetRoleRequest(user_id=user_id, role=users_pb2.ROLE_ADMIN, actor_id="operator")
    )
    assert admin.role == users_pb2.ROLE_ADMIN
    audit = await stub.ListAudit(users_pb2.ListAuditRequest(user_id=user_id, page_size=10))
    (entry,) = [entry for entry in audit.entries if entry.action == "role_set"]
    assert (entry.actor_id, entry.detail) == ("operator", "admin")
    await stub.DeleteUser(users_pb2.DeleteUserRequest(user_id=user_id, actor_id="operator"))
    assert not (await stub.ListUsers(users_pb2.ListUsersRequest())).users


async def test_who_holds_an_access_token(
    stub: "users_pb2_grpc.UsersAsyncStub", session: users_pb2.Session
) -> None:
    request = users_pb2.AuthenticateRequest(access_token=session.access_token)
    found = await stub.Authenticate(request)
    (open_session,) = (
        await stub.ListSessions(users_pb2.ListSessionsRequest(user_id=session.user.id))
    ).sessions
    assert found == users_pb2.AuthenticateResponse(user=session.user, session_id=open_session.id)
    await stub.LogOut(users_pb2.LogOutRequest(refresh_token=session.refresh_token))
    with pytest.raises(Unauthenticated) as caught:
        await stub.Authenticate(request)
    assert caught.value.message == "Not logged in or login has expired"


async def test_an_operator_creates_a_user_and_others_report(
    stub: "users_pb2_grpc.UsersAsyncStub", session: users_pb2.Session
) -> None:
    request = users_pb2.CreateUserRequest(
        email="bob@example.com",
        password=PASSWORD,
        account_id=session.user.account_id,
        locale="zh",
        actor_id="operator",
    )
    user = await stub.CreateUser(request)
    assert (user.role, user.account_id, user.email_verified, user.locale) == (
        users_pb2.ROLE_CUSTOMER,
        session.user.account_id,
        True,
        "zh",
    )
    with pytest.raises(AlreadyExists) as caught:
        await stub.CreateUser(request)
    assert caught.value.field == "email"
    await stub.RecordAudit(
        users_pb2.RecordAuditRequest(
            actor_id=session.user.id,
            user_id=user.id,
            action="wallet_topped_up",
            address="::ffff:192.0.2.7",
            detail="25 USD",
        )
    )
    audit = await stub.ListAudit(users_pb2.ListAuditRequest(user_id=user.id))
    (entry,) = [entry for entry in audit.entries if entry.action == "wallet_topped_up"]
    assert (entry.actor_id, entry.address, entry.detail) == (
        session.user.id,
        "192.0.2.7",
        "25 USD",
    )
    with pytest.raises(InvalidArgument):
        await stub.RecordAudit(
            users_pb2.RecordAuditRequest(actor_id="operator", action="done", address="localhost")
        )


async def test_a_limit_says_when_to_come_again(
    stub: "users_pb2_grpc.UsersAsyncStub", session: users_pb2.Session
) -> None:
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            await log_in(stub, "wrong password")
    with pytest.raises(RateLimited) as caught:
        await log_in(stub)
    assert caught.value.retry_after_s == 1


async def test_a_call_without_the_client_s_address_is_refused(
    stub: "users_pb2_grpc.UsersAsyncStub",
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await stub.LogIn(users_pb2.LogInRequest(email=EMAIL, password=PASSWORD))
    assert caught.value.field == "client.address"


async def test_every_call_of_the_contract_is_there(stub: "users_pb2_grpc.UsersAsyncStub") -> None:
    methods = users_pb2.DESCRIPTOR.services_by_name["Users"].methods
    assert {method.name for method in methods} <= set(vars(UsersServicer))
