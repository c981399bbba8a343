"""Token counts as a provider reports them: truly, or as a lie. Formats only spell them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .answers import Choice
from .chat import CacheBreak
from .scenarios import Scenario

HUGE_TOKENS = 10**12


@dataclass(frozen=True, slots=True)
class Counts:
    """True counts of one request.

    `cached`, `written_5m` and `written_1h` are disjoint parts of the prompt: what the provider had
    in its cache, and what it has put there. `reasoning` is part of the completion.
    """

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0
    written_5m: int = 0
    written_1h: int = 0

    @property
    def fresh(self) -> int:
        """The part of the prompt that the cache has nothing to do with."""
        return self.prompt - self.cached - self.written_5m - self.written_1h

    def after(self, tokens: int) -> "Counts":
        """The counts when so many tokens of the completion were sent."""
        completion = min(tokens, self.completion)
        return replace(self, completion=completion, reasoning=min(completion, self.reasoning))


@dataclass(frozen=True, slots=True)
class Claim:
    """What the provider says. The counts are missing from a lie, which has no details either."""

    prompt: object
    completion: object
    total: object
    counts: Counts | None


def count(
    prompt: int, choices: Sequence[Choice], cached: int, breaks: Sequence[CacheBreak]
) -> Counts:
    cached = min(cached, prompt)
    written = {False: 0, True: 0}
    done = cached
    for point in breaks:
        written[point.hour] += max(0, point.tokens - done)
        done = max(done, point.tokens)
    return Counts(
        prompt=prompt,
        completion=sum(choice.tokens for choice in choices),
        cached=cached,
        reasoning=sum(len(choice.reasoning) for choice in choices),
        written_5m=written[False],
        written_1h=written[True],
    )


def claim(counts: Counts, scenario: Scenario) -> Claim:
    """ "none" is left to who places the usage, as are the forms that only one vendor has."""
    lie = _LIES.get(scenario.usage)
    if lie:
        return Claim(*lie(counts), counts=None)
    return Claim(counts.prompt, counts.completion, counts.prompt + counts.completion, counts=counts)


_LIES: dict[str, Callable[[Counts], tuple[object, object, object]]] = {
    "negative": lambda c: (c.prompt, -c.completion, c.prompt - c.completion),
    "huge": lambda c: (c.prompt, HUGE_TOKENS, c.prompt + HUGE_TOKENS),
    "string": lambda c: (str(c.prompt), str(c.completion), str(c.prompt + c.completion)),
    "float": lambda c: (c.prompt + 0.5, c.completion + 0.5, c.prompt + c.completion + 1.0),
    "zero": lambda _: (0, 0, 0),
    "contradictory": lambda c: (c.prompt, c.completion, c.prompt + c.completion + 1000),
}


def told(report: dict[str, Any], scenario: Scenario) -> dict[str, Any] | None:
    """A usage object of any shape, truly or as a lie about each of its numbers; None: not told."""
    if scenario.usage == "none":
        return None
    lie = _LIES_OF_A_NUMBER.get(scenario.usage)
    return _distorted(report, lie) if lie else report


_NumberLie = Callable[[str, int], object]


def _distorted(report: dict[str, Any], lie: _NumberLie) -> dict[str, Any]:
    instead: dict[str, Any] = {}
    for name, value in report.items():
        if isinstance(value, dict):
            instead[name] = _distorted(value, lie)
        else:
            instead[name] = lie(name, value) if isinstance(value, int) else value
    return instead


_LIES_OF_A_NUMBER: dict[str, _NumberLie] = {
    "negative": lambda _, number: -number,
    "huge": lambda *_: HUGE_TOKENS,
    "string": lambda _, number: str(number),
    "float": lambda _, number: number + 0.5,
    "zero": lambda *_: 0,
    "contradictory": lambda name, number: number + 1000 * name.startswith("total"),
}
