"""POST /images/generations as Doubao and GLM serve it, which is not quite as OpenAI does."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from tollgate_sandbox.operations import Reply, json_reply
from tollgate_sandbox.refusals import Refusal, invalid
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives

from .checks import (
    Check,
    anything,
    array,
    boolean,
    decimal,
    either,
    integer,
    mapping,
    one_of,
    record,
    string,
    text,
)
from .fields import checked
from .images import drawn

Json = dict[str, Any]

_SIZE = re.compile(r"(\d{3,4})x(\d{3,4})")
# One token for so many pixels.
_TOKEN_PIXELS = 256
_DOUBAO_SIDES = {"1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}
_DOUBAO_PIXELS = (1280 * 720, 4096 * 4096)
_GIVEN_IMAGES_MAX = 14
_IMAGES_MAX = 15
_GLM_SIDE = (512, 2048)
_GLM_PIXELS_MAX = 1 << 21


_REQUIRED: dict[str, Check] = {"model": string(), "prompt": text()}
# https://www.volcengine.com/docs/82379/1541523
_DOUBAO_FIELDS: dict[str, Check] = {
    "image": either(
        "one of a string or an array",
        {str: string(), list: array(string(), 1, _GIVEN_IMAGES_MAX)},
    ),
    "size": string(),
    "seed": integer(-1, (1 << 31) - 1),
    "guidance_scale": decimal(1, 10),
    "sequential_image_generation": one_of("auto", "disabled"),
    "sequential_image_generation_options": record({}, {"max_images": integer(1, _IMAGES_MAX)}),
    "optimize_prompt_options": mapping(anything),
    "tools": array(mapping(anything)),
    "output_format": one_of("png", "jpeg"),
    "response_format": one_of("url", "b64_json"),
    "watermark": boolean,
}
# https://docs.bigmodel.cn/api-reference/模型-api/图像生成
_GLM_FIELDS: dict[str, Check] = {
    "size": string(),
    "quality": one_of("hd", "standard"),
    "watermark_enabled": boolean,
    "request_id": string(64),
    "user_id": string(128, ".{6,}"),
}


@dataclass(frozen=True, slots=True)
class Seedream:
    """A drawing by Doubao. See `Task`."""

    prompt: str
    count: int
    width: int
    height: int
    as_url: bool

    @property
    def directive(self) -> str:
        return directives(self.prompt)[1]

    def reply(self, identity: Identity, scenario: Scenario) -> Reply:
        size = f"{self.width}x{self.height}"
        data = [
            {**drawn(identity, index, as_url=self.as_url), "size": size}
            for index in range(self.count)
        ]
        tokens = self.count * (self.width * self.height // _TOKEN_PIXELS)
        usage = {"generated_images": self.count, "output_tokens": tokens, "total_tokens": tokens}
        body = {"model": identity.model, "created": identity.created, "data": data}
        return json_reply(body, usage, scenario)


@dataclass(frozen=True, slots=True)
class CogView:
    """A drawing by GLM: a URL, and no usage. See `Task`."""

    prompt: str

    @property
    def directive(self) -> str:
        return directives(self.prompt)[1]

    def reply(self, identity: Identity, _scenario: Scenario) -> Reply:
        body = {
            "created": identity.created,
            "data": [drawn(identity, 0, as_url=True)],
            "content_filter": [{"role": "assistant", "level": 3}],
        }
        return Reply((orjson.dumps(body),))


def read_doubao(document: object, _model: str) -> Seedream:
    """Raises Refusal."""
    body = checked(document, _REQUIRED, _DOUBAO_FIELDS)
    count = 1
    if body.get("sequential_image_generation") == "auto":
        count = body.get("sequential_image_generation_options", {}).get("max_images", 1)
    width, height = _doubao_size(body.get("size", "2K"))
    as_url = body.get("response_format", "url") == "url"
    return Seedream(body["prompt"], count, width, height, as_url)


def read_glm(document: object, _model: str) -> CogView:
    """Raises Refusal."""
    body = checked(document, _REQUIRED, _GLM_FIELDS)
    width, height = _sides(body.get("size", "1024x1024"))
    low, high = _GLM_SIDE
    fits = all(low <= side <= high and side % 16 == 0 for side in (width, height))
    if not fits or width * height > _GLM_PIXELS_MAX:
        raise _wrong_size(body["size"])
    return CogView(body["prompt"])


def _doubao_size(size: str) -> tuple[int, int]:
    if size in _DOUBAO_SIDES:
        return _DOUBAO_SIDES[size], _DOUBAO_SIDES[size]
    width, height = _sides(size)
    low, high = _DOUBAO_PIXELS
    if not (low <= width * height <= high and width <= 16 * height and height <= 16 * width):
        raise _wrong_size(size)
    return width, height


def _sides(size: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(size)
    if not found:
        raise _wrong_size(size)
    return int(found[1]), int(found[2])


def _wrong_size(size: str) -> Refusal:
    return invalid(
        f"The parameter `size` specified in the request is not valid: '{size}'.",
        param="size",
        code="InvalidParameter",
    )
