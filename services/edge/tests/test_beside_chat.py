"""Operations beside chat: what is passed on, what is held for it, and what is refused by name."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_common.rating import Price, Units, billed, cost_nano
from tollgate_edge.dialects import Facts, Operation
from tollgate_edge.holds import hold_nano
from tollgate_edge.json import Json
from tollgate_edge.refusals import Refusal
from tollgate_edge.routes.addresses import locate
from tollgate_edge.routes.beside_chat import OPERATIONS

from .conftest import in_memory, on_socket
from .fakes import PRICE, SETTLEMENT, Edge, FakeProviders, head, model

WAV = ("a.wav", b"R" * 1_000, "audio/wav")
PNG = ("a.png", b"P" * 500, "image/png")
IMAGE_PRICE = Price(
    "p2",
    5_000,
    2_000,
    5_000,
    5_000,
    30_000,
    30_000,
    image_input=8_000,
    image_output=30_000,
    calls=7,
)
MODELS = [
    model("embeds", operations=("embeddings",), context_tokens=100),
    model("draws", operations=("images",), image_tokens=2_000, price=IMAGE_PRICE),
    model("blind", operations=("images",), price=IMAGE_PRICE),
    model("speaks", operations=("speech",), max_output_tokens=0),
    model("hears", operations=("transcription",), audio_second_tokens=10, max_output_tokens=50),
    model("omni-moderation-latest", operations=("moderation",), image_tokens=1),
    model("ranks", operations=("rerank",), max_output_tokens=0),
    model("small"),
]


def edge_with_models(**arguments: Any) -> Edge:
    edge = Edge(**arguments)
    edge.catalogue.replace("2", MODELS)
    return edge


async def send(path: str, **request: Any) -> tuple[httpx2.Response, Edge]:
    edge = edge_with_models()
    async with edge.running(), in_memory(edge) as http:
        prepared = http.build_request("POST", path, **request)
        await prepared.aread()
        return await http.send(prepared), edge


EMBED = {"model": "embeds", "input": "hello"}
DRAW = {"model": "draws", "prompt": "A gate"}
SPEAK = {"model": "speaks", "input": "hello", "voice": "alloy"}
HEAR = {"model": "hears"}
HEARD = {"file": WAV}
RANK = {"model": "ranks", "query": "gates", "documents": ["a", "b"]}
CONTENT = {"content": {"parts": [{"text": "hello"}]}}
GEMINI = "/v1beta/models/embeds"
GOOD: list[tuple[str, dict[str, Any], str, str]] = [
    ("/v1/embeddings", {"json": EMBED}, "embeddings", ""),
    ("/v1/embeddings", {"json": EMBED | {"input": [[1, 2], [3]]}}, "embeddings", ""),
    ("/v1beta/openai/embeddings", {"json": EMBED | {"input": [1, 2]}}, "embeddings", ""),
    ("/embeddings", {"json": EMBED | {"encoding_format": "base64"}}, "embeddings", ""),
    (f"{GEMINI}:embedContent", {"json": CONTENT}, "embeddings", ""),
    (f"{GEMINI}:batchEmbedContents", {"json": {"requests": [CONTENT] * 3}}, "embeddings", "batch"),
    ("/v1/images/generations", {"json": DRAW | {"n": 2, "stream": False}}, "images", ""),
    ("/v1/images/edits", {"data": DRAW | {"n": "3"}, "files": {"image": PNG}}, "images", "edits"),
    (
        "/v1/images/edits",
        {"data": DRAW, "files": [("image[]", PNG), ("image[]", PNG), ("mask", PNG)]},
        "images",
        "edits",
    ),
    ("/v1/audio/transcriptions", {"data": HEAR, "files": {"file": WAV}}, "transcription", ""),
    (
        "/v1/audio/translations",
        {"data": HEAR, "files": {"file": WAV}},
        "transcription",
        "translations",
    ),
    ("/v1/moderations", {"json": {"input": ["hello"]}}, "moderation", ""),
    ("/v1/rerank", {"json": RANK}, "rerank", ""),
    ("/v2/rerank", {"json": RANK | {"top_n": 1}}, "rerank", ""),
]


@pytest.mark.parametrize(("path", "request_", "operation", "variant"), GOOD)
async def test_bodies_travel_as_they_are(
    path: str, request_: dict[str, Any], operation: str, variant: str
) -> None:
    answer, edge = await send(path, **request_)
    assert answer.status_code == 200, answer.text
    (opened,) = edge.providers.opened
    assert (opened.operation, opened.variant, opened.stream) == (operation, variant, False)
    assert opened.body == answer.request.content
    assert opened.content_type == answer.request.headers["content-type"]
    assert opened.hold_nano > 0


DATA_URL = {"url": "data:image/png;base64,AAAA"}
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("/embeddings", {"json": EMBED | {"input": []}}, "input"),
    ("/embeddings", {"json": EMBED | {"input": ""}}, "input"),
    ("/embeddings", {"json": EMBED | {"input": ["a", 1]}}, "input"),
    ("/embeddings", {"json": EMBED | {"input": ["a"] * 2049}}, "input"),
    ("/embeddings", {"json": EMBED | {"dimensions": 0}}, "dimensions"),
    ("/embeddings", {"json": EMBED | {"encoding_format": "hex"}}, "encoding_format"),
    ("/embeddings", {"json": EMBED | {"extra_body": {}}}, "extra_body"),
    ("/embeddings", {"json": {"input": "a"}}, "model"),
    ("/embeddings", {"json": EMBED | {"model": "small"}}, "model"),
    ("/chat/completions", {"json": {"model": "embeds", "messages": [{"content": "a"}]}}, "model"),
    ("/images/generations", {"json": DRAW | {"n": 11}}, "n"),
    ("/images/generations", {"json": DRAW | {"n": True}}, "n"),
    ("/images/generations", {"json": DRAW | {"stream": True}}, "stream"),
    ("/images/generations", {"json": DRAW | {"partial_images": 2}}, "partial_images"),
    ("/images/generations", {"json": DRAW | {"partial_images": False}}, "partial_images"),
    ("/images/generations", {"json": DRAW | {"output_format": "svg"}}, "output_format"),
    ("/images/generations", {"json": DRAW | {"complexity": "high"}}, "complexity"),
    ("/images/generations", {"json": DRAW | {"sequential_image_generation": "auto"}}, "seq"),
    ("/images/generations", {"json": DRAW | {"model": "blind", "image": "https://a"}}, "image"),
    ("/images/generations", {"json": {"model": "draws"}}, "prompt"),
    ("/images/edits", {"data": DRAW | {"n": "1.0"}, "files": {"image": PNG}}, "n"),
    ("/images/edits", {"data": DRAW | {"stream": "true"}, "files": {"image": PNG}}, "stream"),
    ("/images/edits", {"data": DRAW | {"model": "blind"}, "files": {"image": PNG}}, "image"),
    ("/images/edits", {"data": DRAW, "files": {"mask": PNG}}, "image"),
    ("/images/edits", {"data": DRAW | {"input_fidelity": "high"}, "files": {"image": PNG}}, "inp"),
    ("/audio/speech", {"json": SPEAK | {"stream_format": "sse"}}, "stream_format"),
    ("/audio/speech", {"json": SPEAK | {"input": ""}}, "input"),
    ("/audio/speech", {"json": {"model": "speaks", "input": "a"}}, "voice"),
    (
        "/audio/transcriptions",
        {"data": HEAR | {"stream": "true"}, "files": {"file": WAV}},
        "stream",
    ),
    ("/audio/transcriptions", {"data": HEAR, "files": {"file": ("a.wav", b"")}}, "file"),
    ("/audio/transcriptions", {"data": HEAR, "files": {"file": WAV, "prompt": WAV}}, "prompt"),
    ("/audio/transcriptions", {"data": HEAR, "files": {"sound": WAV}}, "sound"),
    (
        "/audio/translations",
        {"data": HEAR | {"language": "en"}, "files": {"file": WAV}},
        "language",
    ),
    ("/moderations", {"json": {"input": []}}, "input"),
    ("/moderations", {"json": {"input": [{"type": "audio"}]}}, "input"),
    ("/rerank", {"json": RANK | {"documents": []}}, "documents"),
    ("/rerank", {"json": RANK | {"documents": [{"text": "a"}]}}, "documents"),
    ("/rerank", {"json": RANK | {"max_chunks_per_doc": 9}}, "max_chunks_per_doc"),
    ("/rerank", {"json": RANK | {"query": None}}, "query"),
]


@pytest.mark.parametrize(("path", "request_", "field"), BAD)
async def test_what_is_wrong_or_has_no_price_is_refused_by_its_name(
    path: str, request_: dict[str, Any], field: str
) -> None:
    answer, edge = await send(f"/v1{path}", **request_)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"].startswith(field)
    assert edge.providers.opened == []
    assert edge.held_nano() == 0


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("embedContent", {}, "content"),
        ("embedContent", {"content": {"parts": []}}, "content"),
        ("embedContent", CONTENT | {"embedContentConfig": {}}, "embedContentConfig"),
        ("embedContent", {"content": {"parts": [{"fileData": {}}]}}, "content.parts[0].fileData"),
        (
            "embedContent",
            {"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}]}},
            "content",
        ),
        ("batchEmbedContents", {"requests": []}, "requests"),
        ("batchEmbedContents", {"requests": [CONTENT] * 101}, "requests"),
        ("batchEmbedContents", {"requests": [{"tools": []}]}, "requests[0].tools"),
    ],
)
async def test_gemini_refuses_in_its_own_envelope(
    call: str, body: dict[str, Any], field: str
) -> None:
    answer, _ = await send(f"{GEMINI}:{call}", json=body)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert field in str(error["details"])


async def test_a_form_has_to_be_a_form() -> None:
    for headers in ({"content-type": "application/json"}, {}):
        answer, _ = await send("/v1/audio/transcriptions", content=b"{}", headers=headers)
        assert answer.status_code == 415
        assert answer.json()["error"]["type"] == "invalid_request_error"
    answer, _ = await send("/v1/embeddings", data=HEAR, files={"file": WAV})
    assert answer.status_code == 415


async def test_a_form_is_the_same_with_another_boundary() -> None:
    async def fingerprint(boundary: str, file: tuple[str, bytes, str]) -> bytes:
        headers = {
            "idempotency-key": "k",
            "content-type": f"multipart/form-data; boundary={boundary}",
        }
        files = {"file": file}
        answer, edge = await send(
            "/v1/audio/transcriptions", data=HEAR, files=files, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return edge.providers.opened[0].fingerprint

    first = await fingerprint("one", WAV)
    assert first == await fingerprint("another", WAV)
    assert first != await fingerprint("one", ("a.wav", b"other", "audio/wav"))


def price_of(text: int) -> int:
    """Of the dearest input of PRICE."""
    return -(-text * PRICE.dearest_input // 1_000_000)


async def test_holds_are_what_it_can_cost() -> None:
    """By hand, once for each operation."""
    answer, edge = await send("/v1/embeddings", json=EMBED)
    size = len(answer.request.content)
    # A context of 100 tokens bounds an input, not a list of them.
    assert edge.providers.opened[0].hold_nano == price_of(size + 64) + 2_000
    _, edge = await send("/v1/audio/speech", json=SPEAK | {"input": "\N{SNOWMAN}" * 9})
    assert edge.providers.opened[0].hold_nano == price_of(9)
    _, edge = await send("/v1/rerank", json=RANK)
    assert edge.providers.opened[0].hold_nano == price_of(2 * (5 + 64) + 2)
    answer, edge = await send("/v1/images/edits", data=DRAW | {"n": "3"}, files={"image": PNG})
    text = len(answer.request.content) - 500 + 64
    nano = text * 5_000 + 2_000 * 8_000 + 3 * 1_000 * 30_000 + 3 * 7
    assert edge.providers.opened[0].hold_nano == -(-nano // 1_000_000)
    answer, edge = await send("/v1/audio/transcriptions", data=HEAR, files={"file": WAV})
    text = len(answer.request.content) - 1_000 + 64
    assert edge.providers.opened[0].hold_nano == price_of(text + 7_200 * 10) + 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "model", "input", "prompt", "n", "image", "image[]", "mask", "file", "voice", "query",
        "documents", "stream", "dimensions", "content", "requests", "instruct", "output_format",
    ]
)  # fmt: skip
READERS = [
    *OPERATIONS.values(),
    *[locate(f"{GEMINI}:{m}", b"", []).operation for m in ("embedContent", "batchEmbedContents")],
]


@given(st.sampled_from(READERS), st.dictionaries(NAMES, JSON, max_size=5))
def test_any_body_is_read_or_refused(operation: Operation, document: Mapping[str, Json]) -> None:
    try:
        facts = operation.read(document)
    except Refusal:
        return
    assert facts.model
    for each in MODELS:
        try:
            assert hold_nano(facts, 1_000, each) > 0
        except Refusal as refusal:
            assert refusal.field


COUNTS = st.integers(0, 5_000)
RATES = st.integers(1, 10**12)


@given(
    st.builds(Price, st.just("p"), *[RATES] * 6, *[st.just(0) | RATES] * 5),
    COUNTS,
    COUNTS,
    COUNTS,
    st.integers(1, 10),
    st.data(),
)
def test_no_use_within_its_bounds_costs_more_than_its_hold(
    price: Price, text: int, images: int, seconds: int, count: int, data: st.DataObject
) -> None:
    """Of every bucket at once; `billed` moves what has no price of its own."""
    facts = Facts(model="m", choices=count, calls=count, text_units=text, one_prompt=False)
    facts.media.images, facts.media.sound_bytes = images, 500 * seconds
    limits = {"max_output_tokens": 40, "default_output_tokens": 40}
    drawn = model("m", price=price, image_tokens=3, audio_second_tokens=2, **limits)

    def up_to(most: int) -> int:
        return data.draw(st.integers(0, most))

    words, shown, heard = (
        up_to(text),
        up_to(3 * images),
        up_to(2 * max(seconds, 7_200) if seconds else 0),
    )
    cached = up_to(words)
    made = up_to(40 * count)
    said = up_to(made)
    units = Units(
        input=words - cached,
        cached_read=cached,
        image_input=shown,
        audio_input=heard,
        output=said,
        image_output=made - said,
        calls=up_to(count),
    )
    assert cost_nano(billed(units, price), price) <= hold_nano(facts, 10**6, drawn)


SOUND = head("audio/mpeg")


def sound(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
    lane = frame.lane
    providers.say(pb.ProviderFrame(lane=lane, head=SOUND, data=b"ID3"))
    providers.say(pb.ProviderFrame(lane=lane, data=b"\x00\xff", settlement=SETTLEMENT))
    providers.say(pb.ProviderFrame(lane=lane, recorded=True))


async def test_sound_is_passed_on_as_it_comes() -> None:
    edge = edge_with_models(script=sound)
    async with on_socket(edge) as http:
        answer = await http.post("/v1/audio/speech", json=SPEAK)
    assert edge.providers.opened[0].stream
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.content == b"ID3\x00\xff"


async def test_nothing_is_said_in_sound() -> None:
    """Neither that it takes long, nor that it has failed: then the connection is closed."""
    begun = asyncio.Event()

    def cut(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        providers.say(pb.ProviderFrame(lane=frame.lane, head=SOUND, data=b"ID3"))
        begun.set()

    edge = edge_with_models(script=cut)
    async with on_socket(edge) as http, http.stream("POST", "/v1/audio/speech", json=SPEAK) as got:
        pieces = got.aiter_raw()
        assert await anext(pieces) == b"ID3"
        (link,) = edge.relay._links
        (lane,) = link.lanes.values()
        lane.hush(edge.clock.monotonic())
        failure = pb.Failure(kind=pb.FAILURE_KIND_UPSTREAM_ERROR, message="It broke.")
        number = next(iter(link.lanes))
        edge.providers.say(pb.ProviderFrame(lane=number, failure=failure, settlement=SETTLEMENT))
        edge.providers.say(pb.ProviderFrame(lane=number, recorded=True))
        with pytest.raises(httpx2.RemoteProtocolError):
            assert await anext(pieces) == b""


async def test_sound_that_fails_at_once_is_an_ordinary_error() -> None:
    def refuse(providers: FakeProviders, frame: pb.EdgeFrame) -> None:
        failure = pb.Failure(kind=pb.FAILURE_KIND_INVALID_REQUEST, message="No.", param="voice")
        providers.say(pb.ProviderFrame(lane=frame.lane, failure=failure, settlement=SETTLEMENT))

    edge = edge_with_models(script=refuse)
    async with on_socket(edge) as http:
        answer = await http.post("/v1/audio/speech", json=SPEAK)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "voice"


async def test_lists_say_what_a_model_is_for() -> None:
    edge = edge_with_models()
    async with in_memory(edge) as http:
        ours = (await http.get("/v1/models")).json()["data"]
        theirs = (await http.get("/v1beta/models")).json()["models"]
        anthropics = await http.get("/v1/models", headers={"anthropic-version": "2023-06-01"})
    types = {entry["id"]: entry["supported_endpoint_types"] for entry in ours}
    assert types["small"] == ["openai", "openai-response", "anthropic", "gemini"]
    assert types["embeds"] == ["embeddings", "gemini"]
    assert types["draws"] == ["image-generation"]
    methods = {entry["name"]: entry["supportedGenerationMethods"] for entry in theirs}
    assert methods["models/embeds"] == ["embedContent", "batchEmbedContents"]
    assert methods["models/speaks"] == []
    assert [entry["id"] for entry in anthropics.json()["data"]] == ["small"]
