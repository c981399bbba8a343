"""What a vendor makes of OpenAI's chat request: data that adapters state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

# Ways of choosing tools; "required" is any of them, "named" one.
Choice: TypeAlias = Literal["auto", "none", "required", "named"]
ALL_CHOICES: frozenset[Choice] = frozenset({"auto", "none", "required", "named"})
UNFORCED: frozenset[Choice] = frozenset({"auto", "none"})
# Where there are three efforts, the others are near to one of them.
LOW_HIGH_MAX: Mapping[str, str] = MappingProxyType(
    {
        "minimal": "low",
        "low": "low",
        "medium": "high",
        "high": "high",
        "xhigh": "high",
        "max": "max",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a vendor makes of OpenAI's request beyond the common part, and of reasoning."""

    # Optional fields of a request that it has besides OpenAI's, and those that it lacks.
    extras: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    # Whether it tells developers from the system; the others refuse that role.
    developer: bool = False
    # Whether texts may stand as a list; otherwise several are joined into one.
    text_lists: bool = False
    # Whether it understands cache_control; the others cache by themselves.
    cache_marks: bool = False
    files: bool = False
    audio: bool = False
    json_schema: bool = True
    # Whether it takes reasoning back, as reasoning_content of an earlier answer, and whether it
    # insists on it, as long as it reasons, once there was a call.
    thoughts: bool = True
    needs_thoughts: bool = False
    # "effort": reasoning_effort; "switch": thinking on or off, with effort if it has a name;
    # "budget": enable_thinking and thinking_budget; "always": never off, with effort.
    reasoning: Literal["effort", "switch", "budget", "always"] = "switch"
    # The vendor's names of efforts, where they differ or are all that it has.
    efforts: Mapping[str, str] = field(default_factory=dict)
    # The choices that it takes, and those of them that it takes while it reasons.
    choices: frozenset[Choice] = ALL_CHOICES
    reasoning_choices: frozenset[Choice] = ALL_CHOICES
