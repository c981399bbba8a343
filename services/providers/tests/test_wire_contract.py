"""Every wire beside chat does what the service relies on: a new one needs a recording, and no test.

A recording has the client's request (or the fields of its form), what we change of it (null: left
out), where it goes, the provider's answer, and the units that it is billed as.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from tollgate_common.rating import Units
from tollgate_providers.adapter import Adapter, Ask, CountingWire, Wire
from tollgate_providers.catalogue import BUILT_IN, OPERATIONS, load_catalogue
from tollgate_providers.failures import AnswerFailed, FailureKind
from tollgate_providers.registry import load_adapters

RECORDINGS = Path(__file__).parent / "recordings"
ADAPTERS = load_adapters()
MODELS = load_catalogue(BUILT_IN, ADAPTERS)
WIRES = sorted(
    (adapter.name, *spoken)
    for adapter in ADAPTERS.values()
    for spoken in adapter.wires
    if spoken[1] in OPERATIONS
)
WHOLE = [spoken for spoken in WIRES if spoken[2] != "speech"]
# A transcript may be plain text, so it may be any.
SAID = (b"", b"[]", b"3", b"null")
FORM_TYPE = "multipart/form-data; boundary=b"


def form(fields: dict[str, str]) -> bytes:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n'
    return "".join(parts).encode() + file.encode() + b"\xff\xfb\r\n--x" * 2_000 + b"\r\n--b--\r\n"


class Case:
    """A wire with its recording."""

    def __init__(self, provider: str, dialect: str, operation: str) -> None:
        self.adapter: Adapter = ADAPTERS[provider]
        self.wire: Wire = self.adapter.wires[dialect, operation]
        path = RECORDINGS / provider / f"{operation}.json"
        self.recorded: dict[str, Any] = json.loads(path.read_text())
        self.fields: dict[str, Any] = self.recorded.get("request") or self.recorded["form"]
        name = self.fields.get("model") or self.recorded["sent"]["model"].removeprefix("models/")
        self.model = MODELS[name]
        self.is_form = "form" in self.recorded
        self.ask = Ask(
            body=form(self.fields) if self.is_form else json.dumps(self.fields).encode(),
            model=self.model.upstream,
            stream=operation == "speech",
            include_usage=False,
            max_output_tokens=self.model.max_output_tokens,
            dialect=dialect,
            operation=operation,
            content_type=FORM_TYPE if self.is_form else "application/json",
            audio_second_tokens=self.model.audio_second_tokens,
        )

    def answer(self, **changes: Any) -> bytes:
        return json.dumps(self.recorded["answer"] | changes).encode()


@pytest.fixture(params=WIRES, ids="-".join)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(*request.param)


@pytest.fixture(params=WHOLE, ids="-".join)
def whole(request: pytest.FixtureRequest) -> Case:
    return Case(*request.param)


def test_a_request_goes_where_the_vendor_has_it(case: Case) -> None:
    assert case.wire.target(case.ask) == case.recorded["target"]
    assert case.model.operations == (case.ask.operation,)


def test_a_body_is_the_clients_with_the_model_that_the_provider_knows(case: Case) -> None:
    sent = case.wire.body(case.ask)
    if case.is_form:
        assert sent == form(case.fields | {"model": case.model.upstream})
        return
    expected = case.fields | {"model": case.model.upstream} | case.recorded["sent"]
    assert json.loads(sent) == {k: v for k, v in expected.items() if v is not None}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"--b--"])
def test_a_body_that_is_none_is_the_clients_fault(case: Case, body: bytes) -> None:
    ask = Ask(
        body=body, model="m", stream=False, include_usage=False, max_output_tokens=0,
        operation=case.ask.operation, content_type=case.ask.content_type,
    )  # fmt: skip
    with pytest.raises(AnswerFailed) as caught:
        case.wire.body(ask)
    assert caught.value.kind is FailureKind.INVALID_REQUEST


def test_an_answer_passes_untouched_and_is_counted(whole: Case) -> None:
    data = whole.answer()
    reading = whole.wire.read(data)
    assert reading.data is data
    assert reading.reported == Units(**whole.recorded["units"])


def test_what_is_whole_has_no_stream(whole: Case) -> None:
    with pytest.raises(AnswerFailed):
        whole.wire.stream(whole.ask)


@pytest.mark.parametrize("data", [b"<html>", b'{"error":{}}', b"\xff", *SAID])
def test_what_is_no_answer_is_refused(whole: Case, data: bytes) -> None:
    if whole.ask.operation == "transcription" and data in SAID:
        assert whole.wire.read(data).reported is None
        return
    with pytest.raises(AnswerFailed) as caught:
        whole.wire.read(data)
    assert caught.value.kind is FailureKind.UPSTREAM_ERROR


LIES: list[Any] = [
    "many",
    [],
    {"prompt_tokens": -1, "total_tokens": -1, "input_tokens": -1, "promptTokenCount": -1},
    {"prompt_tokens": 0, "total_tokens": 0, "input_tokens": 0, "output_tokens": 0},
    {"prompt_tokens": "3", "total_tokens": "3", "input_tokens": "3", "promptTokenCount": "3"},
    {"prompt_tokens": True, "total_tokens": True, "promptTokenCount": True},
    {"prompt_tokens": 2**40, "total_tokens": 2**40, "promptTokenCount": 2**40},
    {"type": "tokens", "input_tokens": 9, "output_tokens": "9"},
    {"type": "duration", "seconds": -3},
    {"type": "duration", "seconds": "3"},
    {"type": "duration", "seconds": 1e300},
    {"input_tokens": 2**40, "output_tokens": 3, "total_tokens": 2**40 + 3},
    {"input_tokens": 3, "output_tokens": 3, "input_tokens_details": {"image_tokens": 4}},
]


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_usage_that_is_not_credible_is_not_billed(whole: Case, lie: Any) -> None:
    """Pieces are counted as they came, whatever is said of them; what is free is not counted."""
    reported = whole.wire.read(whole.answer(usage=lie, usageMetadata=lie)).reported
    free = not whole.recorded["units"] or "calls" in whole.recorded["units"]
    assert reported == (Units(**whole.recorded["units"]) if free else None)


def test_our_own_count_is_near(case: Case) -> None:
    """Where text does not tell it: of the same kind, and never nothing."""
    if not isinstance(case.wire, CountingWire):
        assert case.ask.operation in ("embeddings", "moderation")
        return
    own = case.wire.own(case.ask)
    assert own.image_output + own.audio_input + own.calls + own.input > 0
    if case.ask.operation in ("speech", "images") and not own.image_output:
        assert own == Units(**case.recorded["units"])
