"""Lanes of operations beside chat: what passes, what is counted, and what is billed."""

import io
import json
import wave
from dataclasses import replace
from typing import Any

from aiohttp import web
from tollgate.events.v1 import usage_pb2
from tollgate.providers.v1 import providers_pb2 as pb
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.registry import load_adapters
from tollgate_providers.upstream import Timeouts, connect

from .conftest import Edge, Gateway, Vendor

MODELS = load_catalogue(BUILT_IN, load_adapters())
USED = {"prompt_tokens": 4, "total_tokens": 4}
EMBEDDED = {"data": [{"index": 0, "embedding": [1.0]}], "usage": USED}
FORM_TYPE = "multipart/form-data; boundary=b"


def open_lane(edge: Edge, model: str, operation: str, body: Any, **fields: Any) -> None:
    priced = MODELS[model]
    edge.open(
        1,
        model=model,
        operation=operation,
        price_version=priced.price.version,
        max_output_tokens=priced.max_output_tokens,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        **fields,
    )


def recording(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(100)
        sound.writeframes(bytes(100 * seconds))
    return file.getvalue()


def heard(model: str, sound: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="'
    file = head + b'file"; filename="a.wav"\r\n\r\n' + sound
    return file + b"\r\n" + head + b'model"\r\n\r\n' + model.encode() + b"\r\n--b--\r\n"


async def test_embeddings_pass_with_their_cost(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(EMBEDDED)
    edge = gateway.edge()
    body = {"model": "canonical", "input": "hello", "encoding_format": "base64"}
    open_lane(edge, "text-embedding-3-small", "embeddings", body)
    story = await edge.to_the_end()
    assert vendor.bodies == [body | {"model": "text-embedding-3-small"}]
    answer = json.loads(story.data)
    assert answer.pop("usage") == USED | {"cost": 8e-08}
    assert answer | {"usage": USED} == EMBEDDED
    assert story.settlement.cost_nano == 80
    assert not story.settlement.estimated
    assert gateway.ledger.events[0].operation == "embeddings"


async def test_without_usage_we_count(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(EMBEDDED | {"usage": None})
    edge = gateway.edge()
    open_lane(edge, "text-embedding-3-small", "embeddings", {"input": "h" * 384})
    story = await edge.to_the_end()
    assert story.settlement.estimated
    assert story.settlement.units == usage_pb2.Units(input=100)


async def test_a_converted_client_sees_the_cost_too(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says(EMBEDDED)
    edge = gateway.edge()
    body = {"requests": [{"content": {"parts": [{"text": "hello"}]}}]}
    fields = {"dialect": "gemini", "variant": "batch"}
    open_lane(edge, "text-embedding-3-small", "embeddings", body, **fields)
    story = await edge.to_the_end()
    assert json.loads(story.data) == {
        "embeddings": [{"values": [1.0]}],
        "usageMetadata": {"promptTokenCount": 4, "cost": 8e-08},
    }


async def test_a_field_that_cannot_be_carried_costs_nothing(
    gateway: Gateway, vendor: Vendor
) -> None:
    edge = gateway.edge()
    body = {"content": {"parts": [{"text": "hello"}]}, "title": "A greeting"}
    open_lane(edge, "text-embedding-3-small", "embeddings", body, dialect="gemini")
    story = await edge.to_the_end()
    assert (story.failures[0].kind, story.failures[0].param) == (
        pb.FAILURE_KIND_INVALID_REQUEST,
        "title",
    )
    assert vendor.bodies == []
    assert story.settlement.cost_nano == 0


def speaks(vendor: Vendor, *parts: bytes, kind: str = "audio/mpeg", cut: bool = False) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for part in parts:
            await response.write(part)
        if cut and request.transport:
            request.transport.abort()
        return response

    vendor.respond = respond


SPEAK = {"input": "Größe", "voice": "alloy"}


async def test_sound_passes_as_it_comes(gateway: Gateway, vendor: Vendor) -> None:
    speaks(vendor, b"ID3\x00", b"data: \xff\r\n")
    edge = gateway.edge()
    open_lane(edge, "tts-1", "speech", SPEAK, stream=True)
    story = await edge.to_the_end()
    assert story.data == b"ID3\x00data: \xff\r\n"
    assert story.heads[0].content_type == "audio/mpeg"
    # 15 dollars a million characters, of which there are 5.
    assert (story.settlement.cost_nano, story.settlement.estimated) == (75_000, False)


async def test_instructions_are_not_spoken(gateway: Gateway, vendor: Vendor) -> None:
    speaks(vendor, b"ID3\x00", b"data")
    edge = gateway.edge()
    body = SPEAK | {"instructions": "Speak like a toll keeper. " * 99}
    open_lane(edge, "tts-1", "speech", body, stream=True, hold_nano=75_000)
    story = await edge.to_the_end()
    assert story.settlement.outcome == usage_pb2.OUTCOME_COMPLETED
    assert story.settlement.cost_nano == 75_000


async def test_sound_that_is_cut_is_billed_and_has_failed(gateway: Gateway, vendor: Vendor) -> None:
    speaks(vendor, b"ID3", cut=True)
    edge = gateway.edge()
    open_lane(edge, "tts-1", "speech", SPEAK, stream=True)
    story = await edge.to_the_end()
    assert story.failures
    assert story.settlement.outcome == usage_pb2.OUTCOME_UPSTREAM_CUT
    assert story.settlement.cost_nano == 75_000


async def test_no_sound_is_no_answer(gateway: Gateway, vendor: Vendor) -> None:
    speaks(vendor, kind="application/json")
    edge = gateway.edge()
    open_lane(edge, "tts-1", "speech", SPEAK, stream=True)
    story = await edge.to_the_end()
    assert story.heads[0].content_type == "application/octet-stream"
    assert story.failures[0].kind == pb.FAILURE_KIND_UPSTREAM_ERROR


async def test_a_slow_listener_holds_the_provider_back(gateway: Gateway, vendor: Vendor) -> None:
    speaks(vendor, *[bytes(1_000)] * 8)
    edge = gateway.edge()
    open_lane(edge, "tts-1", "speech", SPEAK, stream=True, window=1_000)
    await edge.until(lambda frame: bool(frame.data))
    assert sum(len(frame.data) for frame in edge.heard) <= 1_000
    edge.grant(1 << 20)
    assert len((await edge.to_the_end()).data) == 8_000


async def test_a_transcription_is_a_form(gateway: Gateway, vendor: Vendor) -> None:
    usage = {"type": "duration", "seconds": 3}
    vendor.says({"text": "Hello", "usage": usage})
    edge = gateway.edge()
    body = heard("canonical", b"RIFF")
    open_lane(edge, "whisper-1", "transcription", body, content_type=FORM_TYPE)
    story = await edge.to_the_end()
    assert vendor.bodies == [{"form": heard("whisper-1", b"RIFF")}]
    assert vendor.headers[0]["Content-Type"] == FORM_TYPE
    assert story.settlement.cost_nano == 3 * 100_000
    assert json.loads(story.data)["usage"] == usage | {"cost": 0.0003}


async def test_plain_text_is_billed_by_the_length_of_the_sound(
    gateway: Gateway, vendor: Vendor
) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        return web.Response(text="Größe\n", content_type="text/plain")

    vendor.respond = respond
    edge = gateway.edge()
    body = heard("whisper-1", recording(7))
    open_lane(edge, "whisper-1", "transcription", body, content_type=FORM_TYPE)
    story = await edge.to_the_end()
    assert story.data == "Größe\n".encode()
    assert story.heads[0].content_type == "text/plain; charset=utf-8"
    assert story.settlement.estimated
    assert story.settlement.units == usage_pb2.Units(audio_input=7)


async def test_images_without_usage_cost_the_most_that_they_can(
    gateway: Gateway, vendor: Vendor
) -> None:
    vendor.says({"created": 1, "data": [{"b64_json": "AA=="}]})
    edge = gateway.edge()
    open_lane(edge, "gpt-image-2", "images", {"prompt": "A gate", "n": 2})
    story = await edge.to_the_end()
    assert story.settlement.estimated
    assert story.settlement.units.image_output == 2 * 24_100


async def test_a_busy_provider_refuses_in_json(gateway: Gateway, vendor: Vendor) -> None:
    vendor.says({"error": {"message": "voice: no such voice", "param": "voice"}}, status=400)
    edge = gateway.edge()
    open_lane(edge, "tts-1", "speech", SPEAK, stream=True)
    story = await edge.to_the_end()
    assert (story.failures[0].message, story.failures[0].param) == ("voice: no such voice", "voice")
    assert story.settlement.cost_nano == 0


async def test_a_large_answer_comes_in_frames_of_a_mebibyte(
    gateway: Gateway, vendor: Vendor
) -> None:
    image = "A" * (1 << 20) * 3
    gateway.lanes._services = replace(gateway.lanes._services, answer_bytes_max=8 << 20)
    vendor.says({"created": 1, "data": [{"b64_json": image}]})
    edge = gateway.edge()
    open_lane(edge, "gpt-image-2", "images", {"prompt": "A gate"})
    story = await edge.to_the_end()
    assert json.loads(story.data)["data"][0]["b64_json"] == image
    assert max(len(frame.data) for frame in story.frames) == 1 << 20


async def test_an_operation_may_lie_beside_the_base_url(vendor: Vendor) -> None:
    vendor.says({})
    times = dict.fromkeys(("connect", "first_byte", "idle", "total"), 5.0)
    timeouts = Timeouts(**{f"{name}_seconds": value for name, value in times.items()})
    async with connect(timeouts, 10) as upstream:
        kind = {"Content-Type": "application/json"}
        beside = await upstream.post(f"{vendor.url}/compatible//v1/embeddings", kind, b"{}")
        below = await upstream.post(f"{vendor.url}/compatible/v1/embeddings", kind, b"{}")
        assert (beside.status, below.status) == (200, 404)
        beside.close()
        below.close()
