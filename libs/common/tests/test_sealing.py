"""Secrets are sealed under keys that can be changed."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from tollgate_common.errors import Unavailable
from tollgate_common.sealing import SealBroken, Sealed, Sealing, decode, encode, sealing_of
from tollgate_common.settings import SettingsError

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SECRET = "sk-very-secret"
PLACE = "channel a, key k1"
VARIABLE = "TOLLGATE_SOME_KEYS"


def text(**keys: bytes) -> str:
    return ",".join(f"{id}:{b64encode(key).decode()}" for id, key in keys.items())


def sealed_by(sealing: Sealing) -> Sealed:
    return sealing.seal(SECRET, PLACE)


def test_what_is_sealed_can_be_opened_and_does_not_show() -> None:
    sealing = sealing_of(VARIABLE, text(one=OLD))
    sealed = sealed_by(sealing)
    assert sealing.open(sealed, PLACE) == SECRET
    assert SECRET.encode() not in sealed.data_key + sealed.secret
    assert decode(encode(sealed.secret)) == sealed.secret


def test_equal_secrets_are_sealed_differently() -> None:
    sealing = sealing_of(VARIABLE, text(one=OLD))
    assert sealed_by(sealing).secret != sealed_by(sealing).secret


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed = sealed_by(sealing_of(VARIABLE, text(one=OLD)))
    both = sealing_of(VARIABLE, text(two=NEW, one=OLD))
    assert both.current == "two"
    assert both.open(sealed, PLACE) == SECRET
    again = both.sealed_again(sealed, PLACE)
    assert again.secret == sealed.secret
    assert sealing_of(VARIABLE, text(two=NEW)).open(again, PLACE) == SECRET


@pytest.mark.parametrize("place", ["", "channel a, key k2", PLACE + " "])
def test_it_opens_in_its_own_place_only(place: str) -> None:
    sealing = sealing_of(VARIABLE, text(one=OLD))
    with pytest.raises(SealBroken):
        sealing.open(sealed_by(sealing), place)


@pytest.mark.parametrize("part", ["data_key", "secret"])
@pytest.mark.parametrize("data", [b"", b"short", None])
def test_what_was_changed_does_not_open(part: str, data: bytes | None) -> None:
    sealing = sealing_of(VARIABLE, text(one=OLD))
    sealed = sealed_by(sealing)
    if data is None:
        whole = getattr(sealed, part)
        data = whole[:-1] + bytes([whole[-1] ^ 1])
    parts: dict[str, Any] = {part: data}
    with pytest.raises(SealBroken):
        sealing.open(replace(sealed, **parts), PLACE)


def test_another_key_of_the_same_name_does_not_open() -> None:
    with pytest.raises(SealBroken):
        sealing_of(VARIABLE, text(one=NEW)).open(
            sealed_by(sealing_of(VARIABLE, text(one=OLD))), PLACE
        )


def test_a_key_that_is_missing_is_named() -> None:
    with pytest.raises(SealBroken, match="one"):
        sealing_of(VARIABLE, text(two=NEW)).open(
            sealed_by(sealing_of(VARIABLE, text(one=OLD))), PLACE
        )


def test_without_a_key_nothing_is_sealed_and_the_remedy_is_told() -> None:
    with pytest.raises(Unavailable, match=VARIABLE):
        sealed_by(sealing_of(VARIABLE, ""))


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "x:",
        "x:AAAA",
        "x:!!",
        text(a=bytes(32)),
        f"{b64encode(OLD).decode()}",
        f":{b64encode(OLD).decode()}",
        f"{text(a=OLD)},{text(a=NEW)}",
        ",",
        f"{'i' * 41}:{b64encode(OLD).decode()}",
    ],
)
def test_wrong_keys_are_refused_and_not_shown(wrong: str) -> None:
    with pytest.raises(SettingsError, match=VARIABLE) as caught:
        sealing_of(VARIABLE, wrong)
    assert b64encode(OLD).decode() not in str(caught.value)
