"""The models that this provider lists. It answers under every other name, too."""

import orjson

from .refusals import no_such_model

# A name that begins so does not exist: a way to meet a 404.
UNKNOWN_PREFIX = "no-such"
_OWNERS = {
    "sandbox": "tollgate",
    "gpt-4o": "openai",
    "gpt-4o-mini": "openai",
    "deepseek-chat": "deepseek",
    "deepseek-reasoner": "deepseek",
    "qwen-max": "qwen",
    "qwen-plus": "qwen",
    "glm-4.6": "glm",
    "kimi-k2": "kimi",
    "doubao-seed-1.6": "doubao",
}
_CREATED = 1_750_000_000


def _model(name: str) -> dict[str, str | int]:
    return {
        "id": name,
        "object": "model",
        "created": _CREATED,
        "owned_by": _OWNERS.get(name, "tollgate"),
    }


def list_models() -> bytes:
    return orjson.dumps({"object": "list", "data": [_model(name) for name in _OWNERS]})


def show_model(name: str) -> bytes:
    """Raises Refusal for a model that does not exist."""
    check_exists(name)
    return orjson.dumps(_model(name))


def check_exists(name: str) -> None:
    if name.startswith(UNKNOWN_PREFIX):
        raise no_such_model(name)
