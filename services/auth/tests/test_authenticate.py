"""Whose an access token is, and everything that ends it or was never one."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tollgate_auth.sessions import Tokens
from tollgate_auth.signing import Signing
from tollgate_auth.users import Role, UserChange
from tollgate_common.errors import Unauthenticated

from .world import CLIENT, PASSWORD, World

REFUSAL = "Not logged in or login has expired"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHERS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(100, 132)))
Claims = dict[str, object]


@pytest.fixture
async def tokens(world: World) -> Tokens:
    return await world.registered()


async def refused(world: World, token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await world.cases.logins.authenticate(token)
    assert (caught.value.message, caught.value.field) == (REFUSAL, "")


def claims_of(tokens: Tokens) -> Claims:
    claims: Claims = jwt.decode(tokens.access, options={"verify_signature": False})
    return claims


def signed(
    claims: Claims,
    key: Ed25519PrivateKey | str | bytes = KEY,
    algorithm: str = "EdDSA",
    headers: Claims | None = None,
) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "k1"} | (headers or {}))


async def test_a_token_says_who_it_is_as_the_user_is_now(worlds: World) -> None:
    tokens = await worlds.registered()
    await worlds.cases.users.update(tokens.user.id, UserChange(locale="zh"))
    user, session_id = await worlds.cases.logins.authenticate(tokens.access)
    assert user == await worlds.cases.users.get(tokens.user.id)
    assert user.locale == "zh"
    (session,) = await worlds.cases.logins.list_sessions(user.id)
    assert session_id == session.id


async def test_a_token_lasts_fifteen_minutes(world: World, tokens: Tokens) -> None:
    world.clock.advance(15 * 60 - 1)
    await world.cases.logins.authenticate(tokens.access)
    world.clock.advance(1)
    await refused(world, tokens.access)
    fresh = await world.cases.logins.refresh(tokens.refresh, CLIENT)
    await world.cases.logins.authenticate(fresh.access)


async def log_out(world: World, tokens: Tokens) -> None:
    await world.cases.logins.log_out(tokens.refresh)


async def log_out_of(world: World, tokens: Tokens) -> None:
    session_id = str(claims_of(tokens)["sid"])
    await world.cases.logins.log_out_of(tokens.user.id, session_id)


async def log_out_everywhere(world: World, tokens: Tokens) -> None:
    await world.cases.logins.log_out_everywhere(tokens.user.id)


async def change_password(world: World, tokens: Tokens) -> None:
    change = world.cases.credentials.change_password
    await change(tokens.user.id, PASSWORD, "a new password!", "", CLIENT)


async def reset_password(world: World, tokens: Tokens) -> None:
    await world.cases.credentials.request_reset(tokens.user.email, CLIENT)
    await world.cases.credentials.reset_password(await world.token(), "a new password!", CLIENT)


async def set_role(world: World, tokens: Tokens) -> None:
    await world.cases.users.set_role(tokens.user.id, Role.ADMIN, "operator")


async def delete(world: World, tokens: Tokens) -> None:
    await world.cases.users.delete_by(tokens.user.id, "operator")


async def reuse_refresh_token(world: World, tokens: Tokens) -> None:
    await world.cases.logins.refresh(tokens.refresh, CLIENT)
    with pytest.raises(Unauthenticated):
        await world.cases.logins.refresh(tokens.refresh, CLIENT)


@pytest.mark.parametrize(
    "ending",
    [
        log_out,
        log_out_of,
        log_out_everywhere,
        change_password,
        reset_password,
        set_role,
        delete,
        reuse_refresh_token,
    ],
)
async def test_what_ends_a_session_ends_its_access_at_once(
    world: World, tokens: Tokens, ending: Callable[[World, Tokens], Awaitable[None]]
) -> None:
    await world.cases.logins.authenticate(tokens.access)
    await ending(world, tokens)
    await refused(world, tokens.access)


async def test_the_session_in_which_the_password_is_changed_goes_on(
    world: World, tokens: Tokens
) -> None:
    other = await world.log_in()
    session_id = str(claims_of(tokens)["sid"])
    change = world.cases.credentials.change_password
    await change(tokens.user.id, PASSWORD, "a new password!", session_id, CLIENT)
    await world.cases.logins.authenticate(tokens.access)
    await refused(world, other.access)


async def test_a_session_of_another_user_is_not_entered(world: World, tokens: Tokens) -> None:
    bob = await world.registered("bob@example.com")
    await refused(world, signed(claims_of(tokens) | {"sub": bob.user.id}))


async def test_the_forger_of_these_tests_would_be_believed_with_the_right_key(
    world: World, tokens: Tokens
) -> None:
    user, _ = await world.cases.logins.authenticate(signed(claims_of(tokens)))
    assert user.id == tokens.user.id


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"aud": ["tollgate-console", "another"]},
        {"aud": ""},
        {"iss": "another"},
        {"exp": 0},
        {"exp": "9999999999"},
        {"exp": None},
        {"exp": [9_999_999_999]},
        {"nbf": 9_999_999_999},
        {"nbf": "0"},
        {"sub": "usr_nobody"},
        {"sub": {"$ne": ""}},
        {"sid": "ses_nothing"},
        {"sid": {"$ne": ""}},
    ],
)
async def test_wrong_claims_are_refused(world: World, tokens: Tokens, change: Claims) -> None:
    await refused(world, signed(claims_of(tokens) | change))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp"])
async def test_every_claim_is_needed(world: World, tokens: Tokens, name: str) -> None:
    claims = claims_of(tokens)
    del claims[name]
    await refused(world, signed(claims))


@pytest.mark.parametrize("kid", ["k2", "", "../../dev/null", "k1' OR '1'='1", "k1\0", "K1"])
async def test_a_key_that_is_not_ours_is_not_looked_for(
    world: World, tokens: Tokens, kid: str
) -> None:
    await refused(world, signed(claims_of(tokens), headers={"kid": kid}))
    await refused(world, signed(claims_of(tokens), OTHERS_KEY, headers={"kid": kid}))


@pytest.mark.parametrize(
    "headers",
    [
        {"jku": "https://attacker.example/jwks"},
        {"x5u": "https://attacker.example/cert"},
        {"x5c": ["MIIB"]},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {"crit": ["exp"]},
        {"typ": "at+jwt"},
        {"cty": "JWT"},
    ],
)
async def test_a_header_that_we_do_not_write_is_refused_whoever_signed(
    world: World, tokens: Tokens, headers: Claims
) -> None:
    for key in (KEY, OTHERS_KEY):
        await refused(world, signed(claims_of(tokens), key, headers=headers))


async def test_another_deployment_s_key_of_the_same_name_opens_nothing(
    world: World, tokens: Tokens
) -> None:
    await refused(world, signed(claims_of(tokens), OTHERS_KEY))
    elsewhere = replace(world.cases.logins, signing=Signing({"k1": bytes(range(100, 132))}))
    with pytest.raises(Unauthenticated):
        await elsewhere.authenticate(tokens.access)


async def test_no_signature_and_a_signature_with_the_public_key_are_refused(
    world: World, tokens: Tokens
) -> None:
    (published,) = json.loads(world.cases.signing.jwks())["keys"]
    raw = base64.urlsafe_b64decode(published["x"] + "=")
    claims = claims_of(tokens)
    head, body, _ = tokens.access.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT","kid":"k1"}').decode().rstrip("=")
    for token in (
        signed(claims, "", "none"),
        f"{none}.{body}.",
        f"{head}.{body}.",
        signed(claims, raw, "HS256"),
        signed(claims, raw.hex(), "HS512"),
        signed(claims, published["x"] * 2, "HS256"),
    ):
        await refused(world, token)


async def test_a_changed_token_is_refused(world: World, tokens: Tokens) -> None:
    head, _, signature = tokens.access.split(".")
    claims = claims_of(tokens) | {"role": "admin"}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    await refused(world, f"{head}.{body}.{signature}")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        "\0",
        "Bearer x",
        "a" * 1_000_000,
        base64.urlsafe_b64encode(b"[" * 700).decode() + ".e30.",
        base64.urlsafe_b64encode(b'{"kid":["k1"]}').decode() + ".e30.",
        base64.urlsafe_b64encode(b"\xff\xfe").decode() + ".e30.",
    ],
)
async def test_what_is_no_token_is_refused(world: World, token: str) -> None:
    await refused(world, token)


async def test_a_refresh_token_is_no_access_token(world: World, tokens: Tokens) -> None:
    await refused(world, tokens.refresh)


async def test_a_token_of_an_older_signing_key_still_works(world: World, tokens: Tokens) -> None:
    rotated = Signing({"k2": bytes(range(100, 132)), "k1": bytes(range(32))})
    user, _ = await replace(world.cases.logins, signing=rotated).authenticate(tokens.access)
    assert user.id == tokens.user.id
