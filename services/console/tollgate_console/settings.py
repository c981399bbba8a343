"""What the console is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from tollgate_common.addresses import Networks
from tollgate_common.settings import ConsoleUrl, NetworkList, ServiceSettings


class ConsoleSettings(ServiceSettings):
    """The public port, the services behind it, and what is shown to customers."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_CONSOLE_", frozen=True, extra="ignore")

    port: int
    auth_target: str
    ledger_target: str
    metering_target: str
    providers_target: str
    # Where the playground's requests go: an edge, such as http://edge:8080.
    edge_url: str
    # Where the console is for its users: scheme and host. Requests of other origins change nothing.
    url: ConsoleUrl
    # What customers' SDKs are told, with /v1.
    api_url: str
    # Addresses and networks whose X-Forwarded-For is believed, comma separated.
    trusted_proxies: NetworkList = Networks()
    # Given once to each account that has verified its email; 0 gives nothing.
    welcome_credit_nano: int = Field(0, ge=0, le=10**12)

    # A form; a long prompt with a few images fits into the playground's limit.
    body_bytes_max: int = 256 * 1024
    playground_bytes_max: int = 26 * 1024**2
    body_seconds: float = 30.0
    # The longest answer in the playground, and the longest time to save a table.
    stream_seconds: float = 900.0

    @property
    def secure(self) -> bool:
        """Whether the browser reaches us by https, so that cookies can be bound to it."""
        return self.url.startswith("https://")
