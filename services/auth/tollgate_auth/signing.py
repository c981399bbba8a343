"""Access tokens: JWT signed with Ed25519; the first key signs, all verify and are in the JWKS."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from jwt.types import Options
from tollgate_common.settings import SettingsError

VARIABLE = "TOLLGATE_AUTH_SIGNING_KEYS"
ALGORITHM = "EdDSA"
ISSUER = "tollgate-auth"
AUDIENCE = "tollgate-console"
_SEED_BYTES = 32
# Ours have half of it.
_TOKEN_LENGTH_MAX = 1024
# Times are compared with a clock that is given.
_OPTIONS: Options = {
    "require": ["iss", "aud", "sub", "sid", "iat", "exp"],
    "strict_aud": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
_KID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class TokenRefused(Exception):
    """An access token that is not ours, or not of now; the reason is for no stranger."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Whose access token it is, and of which session."""

    user_id: str
    session_id: str


class Signing:
    """Signs with the first key, verifies with every one: a change of keys ends no session."""

    def __init__(self, seeds: Mapping[str, bytes]) -> None:
        self._keys = {
            kid: Ed25519PrivateKey.from_private_bytes(seed) for kid, seed in seeds.items()
        }
        self._first = next(iter(self._keys))

    def sign(self, claims: Mapping[str, str | int]) -> str:
        """A JWT of these claims, for the console."""
        return jwt.encode(
            {"iss": ISSUER, "aud": AUDIENCE, **claims},
            self._keys[self._first],
            algorithm=ALGORITHM,
            headers={"kid": self._first},
        )

    def verified(self, token: str, now_ms: int) -> Claims:
        """TokenRefused unless this deployment signed it, for the console, and it is not over."""
        if len(token) > _TOKEN_LENGTH_MAX:
            raise TokenRefused("it is too long")
        try:
            key = self._key_named_by(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key.public_key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options=_OPTIONS,
            )
        except jwt.PyJWTError as error:
            raise TokenRefused(str(error)) from error
        if not _is_of_now(claims, now_ms // 1000):
            raise TokenRefused("it is over, or not valid yet")
        return Claims(str(claims["sub"]), str(claims["sid"]))

    def jwks(self) -> str:
        """The public keys, as RFC 7517 and RFC 8037 have them."""
        keys = [
            OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
            | {"kid": kid, "alg": ALGORITHM, "use": "sig"}
            for kid, key in self._keys.items()
        ]
        return json.dumps({"keys": keys})

    def _key_named_by(self, header: Mapping[str, object]) -> Ed25519PrivateKey:
        """TokenRefused for a header that is not as we write it, such as one that brings a key."""
        kid = header.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None or header != {"alg": ALGORITHM, "typ": "JWT", "kid": kid}:
            raise TokenRefused("its header is not ours")
        return key


def _is_of_now(claims: Mapping[str, object], now_s: int) -> bool:
    begins, ends = claims.get("nbf", 0), claims["exp"]
    return isinstance(begins, int) and isinstance(ends, int) and begins <= now_s < ends


def signing_of(text: str) -> Signing:
    """From "KID:BASE64,..."; SettingsError unless each is a name and a seed of 32 bytes."""
    seeds: dict[str, bytes] = {}
    for part in text.split(","):
        kid, _, encoded = part.strip().partition(":")
        seed = _decoded(encoded)
        if not _KID.fullmatch(kid) or kid in seeds or len(set(seed)) < 8:
            raise _bad()
        seeds[kid] = seed
    return Signing(seeds)


def _decoded(encoded: str) -> bytes:
    try:
        seed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad() from error
    if len(seed) != _SEED_BYTES:
        raise _bad()
    return seed


def _bad() -> SettingsError:
    return SettingsError(
        f"{VARIABLE}: must be KID:KEY, or several with commas between, each with a KID of its own,"
        " where KEY is the output of `openssl rand -base64 32`"
    )
