"""Every official SDK on a model of every provider: what is carried, and what is refused.

The findings are docs/compatibility.md. TOLLGATE_WRITE_DOCS=1 writes it anew.
"""

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import pytest
from bills import bills_of_all
from sdks import PACKAGES, Package
from stack import ROOT, Stack
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
PAGE = ROOT / "docs" / "compatibility.md"
Findings: TypeAlias = dict[tuple[Package, str], dict[str, str]]


class Feature(NamedTuple):
    """A column of the page: what a talk shows, with which model of a provider."""

    shown: Callable[[Talk], Awaitable[None]]
    models: Mapping[str, str] = MODELS


FEATURES = {
    "chat": Feature(Talk.chat),
    "stream": Feature(Talk.stream),
    "tools": Feature(Talk.tools),
    "structured output": Feature(Talk.structured),
    "image": Feature(Talk.image),
    "reasoning": Feature(Talk.reasoning),
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
        _compare(_page(found))


@pytest.mark.parametrize("provider", MODELS)
@pytest.mark.parametrize("package", PACKAGES, ids=str)
async def test_reaches(stack: Stack, findings: Findings, package: Package, provider: str) -> None:
    findings[package, provider] |= await _found(stack, package, provider, FEATURES)


@pytest.mark.parametrize("package", PACKAGES, ids=str)
async def test_tries_again(stack: Stack, findings: Findings, package: Package) -> None:
    """With all providers at once, since an SDK waits long before it tries again."""

    async def talk(provider: str) -> None:
        found = await _found(stack, package, provider, PATIENT_FEATURES, patient=True)
        findings[package, provider] |= found

    async with asyncio.TaskGroup() as talks:
        for provider in MODELS:
            talks.create_task(talk(provider))


async def _found(
    stack: Stack,
    package: Package,
    provider: str,
    features: Mapping[str, Feature],
    *,
    patient: bool = False,
) -> dict[str, str]:
    customer = await stack.customer(usd="50")
    host = stack.base_url().removesuffix("/v1")
    async with package.open(host, customer.key, patient) as sdk:
        talk = Talk(stack, customer, sdk)
        found = {}
        for name, feature in features.items():
            sdk.model = feature.models[provider]
            found[name] = await _outcome(talk, feature)
    await _is_billed(talk)
    return found


async def _outcome(talk: Talk, feature: Feature) -> str:
    """Only a 400 that names the field will do as a refusal."""
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
    assert Counter(record.model for record in records) == talk.answered
    assert {record.dialect for record in records} == {talk.sdk.dialect}


def _compare(page: str) -> None:
    if os.environ.get("TOLLGATE_WRITE_DOCS") == "1":
        PAGE.write_text(page)
    again = "docs/compatibility.md is outdated: run this file with TOLLGATE_WRITE_DOCS=1"
    assert PAGE.exists() and PAGE.read_text() == page, again


def _page(findings: Findings) -> str:
    columns = ("SDK", "provider", "model", *COLUMNS)
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for package in PACKAGES:
        for provider, model in MODELS.items():
            found = findings[package, provider]
            cells = (str(package), provider, f"`{model}`", *(found[name] for name in COLUMNS))
            lines.append(f"| {' | '.join(cells)} |")
    head = _HEAD.format(python=_versions("Python"), node=_versions("Node"))
    return head + "\n".join(lines) + "\n"


def _versions(language: str) -> str:
    packages = [package for package in PACKAGES if package.language == language]
    return ", ".join(f"{package.name} {package.version}" for package in packages)


_HEAD = """# Compatibility

What each official SDK can do with a model of each provider, by changing nothing but its base URL
and its key. `tests/integration/test_every_sdk_reaches_every_provider.py` found it, and fails
when it finds anything else. It runs against simulated providers, which are made after the real
ones' documents; it does not call the real ones.

Python: {python}.

Node: {node}.

- **yes**: it works, and each answer is billed once, exactly. A stream says what a whole answer
  says; tools take two rounds; structured output follows a JSON schema; a picture reaches the
  provider as it was sent; reasoning is shown or signed, and the next turn takes it back to the
  provider; errors (404, 429) are of the SDK's own classes, and free; a stream that is cancelled
  stops at the provider; an SDK that tries again by itself, since the provider has failed twice, has
  its answer, and pays for nothing else. Google's SDKs try again where their retry options are set.
- **refused (`field`)**: a 400 names the field, since the model or its provider has nothing like it.
  Nothing is dropped in silence.

Some cells tell more of the simulated providers than of the real ones. OpenAI's API shows no
reasoning in chat completions, so there is none to be sent back. And what the OpenAI SDK sends to a
provider of its own format passes untouched: DeepSeek and GLM promise `json_object` only, and may
refuse the schema that is accepted here.

"""
