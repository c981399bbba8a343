"""What the sandbox is told, as TOLLGATE_SANDBOX_*."""

from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ServiceSettings


class Settings(ServiceSettings):
    """The sandbox's settings."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_SANDBOX_", frozen=True, extra="ignore")

    port: int
    # Answers that hang on purpose would otherwise delay every stop.
    drain_seconds: float = 1.0
