"""Settings of the providers service, and the only place that reads its environment."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ServiceSettings


class ProvidersSettings(ServiceSettings):
    """Where to listen, whom to reach, and every limit on the way to a provider."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_PROVIDERS_")

    rpc_port: int
    spool_dir: Path
    # Usage that NATS has not taken; about three million requests.
    spool_bytes_max: int = Field(1 << 30, gt=0)
    # Takes the place of every provider that has no key.
    sandbox_url: str = ""
    channels_file: Path | None = None
    # Channels that are managed at run time, and kept answers: "sqlite:///path/to/file.db" or "mongodb://...".
    store_url: str
    # "id:base64,older:base64", each 32 bytes: the first encrypts credentials, all of them decrypt.
    vault_keys: SecretStr = SecretStr("")
    # Hosts of our own network that channels of the store may have, with commas between them.
    private_hosts: str = ""
    # How long a lost announcement may leave this process with channels of before.
    channels_seconds: float = Field(30.0, gt=0)
    # Silence before a stream after which another way is asked, too, and whichever answers first is
    # taken; 0 for never. The provider may charge for the one that was dropped.
    hedge_seconds: float = Field(0.0, ge=0)
    # Replaces the catalogue that is built in.
    catalogue_file: Path | None = None
    connect_seconds: float = Field(5.0, gt=0)
    # A long prompt with much reasoning can be silent for two minutes before its first byte.
    first_byte_seconds: float = Field(120.0, gt=0)
    idle_seconds: float = Field(60.0, gt=0)
    # The longest request that leases are made for.
    total_seconds: float = Field(900.0, gt=0)
    # Above what one process can carry; a provider's own limit shows as 429 long before.
    connections_per_host: int = Field(2000, gt=0)
    lanes_max: int = Field(4000, gt=0)
    # A whole answer is held in memory: ten large images fit, or two thousand vectors as numbers.
    answer_bytes_max: int = Field(64 << 20, gt=0)
    # What clients may have again under an Idempotency-Key: for so long, and so much of one answer.
    answers_seconds: float = Field(86_400.0, gt=0)
    kept_answer_bytes_max: int = Field(8 << 20, gt=0)

    @property
    def allowed_hosts(self) -> frozenset[str]:
        return frozenset(filter(None, map(str.strip, self.private_hosts.lower().split(","))))


def environment(names: Iterable[str]) -> Mapping[str, str]:
    """The variables among `names` that are set to something: providers' keys and base URLs.

    Their names are the vendors' own and are declared by the adapters, not here.
    """
    return {name: value for name in names if (value := os.environ.get(name, "").strip())}
