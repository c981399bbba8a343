import hashlib
import re
from dataclasses import replace

import pytest
from tollgate_auth import keys
from tollgate_auth.accounts import Limits
from tollgate_auth.keys import Key, KeyChange, KeyState
from tollgate_common.errors import InvalidArgument
from tollgate_common.ids import AccountId, KeyId

NOW_MS = 1_800_000_000_000
KEY = Key(
    id=KeyId("key_1"),
    account_id=AccountId("acc_1"),
    sha256=b"x" * 32,
    last4="abcd",
    label="laptop",
    state=KeyState.ACTIVE,
    models=("m1",),
    expires_at_ms=0,
    limits=Limits(requests_per_minute=5),
    created_at_ms=NOW_MS,
)


def test_a_secret_is_sk_and_48_letters_or_digits_and_never_the_same() -> None:
    secrets = {keys.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"sk-[A-Za-z0-9]{48}", secret) for secret in secrets)


def test_the_digest_is_of_the_48_characters_alone() -> None:
    secret = keys.new_secret()
    assert keys.digest_of(secret) == hashlib.sha256(secret[3:].encode()).digest()


def test_a_change_changes_what_is_set_and_leaves_the_rest() -> None:
    assert keys.changed(KEY, KeyChange(), NOW_MS) == KEY
    assert keys.changed(KEY, KeyChange(label="phone"), NOW_MS) == replace(KEY, label="phone")
    assert keys.changed(KEY, KeyChange(models=()), NOW_MS) == replace(KEY, models=())
    off = keys.changed(KEY, KeyChange(state=KeyState.DISABLED), NOW_MS)
    assert off == replace(KEY, state=KeyState.DISABLED)
    assert keys.changed(off, KeyChange(state=KeyState.ACTIVE), NOW_MS) == KEY
    everything = KeyChange(
        label="x",
        state=KeyState.DISABLED,
        models=("m2", "m3"),
        expires_at_ms=NOW_MS + 1,
        limits=Limits(),
        networks=("10.0.0.0/8",),
    )
    assert keys.changed(KEY, everything, NOW_MS) == replace(
        KEY,
        label="x",
        state=KeyState.DISABLED,
        models=("m2", "m3"),
        expires_at_ms=NOW_MS + 1,
        limits=Limits(),
        networks=("10.0.0.0/8",),
    )


def test_a_revoked_key_cannot_be_changed_and_the_error_says_what_to_do() -> None:
    with pytest.raises(InvalidArgument, match="create a new one"):
        keys.changed(keys.revoked(KEY), KeyChange(state=KeyState.ACTIVE), NOW_MS)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (KeyChange(state=KeyState.REVOKED), "state"),
        (KeyChange(label=""), "label"),
        (KeyChange(label="   "), "label"),
        (KeyChange(label="a" * 81), "label"),
        (KeyChange(label="two\nlines"), "label"),
        (KeyChange(label="\x1b[31mred"), "label"),
        (KeyChange(models=tuple(f"m{i}" for i in range(101))), "models"),
        (KeyChange(models=("",)), "models"),
        (KeyChange(models=("a b",)), "models"),
        (KeyChange(models=("*",)), "models"),
        (KeyChange(models=("m" * 129,)), "models"),
        (KeyChange(networks=tuple(f"10.0.0.{i}" for i in range(51))), "networks"),
        (KeyChange(networks=("10.0.0.0/8", "")), "networks"),
        (KeyChange(networks=("example.com",)), "networks"),
        (KeyChange(expires_at_ms=-1), "expires_at_ms"),
        (KeyChange(expires_at_ms=NOW_MS), "expires_at_ms"),
        (KeyChange(expires_at_ms=NOW_MS // 1000 + 3600), "expires_at_ms"),
    ],
)
def test_changes_that_are_refused_name_their_field(change: KeyChange, field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        keys.changed(KEY, change, NOW_MS)
    assert caught.value.field == field
    assert caught.value.message.startswith(field)


def test_models_are_kept_in_order_and_once() -> None:
    names = ["deepseek-chat", "qwen/qwen3-max", "claude-sonnet-4.5", "deepseek-chat"]
    assert keys.checked_models(names) == ("deepseek-chat", "qwen/qwen3-max", "claude-sonnet-4.5")


def test_networks_are_kept_in_order_once_and_in_one_spelling() -> None:
    texts = ["203.0.113.9", "2001:DB8::1/32", "10.1.2.3/8", "10.0.0.0/8", "::ffff:192.0.2.1"]
    assert keys.checked_networks(texts) == (
        "203.0.113.9/32",
        "2001:db8::/32",
        "10.0.0.0/8",
        "192.0.2.1/32",
    )


def test_a_bad_network_is_named() -> None:
    with pytest.raises(InvalidArgument, match=r"networks: '10\.0\.0\.0/33' is not"):
        keys.checked_networks(["10.0.0.0/8", "10.0.0.0/33"])


def test_differences_are_named_in_order() -> None:
    assert keys.differences(KEY, KEY) == ""
    after = replace(KEY, networks=("10.0.0.0/8",), state=KeyState.DISABLED)
    assert keys.differences(KEY, after) == "state, networks"
