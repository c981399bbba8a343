"""What a client is allowed more by the betas that its headers name."""

from dataclasses import dataclass
from typing import Self

# The old place of output_config.format, which is taken for a while still.
_FORMAT = "structured-outputs-2025-11-13"
# An effort from some message on: as the documentation calls it, and as Claude Code does.
_TURN_CONFIG = ("mid-conversation-output-config-2026-07-01", "per-turn-control-2026-07-01")

_UPDATES = "thinking-display-updates-2026-08-18"


@dataclass(frozen=True, slots=True)
class Betas:
    """Whether any is named, and those of which the checks know more."""

    some: bool = False
    output_format: bool = False
    turn_config: bool = False
    thinking_updates: bool = False

    @classmethod
    def named(cls, header: str) -> Self:
        names = [name.strip() for name in header.split(",")]
        return cls(
            some=any(names),
            output_format=_FORMAT in names,
            turn_config=any(name in names for name in _TURN_CONFIG),
            thinking_updates=_UPDATES in names,
        )


NONE = Betas()
