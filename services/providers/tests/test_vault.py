"""A credential is sealed for its own channel and key."""

from base64 import b64encode

import pytest
from tollgate_common.errors import Unavailable
from tollgate_common.sealing import SealBroken
from tollgate_common.settings import SettingsError
from tollgate_providers.vault import place, vault_of

VAULT = vault_of(f"one:{b64encode(bytes(range(32))).decode()}")


@pytest.mark.parametrize("other", [place("b", "k1"), place("a", "k2"), place("ak", "1")])
def test_it_opens_in_its_own_place_only(other: str) -> None:
    sealed = VAULT.seal("sk-very-secret", place("a", "k1"))
    assert VAULT.open(sealed, place("a", "k1")) == "sk-very-secret"
    with pytest.raises(SealBroken):
        VAULT.open(sealed, other)


def test_the_variable_is_named_when_it_is_needed_and_when_it_is_wrong() -> None:
    with pytest.raises(Unavailable, match="TOLLGATE_PROVIDERS_VAULT_KEYS"):
        vault_of("").seal("sk-very-secret", place("a", "k1"))
    with pytest.raises(SettingsError, match="TOLLGATE_PROVIDERS_VAULT_KEYS"):
        vault_of("x")
