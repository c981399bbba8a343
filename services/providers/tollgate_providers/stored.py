"""Channels as they are stored, with sealed credentials, and how operators change them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

from tollgate_common.sealing import SealBroken, Sealed, Sealing

from .channel_rules import (
    KEYS_MAX,
    PRIORITY_MAX,
    WEIGHT_MAX,
    Rules,
    checked_credential,
    checked_id,
    checked_number,
    checked_url,
)
from .channels import Channel, ChannelError, Key, Source
from .hosts import VARIABLE, is_public_host
from .vault import place

Value = TypeVar("Value")
# An operator has dozens; beyond this somebody has made a mistake.
CHANNELS_MAX = 500


@dataclass(frozen=True, slots=True)
class SealedKey:
    """One credential of a stored channel."""

    id: str
    sealed: Sealed
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChannel:
    """A stored channel. Nobody can use it without the vault."""

    id: str
    provider: str
    base_url: str
    keys: tuple[SealedKey, ...]
    priority: int = 0
    weight: int = 1
    enabled: bool = True
    models: Mapping[str, str] = field(default_factory=dict)
    # Keys that it ever had: an id is not used twice.
    keys_made: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChange:
    """What an operator wants to be otherwise; None leaves it as it is."""

    base_url: str | None = None
    priority: int | None = None
    weight: int | None = None
    enabled: bool | None = None
    models: Mapping[str, str] | None = None
    add_credentials: Sequence[str] = ()
    remove_keys: Sequence[str] = ()
    enable_keys: Sequence[str] = ()
    disable_keys: Sequence[str] = ()


def checked(stored: StoredChannel, rules: Rules) -> StoredChannel:
    """It in its usual form. ChannelError names the field at fault."""
    id = checked_id(stored.id)
    adapter = rules.adapter(id, stored.provider)
    if not 1 <= len(stored.keys) <= KEYS_MAX:
        raise ChannelError(id, "keys", f"must be from 1 to {KEYS_MAX}")
    base_url = checked_url(id, stored.base_url or adapter.base_url)
    if not is_public_host(urlsplit(base_url).hostname or "", rules.private_hosts):
        reason = f"is within our own network; if that is right, {VARIABLE} has to name its host"
        raise ChannelError(id, "base_url", reason)
    return replace(
        stored,
        base_url=base_url,
        priority=checked_number(id, "priority", stored.priority, 0, PRIORITY_MAX),
        weight=checked_number(id, "weight", stored.weight, 1, WEIGHT_MAX),
        models=rules.served(id, adapter.name, stored.models),
    )


def channel_of(stored: StoredChannel, rules: Rules, vault: Sealing) -> Channel:
    """What can be used. ChannelError when it is wrong, or a credential cannot be opened."""
    stored = checked(stored, rules)
    return Channel(
        id=stored.id,
        provider=stored.provider,
        base_url=stored.base_url,
        keys=tuple(_opened(stored.id, key, vault) for key in stored.keys),
        priority=stored.priority,
        weight=stored.weight,
        enabled=stored.enabled,
        models=stored.models,
        source=Source.STORE,
    )


def with_keys(stored: StoredChannel, credentials: Sequence[str], vault: Sealing) -> StoredChannel:
    """With further keys. ChannelError when one is wrong; Unavailable without a vault key."""
    for credential in credentials:
        checked_credential(stored.id, credential)
    known = [_opened(stored.id, key, vault).credential for key in stored.keys if credentials]
    if len({*known, *credentials}) < len(known) + len(credentials):
        raise ChannelError(stored.id, "keys", "the same key is given twice")
    keys, made = list(stored.keys), stored.keys_made
    for credential in credentials:
        made += 1
        id = f"k{made}"
        keys.append(SealedKey(id, vault.seal(credential, place(stored.id, id))))
    return replace(stored, keys=tuple(keys), keys_made=made)


def changed(
    stored: StoredChannel, change: ChannelChange, rules: Rules, vault: Sealing
) -> StoredChannel:
    """As the operator wants it. ChannelError names the field at fault."""
    after = _with_keys_switched(_with_facts(stored, change), change)
    after = checked(with_keys(after, change.add_credentials, vault), rules)
    kept = {key.id for key in stored.keys} & {key.id for key in after.keys}
    if kept and _origin(after.base_url) != _origin(stored.base_url):
        reason = "is another host, to which these keys were not given: remove them and add its own"
        raise ChannelError(stored.id, "base_url", reason)
    return after


def sealed_again(stored: StoredChannel, vault: Sealing) -> StoredChannel:
    """All its credentials under the vault's first key. ChannelError when one cannot be opened."""
    keys = []
    for key in stored.keys:
        with _naming(stored.id, key.id):
            sealed = vault.sealed_again(key.sealed, place(stored.id, key.id))
        keys.append(replace(key, sealed=sealed))
    return replace(stored, keys=tuple(keys))


def _with_facts(stored: StoredChannel, change: ChannelChange) -> StoredChannel:
    """What was given instead of what was there."""
    return replace(
        stored,
        base_url=_given(change.base_url, stored.base_url),
        priority=_given(change.priority, stored.priority),
        weight=_given(change.weight, stored.weight),
        enabled=_given(change.enabled, stored.enabled),
        models=_given(change.models, stored.models),
    )


def _given(value: Value | None, otherwise: Value) -> Value:
    return otherwise if value is None else value


def _with_keys_switched(stored: StoredChannel, change: ChannelChange) -> StoredChannel:
    there = {key.id for key in stored.keys}
    asked = {*change.remove_keys, *change.enable_keys, *change.disable_keys}
    if unknown := sorted(asked - there):
        reason = f"there is no {unknown[0]}; there are {', '.join(sorted(there))}"
        raise ChannelError(stored.id, "keys", reason)
    return replace(
        stored,
        keys=tuple(
            replace(key, enabled=_switched(key, change))
            for key in stored.keys
            if key.id not in change.remove_keys
        ),
    )


def _switched(key: SealedKey, change: ChannelChange) -> bool:
    return key.id in change.enable_keys or (key.enabled and key.id not in change.disable_keys)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return (parts.scheme, parts.netloc)


@contextmanager
def _naming(channel: str, key: str) -> Iterator[None]:
    try:
        yield
    except SealBroken as error:
        raise ChannelError(channel, f"key {key}", f"cannot be opened: {error}") from error


def _opened(channel: str, key: SealedKey, vault: Sealing) -> Key:
    with _naming(channel, key.id):
        return Key(key.id, vault.open(key.sealed, place(channel, key.id)), key.enabled)
