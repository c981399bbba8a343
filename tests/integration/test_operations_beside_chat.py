"""Everything beside chat, with the SDKs that people use for it: answers, and exact bills."""

import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import openai
import pytest
from bills import bills
from google import genai
from google.genai import errors, types
from stack import NANO, Customer, Stack
from tollgate.events.v1 import usage_pb2

TEXTS = ["Tell me about tolls", "and about gates"]


@asynccontextmanager
async def google(stack: Stack, customer: Customer) -> AsyncIterator[genai.Client]:
    # Over the HTTP library that it does not warn about.
    async with httpx2.AsyncClient(timeout=30) as http:
        options = types.HttpOptions(
            base_url=stack.base_url().removesuffix("/v1"), httpx_async_client=http
        )
        yield genai.Client(api_key=customer.key, http_options=options)


def recording(seconds: int) -> bytes:
    """Silence, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(16_000 * seconds))
    return file.getvalue()


async def billed(stack: Stack, customer: Customer, operation: str) -> usage_pb2.UsageEvent:
    """The one bill of a customer."""
    [bill] = await bills(stack, customer)
    assert bill.operation == operation
    assert bill.hold_nano >= bill.cost_nano
    return bill


@pytest.mark.parametrize(
    ("model", "nano_a_token", "dimensions"),
    [
        ("text-embedding-3-small", 20, 1536),
        ("text-embedding-v4", 72, 1024),
        ("embedding-3", 74.22, 2048),
        ("gemini-embedding-001", 150, 3072),
    ],
)
async def test_openai_embeddings(
    stack: Stack, customer: Customer, model: str, nano_a_token: float, dimensions: int
) -> None:
    async with stack.client(customer) as client:
        answer = await client.embeddings.create(model=model, input=TEXTS)
    assert [len(each.embedding) for each in answer.data] == [dimensions] * 2
    assert [each.index for each in answer.data] == [0, 1]
    bill = await billed(stack, customer, "embeddings")
    assert bill.units.input == answer.usage.prompt_tokens > 0
    assert bill.cost_nano == -(-answer.usage.prompt_tokens * round(nano_a_token * 100) // 100)


@pytest.mark.parametrize("model", ["gemini-embedding-001", "text-embedding-3-small"])
async def test_google_embeddings(stack: Stack, customer: Customer, model: str) -> None:
    config = types.EmbedContentConfig(output_dimensionality=256)
    async with google(stack, customer) as client:
        answer = await client.aio.models.embed_content(
            model=model,
            contents=TEXTS,
            config=config,
        )
    assert [len(each.values or ()) for each in answer.embeddings or ()] == [256, 256]
    bill = await billed(stack, customer, "embeddings")
    assert bill.dialect == "gemini"
    assert bill.units.input > 0


async def test_a_vector_is_the_same_in_both_dialects(stack: Stack, customer: Customer) -> None:
    name = "gemini-embedding-001"
    async with google(stack, customer) as client:
        theirs = await client.aio.models.embed_content(
            model=name,
            contents=TEXTS[0],
            config=types.EmbedContentConfig(output_dimensionality=256),
        )
    async with stack.client(customer) as openai_client:
        ours = await openai_client.embeddings.create(model=name, input=TEXTS[0], dimensions=256)
    assert theirs.embeddings
    assert ours.data[0].embedding == pytest.approx(theirs.embeddings[0].values)
    first, second = await bills(stack, customer, 2)
    assert first.cost_nano == second.cost_nano


async def test_what_a_model_cannot_take_is_refused_by_its_name(
    stack: Stack, customer: Customer
) -> None:
    async with google(stack, customer) as client:
        with pytest.raises(errors.ClientError, match="taskType") as refused:
            await client.aio.models.embed_content(
                model="text-embedding-3-small",
                contents=TEXTS[0],
                config=types.EmbedContentConfig(task_type="RETRIEVAL_QUERY"),
            )
    assert refused.value.code == 400
    async with stack.client(customer) as openai_client:
        with pytest.raises(openai.BadRequestError) as tokens:
            await openai_client.embeddings.create(model="gemini-embedding-001", input=[1, 2])
        assert tokens.value.param == "input"
        with pytest.raises(openai.BadRequestError, match="not for embeddings") as wrong:
            await openai_client.embeddings.create(model="gpt-6-luna", input="hello")
        assert wrong.value.param == "model"
    await stack.settled(customer)


async def test_images_are_billed_by_their_tokens(stack: Stack) -> None:
    # Two images of the largest size and quality would cost as much.
    customer = await stack.customer(usd="2")
    async with stack.client(customer) as client:
        answer = await client.images.generate(model="gpt-image-2", prompt="A gate", n=2)
    assert answer.usage and answer.data and len(answer.data) == 2
    bill = await billed(stack, customer, "images")
    assert bill.units.input == answer.usage.input_tokens
    assert bill.units.image_output == answer.usage.output_tokens
    assert bill.cost_nano == 5_000 * bill.units.input + 30_000 * bill.units.image_output


async def test_edits_are_billed_with_what_is_shown(stack: Stack, customer: Customer) -> None:
    pictures = [(f"{n}.png", b"\x89PNG\r\n\x1a\n" + bytes(999), "image/png") for n in range(2)]
    async with stack.client(customer) as client:
        answer = await client.images.edit(model="gpt-image-2", image=pictures, prompt="Open it")
    assert answer.usage and answer.data
    bill = await billed(stack, customer, "images")
    assert bill.units.image_input == answer.usage.input_tokens_details.image_tokens > 0
    text, images = bill.units.input, bill.units.image_input
    assert bill.cost_nano == 5_000 * text + 8_000 * images + 30_000 * bill.units.image_output


@pytest.mark.parametrize(
    ("model", "nano"), [("cogview-4", 10_000_000), ("doubao-seedream-4.5", 37_108_510)]
)
async def test_images_are_billed_by_the_piece(
    stack: Stack, customer: Customer, model: str, nano: int
) -> None:
    async with stack.client(customer) as client:
        answer = await client.images.generate(model=model, prompt="A gate", n=1)
    assert answer.data and answer.data[0].url
    bill = await billed(stack, customer, "images")
    assert (bill.units.calls, bill.cost_nano, bill.hold_nano - nano < 10) == (1, nano, True)


async def test_speech_comes_in_pieces_and_is_billed_by_the_character(
    stack: Stack, customer: Customer
) -> None:
    text = "Der Zoll ist größer. " * 20
    async with (
        stack.client(customer) as client,
        client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="alloy", input=text
        ) as answer,
    ):
        assert answer.headers["content-type"] == "audio/mpeg"
        pieces = [piece async for piece in answer.iter_bytes()]
    assert b"".join(pieces).startswith(b"ID3")
    bill = await billed(stack, customer, "speech")
    assert (bill.units.input, bill.cost_nano) == (len(text), 15_000 * len(text))
    assert bill.hold_nano == bill.cost_nano


async def test_speech_is_heard_before_it_is_spoken_to_its_end(
    stack: Stack, customer: Customer
) -> None:
    text = "A gate opens, and another one, and then [[sandbox hang_after=2]]"
    async with (
        stack.client(customer) as client,
        client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="alloy", input=text
        ) as answer,
    ):
        assert await anext(aiter(answer.iter_bytes()))
    await stack.posted(customer, 1)
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    assert record.outcome == usage_pb2.OUTCOME_CLIENT_CANCELLED
    assert (record.cost_nano, record.estimated) == (15_000 * len(text), False)


# So the SDK calls translations, which whisper-1 alone has.
@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
async def test_transcriptions_are_billed_by_time_or_token(stack: Stack, customer: Customer) -> None:
    file = ("a.wav", recording(3), "audio/wav")
    async with stack.client(customer) as client:
        by_time = await client.audio.transcriptions.create(model="whisper-1", file=file)
        by_token = await client.audio.transcriptions.create(
            model="gpt-4o-transcribe", file=file, prompt="Tolls", temperature=0.5
        )
        verbose = await client.audio.translations.create(
            model="whisper-1", file=file, response_format="verbose_json"
        )
    assert "3 seconds" in by_time.text
    assert verbose.duration == 3
    first, second, third = await bills(stack, customer, 3)
    assert {bill.operation for bill in (first, second, third)} == {"transcription"}
    assert first.cost_nano == third.cost_nano == 3 * 100_000
    assert by_token.usage and by_token.usage.type == "tokens"
    units = second.units
    assert units.audio_input == 30
    assert units.output == by_token.usage.output_tokens
    assert second.cost_nano == 2_500 * units.input + 6_000 * 30 + 10_000 * units.output


async def test_a_transcription_without_usage_is_estimated(stack: Stack, customer: Customer) -> None:
    file = ("a.wav", recording(3), "audio/wav")
    async with stack.client(customer) as client:
        text = await client.audio.transcriptions.create(
            model="whisper-1", file=file, response_format="srt"
        )
    assert "-->" in str(text)
    await stack.posted(customer, 1)
    await stack.settled(customer)
    [record] = await stack.usage(customer)
    assert record.estimated
    assert record.cost_nano == 3 * 100_000


async def test_moderation_is_free(stack: Stack, customer: Customer) -> None:
    parts = [
        {"type": "text", "text": "no violence"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    async with stack.client(customer) as client:
        texts = await client.moderations.create(input=TEXTS)
        seen = await client.moderations.create(model="omni-moderation-latest", input=parts)  # type: ignore[arg-type]
    assert [result.flagged for result in texts.results] == [False, False]
    assert seen.results[0].categories.violence
    await stack.posted(customer, 2)
    wallet = await stack.settled(customer)
    assert wallet.posted_nano == NANO
    assert all(not record.estimated for record in await stack.usage(customer))


@pytest.mark.parametrize(("model", "nano_a_token"), [("qwen3-rerank", 100), ("rerank", 118.75)])
async def test_rerank(stack: Stack, customer: Customer, model: str, nano_a_token: float) -> None:
    body = {"model": model, "query": "about gates", "documents": TEXTS, "top_n": 1}
    headers = {"Authorization": f"Bearer {customer.key}"}
    answer = await stack.http.post(f"{stack.base_url()}/rerank", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [result["index"] for result in answer.json()["results"]] == [1]
    bill = await billed(stack, customer, "rerank")
    assert bill.units.input == answer.json()["usage"]["total_tokens"]
    assert bill.cost_nano == -(-bill.units.input * round(nano_a_token * 100) // 100)


async def test_old_clients_see_what_is_left(stack: Stack, customer: Customer) -> None:
    headers = {"Authorization": f"Bearer {customer.key}"}
    root = stack.base_url().removesuffix("/v1")

    async def ask(path: str) -> dict[str, object]:
        answer = await stack.http.get(f"{root}{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    subscription = await ask("/v1/dashboard/billing/subscription")
    assert subscription["hard_limit_usd"] == 1
    usage = await ask("/dashboard/billing/usage?start_date=2026-01-01&end_date=2026-12-31")
    assert usage["total_usage"] == 0
    grants = await ask("/dashboard/billing/credit_grants")
    assert (grants["total_granted"], grants["total_available"]) == (1, 1)
