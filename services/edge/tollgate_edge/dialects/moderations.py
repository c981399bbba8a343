"""POST /moderations as OpenAI has it."""

from collections.abc import Mapping

from tollgate_edge.json import Json
from tollgate_edge.refusals import invalid

from . import Facts, Media
from .bodies import Document, check_fields, model_in
from .common import written_file

_FIELDS = frozenset({"input", "model"})
_DEFAULT_MODEL = "omni-moderation-latest"


def read_moderation(document: Document) -> Facts:
    """Clients may leave the model out, and mean OpenAI's latest."""
    check_fields(document, _FIELDS)
    media = Media()
    given = document.get("input")
    for part in given if isinstance(given, list) else [given]:
        if isinstance(part, dict):
            _read_part(part, media)
        elif type(part) is not str:
            raise invalid("input must be a string, or an array of strings or of parts.", "input")
    if given == []:
        raise invalid("input must not be empty.", "input")
    model = model_in(document, _DEFAULT_MODEL)
    return Facts(model=model, media=media, one_prompt=False, input_field="input")


def _read_part(part: Mapping[str, Json], media: Media) -> None:
    kind = part.get("type")
    if kind == "text":
        return
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else None
    if kind != "image_url" or type(url) is not str:
        raise invalid("Parts of input must be of type 'text' or 'image_url'.", "input")
    media.add_image(written_file(url, "image/"))
