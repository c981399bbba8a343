"""The four contracts in memory, served over real gRPC."""

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from tollgate.auth.v1 import auth_pb2, auth_pb2_grpc, users_pb2, users_pb2_grpc
from tollgate.events.v1 import usage_pb2
from tollgate.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from tollgate.metering.v1 import metering_pb2, metering_pb2_grpc
from tollgate.providers.v1 import providers_pb2, providers_pb2_grpc
from tollgate_common.errors import AlreadyExists, NotFound, PermissionDenied, TollgateError

NOW_MS = 1_800_000_000_000
Item = TypeVar("Item")


def _page(items: Sequence[Item], size: int, token: str) -> tuple[Sequence[Item], str]:
    start = int(token or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else ""


class FakeAuth(auth_pb2_grpc.AuthServicer):
    def __init__(self) -> None:
        self.accounts: list[auth_pb2.Account] = []
        self.created: list[auth_pb2.CreateAccountRequest] = []
        self.keys: list[auth_pb2.Key] = []

    def add_account(self, name: str, limits: auth_pb2.Limits | None = None) -> auth_pb2.Account:
        account = auth_pb2.Account(
            id=f"acc_{len(self.accounts) + 1}", name=name, limits=limits, created_at_ms=NOW_MS
        )
        self.accounts.append(account)
        return account

    async def CreateAccount(
        self, request: auth_pb2.CreateAccountRequest, context: object
    ) -> auth_pb2.Account:
        if request.name == "forbidden":
            raise PermissionDenied("name: is reserved", field="name")
        if any(account.name == request.name for account in self.accounts):
            raise AlreadyExists(f"name: {request.name} is taken", field="name")
        self.created.append(request)
        return self.add_account(request.name, request.limits)

    async def GetAccount(
        self, request: auth_pb2.GetAccountRequest, context: object
    ) -> auth_pb2.Account:
        for account in self.accounts:
            if request.account in (account.id, account.name):
                return account
        raise NotFound("account: there is none with this id or name", field="account")

    async def ListAccounts(
        self, request: auth_pb2.ListAccountsRequest, context: object
    ) -> auth_pb2.ListAccountsResponse:
        accounts, token = _page(self.accounts, request.page_size, request.page_token)
        return auth_pb2.ListAccountsResponse(accounts=accounts, next_page_token=token)

    async def CreateKey(
        self, request: auth_pb2.CreateKeyRequest, context: object
    ) -> auth_pb2.CreateKeyResponse:
        key = auth_pb2.Key(
            id=f"key_{len(self.keys) + 1}",
            account_id=request.account_id,
            label=request.label,
            last4="WXYZ",
            state=auth_pb2.KEY_STATE_ACTIVE,
            models=request.models,
            networks=request.networks,
            expires_at_ms=request.expires_at_ms,
            limits=request.limits,
            created_at_ms=NOW_MS,
        )
        self.keys.append(key)
        return auth_pb2.CreateKeyResponse(key=key, secret="sk-" + "a" * 44 + "WXYZ")

    async def ListKeys(
        self, request: auth_pb2.ListKeysRequest, context: object
    ) -> auth_pb2.ListKeysResponse:
        mine = [key for key in self.keys if key.account_id == request.account_id]
        keys, token = _page(mine, request.page_size, request.page_token)
        return auth_pb2.ListKeysResponse(keys=keys, next_page_token=token)

    async def UpdateKey(self, request: auth_pb2.UpdateKeyRequest, context: object) -> auth_pb2.Key:
        key = self._key(request.key_id)
        for name in ("label", "state", "expires_at_ms"):
            if request.HasField(name):
                setattr(key, name, getattr(request, name))
        if request.HasField("models"):
            key.models[:] = request.models.models
        if request.HasField("networks"):
            key.networks[:] = request.networks.networks
        if request.HasField("limits"):
            key.limits.CopyFrom(request.limits)
        return key

    async def RevokeKey(self, request: auth_pb2.RevokeKeyRequest, context: object) -> auth_pb2.Key:
        key = self._key(request.key_id)
        key.state = auth_pb2.KEY_STATE_REVOKED
        return key

    def _key(self, key_id: str) -> auth_pb2.Key:
        for key in self.keys:
            if key.id == key_id:
                return key
        raise NotFound("key_id: there is no such key", field="key_id")


class FakeUsers(users_pb2_grpc.UsersServicer):
    def __init__(self) -> None:
        self.users: list[users_pb2.User] = []
        self.actors: list[str] = []
        self.passwords: list[str] = []
        # Newest first.
        self.audit: list[users_pb2.AuditEntry] = []
        self.audit_pages: list[users_pb2.ListAuditRequest] = []
        self.asked_for: list[str] = []

    def add(self, email: str) -> users_pb2.User:
        number = len(self.users) + 1
        user = users_pb2.User(
            id=f"usr_{number}",
            account_id=f"acc_{number}",
            email=email,
            email_verified=True,
            role=users_pb2.ROLE_CUSTOMER,
            created_at_ms=NOW_MS,
        )
        self.users.append(user)
        return user

    async def GetUser(self, request: users_pb2.GetUserRequest, context: object) -> users_pb2.User:
        self.asked_for.append(request.user_id)
        for user in self.users:
            if user.id == request.user_id:
                return user
        raise NotFound("user_id: there is no such user", field="user_id")

    async def ListUsers(
        self, request: users_pb2.ListUsersRequest, context: object
    ) -> users_pb2.ListUsersResponse:
        found = [user for user in self.users if request.search.lower() in user.email]
        users, token = _page(found, request.page_size, request.page_token)
        return users_pb2.ListUsersResponse(users=users, next_page_token=token)

    async def CreateUser(
        self, request: users_pb2.CreateUserRequest, context: object
    ) -> users_pb2.User:
        if any(user.email == request.email for user in self.users):
            raise AlreadyExists("email: is taken", field="email")
        self.actors.append(request.actor_id)
        self.passwords.append(request.password)
        user = self.add(request.email)
        user.role = request.role
        user.account_id = request.account_id or user.account_id
        return user

    async def SetRole(self, request: users_pb2.SetRoleRequest, context: object) -> users_pb2.User:
        self.actors.append(request.actor_id)
        user = await self.GetUser(users_pb2.GetUserRequest(user_id=request.user_id), context)
        user.role = request.role
        return user

    async def DeleteUser(
        self, request: users_pb2.DeleteUserRequest, context: object
    ) -> users_pb2.DeleteUserResponse:
        self.actors.append(request.actor_id)
        self.users = [user for user in self.users if user.id != request.user_id]
        return users_pb2.DeleteUserResponse()

    async def ListAudit(
        self, request: users_pb2.ListAuditRequest, context: object
    ) -> users_pb2.ListAuditResponse:
        self.audit_pages.append(request)
        found = [entry for entry in self.audit if request.user_id in ("", entry.user_id)]
        entries, token = _page(found, request.page_size, request.page_token)
        return users_pb2.ListAuditResponse(entries=entries, next_page_token=token)


class FakeLedger(ledger_pb2_grpc.LedgerServicer):
    def __init__(self) -> None:
        self.entries: list[ledger_pb2.Entry] = []
        self.violations: dict[str, list[str]] = {}
        self.error: TollgateError | None = None
        self.listed: list[ledger_pb2.ListEntriesRequest] = []
        self.stated: list[ledger_pb2.GetStatementRequest] = []
        self.low_balance_nano = 0

    async def TopUp(
        self, request: ledger_pb2.TopUpRequest, context: object
    ) -> ledger_pb2.TopUpResponse:
        entry_id = f"top-up:{request.request_id}"
        for entry in self.entries:
            if entry.id == entry_id:
                if entry.amount_nano != request.amount_nano:
                    raise AlreadyExists("request_id: was used for another amount")
                return ledger_pb2.TopUpResponse(entry=entry, repeated=True)
        balance_nano = self._balance_nano(request.account_id) + request.amount_nano
        entry = ledger_pb2.Entry(
            id=entry_id,
            account_id=request.account_id,
            sequence=len(self._of(request.account_id)) + 1,
            kind="promo" if request.source == ledger_pb2.SOURCE_PROMO else "top-up",
            amount_nano=request.amount_nano,
            counterpart="promo" if request.source == ledger_pb2.SOURCE_PROMO else "cash_in",
            balance_nano=balance_nano,
            posted_at_ms=NOW_MS,
            memo=request.memo,
        )
        self.entries.append(entry)
        return ledger_pb2.TopUpResponse(entry=entry)

    async def GetWallet(
        self, request: ledger_pb2.GetWalletRequest, context: object
    ) -> ledger_pb2.Wallet:
        if self.error:
            raise self.error
        if not self._of(request.account_id):
            raise NotFound("account_id: has no wallet", field="account_id")
        posted_nano = self._balance_nano(request.account_id)
        lease = ledger_pb2.Lease(
            id="lease_1", granted_nano=5, remaining_nano=4, state=ledger_pb2.LEASE_STATE_OPEN
        )
        return ledger_pb2.Wallet(
            account_id=request.account_id,
            posted_nano=posted_nano,
            leased_nano=4,
            available_nano=posted_nano - 4,
            credited_nano=posted_nano + 7,
            used_nano=7,
            low_balance_nano=self.low_balance_nano,
            sequence=len(self._of(request.account_id)),
            leases=[lease],
        )

    async def SetLowBalance(
        self, request: ledger_pb2.SetLowBalanceRequest, context: object
    ) -> ledger_pb2.Wallet:
        self.low_balance_nano = request.low_balance_nano
        return ledger_pb2.Wallet(
            account_id=request.account_id, low_balance_nano=request.low_balance_nano
        )

    async def GetStatement(
        self, request: ledger_pb2.GetStatementRequest, context: object
    ) -> ledger_pb2.Statement:
        self.stated.append(request)
        lines = [
            ledger_pb2.StatementLine(kind="usage", entries=3, amount_nano=-7),
            ledger_pb2.StatementLine(kind="top-up", entries=1, amount_nano=2_000_000_000),
        ]
        return ledger_pb2.Statement(opening_nano=10, closing_nano=2_000_000_003, lines=lines)

    async def ListEntries(
        self, request: ledger_pb2.ListEntriesRequest, context: object
    ) -> ledger_pb2.ListEntriesResponse:
        self.listed.append(request)
        newest_first = self._of(request.account_id)[::-1]
        entries, token = _page(newest_first, request.page_size, request.page_token)
        return ledger_pb2.ListEntriesResponse(entries=entries, next_page_token=token)

    async def Verify(
        self, request: ledger_pb2.VerifyRequest, context: object
    ) -> AsyncIterator[ledger_pb2.VerifyResponse]:
        if self.error:
            raise self.error
        for account_id in sorted({entry.account_id for entry in self.entries}):
            if request.account_id in ("", account_id):
                yield ledger_pb2.VerifyResponse(
                    account_id=account_id,
                    entries=len(self._of(account_id)),
                    posted_nano=self._balance_nano(account_id),
                    violations=self.violations.get(account_id, ()),
                )

    def _of(self, account_id: str) -> list[ledger_pb2.Entry]:
        return [entry for entry in self.entries if entry.account_id == account_id]

    def _balance_nano(self, account_id: str) -> int:
        return sum(entry.amount_nano for entry in self._of(account_id))


class FakeProviders(providers_pb2_grpc.ProvidersServicer):
    def __init__(self) -> None:
        self.channels = {"deepseek-1": _channel("deepseek-1", 2, provider="deepseek")}
        self.added: list[providers_pb2.AddChannelRequest] = []
        self.updated: list[providers_pb2.UpdateChannelRequest] = []

    async def GetCatalogue(
        self, request: providers_pb2.GetCatalogueRequest, context: object
    ) -> providers_pb2.Catalogue:
        model = providers_pb2.Model(
            name="deepseek-chat",
            aliases=["ds", "chat"],
            owned_by="deepseek",
            provider="doubao",
            context_tokens=128_000,
            max_output_tokens=8_192,
            price=providers_pb2.Price(version="p1", input_nano=270_000_000),
            served=True,
        )
        return providers_pb2.Catalogue(version="c1", models=[model])

    async def ListChannels(
        self, request: providers_pb2.ListChannelsRequest, context: object
    ) -> providers_pb2.ListChannelsResponse:
        return providers_pb2.ListChannelsResponse(channels=self.channels.values())

    async def AddChannel(
        self, request: providers_pb2.AddChannelRequest, context: object
    ) -> providers_pb2.Channel:
        if request.id in self.channels:
            raise AlreadyExists(f"channel {request.id}: id: is taken already", field="id")
        self.added.append(request)
        channel = _channel(request.id, len(request.credentials), provider=request.provider)
        self.channels[request.id] = channel
        return channel

    async def UpdateChannel(
        self, request: providers_pb2.UpdateChannelRequest, context: object
    ) -> providers_pb2.Channel:
        self.updated.append(request)
        channel = self._channel(request.id)
        if request.HasField("enabled"):
            channel.enabled = request.enabled
        for key in channel.keys:
            key.enabled = key.id in request.enable_keys or (
                key.enabled and key.id not in request.disable_keys
            )
        return channel

    async def RemoveChannel(
        self, request: providers_pb2.RemoveChannelRequest, context: object
    ) -> providers_pb2.RemoveChannelResponse:
        del self.channels[self._channel(request.id).id]
        return providers_pb2.RemoveChannelResponse()

    async def RotateVault(
        self, request: providers_pb2.RotateVaultRequest, context: object
    ) -> providers_pb2.RotateVaultResponse:
        return providers_pb2.RotateVaultResponse(rotated=3, credentials=4, vault_key="2026-11")

    def _channel(self, id: str) -> providers_pb2.Channel:
        if id not in self.channels:
            raise NotFound(f"channel {id}: there is none", field="id")
        return self.channels[id]

    async def TestChannel(
        self, request: providers_pb2.TestChannelRequest, context: object
    ) -> providers_pb2.TestChannelResponse:
        if request.model == "broken":
            detail = "HTTP 401 from provider"
            keys = [providers_pb2.KeyTest(key_id="k1", detail=detail)]
            return providers_pb2.TestChannelResponse(model="broken", detail=detail, keys=keys)
        keys = [
            providers_pb2.KeyTest(key_id=key, ok=True, latency_ms=210)
            for key in ("k1", "k2")
            if request.key_id in ("", key)
        ]
        return providers_pb2.TestChannelResponse(
            ok=True, model="deepseek-chat", latency_ms=210, keys=keys
        )


def _channel(id: str, keys: int, *, provider: str) -> providers_pb2.Channel:
    return providers_pb2.Channel(
        id=id,
        provider=provider,
        base_url="https://api.example",
        models=2,
        source="store",
        enabled=True,
        weight=1,
        keys=[
            providers_pb2.ChannelKey(
                id=f"k{number}", enabled=True, state=providers_pb2.KEY_STATE_CLOSED
            )
            for number in range(1, keys + 1)
        ],
    )


class FakeMetering(metering_pb2_grpc.MeteringServicer):
    def __init__(self) -> None:
        self.records: list[usage_pb2.UsageEvent] = []
        self.asked: list[metering_pb2.ListUsageRequest] = []
        self.summed: list[metering_pb2.SummarizeUsageRequest] = []
        self.series: list[metering_pb2.SeriesUsageRequest] = []
        self.of_keys: list[metering_pb2.ListKeyUsageRequest] = []

    async def ListUsage(
        self, request: metering_pb2.ListUsageRequest, context: object
    ) -> metering_pb2.ListUsageResponse:
        self.asked.append(request)
        records, token = _page(self.records, request.page_size, request.page_token)
        return metering_pb2.ListUsageResponse(records=records, next_page_token=token)

    async def SummarizeUsage(
        self, request: metering_pb2.SummarizeUsageRequest, context: object
    ) -> metering_pb2.SummarizeUsageResponse:
        self.summed.append(request)
        row = metering_pb2.UsageSummary(
            day="2026-11-24",
            account_id="acc_1",
            model="deepseek-chat",
            requests=3,
            units=usage_pb2.Units(input=10, cached_read=5, output=7, reasoning=2),
            cost_nano=1_500,
        )
        return metering_pb2.SummarizeUsageResponse(rows=[row])

    async def SeriesUsage(
        self, request: metering_pb2.SeriesUsageRequest, context: object
    ) -> metering_pb2.SeriesUsageResponse:
        self.series.append(request)
        row = metering_pb2.SeriesRow(
            start_ms=NOW_MS,
            group="deepseek-chat",
            requests=3,
            failures=1,
            units=usage_pb2.Units(input=10, cached_read=5, output=7, reasoning=2),
            cost_nano=1_500,
            first_byte_ms_sum=500,
            duration_ms_sum=2_001,
            answered=2,
        )
        idle = metering_pb2.SeriesRow(start_ms=NOW_MS, group="m", requests=1, failures=1)
        return metering_pb2.SeriesUsageResponse(rows=[row, idle])

    async def ListKeyUsage(
        self, request: metering_pb2.ListKeyUsageRequest, context: object
    ) -> metering_pb2.ListKeyUsageResponse:
        self.of_keys.append(request)
        keys = [
            metering_pb2.KeyUsage(key_id="key_1", last_used_ms=NOW_MS - 1_000),
            metering_pb2.KeyUsage(key_id="key_2", last_used_ms=NOW_MS, requests=3, cost_nano=1_500),
        ]
        return metering_pb2.ListKeyUsageResponse(keys=keys)
