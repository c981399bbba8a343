"""Settings: read once from the environment, checked, frozen, passed in."""

import logging
import re
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .addresses import Networks, parse_networks

_ORIGIN = re.compile(r"https?://([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?", re.ASCII)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _fit_for_a_header(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise ValueError("must be printable ASCII without a space or newline around it")
    return secret


def _known_level(level: str) -> str:
    levels = logging.getLevelNamesMapping()
    if level.upper() not in levels:
        raise ValueError(f"must be one of {', '.join(levels)}")
    return level


def _networks(value: str | Networks) -> Networks:
    return parse_networks(value) if isinstance(value, str) else value


def _fit_for_sessions(url: str) -> str:
    origin = url.removesuffix("/")
    if not _ORIGIN.fullmatch(origin):
        raise ValueError("must be scheme and host alone, such as https://console.example.com")
    parts = urlsplit(origin)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://, unless it is this machine: it carries sessions")
    return origin


# Addresses and networks, separated by commas.
NetworkList = Annotated[Networks, NoDecode, BeforeValidator(_networks)]
# Where the console is for its users: scheme and host, without a slash at the end.
ConsoleUrl = Annotated[str, AfterValidator(_fit_for_sessions)]


class ServiceSettings(BaseSettings):
    """What every service is told. A service extends it and sets its own env_prefix.

    Shared settings have one name for all services, so that one ConfigMap can hold them.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    # Health, readiness and metrics; never on the public port.
    ops_port: int
    # Longer than the longest answer that should survive a roll-out.
    drain_seconds: float = 30.0
    token: Annotated[SecretStr, AfterValidator(_fit_for_a_header)] = Field(
        validation_alias="TOLLGATE_TOKEN", min_length=16
    )
    nats_url: str = Field("nats://127.0.0.1:4222", validation_alias="TOLLGATE_NATS_URL")
    nats_replicas: int = Field(1, validation_alias="TOLLGATE_NATS_REPLICAS", ge=1, le=5)
    log_level: Annotated[str, AfterValidator(_known_level)] = Field(
        "INFO", validation_alias="TOLLGATE_LOG_LEVEL"
    )
    otlp_endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")


class SettingsError(Exception):
    """Settings are missing or wrong; the message names each environment variable."""


Settings = TypeVar("Settings", bound=BaseSettings)


def load(kind: type[Settings]) -> Settings:
    """Reads the environment. SettingsError names every variable that is missing or wrong."""
    try:
        return kind()
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        lines = [
            f"{_variable(kind, prefix, str(item['loc'][0]))}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("\n".join(lines)) from None


def _variable(kind: type[BaseSettings], prefix: str, location: str) -> str:
    aliases = {field.validation_alias for field in kind.model_fields.values()}
    return location if location in aliases else f"{prefix}{location}".upper()
