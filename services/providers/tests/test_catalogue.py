"""The catalogue that is built in loads; a wrong one is refused with model and field."""

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tollgate_common.rating import Units, cost_nano
from tollgate_providers.catalogue import BUILT_IN, CatalogueError, Model, load_catalogue
from tollgate_providers.registry import load_adapters

ADAPTERS = load_adapters()
GOOD = yaml.safe_load(
    """
models:
  - name: m
    aliases: [n]
    provider: openai
    owned_by: somebody
    created: 2026-01-02
    context_tokens: 1000
    max_output_tokens: 500
    default_output_tokens: 100
    prices:
      - &price
        from: 2026-01-02
        as_of: 2026-01-03
        source: list price
        input: 1_000_000_000
        cached_read: 100_000_000
        cache_write_5m: 1_000_000_000
        cache_write_1h: 1_000_000_000
        output: 2_000_000_000
        reasoning: 2_000_000_000
      - {<<: *price, from: 2026-03-04, input: 500_000_000}
"""
)


def load(tmp_path: Path, document: object) -> Mapping[str, Model]:
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(document))
    return load_catalogue(path, ADAPTERS)


def test_every_provider_has_models() -> None:
    models = load_catalogue(BUILT_IN, ADAPTERS)
    assert {model.provider for model in models.values()} == set(ADAPTERS)
    assert 42 <= len(models) <= 96


def test_the_last_price_is_current_and_older_ones_still_rate(tmp_path: Path) -> None:
    model = load(tmp_path, GOOD)["m"]
    assert model.price.version == "m@2026-03-04"
    million = Units(input=1_000_000)
    assert cost_nano(million, model.price) == 500_000_000
    assert cost_nano(million, model.prices["m@2026-01-02"]) == 1_000_000_000
    assert model.upstream == "m"
    assert model.created_at_s == 1767312000


def change(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model.update(fields)


def reprice(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["prices"][0].update(fields)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (change(name=" m"), "name"),
        (change(name="\uff4d"), "name"),
        (change(provider="nobody"), "provider"),
        (change(max_output_tokens=1001), "max_output_tokens"),
        (change(default_output_tokens=501), "default_output_tokens"),
        (change(context_tokens=0), "context_tokens"),
        (change(context_tokens=True), "context_tokens"),
        (change(image_tokens=-1), "image_tokens"),
        (change(aliases=["m"]), "name"),
        (change(aliases="n"), "aliases"),
        (change(colour="red"), "colour"),
        (change(created="yesterday"), "created"),
        (change(prices=[]), "prices"),
        (lambda model: model.pop("owned_by"), "owned_by"),
        (lambda model: model["prices"][0].pop("reasoning"), "reasoning"),
        (lambda model: model["prices"].reverse(), "from"),
        (reprice(input=0), "input"),
        (reprice(cached_read=0.5), "cached_read"),
        (reprice(output="2"), "output"),
        (reprice(output=-1), "output"),
        (reprice(source=""), "source"),
        (reprice(batch=1), "batch"),
    ],
)
def test_a_wrong_model_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], said: str
) -> None:
    document = copy.deepcopy(GOOD)
    spoil(document["models"][0])
    with pytest.raises(CatalogueError, match=rf"^catalogue: .*: {said}: "):
        load(tmp_path, document)


def test_an_adapter_has_to_offer_what_its_models_are_for(tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD)
    document["models"][0] |= {"operations": ["chat", "rerank"]}
    with pytest.raises(CatalogueError, match="m: operations: openai does not offer rerank"):
        load(tmp_path, document)
    document["models"][0] |= {"operations": ["embeddings"]}
    assert load(tmp_path, document)["m"].operations == ("embeddings",)


def test_free_is_said_aloud(tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD)
    names = ("input", "cached_read", "cache_write_5m", "cache_write_1h", "output", "reasoning")
    document["models"][0]["prices"][1] |= dict.fromkeys(names, 0) | {"free": True}
    assert cost_nano(Units(input=5, output=5), load(tmp_path, document)["m"].price) == 0


def test_a_name_may_not_be_taken_twice(tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD)
    document["models"].append(copy.deepcopy(GOOD["models"][0]) | {"name": "n", "aliases": []})
    with pytest.raises(CatalogueError, match="'n' is taken"):
        load(tmp_path, document)


@pytest.mark.parametrize("text", ["", "models: 3", "models: [3]", "{", "- 1"])
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(text)
    with pytest.raises(CatalogueError):
        load_catalogue(path, ADAPTERS)
