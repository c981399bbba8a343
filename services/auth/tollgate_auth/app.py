"""Puts auth together: the only place where real things are chosen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tollgate_common.bus import LOW_BALANCE, Bus
from tollgate_common.clock import Clock, SystemClock
from tollgate_common.sealing import Sealing
from tollgate_common.server import Runtime
from tollgate_common.store import Store, open_store

from .announcer import BusAnnouncer
from .attempts import Guard
from .audit import Audit
from .consumer import DELIVERIES_MAX, DURABLE, LowBalanceConsumer
from .credential_operations import Credentials
from .login_operations import Logins
from .notices import Notices
from .operations import Auth
from .passwords import Passwords
from .people import People
from .ports import Mailer
from .postman import Post, Postman
from .registration import Registration
from .rpc import SERVICE, AuthServicer, add_services
from .rpc_users import UserCases, UsersServicer
from .settings import AuthSettings
from .signing import Signing, signing_of
from .smtp import SmtpMailer
from .store import COLLECTIONS, StoredAccounts, StoredKeys
from .sweeper import Sweeper
from .user_operations import Users
from .user_store import (
    USER_COLLECTIONS,
    StoredAttempts,
    StoredAudit,
    StoredLetters,
    StoredSessions,
    StoredTokens,
    StoredUsers,
    StoredWelcomes,
)
from .vault import vault_of

ALL_COLLECTIONS = (*COLLECTIONS, *USER_COLLECTIONS)


@asynccontextmanager
async def app(runtime: Runtime, settings: AuthSettings) -> AsyncIterator[None]:
    clock = SystemClock()
    signing = signing_of(settings.signing_keys.get_secret_value())
    vault = vault_of(settings.sealing_keys.get_secret_value())
    passwords = passwords_of(settings)
    store = await open_store(settings.store_url, ALL_COLLECTIONS)
    bus = await Bus.connect(settings.nats_url, runtime.name, replicas=settings.nats_replicas)
    auth = Auth(
        StoredAccounts(store),
        StoredKeys(store),
        BusAnnouncer(bus),
        Audit(StoredAudit(store), clock),
        clock,
        settings.token.get_secret_value(),
    )
    cases, postman = user_cases(
        store, auth, passwords, signing, vault, mailer_of(settings), clock, settings.console_url
    )
    low_balances = LowBalanceConsumer(Notices(cases.users.people, cases.users.post)).handle
    servicers = (AuthServicer(auth), UsersServicer(cases))
    runtime.serve_rpc(settings.rpc_port, SERVICE, lambda server: add_services(server, *servicers))
    runtime.keep_running("letters", postman.run)
    runtime.keep_running(
        "low-balances",
        lambda: bus.consume(DURABLE, low_balances, batch=DELIVERIES_MAX, stream=LOW_BALANCE),
    )
    runtime.keep_running("sweeper", Sweeper(store, clock).run)
    runtime.ready_when("store", store.ping)
    try:
        yield
    finally:
        passwords.close()
        await bus.close()
        await store.close()


def user_cases(
    store: Store,
    auth: Auth,
    passwords: Passwords,
    signing: Signing,
    vault: Sealing,
    mailer: Mailer,
    clock: Clock,
    console_url: str,
) -> tuple[UserCases, Postman]:
    """The use cases of the contract Users on a document store, and who sends their mails."""
    sessions, tokens, users = StoredSessions(store), StoredTokens(store), StoredUsers(store)
    guard, audit = Guard(StoredAttempts(store), clock), Audit(StoredAudit(store), clock)
    people = People(users, passwords, guard, audit, vault, clock)
    post = Post(StoredLetters(store), clock)
    cases = UserCases(
        Registration(people, tokens, post, auth),
        Logins(people, sessions, signing, auth),
        Credentials(people, sessions, tokens, post),
        Users(people, sessions, post, auth, StoredWelcomes(store)),
        signing,
    )
    return cases, Postman(post, users, tokens, mailer, clock, console_url)


def passwords_of(settings: AuthSettings) -> Passwords:
    return Passwords(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        lanes=settings.argon2_lanes,
    )


def mailer_of(settings: AuthSettings) -> SmtpMailer:
    login = (settings.smtp_username, settings.smtp_password.get_secret_value())
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_tls,
        login if settings.smtp_username else None,
        settings.mail_from,
    )
