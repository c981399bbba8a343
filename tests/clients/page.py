"""docs/clients.md: which client did what, found by these tests."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stack import ROOT

PATH = ROOT / "docs" / "clients.md"
FEATURES = ("chat", "stream", "tools", "structured output", "embeddings")
_HEAD = """# Clients

Clients of other makers, which know nothing of Tollgate: each is installed in the version that is
named here, given a base URL and a key as its own guide says, and run against a whole Tollgate
before simulated providers. `make test-clients` found this table, and fails when it finds anything
else.

- **chat**, **stream**, **tools** (a call, its result, the answer to it), **structured
  output**, **embeddings**: the client showed the right answer.
- **ledger**: each answer is debited once, exact to the nano-dollar. **usage record**: one for each
  answer, of that dialect, operation and model, complete, and of as many tokens as the client shows.
- **-**: the client has no such thing, or it is not what it is for.

"""


@dataclass(frozen=True, slots=True)
class Row:
    """One client, by the name that its users know, speaking one dialect."""

    client: str
    version: str
    dialect: str
    did: frozenset[str]

    def line(self) -> str:
        cells = ["yes" if feature in self.did else "-" for feature in FEATURES]
        return (
            f"| {self.client} | {self.version} | {self.dialect} | {' | '.join(cells)} | yes | yes |"
        )


@dataclass
class Page:
    """The rows so far."""

    rows: list[Row] = field(default_factory=list)

    def add(self, client: str, version: str, dialect: str, did: Iterable[str]) -> None:
        """Only what has been checked, the ledger and the usage records too."""
        self.rows.append(Row(client, version, dialect, frozenset(map(_column, did))))

    def text(self) -> str:
        columns = ["client", "version", "dialect", *FEATURES, "ledger", "usage record"]
        lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
        rows = sorted(self.rows, key=lambda row: (row.client.lower(), row.dialect))
        return _HEAD + "\n".join(lines + [row.line() for row in rows]) + "\n"


def _column(feature: str) -> str:
    return "structured output" if feature.startswith("structured") else feature
