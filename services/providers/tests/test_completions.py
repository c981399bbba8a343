"""Legacy completions: a prompt read as a message, and answers as texts, whatever comes."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types import Completion
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.dialects.completions import DIALECT

from . import strategies as some

ENVELOPE = Envelope(id="R1", model="m", created_s=1, include_usage=True, input_tokens=7)


def read(fields: dict[str, Any]) -> n.Request:
    body = json.dumps({"model": "m", "prompt": "Once"} | fields).encode()
    return DIALECT.read(
        Ask(body=body, model="m", stream=False, include_usage=False, max_output_tokens=64)
    )


@pytest.mark.parametrize("prompt", ["Once", ["Once"]])
def test_a_prompt_is_a_users_message(prompt: object) -> None:
    request = read(
        {
            "prompt": prompt,
            "n": 2,
            "stop": "\n",
            "temperature": 0.5,
            "seed": 7,
            "user": "u",
            "logprobs": 3,
            "max_tokens": 64,
            "suffix": "",
            "echo": False,
            "best_of": 1,
            "logit_bias": {},
            "stream_options": {"include_usage": True},
        }
    )
    message = n.Message(role="user", parts=(n.Text(text="Once"),))
    assert request == n.Request(
        messages=(message,),
        max_output_tokens=64,
        n=2,
        stop=("\n",),
        temperature=0.5,
        seed=7,
        user="u",
        logprobs=True,
        top_logprobs=3,
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"suffix": "end"}, "suffix"),
        ({"echo": True}, "echo"),
        ({"best_of": 2}, "best_of"),
        ({"logprobs": 6}, "logprobs"),
        ({"logprobs": -1}, "logprobs"),
        ({"logit_bias": {"5": 1}}, "logit_bias"),
        ({"tools": []}, "tools"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_its_name(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read(fields)
    assert caught.value.field == field


def streamed(
    events: list[n.Event], *, cut: bool = False, envelope: Envelope = ENVELOPE
) -> list[dict[str, Any]]:
    writer = DIALECT.writer(envelope)
    data = b"".join(writer.write([event]) for event in events)
    *frames, done, last = (data + (writer.cut() if cut else writer.end())).split(b"\n\n")
    assert (done, last) == (b"data: [DONE]", b"")
    return [json.loads(frame.removeprefix(b"data: ")) for frame in frames]


@settings(max_examples=60)
@given(some.any_events, st.booleans())
def test_any_events_become_a_legal_answer(events: list[n.Event], cut: bool) -> None:
    *chunks, usage = streamed(events, cut=cut)
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] > 0
    finished: set[int] = set()
    for chunk in chunks:
        assert chunk["usage"] is None
        (choice,) = chunk["choices"]
        assert choice["index"] not in finished
        if choice["finish_reason"]:
            finished.add(choice["index"])
            Completion.model_validate(chunk)
    assert 0 in finished
    whole = json.loads(DIALECT.answer(ENVELOPE, events))
    Completion.model_validate(whole)


def test_answers_say_the_same_streamed_and_whole() -> None:
    tokens = [n.TokenLogprob("Hel", -0.5, (("Ho", -1.5),)), n.TokenLogprob("lo", -0.25)]
    events: list[n.Event] = [
        n.Started("x", "m-2026"),
        n.ThinkingDelta("Hm."),
        n.TextDelta("Hel"),
        n.Logprobs((tokens[0],)),
        n.TextDelta("Ho", 1),
        n.TextDelta("lo"),
        n.Logprobs((tokens[1],)),
        n.Finished("length"),
        n.Finished("stop_sequence", "\n", 1),
        n.UsageSeen(Units(input=5, output=4, reasoning=2)),
    ]
    whole = json.loads(DIALECT.answer(ENVELOPE, events))
    assert (whole["id"], whole["object"], whole["model"]) == (
        "cmpl-R1", "text_completion", "m-2026",
    )  # fmt: skip
    assert [choice["text"] for choice in whole["choices"]] == ["Hello", "Ho"]
    assert [choice["finish_reason"] for choice in whole["choices"]] == ["length", "stop"]
    assert whole["choices"][0]["logprobs"] == {
        "tokens": ["Hel", "lo"],
        "token_logprobs": [-0.5, -0.25],
        "top_logprobs": [{"Ho": -1.5, "Hel": -0.5}, {"lo": -0.25}],
        "text_offset": [0, 3],
    }
    assert whole["usage"]["completion_tokens"] == 6
    *chunks, last = streamed(events)
    assert last["usage"] == whole["usage"]
    for number, expected in enumerate(whole["choices"]):
        told = [c for chunk in chunks for c in chunk["choices"] if c["index"] == number]
        assert "".join(choice["text"] for choice in told) == expected["text"]
        assert told[-1]["finish_reason"] == expected["finish_reason"]
    assert chunks[0]["model"] == "m-2026"


def test_a_cut_says_length() -> None:
    chunks = streamed([n.TextDelta("Hi")], cut=True)
    assert chunks[-2]["choices"][0]["finish_reason"] == "length"


def test_usage_is_for_who_asked() -> None:
    (chunk, end) = streamed([n.TextDelta("Hi")], envelope=replace(ENVELOPE, include_usage=False))
    assert "usage" not in chunk
    assert end["choices"]
