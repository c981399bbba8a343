"""What auth is told by its environment."""

from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ServiceSettings


class AuthSettings(ServiceSettings):
    """Settings of auth: TOLLGATE_AUTH_RPC_PORT and so on."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_AUTH_")

    rpc_port: int
    # "sqlite:///path/to/file.db" or "mongodb://..."
    store_url: str
