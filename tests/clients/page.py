"""The part of docs/compatibility.md that says which client did what, found by these tests."""

from collections.abc import Iterable
from dataclasses import dataclass, field

FEATURES = ("chat", "stream", "tools", "structured output", "embeddings")
_HEAD = """\
Clients of other makers, which know nothing of Tollgate: each is installed in the version that is
named here, given a base URL and a key as its own guide says, and run against a whole Tollgate
before simulated providers. `make test-clients` runs them all, each in an environment of its own,
and fails when it finds anything else than this table.

- **chat**, **stream**, **tools** (a call, its result, the answer to it), **structured
  output**, **embeddings**: the client showed the right answer.
- **ledger**: each answer is debited once, exact to the nano-dollar. **usage record**: one for each
  answer, of that dialect, operation and model, complete, and of as many tokens as the client shows.
- **no refusals**: nothing that the client asked was refused, so it never had to ask again in
  another way.
- **-**: the client has no such thing, or it is not what it is for.

Three of them are told the way by these lines, here for the address `http://127.0.0.1:8080`:

- **Claude Code**: `ANTHROPIC_BASE_URL=http://127.0.0.1:8080` and `ANTHROPIC_AUTH_TOKEN=sk-...`; any
  model will do as `ANTHROPIC_MODEL` and `ANTHROPIC_DEFAULT_HAIKU_MODEL`.
- **Codex**: in `~/.codex/config.toml` a provider with `base_url = "http://127.0.0.1:8080/v1"`,
  `env_key = "TOLLGATE_API_KEY"` and `wire_api = "responses"`, its name as `model_provider`, any
  model as `model`, and `web_search = "disabled"`: providers bill their search by the call, and that
  has no price here.
- **Gemini CLI**: `GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8080` and `GEMINI_API_KEY=sk-...`.

"""


_CHECKS = ("ledger", "usage record", "no refusals")


@dataclass(frozen=True, slots=True)
class Row:
    """One client, by the name that its users know, speaking one dialect."""

    client: str
    version: str
    dialect: str
    did: frozenset[str]

    def line(self) -> str:
        cells = ["yes" if feature in self.did else "-" for feature in FEATURES]
        cells += ["yes"] * len(_CHECKS)
        return f"| {' | '.join([self.client, self.version, self.dialect, *cells])} |"


@dataclass
class Page:
    """The rows so far."""

    rows: list[Row] = field(default_factory=list)

    def add(self, client: str, version: str, dialect: str, did: Iterable[str]) -> None:
        """Only what has been checked, in each of _CHECKS too."""
        self.rows.append(Row(client, version, dialect, frozenset(map(_column, did))))

    def text(self) -> str:
        columns = ["client", "version", "dialect", *FEATURES, *_CHECKS]
        lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
        rows = sorted(self.rows, key=lambda row: (row.client.lower(), row.dialect))
        return _HEAD + "\n".join(lines + [row.line() for row in rows]) + "\n"


def _column(feature: str) -> str:
    return "structured output" if feature.startswith("structured") else feature
