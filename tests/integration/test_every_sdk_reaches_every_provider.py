"""Every official SDK on a model of every provider: what is carried, and what is refused.

The findings are a part of docs/compatibility.md. TOLLGATE_WRITE_DOCS=1 writes it anew.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

import pytest
from bills import bills_of_all, outputs
from compatibility import check_part
from sdks import PACKAGES, Embedder, Package
from stack import Stack
from talk import Talk

MODELS = {
    "openai": "gpt-6-luna",
    "deepseek": "deepseek-v4-flash",
    "qwen": "qwen3.8-max",
    "glm": "glm-5.3",
    "kimi": "kimi-k2.6",
    "doubao": "doubao-seed-2.1-pro",
    "anthropic": "claude-sonnet-5-5",
    "google": "gemini-3.8-flash",
}
# Other providers have none.
EMBEDDING_MODELS = {
    "openai": "text-embedding-3-small",
    "qwen": "text-embedding-v4",
    "glm": "embedding-3",
    "google": "gemini-embedding-001",
}
Findings: TypeAlias = dict[tuple[Package, str], dict[str, str]]


class Feature(NamedTuple):
    """A column of the page: what a talk shows, with which model of a provider, by which SDKs."""

    shown: Callable[[Talk], Awaitable[None]]
    models: Mapping[str, str] = MODELS
    sdks: type = object


FEATURES = {
    "chat": Feature(Talk.chat),
    "stream": Feature(Talk.stream),
    "tools": Feature(Talk.tools),
    "structured output": Feature(Talk.structured),
    "image": Feature(Talk.image),
    "reasoning": Feature(Talk.reasoning),
    "embeddings": Feature(Talk.embeddings, EMBEDDING_MODELS, Embedder),
    "errors": Feature(Talk.errors),
    "cancel": Feature(Talk.cancel),
}
# What is shown by an SDK that tries again by itself.
PATIENT_FEATURES = {"retries": Feature(Talk.retries)}
COLUMNS = (*FEATURES, *PATIENT_FEATURES)


@pytest.fixture(scope="module")
def findings() -> Iterator[Findings]:
    """What was found, pair by pair: in the end compared with the page, if all tests have run."""
    found: Findings = defaultdict(dict)
    yield found
    if sum(map(len, found.values())) == len(PACKAGES) * len(MODELS) * len(COLUMNS):
        check_part("sdks", _part(found), by="this file")


@pytest.mark.parametrize("package", PACKAGES, ids=str)
async def test_reaches_every_provider(stack: Stack, findings: Findings, package: Package) -> None:
    """All at once, for an SDK mostly waits: longest before it tries again."""

    async def find(provider: str, features: Mapping[str, Feature], patient: bool) -> None:
        with _named(f"{package} on {provider}"):
            found = await _found(stack, package, provider, features, patient)
        findings[package, provider] |= found

    async with asyncio.TaskGroup() as talks:
        for provider in MODELS:
            talks.create_task(find(provider, FEATURES, patient=False))
            talks.create_task(find(provider, PATIENT_FEATURES, patient=True))


@contextmanager
def _named(whose: str) -> Iterator[None]:
    """A failure says whose it is."""
    try:
        yield
    except Exception as failure:
        failure.add_note(whose)
        raise


async def _found(
    stack: Stack, package: Package, provider: str, features: Mapping[str, Feature], patient: bool
) -> dict[str, str]:
    customer = await stack.customer(usd="50")
    host = stack.base_url().removesuffix("/v1")
    async with package.open(host, customer.key, patient) as sdk:
        talk = Talk(stack, customer, sdk)
        found = {name: await _outcome(talk, each, provider) for name, each in features.items()}
    await _is_billed(talk)
    return found


async def _outcome(talk: Talk, feature: Feature, provider: str) -> str:
    """Only a 400 that names the field will do as a refusal."""
    if provider not in feature.models or not isinstance(talk.sdk, feature.sdks):
        return "-"
    talk.sdk.model = feature.models[provider]
    try:
        await feature.shown(talk)
    except talk.sdk.refusal as refusal:
        field = talk.sdk.field(refusal)
        assert talk.sdk.status(refusal) == 400 and field, str(refusal)
        return f"refused (`{field}`)"
    return "yes"


async def _is_billed(talk: Talk) -> None:
    records = await bills_of_all(
        talk.stack, talk.customer, answered=talk.answered.total(), left=talk.left
    )
    assert Counter((record.model, record.operation) for record in records) == talk.answered
    assert {record.dialect for record in records} == {talk.sdk.dialect}
    for record in records:
        assert (outputs(record.units) == 0) == (record.operation == "embeddings")


def _part(findings: Findings) -> str:
    columns = ("SDK", "provider", "model", *COLUMNS)
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for package in PACKAGES:
        for provider, model in MODELS.items():
            found = findings[package, provider]
            cells = (str(package), provider, f"`{model}`", *(found[name] for name in COLUMNS))
            lines.append(f"| {' | '.join(cells)} |")
    versions = f"Python: {_versions('Python')}.\n\nNode: {_versions('Node')}.\n\n"
    return versions + "\n".join(lines) + "\n"


def _versions(language: str) -> str:
    packages = [package for package in PACKAGES if package.language == language]
    return ", ".join(dict.fromkeys(f"{package.name} {package.version}" for package in packages))
