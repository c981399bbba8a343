"""Settings of the ledger."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ServiceSettings

from .leases import LeaseTerms


class LedgerSettings(ServiceSettings):
    """TOLLGATE_LEDGER_*: where it listens and stores, and how long leases live."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_LEDGER_")

    rpc_port: int
    store_url: str
    # Short enough that a dead edge is noticed soon, long enough that renewing costs nothing.
    lease_ttl_seconds: float = Field(30.0, ge=1, le=600)
    # Clocks may drift apart by this much in one lease's life.
    lease_grace_seconds: float = Field(5.0, ge=0, le=60)
    # Longer than the longest request, so that no event of it can still arrive.
    orphan_seconds: float = Field(900.0, ge=1)
    # For crash tests only: the process kills itself at this place.
    crash_at: str = ""

    def lease_terms(self) -> LeaseTerms:
        return LeaseTerms(
            ttl_ms=round(self.lease_ttl_seconds * 1000),
            grace_ms=round(self.lease_grace_seconds * 1000),
            orphan_ms=round(self.orphan_seconds * 1000),
        )
