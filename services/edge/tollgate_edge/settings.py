"""What the edge is told by its environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from tollgate_common.addresses import Networks
from tollgate_common.settings import NetworkList, ServiceSettings


class EdgeSettings(ServiceSettings):
    """The public port, the three services behind it, and every limit with its reason."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_EDGE_", frozen=True, extra="ignore")

    port: int
    auth_target: str
    ledger_target: str
    # Comma separated; each gets its own streams, and requests go to the one with the fewest.
    providers_targets: str
    # Streams a target: more than one spreads over the replicas behind one DNS name.
    links_per_target: int = Field(1, ge=1, le=16)
    # Usage events wait here while NATS is away.
    spool_dir: Path
    spool_bytes_max: int = 1024**3
    # Whose word on X-Forwarded-For is taken: addresses and networks, separated by commas.
    trusted_proxies: NetworkList = Networks()

    # The largest sound file that OpenAI takes fits, and so do twenty images of a megapixel.
    body_bytes_max: int = 26 * 1024**2
    body_seconds: float = 30.0
    # Beyond this, queueing only adds latency: new requests are shed with 503.
    requests_max: int = Field(2_000, ge=1)

    # A revoked key stops within this even when its announcement is lost.
    grant_seconds: float = 30.0
    # From this age on, a grant is asked for again while it still serves.
    grant_refresh_seconds: float = 10.0
    # A wrong key is asked for at most this often.
    grant_absent_seconds: float = 5.0
    grants_max: int = 100_000
    # Digests under way to auth at once: a flood of guesses must not become a flood of calls.
    grant_lookups_max: int = 256

    catalogue_seconds: float = 3.0

    # How long a request may wait for credit before it is told to come again.
    credit_seconds: float = 3.0

    # Answer bytes that wait for a slow client, a request.
    window_bytes: int = 64 * 1024
    # A client that has taken nothing for so long is gone; its buffers are not worth keeping.
    stall_seconds: float = Field(60.0, gt=0)
    # A unary answer is held whole until its length is known.
    answer_bytes_max: int = 64 * 1024**2
    # Proxies cut connections that are silent for a minute; naive clients choke on early comments.
    keepalive_seconds: float = 15.0
    # After its answer has ended, a lane waits this long for providers to say that it is recorded.
    settle_seconds: float = 20.0
    # The longest request.
    request_seconds: float = 900.0

    @property
    def targets(self) -> list[str]:
        """Each target as often as it gets a stream."""
        names = [name.strip() for name in self.providers_targets.split(",") if name.strip()]
        return names * self.links_per_target
