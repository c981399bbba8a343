"""Images as OpenAI, Doubao and GLM draw them."""

import base64
import zlib
from typing import Any

import httpx2
import openai as sdk
import pytest
from openai import AsyncOpenAI
from tollgate_sandbox.pictures import png

GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"
DOUBAO = "/api/v3/images/generations"
GLM = "/api/paas/v4/images/generations"
MODEL = "gpt-image-2"
PICTURE = ("a.png", png("a"), "image/png")


def is_png(image: bytes) -> bool:
    """With a header of 8 by 8 pixels of three octets, and rows that are whole."""
    start = image.index(b"IDAT") + 4
    size = int.from_bytes(image[start - 8 : start - 4])
    rows = zlib.decompress(image[start : start + size])
    return image.startswith(b"\x89PNG\r\n\x1a\n") and len(rows) == 8 * (1 + 3 * 8)


async def drawn(http: httpx2.AsyncClient, path: str = GENERATIONS, **body: Any) -> httpx2.Response:
    return await http.post(path, json={"model": MODEL, "prompt": "a red square", **body})


async def edited(http: httpx2.AsyncClient, files: Any, **data: Any) -> httpx2.Response:
    return await http.post(EDITS, data={"model": MODEL, "prompt": "redder", **data}, files=files)


async def test_images_are_generated(openai: AsyncOpenAI) -> None:
    answer = await openai.images.generate(
        model=MODEL, prompt="a red square", n=2, size="1536x1024", quality="low"
    )
    assert answer.data
    images = [base64.b64decode(each.b64_json or "") for each in answer.data]
    assert all(map(is_png, images))
    assert images[0] != images[1]
    assert (answer.size, answer.quality, answer.output_format) == ("1536x1024", "low", "png")
    assert answer.usage
    # Twelve bytes of prompt; 408 tokens for each image.
    assert answer.usage.input_tokens == 3
    assert answer.usage.input_tokens_details.text_tokens == 3
    assert (answer.usage.output_tokens, answer.usage.total_tokens) == (816, 819)


async def test_images_are_edited(openai: AsyncOpenAI) -> None:
    answer = await openai.images.edit(
        model=MODEL, image=[PICTURE, PICTURE], mask=PICTURE, prompt="redder", n=1, quality="high"
    )
    assert answer.data
    assert is_png(base64.b64decode(answer.data[0].b64_json or ""))
    assert answer.usage
    details = answer.usage.input_tokens_details
    assert (details.text_tokens, details.image_tokens) == (2, 2 * 85)
    assert answer.usage.output_tokens == 4160


async def test_one_image_may_be_no_list(openai: AsyncOpenAI) -> None:
    answer = await openai.images.edit(model=MODEL, image=PICTURE, prompt="redder")
    assert answer.usage
    assert answer.usage.input_tokens_details.image_tokens == 85


async def test_images_are_streamed(openai: AsyncOpenAI) -> None:
    generation = await openai.images.generate(
        model=MODEL, prompt="a red square", stream=True, partial_images=2
    )
    events: list[Any] = [event async for event in generation]
    assert [event.type.partition(".")[2] for event in events] == [
        "partial_image",
        "partial_image",
        "completed",
    ]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert is_png(base64.b64decode(events[-1].b64_json))
    assert events[-1].usage.output_tokens == 1056
    edit = await openai.images.edit(model=MODEL, image=PICTURE, prompt="redder", stream=True)
    assert [event.type async for event in edit] == ["image_edit.completed"]


async def test_equal_forms_have_equal_answers(http: httpx2.AsyncClient) -> None:
    one, two = [await edited(http, {"image": PICTURE}) for _ in range(2)]
    assert one.request.headers["content-type"] != two.request.headers["content-type"]
    assert one.content == two.content


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "a" * 32_001}, "prompt"),
        ({"model": None}, None),
        ({"n": 0}, "n"),
        ({"n": 11}, "n"),
        ({"n": "2"}, "n"),
        ({"size": "big"}, "size"),
        ({"size": "1000x1000"}, "size"),
        ({"size": "3840x1024"}, "size"),
        ({"size": "4096x2048"}, "size"),
        ({"size": "1536x864", "model": "gpt-image-1.5"}, "size"),
        ({"quality": "best"}, "quality"),
        ({"quality": "max"}, "quality"),
        ({"quality": "standard"}, "quality"),
        ({"response_format": "url"}, "response_format"),
        ({"style": "vivid"}, "style"),
        ({"output_format": "gif"}, "output_format"),
        ({"output_compression": 50}, "output_compression"),
        ({"background": "transparent", "output_format": "jpeg"}, None),
        ({"seed": 1}, "seed"),
    ],
)
async def test_what_openai_refuses(
    http: httpx2.AsyncClient, changes: dict[str, Any], param: str | None
) -> None:
    answer = await drawn(http, **changes)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


async def test_what_newer_models_take(http: httpx2.AsyncClient) -> None:
    usage = (await drawn(http, size="1536x864")).json()["usage"]
    assert usage["output_tokens"] == 1337
    fine = await drawn(http, model="gpt-image-2.5-flare", quality="max", background="transparent")
    assert fine.json()["background"] == "transparent"


async def test_older_models_answer_with_urls_and_no_usage(http: httpx2.AsyncClient) -> None:
    answer = (await drawn(http, model="dall-e-3")).json()
    assert answer["data"][0]["url"].endswith(".png")
    assert "usage" not in answer
    asked = (await drawn(http, model="dall-e-3", response_format="b64_json")).json()
    assert is_png(base64.b64decode(asked["data"][0]["b64_json"]))


@pytest.mark.parametrize(
    ("files", "changes", "param", "code"),
    [
        ({"mask": PICTURE}, {}, "image", "missing_required_parameter"),
        ({"image": ("a.txt", b"hi", "text/plain")}, {}, "image", "unsupported_file_mimetype"),
        ({"image": ("a.png", b"", "image/png")}, {}, "image", "empty_file"),
        ([("image", PICTURE), ("image", PICTURE)], {}, "image", "duplicate_parameter"),
        ([("image[]", PICTURE)] * 17, {}, "image", "array_above_max_length"),
        ({"image": PICTURE}, {"n": "two"}, "n", "invalid_type"),
        ({"image": PICTURE}, {"n": "11"}, "n", "integer_above_max_value"),
        ({"image": PICTURE}, {"mask": "a.png"}, "mask", "invalid_type"),
        ({"image": PICTURE, "prompt": PICTURE}, {"prompt": None}, "prompt", "invalid_type"),
        ({"image": PICTURE}, {"seed": "1"}, "seed", "unknown_parameter"),
    ],
)
async def test_which_forms_openai_refuses(
    http: httpx2.AsyncClient, files: Any, changes: dict[str, Any], param: str, code: str
) -> None:
    data = {"model": MODEL, "prompt": "redder", **changes}
    sent = {name: value for name, value in data.items() if value is not None}
    answer = await http.post(EDITS, data=sent, files=files)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == (param, code)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/json", b"{}", "Unsupported content type"),
        ("multipart/form-data", b"--x--", "Could not parse"),
        ("multipart/form-data; boundary=x", b"{}", "Could not parse"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\na\r\n--x--\r\n", "Could not parse"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n',
            "Could not parse",
        ),
    ],
)
async def test_what_is_no_form(
    http: httpx2.AsyncClient, content_type: str, body: bytes, text: str
) -> None:
    answer = await http.post(EDITS, content=body, headers={"content-type": content_type})
    assert answer.status_code == 400
    assert text in answer.json()["error"]["message"]


async def test_doubao(http: httpx2.AsyncClient) -> None:
    sequence = {
        "sequential_image_generation": "auto",
        "sequential_image_generation_options": {"max_images": 3},
    }
    answer = (await drawn(http, DOUBAO, model="doubao-seedream-4-0", **sequence)).json()
    assert [each["size"] for each in answer["data"]] == ["2048x2048"] * 3
    assert all(each["url"].startswith("https://") for each in answer["data"])
    assert answer["usage"] == {
        "generated_images": 3,
        "output_tokens": 3 * 16384,
        "total_tokens": 3 * 16384,
    }
    small = await drawn(http, DOUBAO, size="1280x720", response_format="b64_json", watermark=False)
    assert is_png(base64.b64decode(small.json()["data"][0]["b64_json"]))
    assert small.json()["usage"]["output_tokens"] == 3600
    # Also where OpenAI's path leads to any model.
    there = await drawn(http, model="doubao-seedream-4-0")
    assert there.json()["usage"]["generated_images"] == 1


async def test_glm(http: httpx2.AsyncClient) -> None:
    answer = (await drawn(http, GLM, model="cogview-4", quality="hd", size="768x1344")).json()
    assert [*answer] == ["created", "data", "content_filter"]
    assert [*answer["data"][0]] == ["url"]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (DOUBAO, {"n": 2}),
        (DOUBAO, {"size": "8K"}),
        (DOUBAO, {"size": "512x512"}),
        (DOUBAO, {"quality": "hd"}),
        (DOUBAO, {"image": ["a"] * 15}),
        (DOUBAO, {"prompt": ""}),
        (GLM, {"n": 1}),
        (GLM, {"size": "2048x2048"}),
        (GLM, {"size": "520x520"}),
        (GLM, {"quality": "low"}),
        (GLM, {"response_format": "b64_json"}),
        (GLM, {"user_id": "short"}),
    ],
)
async def test_what_others_refuse(
    http: httpx2.AsyncClient, path: str, changes: dict[str, Any]
) -> None:
    assert (await drawn(http, path, **changes)).status_code == 400


async def test_a_scenario_in_the_prompt(openai: AsyncOpenAI) -> None:
    with pytest.raises(sdk.RateLimitError):
        await openai.images.generate(model=MODEL, prompt="a [[sandbox status=429]]")
    with pytest.raises(sdk.RateLimitError):
        await openai.images.edit(model=MODEL, image=PICTURE, prompt="a [[sandbox status=429]]")
