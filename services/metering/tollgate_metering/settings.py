"""What metering is told by its environment."""

from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ServiceSettings


class MeteringSettings(ServiceSettings):
    """Settings of metering: TOLLGATE_METERING_RPC_PORT and so on."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_METERING_")

    rpc_port: int
    # "sqlite:///path/to/file.db" or "mongodb://..."
    store_url: str
