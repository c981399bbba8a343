"""POST /images/generations and /images/edits as OpenAI serves them."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from tollgate_sandbox.forms import Upload
from tollgate_sandbox.operations import Reply, event_stream, json_reply, last_sse, sse
from tollgate_sandbox.pictures import png
from tollgate_sandbox.refusals import invalid
from tollgate_sandbox.rendering import Identity
from tollgate_sandbox.scenarios import Scenario, directives
from tollgate_sandbox.turns import ATTACHMENT_TOKENS, tokens_in

from .checks import COMPLAINTS, Check, array, boolean, either, integer, one_of, string, text
from .fields import checked
from .forms import boolean as read_boolean
from .forms import typed, upload

Json = dict[str, Any]

PROMPT_CHARACTERS_MAX = 32_000
_IMAGES_MAX = 16
# Models of these names are described by OpenAI's documentation; others may do what any may.
_FAMILY = ("gpt-image-", "chatgpt-image-")
# The first generation draws three sizes only, and the next but one has two more qualities.
_STANDARD_ONLY = ("gpt-image-1", "chatgpt-image-")
_FINE = ("gpt-image-2.5", "gpt-image-2.6")
_STANDARD_SIZES = ("1024x1024", "1536x1024", "1024x1536")
_SIZE = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})")
_EDGE_MAX = 3840
_PIXELS_MAX = 3840 * 2160
# What 1024 by 1024 pixels cost.
_OUTPUT_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 8320, "max": 16640}
_MIME_TYPES = ("image/jpeg", "image/png", "image/webp")

_REQUIRED: dict[str, Check] = {"model": string(), "prompt": text(PROMPT_CHARACTERS_MAX)}
_FIELDS: dict[str, Check] = {
    "n": integer(1, 10),
    "size": string(),
    "quality": one_of("auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"),
    "background": one_of("transparent", "opaque", "auto"),
    "output_format": one_of("png", "webp", "jpeg"),
    "output_compression": integer(0, 100),
    "response_format": one_of("url", "b64_json"),
    "moderation": one_of("low", "auto"),
    "user": string(),
    "safety_identifier": string(),
    "stream": boolean,
    "partial_images": integer(0, 3),
}
_GENERATION_FIELDS = {**_FIELDS, "style": one_of("vivid", "natural")}
_EDIT_FIELDS = {**_FIELDS, "mask": upload, "input_fidelity": one_of("high", "low")}
_EDIT_KINDS: dict[str, Callable[[str], object]] = {
    "n": int,
    "output_compression": int,
    "stream": read_boolean,
    "partial_images": int,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """See `Task`. Images are PNGs, whatever format was asked for.

    `partial_images` is None where no stream is asked for.
    """

    kind: str

    prompt: str
    model: str
    count: int
    width: int
    height: int
    quality: str
    background: str
    output_format: str
    as_url: bool
    partial_images: int | None
    given_images: int

    @property
    def directive(self) -> str:
        return directives(self.prompt)[1]

    def reply(self, identity: Identity, scenario: Scenario) -> Reply:
        if self.partial_images is not None:
            return self._stream(identity, scenario)
        data = [drawn(identity, index, as_url=self.as_url) for index in range(self.count)]
        head = {"created": identity.created, "data": data}
        if not self.model.startswith(_FAMILY):
            # The models that came before had no usage.
            return Reply((orjson.dumps(head),))
        return json_reply({**head, **self._shown()}, self._usage(), scenario)

    def _shown(self) -> Json:
        return {
            "background": self.background,
            "output_format": self.output_format,
            "quality": self.quality,
            "size": f"{self.width}x{self.height}",
        }

    def _stream(self, identity: Identity, scenario: Scenario) -> Reply:
        """The partial images are as good as the last one."""
        image = drawn(identity, 0, as_url=False)
        event = {"created_at": identity.created, **image, **self._shown()}
        name = f"{self.kind}.partial_image"
        partial = [
            sse({"type": name, "partial_image_index": index, **event})
            for index in range(self.partial_images or 0)
        ]
        last = {"type": f"{self.kind}.completed", **event}
        return event_stream([*partial, last_sse(last, self._usage(), scenario)])

    def _usage(self) -> Json:
        prompt, images = tokens_in(self.prompt), self.given_images * ATTACHMENT_TOKENS
        one = -(-_OUTPUT_TOKENS[self.quality] * self.width * self.height // 1024**2)
        output = one * self.count
        return {
            "input_tokens": prompt + images,
            "input_tokens_details": {"text_tokens": prompt, "image_tokens": images},
            "output_tokens": output,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": output},
            "total_tokens": prompt + images + output,
        }


def drawn(identity: Identity, index: int, *, as_url: bool) -> Json:
    """One image of an answer."""
    if as_url:
        return {"url": f"https://images.sandbox.invalid/{identity.digest}-{index}.png"}
    return {"b64_json": base64.b64encode(png(f"{identity.digest}-{index}")).decode()}


def read_generation(document: object, model: str) -> Drawing:
    """Raises Refusal."""
    return _drawing(checked(document, _REQUIRED, _GENERATION_FIELDS), model, "image_generation")


def read_edit(document: object, model: str) -> Drawing:
    """Raises Refusal. The document is a form's."""
    image = either(
        "a file or an array of files", {Upload: _image, list: array(_image, 1, _IMAGES_MAX)}
    )
    body = typed(document, _EDIT_KINDS) if isinstance(document, dict) else {}
    body = checked(body, {**_REQUIRED, "image": image}, _EDIT_FIELDS)
    images = body["image"]
    return _drawing(body, model, "image_edit", len(images) if isinstance(images, list) else 1)


def _image(value: object, path: str) -> None:
    upload(value, path)
    if isinstance(value, Upload) and value.content_type not in _MIME_TYPES:
        raise invalid(
            f"Invalid file '{path}': unsupported mimetype ('{value.content_type}'). Supported file "
            "formats are 'image/jpeg', 'image/png', and 'image/webp'.",
            param=path,
            code="unsupported_file_mimetype",
        )


def _drawing(body: Mapping[str, Any], model: str, kind: str, given_images: int = 0) -> Drawing:
    _check_family(body, model)
    width, height = _size(body.get("size", "auto"), model)
    quality = body.get("quality", "auto")
    background = body.get("background", "auto")
    output_format = body.get("output_format", "png")
    if background == "transparent" and output_format == "jpeg":
        raise invalid("Transparent background is not supported for JPEG output format.")
    if "output_compression" in body and output_format == "png" and body["output_compression"] < 100:
        raise invalid(
            "Compression less than 100 is not supported for PNG output format.",
            param="output_compression",
        )
    return Drawing(
        kind=kind,
        prompt=body["prompt"],
        model=model,
        count=body.get("n", 1),
        width=width,
        height=height,
        quality=quality if quality in _OUTPUT_TOKENS else "medium",
        background="opaque" if background == "auto" else background,
        output_format=output_format,
        as_url=not model.startswith(_FAMILY) and body.get("response_format", "url") == "url",
        partial_images=body.get("partial_images", 0) if body.get("stream") else None,
        given_images=given_images,
    )


def _check_family(body: Mapping[str, Any], model: str) -> None:
    """What OpenAI's own models do not take."""
    if not model.startswith(_FAMILY):
        return
    for name in ("response_format", "style"):
        if name in body:
            raise COMPLAINTS.unknown(name)
    quality = body.get("quality", "auto")
    allowed = ["low", "medium", "high", "auto"]
    if model.startswith(_FINE):
        allowed[3:3] = ["xhigh", "max"]
    if quality not in allowed:
        raise COMPLAINTS.not_one_of("quality", quality, tuple(allowed))


def _size(size: str, model: str) -> tuple[int, int]:
    if size == "auto":
        return 1024, 1024
    found = _SIZE.fullmatch(size)
    if not found or (model.startswith(_STANDARD_ONLY) and size not in _STANDARD_SIZES):
        raise COMPLAINTS.not_one_of("size", size, (*_STANDARD_SIZES, "auto"))
    width, height = int(found[1]), int(found[2])
    if size not in _STANDARD_SIZES and model.startswith(_FAMILY):
        _check_free_size(width, height)
    return width, height


def _check_free_size(width: int, height: int) -> None:
    problem = ""
    if width % 16 or height % 16:
        problem = "Width and height must both be divisible by 16"
    elif max(width, height) > 3 * min(width, height):
        problem = "The aspect ratio must be between 1:3 and 3:1"
    elif max(width, height) > _EDGE_MAX or width * height > _PIXELS_MAX:
        problem = "The maximum supported resolution is 3840x2160"
    if problem:
        raise invalid(
            f"Invalid size '{width}x{height}'. {problem}.", param="size", code="invalid_value"
        )
