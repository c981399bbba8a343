"""POST /images/generations and /images/edits as OpenAI has them, with what other vendors add."""

from tollgate_edge.json import Json
from tollgate_edge.refusals import invalid

from . import Facts, Media
from .bodies import Document, check_choice, check_fields, file_bytes, model_in, text_in
from .common import written_file

_IMAGES_MAX = 10
# Leaves out what adds to an image's tokens, or makes several of one: complexity, frames, svg.
_COMMON = frozenset(
    {
        "background",
        "model",
        "moderation",
        "n",
        "output_compression",
        "output_format",
        "partial_images",
        "prompt",
        "quality",
        "response_format",
        "safety_identifier",
        "size",
        "stream",
        "user",
    }
)
_FIELDS = _COMMON | {
    "guidance_scale",
    "image",
    "optimize_prompt_options",
    "request_id",
    "seed",
    "sequential_image_generation",
    "style",
    "user_id",
    "watermark",
    "watermark_enabled",
}
_FILES = ("image", "image[]", "mask")
_FORM_FIELDS = _COMMON | set(_FILES)


def read_generation(document: Document) -> Facts:
    check_fields(document, _FIELDS)
    # A text begins a series of images, of which each is billed.
    check_choice(document, "sequential_image_generation", "disabled")
    check_choice(document, "stream", False)
    check_choice(document, "partial_images", 0)
    media = Media()
    for image in _listed(document.get("image")):
        if type(image) is not str or not image:
            raise invalid("image must be a URL, or an array of them.", "image")
        media.add_image(written_file(image, "image/"))
    return _facts(document, _count(document.get("n")), media, "")


def read_edit(document: Document) -> Facts:
    """A form's. A mask is held for like an image: it may be read as one."""
    check_fields(document, _FORM_FIELDS)
    check_choice(document, "stream", "false")
    check_choice(document, "partial_images", "0")
    media = Media()
    for field in _FILES:
        for file in _listed(document.get(field)):
            media.images += 1
            media.file_bytes += file_bytes(file, field)
    if not {"image", "image[]"} & set(document):
        raise invalid("image must be a file, or several as image[].", "image")
    number = document.get("n")
    if type(number) is str and number.isascii() and number.isdigit():
        number = int(number[:9])
    return _facts(document, _count(number), media, "edits")


def _facts(document: Document, count: int, media: Media, form: str) -> Facts:
    """No context bounds the input: vendors do not say what theirs is."""
    check_choice(document, "output_format", "png", "jpeg", "webp")
    text_in(document, "prompt")
    return Facts(
        model=model_in(document),
        choices=count,
        calls=count,
        media=media,
        one_prompt=False,
        input_field="image" if media.images else "prompt",
        variant=form,
    )


def _listed(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _count(value: Json) -> int:
    if value is None:
        return 1
    if type(value) is not int or not 1 <= value <= _IMAGES_MAX:
        raise invalid(f"n must be an integer from 1 to {_IMAGES_MAX}.", "n")
    return value
