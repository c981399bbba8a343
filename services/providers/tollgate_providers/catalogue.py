"""The catalogue: models and prices, loaded whole or refused with the model and field at fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import yaml
from tollgate_common.rating import OPTIONAL_UNIT_NAMES, UNIT_NAMES, Price
from tollgate_common.settings import SettingsError

from .adapter import Adapter

BUILT_IN = Path(__file__).with_name("catalogue.yaml")
_LIMITS = ("context_tokens", "max_output_tokens", "default_output_tokens")
_EXTRAS = ("extra_reasoning_tokens", "image_tokens", "audio_second_tokens")
OPERATIONS = (
    "chat", "embeddings", "images", "speech", "transcription", "moderation", "rerank",
)  # fmt: skip
_MODEL_FIELDS = {
    "name", "aliases", "provider", "upstream", "owned_by", "created", "operations", "prices",
    *_LIMITS, *_EXTRAS,
}  # fmt: skip
_PRICE_FIELDS = {"from", "as_of", "source", "free", *UNIT_NAMES}
# A thousand dollars a token: beyond it somebody has mistaken the unit.
_RATE_NANO_MAX = 10**18
_TOKENS_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What can be called: its limits in tokens, and every price that it ever had, oldest first."""

    name: str
    aliases: tuple[str, ...]
    provider: str
    upstream: str
    owned_by: str
    created_at_s: int
    context_tokens: int
    max_output_tokens: int
    default_output_tokens: int
    extra_reasoning_tokens: int
    image_tokens: int
    audio_second_tokens: int
    operations: tuple[str, ...]
    prices: Mapping[str, Price]

    @property
    def price(self) -> Price:
        """The current price."""
        return list(self.prices.values())[-1]


class CatalogueError(SettingsError):
    """The catalogue is refused as a whole; the message names model and field."""


def load_catalogue(path: Path, providers: Mapping[str, Adapter]) -> Mapping[str, Model]:
    """Models by canonical name. CatalogueError when anything is missing or contradictory."""
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError(f"catalogue: cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("models"), list):
        raise CatalogueError("catalogue: must have a list of models")
    models = [_model(fields, providers) for fields in document["models"]]
    taken: set[str] = set()
    for model in models:
        for name in (model.name, *model.aliases):
            if name in taken:
                raise _refused(model.name, "name", f"{name!r} is taken already")
            taken.add(name)
    return {model.name: model for model in models}


def _refused(model: object, field: str, reason: str) -> CatalogueError:
    return CatalogueError(f"catalogue: {model}: {field}: {reason}")


def _model(fields: Any, providers: Mapping[str, Adapter]) -> Model:  # noqa: ANN401
    if not isinstance(fields, dict):
        raise _refused(fields, "model", "must be a mapping")
    name = _text(fields, fields.get("name", "?"), "name")
    if unknown := fields.keys() - _MODEL_FIELDS:
        raise _refused(name, sorted(unknown)[0], "is not a field of a model")
    if fields.get("provider") not in providers:
        raise _refused(name, "provider", f"must be one of {', '.join(sorted(providers))}")
    operations = _operations(fields.get("operations", ["chat"]), name)
    for operation in operations:
        if not _offers(providers[fields["provider"]], operation):
            reason = f"{fields['provider']} does not offer {operation}"
            raise _refused(name, "operations", reason)
    limits = _limits(fields, name, chats="chat" in operations)
    extras = {field: _count(fields.get(field, 0), name, field, 0, _TOKENS_MAX) for field in _EXTRAS}
    if "chat" in operations and limits["max_output_tokens"] > limits["context_tokens"]:
        raise _refused(name, "max_output_tokens", "must not exceed context_tokens")
    if limits["default_output_tokens"] > limits["max_output_tokens"]:
        raise _refused(name, "default_output_tokens", "must not exceed max_output_tokens")
    return Model(
        name=name,
        aliases=_aliases(fields.get("aliases", []), name),
        provider=fields["provider"],
        upstream=_text({"upstream": name, **fields}, name, "upstream"),
        owned_by=_text(fields, name, "owned_by"),
        created_at_s=_midnight_s(fields, name),
        operations=operations,
        prices=_prices(fields.get("prices"), name),
        **limits,
        **extras,
    )


def _operations(value: object, model: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not set(value) <= set(OPERATIONS):
        raise _refused(model, "operations", f"must be a list of {', '.join(OPERATIONS)}")
    return tuple(value)


def _offers(adapter: Adapter, operation: str) -> bool:
    """Every adapter chats."""
    return operation == "chat" or any(operation == offered for _, offered in adapter.wires)


def _limits(fields: Mapping[str, Any], model: str, *, chats: bool) -> dict[str, int]:
    """What does not chat may have no answer in tokens, and leaves no limit to its client."""
    if not chats:
        answer = fields.get("max_output_tokens", 0)
        fields = {**fields, "max_output_tokens": answer, "default_output_tokens": answer}
    least = {"context_tokens": 1}
    return {
        field: _count(fields.get(field), model, field, least.get(field, int(chats)), _TOKENS_MAX)
        for field in _LIMITS
    }


def _text(fields: Mapping[str, Any], model: object, field: str) -> str:
    value = fields.get(field)
    if not isinstance(value, str) or not value or value != value.strip() or not value.isascii():
        raise _refused(model, field, "must be a text of ASCII characters without blanks around it")
    return value


def _count(value: object, model: str, field: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _refused(model, field, f"must be a whole number from {least} to {most}")
    return value


def _date(fields: Mapping[str, Any], model: str, field: str) -> date:
    value = fields.get(field)
    if type(value) is not date:
        raise _refused(model, field, "must be a date like 2026-11-01")
    return value


def _midnight_s(fields: Mapping[str, Any], model: str) -> int:
    created = datetime.combine(_date(fields, model, "created"), time(), UTC)
    return int(created.timestamp())


def _aliases(value: object, model: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _refused(model, "aliases", "must be a list")
    return tuple(_text({"aliases": alias}, model, "aliases") for alias in value)


def _prices(value: object, model: str) -> Mapping[str, Price]:
    if not isinstance(value, list) or not value:
        raise _refused(model, "prices", "must be a list with at least one price")
    prices: dict[str, Price] = {}
    before = date.min
    for fields in value:
        if not isinstance(fields, dict):
            raise _refused(model, "prices", "must be a list of mappings")
        if unknown := fields.keys() - _PRICE_FIELDS:
            raise _refused(model, str(sorted(unknown)[0]), "is not a field of a price")
        since = _date(fields, model, "from")
        if since <= before:
            raise _refused(model, "from", "each price must be later than the one before it")
        before = since
        price = _price(fields, model, f"{model}@{since.isoformat()}")
        prices[price.version] = price
    return prices


def _price(fields: Mapping[str, Any], model: str, version: str) -> Price:
    _text(fields, model, "source")
    _date(fields, model, "as_of")
    fields = {**dict.fromkeys(OPTIONAL_UNIT_NAMES, 0), **fields}
    rates = {name: _count(fields.get(name), model, name, 0, _RATE_NANO_MAX) for name in UNIT_NAMES}
    free = fields.get("free", False)
    for name, rate in rates.items():
        if rate == 0 and free is not True and name not in OPTIONAL_UNIT_NAMES:
            raise _refused(model, name, "is zero, which needs `free: true`")
    return Price(version, **rates)
