"""Access tokens: JWT signed with Ed25519; the first key signs, and all are in the JWKS."""

import base64
import binascii
import json
import re
from collections.abc import Mapping

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from tollgate_common.settings import SettingsError

VARIABLE = "TOLLGATE_AUTH_SIGNING_KEYS"
ALGORITHM = "EdDSA"
ISSUER = "tollgate-auth"
AUDIENCE = "tollgate-console"
_SEED_BYTES = 32
_KID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Signing:
    """Signs with the first key; publishes every key, so that a change of keys ends no session."""

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

    def jwks(self) -> str:
        """The public keys, as RFC 7517 and RFC 8037 have them."""
        keys = [
            OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
            | {"kid": kid, "alg": ALGORITHM, "use": "sig"}
            for kid, key in self._keys.items()
        ]
        return json.dumps({"keys": keys})


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
