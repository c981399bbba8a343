"""The contract tollgate.auth.v1.Users: translates, and chooses the use case."""

from dataclasses import dataclass

from tollgate.auth.v1 import users_pb2, users_pb2_grpc
from tollgate_common.errors import InvalidArgument
from tollgate_common.wire import page_size_of

from .audit import AuditEntry, Report
from .credential_operations import Credentials
from .login_operations import Logins
from .registration import NewUser, Registration
from .sessions import Session, Tokens
from .signing import Signing
from .user_operations import Users
from .users import Client, Role, User, UserChange, checked_address, checked_client


@dataclass(frozen=True, slots=True)
class UserCases:
    """All use cases of the contract."""

    registration: Registration
    logins: Logins
    credentials: Credentials
    users: Users
    signing: Signing


class UsersServicer(users_pb2_grpc.UsersServicer):
    """Users over gRPC."""

    def __init__(self, cases: UserCases) -> None:
        self._registration = cases.registration
        self._logins = cases.logins
        self._credentials = cases.credentials
        self._users = cases.users
        self._signing = cases.signing

    async def Register(
        self, request: users_pb2.RegisterRequest, context: object
    ) -> users_pb2.RegisterResponse:
        await self._registration.register(
            request.email, request.password, request.locale, _client_of(request.client)
        )
        return users_pb2.RegisterResponse()

    async def VerifyEmail(
        self, request: users_pb2.VerifyEmailRequest, context: object
    ) -> users_pb2.VerifyEmailResponse:
        await self._registration.verify_email(request.token, _client_of(request.client))
        return users_pb2.VerifyEmailResponse()

    async def LogIn(
        self, request: users_pb2.LogInRequest, context: object
    ) -> users_pb2.LogInResponse:
        tokens = await self._logins.log_in(
            request.email, request.password, request.code, _client_of(request.client)
        )
        if tokens is None:
            return users_pb2.LogInResponse(code_needed=True)
        return users_pb2.LogInResponse(session=_tokens_to_proto(tokens))

    async def Refresh(
        self, request: users_pb2.RefreshRequest, context: object
    ) -> users_pb2.Session:
        client = _client_of(request.client)
        return _tokens_to_proto(await self._logins.refresh(request.refresh_token, client))

    async def Authenticate(
        self, request: users_pb2.AuthenticateRequest, context: object
    ) -> users_pb2.AuthenticateResponse:
        user, session_id = await self._logins.authenticate(request.access_token)
        return users_pb2.AuthenticateResponse(user=_user_to_proto(user), session_id=session_id)

    async def LogOut(
        self, request: users_pb2.LogOutRequest, context: object
    ) -> users_pb2.LogOutResponse:
        if request.everywhere:
            user_id = request.user_id or await self._logins.owner_of(request.refresh_token)
            await self._logins.log_out_everywhere(user_id)
        elif request.refresh_token:
            await self._logins.log_out(request.refresh_token)
        else:
            await self._logins.log_out_of(request.user_id, request.session_id)
        return users_pb2.LogOutResponse()

    async def RequestPasswordReset(
        self, request: users_pb2.RequestPasswordResetRequest, context: object
    ) -> users_pb2.RequestPasswordResetResponse:
        await self._credentials.request_reset(request.email, _client_of(request.client))
        return users_pb2.RequestPasswordResetResponse()

    async def ResetPassword(
        self, request: users_pb2.ResetPasswordRequest, context: object
    ) -> users_pb2.ResetPasswordResponse:
        await self._credentials.reset_password(
            request.token, request.password, _client_of(request.client)
        )
        return users_pb2.ResetPasswordResponse()

    async def ChangePassword(
        self, request: users_pb2.ChangePasswordRequest, context: object
    ) -> users_pb2.ChangePasswordResponse:
        await self._credentials.change_password(
            request.user_id,
            request.old_password,
            request.new_password,
            request.session_id,
            _client_of(request.client),
        )
        return users_pb2.ChangePasswordResponse()

    async def ChangeEmail(
        self, request: users_pb2.ChangeEmailRequest, context: object
    ) -> users_pb2.ChangeEmailResponse:
        await self._credentials.change_email(
            request.user_id, request.password, request.email, _client_of(request.client)
        )
        return users_pb2.ChangeEmailResponse()

    async def GetUser(self, request: users_pb2.GetUserRequest, context: object) -> users_pb2.User:
        return _user_to_proto(await self._users.get(request.user_id))

    async def UpdateUser(
        self, request: users_pb2.UpdateUserRequest, context: object
    ) -> users_pb2.User:
        return _user_to_proto(await self._users.update(request.user_id, _change_of(request)))

    async def BeginTotp(
        self, request: users_pb2.BeginTotpRequest, context: object
    ) -> users_pb2.BeginTotpResponse:
        secret, uri = await self._credentials.begin_totp(
            request.user_id, request.password, _client_of(request.client)
        )
        return users_pb2.BeginTotpResponse(secret=secret, uri=uri)

    async def ConfirmTotp(
        self, request: users_pb2.ConfirmTotpRequest, context: object
    ) -> users_pb2.ConfirmTotpResponse:
        codes = await self._credentials.confirm_totp(
            request.user_id, request.code, _client_of(request.client)
        )
        return users_pb2.ConfirmTotpResponse(backup_codes=codes)

    async def DisableTotp(
        self, request: users_pb2.DisableTotpRequest, context: object
    ) -> users_pb2.User:
        user = await self._credentials.disable_totp(
            request.user_id, request.password, request.code, _client_of(request.client)
        )
        return _user_to_proto(user)

    async def ListSessions(
        self, request: users_pb2.ListSessionsRequest, context: object
    ) -> users_pb2.ListSessionsResponse:
        sessions = await self._logins.list_sessions(request.user_id)
        return users_pb2.ListSessionsResponse(sessions=map(_session_to_proto, sessions))

    async def ExportUser(
        self, request: users_pb2.ExportUserRequest, context: object
    ) -> users_pb2.ExportUserResponse:
        return users_pb2.ExportUserResponse(json=await self._users.export(request.user_id))

    async def DeleteUser(
        self, request: users_pb2.DeleteUserRequest, context: object
    ) -> users_pb2.DeleteUserResponse:
        if request.actor_id:
            await self._users.delete_by(request.user_id, request.actor_id)
        else:
            await self._users.delete(
                request.user_id, request.password, request.code, _client_of(request.client)
            )
        return users_pb2.DeleteUserResponse()

    async def ListUsers(
        self, request: users_pb2.ListUsersRequest, context: object
    ) -> users_pb2.ListUsersResponse:
        limit = page_size_of(request.page_size)
        users, after = await self._users.search(request.search, limit, request.page_token)
        return users_pb2.ListUsersResponse(users=map(_user_to_proto, users), next_page_token=after)

    async def CreateUser(
        self, request: users_pb2.CreateUserRequest, context: object
    ) -> users_pb2.User:
        new = NewUser(
            email=request.email,
            password=request.password,
            role=_role_of(request.role or Role.CUSTOMER),
            account_id=request.account_id,
            locale=request.locale,
        )
        return _user_to_proto(await self._registration.create_user(new, request.actor_id))

    async def ClaimWelcome(
        self, request: users_pb2.ClaimWelcomeRequest, context: object
    ) -> users_pb2.ClaimWelcomeResponse:
        granted = await self._users.claim_welcome(request.user_id)
        return users_pb2.ClaimWelcomeResponse(granted=granted)

    async def RecordAudit(
        self, request: users_pb2.RecordAuditRequest, context: object
    ) -> users_pb2.RecordAuditResponse:
        report = Report(
            actor_id=request.actor_id,
            user_id=request.user_id,
            action=request.action,
            address=_address_of(request),
            detail=request.detail,
        )
        await self._users.record_audit(report)
        return users_pb2.RecordAuditResponse()

    async def SetRole(self, request: users_pb2.SetRoleRequest, context: object) -> users_pb2.User:
        role = _role_of(request.role)
        return _user_to_proto(await self._users.set_role(request.user_id, role, request.actor_id))

    async def ListAudit(
        self, request: users_pb2.ListAuditRequest, context: object
    ) -> users_pb2.ListAuditResponse:
        limit = page_size_of(request.page_size)
        entries, after = await self._users.list_audit(request.user_id, limit, request.page_token)
        return users_pb2.ListAuditResponse(
            entries=map(_entry_to_proto, entries), next_page_token=after
        )

    async def GetJwks(
        self, request: users_pb2.GetJwksRequest, context: object
    ) -> users_pb2.GetJwksResponse:
        return users_pb2.GetJwksResponse(json=self._signing.jwks())


def _client_of(client: users_pb2.Client) -> Client:
    return checked_client(client.address, client.user_agent)


def _address_of(request: users_pb2.RecordAuditRequest) -> str:
    return checked_address(request.address, field="address") if request.address else ""


def _change_of(request: users_pb2.UpdateUserRequest) -> UserChange:
    has = request.HasField
    return UserChange(
        locale=request.locale if has("locale") else None,
        time_zone=request.time_zone if has("time_zone") else None,
    )


def _role_of(role: int) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise InvalidArgument("role: must be CUSTOMER, SUPPORT or ADMIN", field="role") from None


def _user_to_proto(user: User) -> users_pb2.User:
    return users_pb2.User(
        id=user.id,
        account_id=user.account_id,
        email=user.email,
        email_verified=True,
        role=users_pb2.Role.ValueType(user.role),
        locale=user.locale,
        time_zone=user.time_zone,
        totp_enabled=user.totp.enabled,
        created_at_ms=user.created_at_ms,
        last_login_at_ms=user.last_login_at_ms,
        pending_email=user.pending_email,
    )


def _tokens_to_proto(tokens: Tokens) -> users_pb2.Session:
    return users_pb2.Session(
        access_token=tokens.access,
        access_expires_at_ms=tokens.access_expires_at_ms,
        refresh_token=tokens.refresh,
        refresh_expires_at_ms=tokens.refresh_expires_at_ms,
        user=_user_to_proto(tokens.user),
        first_key=tokens.first_key,
    )


def _session_to_proto(session: Session) -> users_pb2.OpenSession:
    return users_pb2.OpenSession(
        id=session.id,
        address=session.client.address,
        user_agent=session.client.user_agent,
        created_at_ms=session.created_at_ms,
        used_at_ms=session.used_at_ms,
    )


def _entry_to_proto(entry: AuditEntry) -> users_pb2.AuditEntry:
    return users_pb2.AuditEntry(
        id=entry.id,
        at_ms=entry.at_ms,
        actor_id=entry.actor_id,
        user_id=entry.user_id,
        action=entry.action,
        address=entry.address,
        detail=entry.detail,
    )
