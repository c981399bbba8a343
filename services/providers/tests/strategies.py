"""Neutral requests and answers, as Hypothesis makes them up."""

import json
from typing import Any

from hypothesis import strategies as st
from tollgate_common.rating import Units
from tollgate_providers import neutral as n

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
ids = st.from_regex(r"call_[A-Za-z0-9]{4}", fullmatch=True)
base64s = st.sampled_from(["AAAA", "iVBORw0KGgo=", "JVBERi0x"])
caches = st.sampled_from(["", "5m", "1h"])
objects = st.dictionaries(names, st.one_of(st.integers(0, 9), words, st.booleans()), max_size=2)
schemas = st.dictionaries(names, objects, max_size=2).map(
    lambda properties: {"type": "object", "properties": properties}
)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def texts(cache: Any) -> Any:
    return st.builds(n.Text, text=words, cache=cache)


def images(cache: Any, details: Any) -> Any:
    url = st.just("https://a.example/b.png")
    data = st.builds(
        n.Image, data=base64s, media_type=st.just("image/png"), detail=details, cache=cache
    )
    return st.one_of(st.builds(n.Image, url=url, detail=details, cache=cache), data)


def messages(user: Any, result: Any, thinking: Any, **fields: Any) -> Any:
    """Turns of a conversation; results have messages of their own."""
    calls = st.builds(n.ToolCall, id=ids, name=names, arguments=objects.map(compact), **fields)
    said = st.builds(
        lambda thoughts, text, called: (*thoughts, *text, *called),
        st.lists(thinking, max_size=1),
        st.lists(texts(st.just("")), min_size=1, max_size=1),
        st.lists(calls, max_size=2),
    )
    turn = st.one_of(
        st.builds(n.Message, role=st.just("user"), parts=_some(user)),
        st.builds(n.Message, role=st.just("user"), parts=_some(result)),
        st.builds(n.Message, role=st.just("assistant"), parts=said),
    )
    system = st.builds(n.Message, role=st.just("system"), parts=_some(texts(st.just(""))))
    asked = st.builds(n.Message, role=st.just("user"), parts=_some(user))

    def joined(head: list[n.Message], first: n.Message, rest: list[n.Message]) -> Any:
        """Two messages of results in a row are one turn in some dialects."""
        kept = [*head, first]
        for message in rest:
            if not (_results(kept[-1]) and _results(message)):
                kept.append(message)
        return tuple(kept)

    return st.builds(joined, st.lists(system, max_size=1), asked, st.lists(turn, max_size=3))


def _some(parts: Any) -> Any:
    return st.lists(parts, min_size=1, max_size=3).map(tuple)


def _results(message: n.Message) -> bool:
    return isinstance(message.parts[0], n.ToolResult)


tool_choices = st.one_of(
    st.none(),
    st.builds(n.ToolChoice, mode=st.sampled_from(["auto", "none", "required"])),
    names.map(lambda name: n.ToolChoice(mode="required", names=(name,))),
)


def tools(cache: Any) -> Any:
    strict = st.one_of(st.none(), st.booleans())
    tool = st.builds(
        n.Tool, name=names, description=words, schema=schemas, strict=strict, cache=cache
    )
    return st.lists(tool, min_size=1, max_size=2).map(tuple)


def maybe(strategy: Any) -> Any:
    return st.one_of(st.none(), strategy)


# Answers.

counts = st.integers(1, 10_000)


def units(**fields: Any) -> Any:
    return st.builds(Units, input=counts, cached_read=counts, output=counts, **fields)


@st.composite
def answers(draw: Any, units: Any, signer: Any, redacted: bool = True) -> list[n.Event]:
    """A well-formed answer: blocks of all kinds, and calls whose arguments may overlap."""
    events: list[n.Event] = [n.Started("id", "model")]
    for kind in draw(st.lists(st.sampled_from(["text", "thinking", "redacted"]), max_size=4)):
        pieces = draw(st.lists(words, min_size=1, max_size=3))
        if kind == "text":
            events += [n.TextDelta(piece) for piece in pieces]
        elif kind == "thinking":
            events += [n.ThinkingDelta(piece) for piece in pieces]
            events.append(n.Signature("c2ln", draw(signer)))
        elif redacted:
            events.append(n.Redacted("b3BhcXVl", draw(signer)))
    pieces = []
    for index in range(draw(st.integers(0, 3))):
        events.append(n.ToolCallStarted(index, f"call_{index}", draw(names)))
        arguments = compact(draw(objects))
        cut = draw(st.integers(0, len(arguments)))
        pieces += [n.ToolArguments(index, part) for part in (arguments[:cut], arguments[cut:])]
        if draw(st.booleans()):
            events += pieces
            pieces = []
    events += _interleaved(draw, pieces)
    events.append(n.Finished(draw(st.sampled_from(["stop", "length", "tool_calls"]))))
    return [*events, n.UsageSeen(draw(units))]


def _interleaved(draw: Any, pieces: list[n.ToolArguments]) -> list[n.Event]:
    """In an order in which each call's own pieces stay in theirs."""
    waiting = {p.index: [q for q in pieces if q.index == p.index] for p in pieces}
    mixed: list[n.Event] = []
    while waiting:
        index = draw(st.sampled_from(sorted(waiting)))
        mixed.append(waiting[index].pop(0))
        if not waiting[index]:
            del waiting[index]
    return mixed


any_events = st.lists(
    st.one_of(
        st.builds(n.Started, words, words),
        st.builds(n.TextDelta, words, st.integers(0, 1)),
        st.builds(n.ThinkingDelta, words, st.integers(0, 1)),
        st.builds(n.Signature, words, st.sampled_from(["", "anthropic", "google"])),
        st.builds(n.Redacted, words),
        st.builds(n.ToolCallStarted, st.integers(0, 2), ids, names, st.sampled_from(["", "sig"])),
        st.builds(n.ToolArguments, st.integers(0, 2), st.sampled_from(['{"a":', "1}", "{}", ""])),
        st.builds(n.Logprobs, st.just((n.TokenLogprob("a", -0.5, (("b", -1.5),)),))),
        st.builds(n.Finished, st.sampled_from(["stop", "refusal", "pause", "content_filter"])),
        st.builds(n.UsageSeen, units()),
    ),
    max_size=12,
)
