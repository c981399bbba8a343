"""Answers: what is written for a client reads as what was to be said, when its format's own
provider reader takes it, but for what that format has no place for.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Reader
from tollgate_providers.adapters.openai import ADAPTER as OPENAI
from tollgate_providers.dialect import Envelope
from tollgate_providers.formats.anthropic.provider_answer import MessageReader
from tollgate_providers.formats.gemini.provider_answer import GeminiReader
from tollgate_providers.formats.openai.provider_answer import ChatReader
from tollgate_providers.formats.responses.provider_answer import ResponseReader
from tollgate_providers.registry import load_dialects

from . import strategies as some
from .test_writers import in_openais_order, told

DIALECTS: Any = load_dialects()
CLIENTS = {
    "openai": DIALECTS["openai", "chat"],
    "responses": DIALECTS["openai", "responses"],
    "anthropic": DIALECTS["anthropic", "chat"],
    "gemini": DIALECTS["gemini", "chat"],
}
ENVELOPE = Envelope(id="R1", model="m", created_s=1, include_usage=True)
READERS: dict[str, Callable[[], Reader]] = {
    "openai": lambda: ChatReader(OPENAI),
    "responses": lambda: ResponseReader(reasoning=True),
    "anthropic": MessageReader,
    "gemini": lambda: GeminiReader("R1"),
}
SIGNERS: dict[str, n.Signer] = {
    "openai": "google",
    "responses": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
}


def streamed(client: str, events: Iterable[n.Event]) -> list[n.Event]:
    """Written for a client one by one, and read again."""
    writer = CLIENTS[client].writer(ENVELOPE)
    data = b"".join([*(writer.write([event]) for event in events), writer.end()])
    reader = READERS[client]()
    back = reader.feed(data)
    if not reader.complete:
        back += reader.finish()
    assert reader.complete
    assert reader.failure is None
    return back


def whole(client: str, events: Iterable[n.Event]) -> list[n.Event]:
    return READERS[client]().read(CLIENTS[client].answer(ENVELOPE, events))


def sense(client: str, events: Iterable[n.Event]) -> dict[str, Any]:
    """What an answer says, but for what the format has no place for.

    OpenAI's keeps no order between texts and thoughts. The two that have no reason of its own for
    calls end with an ordinary one.
    """
    answer = told(events)
    if client == "openai":
        return in_openais_order(answer)
    if client != "anthropic" and answer["Finished"] in ("stop", "tool_calls"):
        answer["Finished"] = "tool_calls" if answer["calls"] else "stop"
    return answer


def answers(client: str) -> Any:
    writes = {"anthropic": ("cache_write_5m", "cache_write_1h"), "responses": ("cache_write_5m",)}
    buckets = {name: some.counts for name in ("reasoning", *writes.get(client, ()))}
    sealed = client in ("openai", "anthropic")
    return some.answers(some.units(**buckets), st.just(SIGNERS[client]), redacted=sealed)


@settings(max_examples=40)
@given(st.sampled_from(sorted(CLIENTS)), st.data())
def test_an_answer_comes_back_the_same(client: str, data: st.DataObject) -> None:
    """Streamed and whole."""
    events = data.draw(answers(client))
    assert sense(client, streamed(client, events)) == sense(client, events)
    assert sense(client, whole(client, events)) == sense(client, events)


# Why an answer ended, where a format has fewer words for it.
ENDS: dict[str, dict[n.Reason, n.Reason]] = {
    "openai": {"stop_sequence": "stop", "refusal": "content_filter", "pause": "stop"},
    "responses": {
        "stop_sequence": "stop",
        "refusal": "content_filter",
        "pause": "stop",
        "tool_calls": "stop",
    },
    "anthropic": {"content_filter": "refusal"},
    "gemini": {
        "stop_sequence": "stop",
        "refusal": "content_filter",
        "pause": "stop",
        "tool_calls": "stop",
    },
}
REASONS: tuple[n.Reason, ...] = (
    "stop", "length", "tool_calls", "content_filter", "stop_sequence", "refusal", "pause",
)  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("client", CLIENTS)
def test_why_it_ended_comes_back(client: str, reason: n.Reason) -> None:
    stop = "END" if reason == "stop_sequence" else ""
    events: list[n.Event] = [n.Started("i", "m"), n.TextDelta("Hi"), n.Finished(reason, stop)]
    expected = ENDS[client].get(reason, reason)
    for back in (streamed(client, events), whole(client, events)):
        (end,) = [event for event in back if isinstance(event, n.Finished)]
        assert end == n.Finished(expected, stop if expected == "stop_sequence" else "")


LOGPROBS_SEEN = n.Logprobs((n.TokenLogprob("Hi", -0.5, (("Ho", -1.5),)),))


@pytest.mark.parametrize("client", ["openai", "responses", "gemini"])
def test_log_probabilities_come_back(client: str) -> None:
    """Anthropic's format has none."""
    events: list[n.Event] = [
        n.Started("i", "m"),
        n.TextDelta("Hi"),
        LOGPROBS_SEEN,
        n.Finished("stop"),
    ]
    for back in (streamed(client, events), whole(client, events)):
        assert [event for event in back if isinstance(event, n.Logprobs)] == [LOGPROBS_SEEN]


@pytest.mark.parametrize("client", ["openai", "gemini"])
def test_several_answers_come_back(client: str) -> None:
    """The other formats have one."""
    events: list[n.Event] = [
        n.Started("i", "m"),
        *(n.TextDelta(text, choice) for text, choice in (("a", 0), ("b", 1), ("c", 0))),
        *(n.Finished("stop", "", choice) for choice in (0, 1)),
    ]
    for back in (streamed(client, events), whole(client, events)):
        texts = ["", ""]
        for event in back:
            if isinstance(event, n.TextDelta):
                texts[event.choice] += event.text
        assert texts == ["ac", "b"]
