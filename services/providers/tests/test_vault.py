"""Credentials are sealed under keys that can be changed."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from tollgate_common.errors import Unavailable
from tollgate_common.settings import SettingsError
from tollgate_providers.vault import SealBroken, Sealed, Vault, decode, encode, vault_of

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SECRET = "sk-very-secret"
PLACE = {"channel": "a", "key": "k1"}


def text(**keys: bytes) -> str:
    return ",".join(f"{id}:{b64encode(key).decode()}" for id, key in keys.items())


def sealed_by(vault: Vault) -> Sealed:
    return vault.seal(SECRET, **PLACE)


def test_what_is_sealed_can_be_opened_and_does_not_show() -> None:
    vault = vault_of(text(one=OLD))
    sealed = sealed_by(vault)
    assert vault.open(sealed, **PLACE) == SECRET
    assert SECRET.encode() not in sealed.data_key + sealed.credential
    assert decode(encode(sealed.credential)) == sealed.credential


def test_equal_credentials_are_sealed_differently() -> None:
    vault = vault_of(text(one=OLD))
    assert sealed_by(vault).credential != sealed_by(vault).credential


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed = sealed_by(vault_of(text(one=OLD)))
    both = vault_of(text(two=NEW, one=OLD))
    assert both.current == "two"
    assert both.open(sealed, **PLACE) == SECRET
    again = both.sealed_again(sealed, **PLACE)
    assert again.credential == sealed.credential
    assert vault_of(text(two=NEW)).open(again, **PLACE) == SECRET


@pytest.mark.parametrize("place", [{"channel": "b", "key": "k1"}, {"channel": "a", "key": "k2"}])
def test_it_opens_in_its_own_place_only(place: dict[str, str]) -> None:
    vault = vault_of(text(one=OLD))
    with pytest.raises(SealBroken):
        vault.open(sealed_by(vault), **place)


@pytest.mark.parametrize("part", ["data_key", "credential"])
@pytest.mark.parametrize("data", [b"", b"short", None])
def test_what_was_changed_does_not_open(part: str, data: bytes | None) -> None:
    vault = vault_of(text(one=OLD))
    sealed = sealed_by(vault)
    if data is None:
        data = getattr(sealed, part)[:-1] + b"\0"
    parts: dict[str, Any] = {part: data}
    with pytest.raises(SealBroken):
        vault.open(replace(sealed, **parts), **PLACE)


def test_another_key_of_the_same_name_does_not_open() -> None:
    with pytest.raises(SealBroken):
        vault_of(text(one=NEW)).open(sealed_by(vault_of(text(one=OLD))), **PLACE)


def test_a_key_that_is_missing_is_named() -> None:
    with pytest.raises(SealBroken, match="one"):
        vault_of(text(two=NEW)).open(sealed_by(vault_of(text(one=OLD))), **PLACE)


def test_without_a_key_nothing_is_sealed_and_the_remedy_is_told() -> None:
    with pytest.raises(Unavailable, match="TOLLGATE_PROVIDERS_VAULT_KEYS"):
        sealed_by(vault_of(""))


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "x:",
        "x:AAAA",
        "x:!!",
        f"{b64encode(OLD).decode()}",
        f":{b64encode(OLD).decode()}",
        f"{text(a=OLD)},{text(a=NEW)}",
        f"{'i' * 41}:{b64encode(OLD).decode()}",
    ],
)
def test_wrong_keys_are_refused_and_not_shown(wrong: str) -> None:
    with pytest.raises(SettingsError, match="TOLLGATE_PROVIDERS_VAULT_KEYS") as caught:
        vault_of(wrong)
    assert b64encode(OLD).decode() not in str(caught.value)
