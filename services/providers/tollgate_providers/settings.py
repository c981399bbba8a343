"""Settings of the providers service, and the only place that reads its environment."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import Field
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
    # A whole answer is held in memory: a million tokens with log probabilities fit.
    answer_bytes_max: int = Field(16 << 20, gt=0)


def environment(names: Iterable[str]) -> Mapping[str, str]:
    """The variables among `names` that are set to something: providers' keys and base URLs.

    Their names are the vendors' own and are declared by the adapters, not here.
    """
    return {name: value for name in names if (value := os.environ.get(name, "").strip())}
