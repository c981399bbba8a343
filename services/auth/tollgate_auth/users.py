"""Users: who logs in, and which emails, passwords and roles there can be."""

import hashlib
import ipaddress
import re
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import NewType

from tollgate_common.errors import InvalidArgument
from tollgate_common.ids import AccountId

from .totp import Totp

UserId = NewType("UserId", str)

ID_PREFIX = "usr"
LOCALES = ("en", "zh")
PASSWORD_LENGTH_MIN = 10
# Longer ones add nothing, and hashing must have a bound.
PASSWORD_LENGTH_MAX = 256
AGENT_LENGTH_MAX = 200
_EMAIL_LENGTH_MAX = 254
_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
_TIME_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
# The commonest of ten characters and more in lists of stolen passwords.
_COMMON_PASSWORDS = """
0123456789 0987654321 1029384756 1111111111 1122334455 1234512345 12345678910 1234567890
123456789a 123456789q 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 9876543210 abcdefghij abcdefghijk
a123456789 admin12345 adminadmin administrator asdfghjkl123 changeme123 football123 iloveyou123
letmein123 liverpool1 manchester password11 password12 password123 password1234 password12345
password1! passw0rd123 passwordpassword q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwerty12345
qwerty123456 qwertyuiop qwertyuiop123 qwertyuiopasdfghjkl secret1234 superman123 welcome123
welcome1234 woaini1314 zaq12wsxcde3 zxcvbnm123 5201314520 woaini520520 147258369147 qq123456789
"""


class Role(IntEnum):
    """What a user may do beside what is its own; the numbers are the contract's."""

    CUSTOMER = 1
    SUPPORT = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, as the console saw it."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person whose email is proven. Times are milliseconds since the Unix epoch, UTC.

    A session of an earlier `epoch` is over, and so is a mailed link.
    """

    id: UserId
    account_id: AccountId
    email: str
    password_hash: str = field(repr=False)
    role: Role = Role.CUSTOMER
    locale: str = LOCALES[0]
    time_zone: str = ""
    created_at_ms: int = 0
    last_login_at_ms: int = 0
    pending_email: str = ""
    epoch: int = 0
    totp: Totp = field(default=Totp(), repr=False)
    first_key_due: bool = True
    # Of the last low balance of the account that was told, by the ledger's count.
    low_balance_sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What a user may change without a password; None leaves it as it is."""

    locale: str | None = None
    time_zone: str | None = None


def canonical_email(text: str) -> str:
    """One spelling for one mailbox: lower case, ASCII. InvalidArgument unless it is an email."""
    email = text.strip(" ")
    if not email.isascii() or len(email) > _EMAIL_LENGTH_MAX:
        email = ""
    email = email.lower()
    if not _EMAIL.fullmatch(email):
        raise InvalidArgument(
            "email: must be an address such as name@example.com, in ASCII", field="email"
        )
    return email


def mailbox_digest(email: str) -> str:
    """Of the mailbox, whichever tag is written into its address: "ann+1@" is "ann@"."""
    name, _, domain = email.partition("@")
    return hashlib.sha256(f"{name.partition('+')[0]}@{domain}".encode()).hexdigest()


def checked_password(password: str, email: str, *, name: str = "password") -> str:
    """InvalidArgument, and what to do, for a password that is soon guessed."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise InvalidArgument(
            f"{name}: must be {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters",
            field=name,
        )
    folded = password.casefold()
    own = (email, email.partition("@")[0])
    if folded in _COMMON_PASSWORDS.split() or folded in own or len(set(folded)) < 3:
        raise InvalidArgument(
            f"{name}: is among the first that are guessed; take several words", field=name
        )
    return password


def checked_locale(locale: str) -> str:
    """The locale, or the default for an empty one. InvalidArgument when it is not offered."""
    if locale and locale not in LOCALES:
        raise InvalidArgument(f"locale: must be one of {', '.join(LOCALES)}", field="locale")
    return locale or LOCALES[0]


def checked_client(address: str, user_agent: str) -> Client:
    """InvalidArgument without an IP address, since guesses are counted by it."""
    agent = "".join(character for character in user_agent if character.isprintable())
    return Client(checked_address(address, field="client.address"), agent[:AGENT_LENGTH_MAX])


def checked_address(address: str, *, field: str) -> str:
    """One spelling for one address. InvalidArgument unless it is an IP address."""
    try:
        # A zone names an interface of another machine.
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        raise InvalidArgument(f"{field}: must be the client's IP address", field=field) from None
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ip)


def neighbourhood(address: str) -> str:
    """What one guesser holds: an IPv4 address, or the whole /64 of an IPv6 address."""
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))


def updated(user: User, change: UserChange) -> User:
    """The user after the change. InvalidArgument when a value cannot be."""
    zone = change.time_zone
    if zone and (len(zone) > 64 or not _TIME_ZONE.fullmatch(zone)):
        raise InvalidArgument("time_zone: must be an IANA name", field="time_zone")
    return replace(
        user,
        locale=user.locale if change.locale is None else checked_locale(change.locale),
        time_zone=user.time_zone if zone is None else zone,
    )


def with_password(user: User, password_hash: str) -> User:
    """A new password ends every session and every mailed link."""
    return replace(user, password_hash=password_hash, epoch=user.epoch + 1)


def logged_out(user: User) -> User:
    """Every session is over."""
    return replace(user, epoch=user.epoch + 1)


def with_role(user: User, role: Role) -> User:
    """What a session was allowed may not outlive the role: a new one ends them all."""
    return user if user.role is role else replace(logged_out(user), role=role)
