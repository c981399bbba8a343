"""Users, sessions, links, letters, tries and the audit log as documents."""

from dataclasses import asdict, fields
from typing import Any, TypeVar

from tollgate_common.sealing import Sealed, decode, encode
from tollgate_common.store import Between, Collection, Document, Index, Store, Where

from .attempts import Attempts
from .audit import AuditEntry
from .letters import Kind, Letter
from .sessions import Session
from .tokens import Purpose, Token
from .totp import Totp
from .users import Client, Role, User

Value = TypeVar("Value")

_USERS = Collection("users", (Index(("email",), unique=True), Index(("account_id",))))
_SESSIONS = Collection("sessions", (Index(("user_id", "used_at_ms")), Index(("expires_at_ms",))))
_TOKENS = Collection("tokens", (Index(("expires_at_ms",)),))
_LETTERS = Collection("letters", (Index(("next_at_ms",)),))
_ATTEMPTS = Collection("attempts", (Index(("expires_at_ms",)),))
_AUDIT = Collection("audit", (Index(("user_id", "at_ms")), Index(("at_ms",))))
_WELCOMES = Collection("welcomes", ())
USER_COLLECTIONS = (_USERS, _SESSIONS, _TOKENS, _LETTERS, _ATTEMPTS, _AUDIT, _WELCOMES)
_EXPIRING = (_SESSIONS, _TOKENS, _ATTEMPTS)
_FORGOTTEN_AT_ONCE = 500


class StoredUsers:
    """The port UserStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, user: User) -> bool:
        return await self._store.insert(_USERS.name, _user_document(user))

    async def get(self, id: str) -> tuple[User, int] | None:
        found = await self._store.get(_USERS.name, id)
        return (_user_of(found.document), found.version) if found else None

    async def find_by_email(self, email: str) -> User | None:
        page = await self._store.find(_USERS.name, {"email": email}, limit=1)
        return _user_of(page.documents[0]) if page.documents else None

    async def replace(self, user: User, version: int) -> bool:
        return await self._store.replace(_USERS.name, _user_document(user), version)

    async def delete(self, id: str) -> None:
        await self._store.delete(_USERS.name, id)

    async def page(self, account_id: str, limit: int, after: str) -> tuple[list[User], str]:
        where: Where = {"account_id": account_id} if account_id else {}
        page = await self._store.find(_USERS.name, where, order="email", limit=limit, after=after)
        return [_user_of(document) for document in page.documents], page.next


class StoredSessions:
    """The port SessionStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, session: Session) -> None:
        await self._store.insert(_SESSIONS.name, _session_document(session))

    async def get(self, id: str) -> tuple[Session, int] | None:
        found = await self._store.get(_SESSIONS.name, id)
        return (_session_of(found.document), found.version) if found else None

    async def replace(self, session: Session, version: int) -> bool:
        return await self._store.replace(_SESSIONS.name, _session_document(session), version)

    async def delete(self, id: str) -> None:
        await self._store.delete(_SESSIONS.name, id)

    async def of_user(self, user_id: str, limit: int) -> list[Session]:
        page = await self._store.find(
            _SESSIONS.name, {"user_id": user_id}, order="used_at_ms", descending=True, limit=limit
        )
        return [_session_of(document) for document in page.documents]


class StoredTokens:
    """The port TokenStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, token: Token) -> None:
        await self._store.insert(_TOKENS.name, _document(token, id="sha256"))

    async def get(self, sha256: str) -> Token | None:
        found = await self._store.get(_TOKENS.name, sha256)
        if found is None:
            return None
        values = _values(Token, found.document, id="sha256")
        return Token(**values | {"purpose": Purpose(values["purpose"])})

    async def take(self, sha256: str) -> bool:
        return await self._store.delete(_TOKENS.name, sha256)


class StoredLetters:
    """The port LetterStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def insert(self, letter: Letter) -> None:
        await self._store.insert(_LETTERS.name, _document(letter))

    async def due(self, now_ms: int, limit: int) -> list[tuple[Letter, int]]:
        page = await self._store.find(
            _LETTERS.name, {"next_at_ms": Between(high=now_ms + 1)}, order="next_at_ms", limit=limit
        )
        letters = []
        for document in page.documents:
            found = await self._store.get(_LETTERS.name, str(document["_id"]))
            if found:
                letters.append((_letter_of(found.document), found.version))
        return [(letter, version) for letter, version in letters if letter.next_at_ms <= now_ms]

    async def replace(self, letter: Letter, version: int) -> bool:
        return await self._store.replace(_LETTERS.name, _document(letter), version)

    async def delete(self, id: str) -> None:
        await self._store.delete(_LETTERS.name, id)


class StoredWelcomes:
    """The port WelcomeStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(self, digest: str, account_id: str) -> str:
        if await self._store.insert(_WELCOMES.name, {"_id": digest, "account_id": account_id}):
            return account_id
        found = await self._store.get(_WELCOMES.name, digest)
        return str(found.document["account_id"]) if found else ""


class StoredAttempts:
    """The port AttemptStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, id: str) -> tuple[Attempts, int] | None:
        found = await self._store.get(_ATTEMPTS.name, id)
        return (Attempts(**_values(Attempts, found.document)), found.version) if found else None

    async def write(self, attempts: Attempts, version: int) -> bool:
        document = _document(attempts)
        if version == 0:
            return await self._store.insert(_ATTEMPTS.name, document)
        return await self._store.replace(_ATTEMPTS.name, document, version)

    async def delete(self, id: str) -> None:
        await self._store.delete(_ATTEMPTS.name, id)


class StoredAudit:
    """The port AuditStore on a document store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def append(self, entry: AuditEntry) -> None:
        await self._store.insert(_AUDIT.name, _document(entry))

    async def page(self, user_id: str, limit: int, after: str) -> tuple[list[AuditEntry], str]:
        where: Where = {"user_id": user_id} if user_id else {}
        page = await self._store.find(
            _AUDIT.name, where, order="at_ms", descending=True, limit=limit, after=after
        )
        return [AuditEntry(**_values(AuditEntry, found)) for found in page.documents], page.next


async def forget_expired(store: Store, now_ms: int) -> int:
    """Deletes sessions, links and counted tries that are over; says how many."""
    count = 0
    for collection in _EXPIRING:
        page = await store.find(
            collection.name,
            {"expires_at_ms": Between(high=now_ms)},
            order="expires_at_ms",
            limit=_FORGOTTEN_AT_ONCE,
        )
        for document in page.documents:
            count += await store.delete(collection.name, str(document["_id"]))
    return count


def _document(value: Any, *, id: str = "id") -> Document:  # noqa: ANN401  # any of our values
    document: dict[str, Any] = asdict(value)
    return {"_id": document.pop(id), **document}


def _values(kind: type[Any], document: dict[str, Any], *, id: str = "id") -> dict[str, Any]:
    """The constructor's arguments; what the value does not have is left out."""
    named = document | {id: document["_id"]}
    return {item.name: named[item.name] for item in fields(kind) if item.name in named}


def _user_document(user: User) -> Document:
    totp: Document = {
        "secret": _sealed_document(user.totp.secret),
        "pending": _sealed_document(user.totp.pending),
        "last_step": user.totp.last_step,
        "backup_sha256": list(user.totp.backup_sha256),
    }
    return _document(user) | {"totp": totp}


def _user_of(document: dict[str, Any]) -> User:
    values = _values(User, document)
    totp = Totp(
        secret=_sealed_of(values["totp"]["secret"]),
        pending=_sealed_of(values["totp"]["pending"]),
        last_step=values["totp"]["last_step"],
        backup_sha256=tuple(values["totp"]["backup_sha256"]),
    )
    return User(**values | {"role": Role(values["role"]), "totp": totp})


def _sealed_document(sealed: Sealed | None) -> Document | None:
    if sealed is None:
        return None
    return {
        "key_id": sealed.key_id,
        "data_key": encode(sealed.data_key),
        "secret": encode(sealed.secret),
    }


def _sealed_of(document: dict[str, Any] | None) -> Sealed | None:
    if document is None:
        return None
    return Sealed(document["key_id"], decode(document["data_key"]), decode(document["secret"]))


def _session_document(session: Session) -> Document:
    return _document(session) | {"expires_at_ms": session.expires_at_ms}


def _session_of(document: dict[str, Any]) -> Session:
    values = _values(Session, document)
    return Session(**values | {"client": Client(**values["client"])})


def _letter_of(document: dict[str, Any]) -> Letter:
    values = _values(Letter, document)
    return Letter(**values | {"kind": Kind(values["kind"])})
