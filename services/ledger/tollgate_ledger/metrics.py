"""What operators watch."""

from prometheus_client import Counter, Histogram

ENTRIES = Counter("tollgate_ledger_entries", "Entries posted.", ["kind"])
CONFLICTS = Counter(
    "tollgate_ledger_conflicts", "Usage events whose request had been posted with another amount."
)
DEAD_LETTERS = Counter("tollgate_ledger_dead_letters", "Usage events that can never be posted.")
LEASES_DENIED = Counter(
    "tollgate_ledger_leases_denied", "Leases refused because the balance did not cover them."
)
LOW_BALANCES = Counter(
    "tollgate_ledger_low_balances", "Notices published that a balance has become low."
)
LAG_SECONDS = Histogram(
    "tollgate_ledger_lag_seconds",
    "From the end of a request to its entry.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600),
)
