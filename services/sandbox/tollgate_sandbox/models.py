"""The models that this provider lists. It answers under every other name, too."""

import re

# A name that begins so does not exist: a way to meet a 404.
_UNKNOWN_PREFIX = "no-such"
OWNERS = {
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
    "claude-haiku-4-5": "anthropic",
    "claude-opus-5-5": "anthropic",
    "claude-sonnet-5-5": "anthropic",
    "gemini-2.5-flash": "google",
    "gemini-3.1-pro-preview": "google",
}
CREATED = 1_750_000_000

Generation = tuple[int, int]
# A name that says nothing of its generation may do what any generation may.
UNKNOWN: Generation = (0, 0)
_VERSION = re.compile(r"-(\d{1,2})(?:[.-](\d{1,2}))?(?![\d])")


def exists(name: str) -> bool:
    return not name.startswith(_UNKNOWN_PREFIX)


def generation(name: str, family: str) -> Generation:
    """Major and minor version of a model of this family, such as claude-opus-4-8: (4, 8)."""
    if not name.startswith(f"{family}-"):
        return UNKNOWN
    found = _VERSION.search(name)
    return (int(found[1]), int(found[2] or 0)) if found else UNKNOWN
