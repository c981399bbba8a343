"""A chat that is to be answered, whatever its wire format."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .answers import compose
from .chat import ChatRequest
from .formats import Format
from .operations import Reply
from .rendering import Answer, Identity
from .scenarios import Scenario
from .usage import count

PROMPT_TOKENS_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Conversation:
    """A valid chat request and the format that it came in. See `Task`."""

    chat: ChatRequest
    at: Format

    def __post_init__(self) -> None:
        if self.chat.prompt.tokens > PROMPT_TOKENS_MAX:
            raise self.at.words.too_many_tokens(PROMPT_TOKENS_MAX, self.chat.prompt.tokens)

    @property
    def directive(self) -> str:
        return self.chat.prompt.directive

    def reply(self, identity: Identity, scenario: Scenario) -> Reply:
        at, chat = self.at, self.chat
        choices = compose(chat, scenario)
        composed = Answer(
            identity=identity,
            request=chat,
            scenario=replace(scenario, usage=scenario.usage or at.usage),
            choices=choices,
            counts=count(chat.prompt.tokens, choices, scenario.cached, chat.cache_breaks),
        )
        if not chat.stream:
            return Reply((at.whole(composed),), text_key=at.text_key)
        return Reply(
            parts=tuple(self._interrupted(at.events(composed), scenario)),
            content_type=at.stream_type,
            streamed=True,
            text_key=at.text_key,
        )

    def _interrupted(self, events: list[bytes], scenario: Scenario) -> Sequence[bytes]:
        if scenario.no_done:
            events = events[:-1]
        if scenario.error_after is None:
            return events
        sent = events[: scenario.error_after]
        return [*sent, self.at.stream_error(len(sent))]
