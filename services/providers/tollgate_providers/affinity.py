"""What ties a conversation to one key, where its prompt cache is."""

from hashlib import blake2b
from typing import Any

import orjson

from .adapter import Ask

# Where dialects keep a conversation's turns, oldest first.
_TURNS = ("messages", "contents", "input")
# What stands before the client's first words is the same in many conversations.
_TURNS_MAX = 8
# Of what is no JSON: enough to tell one file from another.
_BYTES_MAX = 64 * 1024


def affinity(ask: Ask) -> bytes:
    """The same for every turn of a conversation; hardly ever the same for two conversations."""
    digest = blake2b(digest_size=16)
    for part in (ask.account_id, ask.canonical_model):
        digest.update(part.encode() + b"\0")
    digest.update(_beginning(ask.body))
    return digest.digest()


def _beginning(body: bytes) -> bytes:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:  # a form
        return body[:_BYTES_MAX]
    if not isinstance(fields, dict):
        return body[:_BYTES_MAX]
    if isinstance(named := fields.get("prompt_cache_key"), str):
        return named.encode()
    turns = next((fields[name] for name in _TURNS if fields.get(name)), None)
    return orjson.dumps(_first_words(turns) if isinstance(turns, list) else turns)


def _first_words(turns: list[Any]) -> list[Any]:
    """Up to the client's first turn."""
    for number, turn in enumerate(turns[:_TURNS_MAX], 1):
        if not isinstance(turn, dict) or turn.get("role") == "user":
            return turns[:number]
    return turns[:_TURNS_MAX]
