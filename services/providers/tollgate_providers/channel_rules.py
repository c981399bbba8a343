"""What a channel may look like, whoever configures it; a refusal names channel and field."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from .adapter import Adapter
from .catalogue import Model
from .channels import ChannelError

WEIGHT_MAX = 1000
PRIORITY_MAX = 1000
KEYS_MAX = 100
_CREDENTIAL_CHARACTERS_MAX = 4096
_URL_CHARACTERS_MAX = 500
_UPSTREAM_CHARACTERS_MAX = 200
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
# Port 22 or 25 would make us speak to something that is no provider.
_PORTS_REFUSED = frozenset({22, 25})


@dataclass(frozen=True, slots=True)
class Rules:
    """What there is to choose from, and our own hosts that channels may have all the same."""

    adapters: Mapping[str, Adapter]
    models: Mapping[str, Model]
    private_hosts: Collection[str] = ()

    def adapter(self, id: str, provider: object) -> Adapter:
        adapter = self.adapters.get(str(provider))
        if adapter is None:
            names = ", ".join(sorted(self.adapters))
            raise ChannelError(id, "provider", f"must be one of {names}")
        return adapter

    def served(self, id: str, provider: str, models: object) -> Mapping[str, str]:
        """Own names by canonical name, of a list of names or a mapping.

        A model of another provider needs the name that it has here: without one it is a mistake.
        """
        if isinstance(models, Sequence) and not isinstance(models, str):
            models = dict.fromkeys(map(str, models), "")
        if not isinstance(models, Mapping):
            raise ChannelError(id, "models", "must be a list of names, or own names by name")
        for name, own in sorted(models.items()):
            model = self.models.get(str(name))
            if model and model.provider != provider and not own:
                reason = f"{name} is no model of {provider}; give the name that it has here"
                raise ChannelError(id, "models", reason)
            if not isinstance(own, str) or not _is_plain(own, _UPSTREAM_CHARACTERS_MAX, least=0):
                raise ChannelError(id, "models", f"the own name of {name} must be a plain text")
        return dict(models)

    def check_known(self, id: str, models: Iterable[str]) -> None:
        """For whoever writes a channel. One that is there outlives a model that is dropped."""
        for name in models:
            if name not in self.models:
                raise ChannelError(id, "models", f"{name} is no model of the catalogue")


def checked_id(id: object) -> str:
    """Part of a metric's label and of a usage record, so it is plain."""
    if not isinstance(id, str) or not _ID.fullmatch(id):
        reason = "must be up to 63 lower-case letters, digits, dots, hyphens or underscores"
        raise ChannelError(str(id)[:63], "id", reason)
    return id


def checked_number(id: str, field: str, value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ChannelError(id, field, f"must be a whole number from {least} to {most}")
    return value


def checked_credential(id: str, value: object) -> str:
    """It goes into a header."""
    if not isinstance(value, str) or not _is_plain(value, _CREDENTIAL_CHARACTERS_MAX):
        raise ChannelError(id, "api_key", "must be printable ASCII without blanks")
    return value


def checked_keys(id: str, credentials: Sequence[str]) -> None:
    if not 1 <= len(credentials) <= KEYS_MAX:
        raise ChannelError(id, "api_keys", f"must be from 1 to {KEYS_MAX}")
    if len(set(credentials)) < len(credentials):
        raise ChannelError(id, "api_keys", "the same key is given twice")


def checked_url(id: str, url: object) -> str:
    """An address to which the channel's credentials may go."""
    if not isinstance(url, str) or not _is_plain(url, _URL_CHARACTERS_MAX):
        raise ChannelError(id, "base_url", "must be a text without blanks")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ChannelError(id, "base_url", "is no address") from error
    plain = not (parts.username or parts.password or parts.query or parts.fragment or "\\" in url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        reason = "must be http(s)://host[:port]/path without user, password, query or fragment"
        raise ChannelError(id, "base_url", reason)
    if port in _PORTS_REFUSED:
        raise ChannelError(id, "base_url", f"port {port} is no provider's")
    return url.rstrip("/")


def _is_plain(text: str, characters_max: int, *, least: int = 1) -> bool:
    printable = text.isascii() and text.isprintable() and " " not in text
    return least <= len(text) <= characters_max and printable
