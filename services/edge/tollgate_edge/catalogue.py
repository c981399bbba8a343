"""The models that can be called, by exact name. The last good catalogue outlives its source."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tollgate_common.errors import TollgateError, Unavailable
from tollgate_common.rating import Price
from tollgate_common.telemetry import logger

from .refusals import Cause, Refusal

if TYPE_CHECKING:
    from .ports import CatalogueSource

# An edge that has just started is not ready before it has a catalogue.
_FIRST_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model; token counts are ceilings."""

    name: str
    aliases: tuple[str, ...]
    owned_by: str
    context_tokens: int
    max_output_tokens: int
    default_output_tokens: int
    extra_reasoning_tokens: int
    image_tokens: int
    audio_second_tokens: int
    # What it can be asked for: kinds of Operation.
    operations: tuple[str, ...]
    price: Price
    created_at_s: int
    served: bool


class Catalogue:
    """Finds models; replaced as a whole when providers has another version."""

    def __init__(self) -> None:
        self.version = ""
        self._models: tuple[Model, ...] = ()
        self._by_name: dict[str, Model] = {}

    def replace(self, version: str, models: Iterable[Model]) -> None:
        self._models = tuple(models)
        aliases = {alias: model for model in self._models for alias in model.aliases}
        self._by_name = aliases | {model.name: model for model in self._models}
        self.version = version

    @property
    def loaded(self) -> bool:
        return bool(self._by_name)

    def find(self, name: str) -> Model:
        """By canonical name or alias, letter for letter: a near miss never finds another price."""
        model = self._by_name.get(name)
        if model:
            return model
        if not self.loaded:
            raise Unavailable("the catalogue has not been loaded yet", retry_after_s=1)
        raise Refusal(
            Cause.MODEL_NOT_FOUND,
            f"The model {name[:100]!r} does not exist. GET /v1/models lists those that do.",
            field="model",
        )

    def allowed(self, names: frozenset[str]) -> list[Model]:
        """What is served and may be used; no names mean every model."""
        return [m for m in self._models if m.served and (not names or m.name in names)]


async def keep_fresh(
    catalogue: Catalogue, sources: "Sequence[CatalogueSource]", seconds: float
) -> None:
    """Replaces the catalogue's content when there is another version, for ever."""
    while True:
        try:
            version, models = await _fetch(sources)
        except TollgateError as error:
            logger().warning("catalogue_not_fetched", error=error.message)
        else:
            if version != catalogue.version and models:
                catalogue.replace(version, models)
                logger().info("catalogue_loaded", version=version, models=len(models))
        await asyncio.sleep(seconds if catalogue.loaded else _FIRST_SECONDS)


async def _fetch(sources: "Sequence[CatalogueSource]") -> tuple[str, Sequence[Model]]:
    """From the first that answers."""
    error: TollgateError = Unavailable("there is no providers target")
    for source in sources:
        try:
            return await source.fetch()
        except TollgateError as failed:
            error = failed
    raise error
