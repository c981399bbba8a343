import base64
import json

import jwt
import pytest
from tollgate_auth.settings import AuthSettings
from tollgate_auth.signing import signing_of
from tollgate_common.settings import SettingsError, load

OLD, NEW = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 100))
CLAIMS: dict[str, str | int] = {"sub": "usr_1", "exp": 4_000_000_000}


def verified(token: str, jwks: str) -> dict[str, object]:
    """As the console does it."""
    kid = jwt.get_unverified_header(token)["kid"]
    claims: dict[str, object] = jwt.decode(
        token,
        jwt.PyJWKSet.from_json(jwks)[kid],
        algorithms=["EdDSA"],
        audience="tollgate-console",
        issuer="tollgate-auth",
        options={"require": ["exp"]},
    )
    return claims


def test_the_first_key_signs_and_the_old_one_still_verifies() -> None:
    before, after = signing_of(f"old:{OLD}"), signing_of(f"new:{NEW}, old:{OLD}")
    assert jwt.get_unverified_header(after.sign(CLAIMS))["kid"] == "new"
    for token in (before.sign(CLAIMS), after.sign(CLAIMS)):
        assert verified(token, after.jwks())["sub"] == "usr_1"


def test_a_dropped_key_and_another_deployment_s_key_verify_nothing() -> None:
    dropped = signing_of(f"new:{NEW}").jwks()
    with pytest.raises(KeyError):
        verified(signing_of(f"old:{OLD}").sign(CLAIMS), dropped)
    with pytest.raises(jwt.InvalidSignatureError):
        verified(signing_of(f"new:{OLD}").sign(CLAIMS), dropped)


def test_the_published_keys_are_public_and_name_their_algorithm() -> None:
    (key,) = json.loads(signing_of(f"k:{OLD}").jwks())["keys"]
    assert {name: key[name] for name in ("kty", "crv", "alg", "use", "kid")} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
        "kid": "k",
    }
    assert "d" not in key


def test_a_token_without_a_signature_or_signed_with_the_public_key_is_refused() -> None:
    signing = signing_of(f"k:{OLD}")
    claims = CLAIMS | {"iss": "tollgate-auth", "aud": "tollgate-console"}
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "k"})
    public = json.loads(signing.jwks())["keys"][0]["x"].encode()
    confused = jwt.encode(claims, public, algorithm="HS256", headers={"kid": "k"})
    for token in (unsigned, confused):
        with pytest.raises(jwt.InvalidTokenError):
            verified(token, signing.jwks())


def test_auth_does_not_start_without_a_signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOLLGATE_AUTH_SIGNING_KEYS", raising=False)
    with pytest.raises(SettingsError, match="TOLLGATE_AUTH_SIGNING_KEYS: Field required"):
        load(AuthSettings)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k",
        "k:",
        f":{OLD}",
        "k:c2hvcnQ=",
        f"k:{OLD}x",
        f"a b:{OLD}",
        f"../k:{OLD}",
        f"k:{OLD},k:{NEW}",
        f"k:{OLD},",
        "k:" + base64.b64encode(bytes(32)).decode(),
    ],
)
def test_no_short_or_default_key_is_accepted_and_the_variable_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="TOLLGATE_AUTH_SIGNING_KEYS") as caught:
        signing_of(text)
    assert OLD not in str(caught.value)
