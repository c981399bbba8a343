"""Channels come and go while requests are served; whoever answers is billed, and nobody else."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
import pytest_asyncio
from prices import MODEL
from stack import Customer, Stack, eventually, free_ports, running
from tollgate.events.v1 import usage_pb2

# What the sandbox takes for keys; what is behind the plus is how it answers them.
GOOD = "sk-sandbox-of-an-operator"
LIMITED = "sk-sandbox-limited+status=429;retry_after=60"
REFUSED = "sk-sandbox-refused+status=401"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(Path(tmp_path_factory.mktemp("channels")) / "home") as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def customer(run: Stack) -> Customer:
    return await run.customer()


async def ctl(run: Stack, *arguments: str, keys: str = "") -> Any:
    """What tollgatectl prints as JSON."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("tollgatectl"),
        *arguments,
        "-o",
        "json",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TOLLGATE_HOME": str(run.home)},
    )
    printed, _ = await asyncio.wait_for(process.communicate(keys.encode()), 30)
    assert process.returncode == 0
    return json.loads(printed)


@asynccontextmanager
async def added(
    run: Stack,
    id: str,
    *options: str,
    keys: str = GOOD,
    provider: str = "deepseek",
    path: str = "",
    host: str = "",
) -> AsyncIterator[None]:
    """A channel to the sandbox, or to another host, for as long as a story lasts."""
    url = (host or run.sandbox_url) + path
    where = ("--provider", provider, "--base-url", url, "--key-file", "-")
    await ctl(run, "channel", "add", id, *where, *options, keys=keys)
    try:
        yield
    finally:
        await ctl(run, "channel", "remove", id, "--yes")


async def chat(
    run: Stack, customer: Customer, words: str = "Hello", **headers: str
) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await run.http.post(
        f"{run.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {customer.key}", **named},
        json={"model": MODEL, "messages": [{"role": "user", "content": words}]},
    )


async def answers(run: Stack, customer: Customer) -> bool:
    return (await chat(run, customer)).status_code == 200


async def channels_billed(run: Stack, customer: Customer, count: int) -> list[str]:
    """Who was billed for the requests that cost something, oldest first."""

    async def look() -> list[str] | None:
        records = [record for record in await run.usage(customer) if record.cost_nano]
        return [r.channel_id for r in records[::-1]] if len(records) >= count else None

    billed = await eventually("usage records", look)
    assert len(billed) == count
    return billed


async def test_traffic_moves_to_a_channel_that_is_added(run: Stack, customer: Customer) -> None:
    assert (await chat(run, customer)).status_code == 200
    async with added(run, "mine"):
        tested = await ctl(run, "channel", "test", "mine")
        assert tested["ok"]
        assert (await chat(run, customer)).status_code == 200
        assert await channels_billed(run, customer, 2) == ["sandbox-deepseek", "mine"]
    await run.settled(customer)


async def test_failover_is_billed_once_by_who_answered(run: Stack, customer: Customer) -> None:
    async with (
        added(run, "limited", keys=f"{LIMITED}\n{REFUSED}"),
        added(run, "spare", "--priority", "1"),
    ):
        for number in range(5):
            assert (await chat(run, customer, f"Hello {number}")).status_code == 200
        assert await channels_billed(run, customer, 5) == ["spare"] * 5
        assert len(await run.posted(customer, 5)) == 5
        listed = {channel["id"]: channel for channel in await ctl(run, "channel", "list")}
        assert [key["state"] for key in listed["limited"]["keys"]] == ["open", "open"]
        assert [key["state"] for key in listed["spare"]["keys"]] == ["closed"]
    await run.settled(customer)


async def test_a_dead_channel_is_passed_over(run: Stack, customer: Customer) -> None:
    """Nothing listens there any more, as after a kill."""
    dead = f"http://127.0.0.1:{free_ports(1)}"
    async with added(run, "dead", host=dead), added(run, "spare", "--priority", "1"):
        for number in range(5):
            assert (await chat(run, customer, f"Hello {number}")).status_code == 200
        assert await channels_billed(run, customer, 5) == ["spare"] * 5
    await run.settled(customer)


async def test_a_cut_answer_is_billed_to_who_began_it(run: Stack, customer: Customer) -> None:
    """Another channel must not go on where the client has read already."""
    async with (
        added(run, "cutting", keys="sk-sandbox-cutting+chunks=50;cut_after=5"),
        added(run, "spare", "--priority", "1"),
    ):
        async with run.client(customer) as client:
            stream = await client.chat.completions.create(
                model=MODEL, stream=True, messages=[{"role": "user", "content": "Hello"}]
            )
            with pytest.raises(openai.APIError):
                async for _ in stream:
                    pass
        assert await channels_billed(run, customer, 1) == ["cutting"]
    await run.settled(customer)
    [record] = await run.usage(customer)
    assert record.outcome == usage_pb2.OUTCOME_UPSTREAM_CUT
    assert record.estimated


async def test_a_key_that_fails_leaves_its_channel_working(run: Stack, customer: Customer) -> None:
    async with added(run, "mixed", keys=f"{REFUSED}\n{GOOD}"):
        for number in range(6):
            assert (await chat(run, customer, f"Hello {number}")).status_code == 200
        assert await channels_billed(run, customer, 6) == ["mixed"] * 6
        await ctl(run, "channel", "disable", "mixed", "--key", "k1")
        assert (await ctl(run, "channel", "test", "mixed", "--key", "k2"))["ok"]
    await run.settled(customer)


async def test_a_disabled_channel_stops_within_seconds(run: Stack, customer: Customer) -> None:
    async with added(run, "mine"):
        assert await answers(run, customer)
        await ctl(run, "channel", "disable", "mine")

        async def stopped() -> bool:
            return (await chat(run, customer)).status_code == 503

        await eventually("the model is unavailable", stopped, seconds=5)
        await ctl(run, "channel", "enable", "mine")
        await eventually("the model is back", lambda: answers(run, customer), seconds=10)
    await run.settled(customer)


async def test_a_channel_outlives_a_kill_and_its_key_is_nowhere(
    run: Stack, customer: Customer
) -> None:
    async with added(run, "mine", "--weight", "7"):
        assert await answers(run, customer)
        await run.kill_and_wait("providers")
        listed = {channel["id"]: channel for channel in await ctl(run, "channel", "list")}
        assert (listed["mine"]["source"], listed["mine"]["weight"]) == ("store", 7)
        await eventually("it serves again", lambda: answers(run, customer))
        assert set(await channels_billed(run, customer, 2)) == {"mine"}
        done = await ctl(run, "channel", "rotate")
        assert (done["rotated"], done["credentials"]) == (0, 1)
        found = await asyncio.to_thread(files_with, run.home, GOOD)
        assert found == []
    await run.settled(customer)


def files_with(home: Path, secret: str) -> list[Path]:
    files = [*home.glob("providers.db*"), *home.glob("logs/*")]
    assert any(b"mine" in file.read_bytes() for file in files)
    return [file for file in files if secret.encode() in file.read_bytes()]


async def test_a_client_chooses_among_providers(run: Stack, customer: Customer) -> None:
    models = ("--model", f"{MODEL}=deepseek-of-another-vendor")
    volc = {"provider": "doubao", "path": "/api/v3"}
    async with added(run, "mine"), added(run, "volc", *models, "--priority", "1", **volc):
        assert (await chat(run, customer)).status_code == 200
        wished = await chat(run, customer, x_tollgate_order="doubao,deepseek")
        assert wished.status_code == 200
        assert (await chat(run, customer, x_tollgate_only="doubao")).status_code == 200
        assert await channels_billed(run, customer, 3) == ["mine", "volc", "volc"]
        nobody = await chat(run, customer, x_tollgate_only="glm")
        assert (nobody.status_code, nobody.json()["error"]["param"]) == (503, "X-Tollgate-Only")
        unknown = await chat(run, customer, x_tollgate_only="nobody")
        assert (unknown.status_code, unknown.json()["error"]["param"]) == (400, "X-Tollgate-Only")
        dear = await chat(run, customer, x_tollgate_max_price="input=0.2")
        assert (dear.status_code, dear.json()["error"]["param"]) == (400, "X-Tollgate-Max-Price")
    await run.settled(customer)
