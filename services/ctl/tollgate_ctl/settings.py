"""Where the services are: the environment, else the file that a local run writes."""

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from tollgate_common.settings import SettingsError, load


class HomeSettings(BaseSettings):
    """Where a local run keeps its state."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    home: Path = Field(Path(".run"), validation_alias="TOLLGATE_HOME")


class CtlSettings(BaseSettings):
    """The deployment's token and its services' addresses, each needed only by who uses it."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    token: SecretStr = Field(validation_alias="TOLLGATE_TOKEN", min_length=16)
    auth_target: str = Field("", validation_alias="TOLLGATE_AUTH_TARGET")
    ledger_target: str = Field("", validation_alias="TOLLGATE_LEDGER_TARGET")
    providers_target: str = Field("", validation_alias="TOLLGATE_PROVIDERS_TARGET")
    metering_target: str = Field("", validation_alias="TOLLGATE_METERING_TARGET")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, DotEnvSettingsSource(settings_cls, env_file=ctl_env())


def ctl_env() -> Path:
    """The file of KEY=VALUE lines that a local run writes."""
    return load(HomeSettings).home / "ctl.env"


def read() -> CtlSettings:
    """SettingsError says what is missing and where it was looked for."""
    try:
        return load(CtlSettings)
    except SettingsError as error:
        raise SettingsError(
            f"{error}\nlooked in the environment and {ctl_env()}; is `make run` running?"
            " set TOLLGATE_HOME, or TOLLGATE_TOKEN and TOLLGATE_AUTH_TARGET, _LEDGER_TARGET, ..."
        ) from error
    except OSError as error:
        raise SettingsError(
            f"cannot read {ctl_env()}: {error.strerror}; run as the user that ran `make run`"
        ) from error


def variable(name: str) -> str:
    """A variable whose name an operator gives; empty when it is not set."""
    return os.environ.get(name, "").strip()
