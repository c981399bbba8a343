"""Lists and shows models as OpenAI does."""

import orjson

from tollgate_sandbox.models import CREATED, OWNERS, exists

from .refusals import WORDS


def list_models() -> bytes:
    return orjson.dumps({"object": "list", "data": [_model(name) for name in OWNERS]})


def show_model(name: str) -> bytes:
    """Raises Refusal for a model that does not exist."""
    if not exists(name):
        raise WORDS.no_such_model(name)
    return orjson.dumps(_model(name))


def _model(name: str) -> dict[str, str | int]:
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": OWNERS.get(name, "tollgate"),
    }
