"""The neutral request and the neutral answer: what every client's dialect is read into, and what
every provider's answer is written from, so that dialects and providers never meet in pairs.

Whatever has an `at` came from that field of the client's body: who cannot carry it refuses it by
that name. `at` is no part of a value's identity.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NoReturn, TypeAlias

from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units

Role: TypeAlias = Literal["system", "developer", "user", "assistant"]
# How long the provider's cache keeps what ends here; empty where the client marked nothing.
# A hint: it changes what an answer costs, never the answer.
Cache: TypeAlias = Literal["", "5m", "1h"]
Effort: TypeAlias = Literal["", "none", "minimal", "low", "medium", "high", "xhigh", "max"]
Reason: TypeAlias = Literal[
    "stop", "length", "tool_calls", "content_filter", "stop_sequence", "refusal", "pause"
]
# Who signed reasoning: only that provider can check it. Empty when the client did not say.
Signer: TypeAlias = Literal["", "anthropic", "google", "openai"]


def _at() -> Any:  # noqa: ANN401
    return field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text of a message."""

    text: str
    cache: Cache = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: either a URL, or base64 with its media type. `detail` as OpenAI names it."""

    url: str = ""
    data: str = ""
    media_type: str = ""
    detail: str = ""
    cache: Cache = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to read: a URL, or base64, or plain text (media type text/plain)."""

    url: str = ""
    data: str = ""
    text: str = ""
    media_type: str = "application/pdf"
    name: str = ""
    cache: Cache = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Sound in base64; media type like audio/wav."""

    data: str
    media_type: str
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """Reasoning that a model gave before, to be handed back to it. Text may be empty if signed."""

    text: str
    signature: str = ""
    signer: Signer = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedThinking:
    """Reasoning that only its provider can read."""

    data: str
    signer: Signer = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model made. Arguments are JSON text, as the model wrote it; "" means {}.

    `signature` is Gemini's thoughtSignature of this call; see signatures.py.
    """

    id: str
    name: str
    arguments: str
    signature: str = ""
    cache: Cache = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a call gave, in a user's message. `id` is the call's, without any signature."""

    id: str
    parts: "tuple[Text | Image | Document, ...]"
    is_error: bool = False
    cache: Cache = ""
    at: str = _at()


Part: TypeAlias = (
    Text | Image | Document | Audio | Thinking | RedactedThinking | ToolCall | ToolResult
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn. Thinking and calls are the assistant's, results and media are the user's.

    System and developer messages hold text only, and may stand anywhere.
    """

    role: Role
    parts: tuple[Part, ...]
    # OpenAI's name of the participant.
    name: str = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may call. `schema` is JSON Schema; None when there is none."""

    name: str
    description: str = ""
    schema: Mapping[str, Any] | None = None
    strict: bool | None = None
    cache: Cache = ""
    at: str = _at()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """`names` (only with "required") are the tools it must choose from; empty means any."""

    mode: Literal["auto", "none", "required"]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """The answer's form: any JSON, or JSON of a schema. Text is no Format at all."""

    schema: Mapping[str, Any] | None = None
    name: str = ""
    description: str = ""
    strict: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """How much to reason. `enabled` None: the effort or budget decides. Budget in tokens.

    `visible`: whether the answer shows it; None is the provider's default.
    """

    enabled: bool | None = None
    effort: Effort = ""
    budget_tokens: int | None = None
    visible: bool | None = None

    @property
    def asked(self) -> bool:
        """Whether it says how much to reason, not only whether to show it."""
        return self != Reasoning(visible=self.visible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One chat request. None or empty: the client did not say.

    `names` are the client's words for the fields of this class, where they differ.
    """

    messages: tuple[Message, ...]
    max_output_tokens: int
    stream: bool = False
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    format: Format | None = None
    reasoning: Reasoning | None = None
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    # Tells the provider its users apart.
    user: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    # What the answer repeats of the request, as the client wrote it.
    echo: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def refuse(self, name: str, why: str) -> NoReturn:
        """InvalidArgument for a field of this class, by the client's name for it."""
        refuse(self.names.get(name, name), why)

    def refuse_all_but(self, carried: Iterable[str], provider: str) -> None:
        """InvalidArgument for an optional field that asks for something and is not `carried`."""
        for name in sorted(OPTIONAL - frozenset(carried)):
            value = getattr(self, name)
            if value not in _UNSET and value != _DEFAULTS.get(name):
                self.refuse(name, f"{provider} has nothing like it; leave it out")


# The optional fields of a request that not every provider has.
OPTIONAL = frozenset(
    {
        "parallel_tool_calls", "format", "reasoning", "stop", "temperature", "top_p", "top_k",
        "seed", "n", "logprobs", "top_logprobs", "presence_penalty", "frequency_penalty", "user",
        "metadata",
    }
)  # fmt: skip
_UNSET: Sequence[object] = (None, (), "", {})
# Said, but what happens anyway.
_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        "n": 1,
        "logprobs": False,
        "top_logprobs": 0,
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "parallel_tool_calls": True,
    }
)


def refuse(field: str, why: str) -> NoReturn:
    """InvalidArgument that names the client's field."""
    raise InvalidArgument(f"{field}: {why}", field=field)


def without_system(request: Request) -> tuple[tuple[Text, ...], tuple[Message, ...]]:
    """For providers whose system prompt stands apart: all of its texts, and the other messages."""
    spoken = [m for m in request.messages if m.role in ("system", "developer")]
    system = tuple(p for m in spoken for p in m.parts if isinstance(p, Text))
    others = tuple(m for m in request.messages if m.role in ("user", "assistant"))
    return system, others


def tool_names(messages: Iterable[Message]) -> Mapping[str, str]:
    """Names of the called tools by the calls' ids: Gemini's results need them."""
    parts = (part for message in messages for part in message.parts)
    return {part.id: part.name for part in parts if isinstance(part, ToolCall)}


# Answer events: Started, then deltas, at last Finished for every choice. UsageSeen comes whenever
# usage is told, cumulatively: the last one counts. `choice` is 0 unless several were asked for.


@dataclass(frozen=True, slots=True)
class Started:
    """The answer begins. Comes once; what the provider does not tell is empty."""

    id: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text, or the text of a refusal."""

    text: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """Reasoning text."""

    text: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """Ends the reasoning so far, or stands for reasoning that is not shown."""

    signature: str
    signer: Signer = ""
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Redacted:
    """Reasoning that only its provider can read, whole."""

    data: str
    signer: Signer = ""
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A call begins. `index` counts a choice's calls from 0, without gaps."""

    index: int
    id: str
    name: str
    signature: str = ""
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ToolArguments:
    """A piece of a call's arguments: JSON text. Pieces of several calls may alternate."""

    index: int
    json: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token of the answer, and the likeliest ones in its place."""

    token: str
    logprob: float
    top: "tuple[tuple[str, float], ...]" = ()


@dataclass(frozen=True, slots=True)
class Logprobs:
    """Log probabilities of text that came just before or comes next."""

    tokens: tuple[TokenLogprob, ...]
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A choice ends. `stop_sequence` says which one, with that reason."""

    reason: Reason
    stop_sequence: str = ""
    choice: int = 0


@dataclass(frozen=True, slots=True)
class UsageSeen:
    """The provider's usage, once it is credible."""

    units: Units


Event: TypeAlias = (
    Started
    | TextDelta
    | ThinkingDelta
    | Signature
    | Redacted
    | ToolCallStarted
    | ToolArguments
    | Logprobs
    | Finished
    | UsageSeen
)
