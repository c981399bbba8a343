"""What operators read: health, metrics and logs. They tell what happens, and no secrets."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterable

import httpx2
from openai import AsyncOpenAI
from prices import MODEL
from prometheus_client.parser import text_string_to_metric_families
from stack import Customer, Stack, eventually

# Offsets from the run's first internal port.
OPS = {
    "auth": 11,
    "ledger": 12,
    "providers": 13,
    "metering": 14,
    "sandbox": 15,
    "edge": 20,
    "edge-2": 21,
}
LABELS = {"route", "status", "model", "provider", "channel", "outcome", "bucket", "kind", "le"}
OF_PYTHON = ("python_", "process_")
SECRET = "what-nobody-else-may-read"
ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


async def test_metrics(stack: Stack, customer: Customer) -> None:
    calls = 3
    before = await _samples(stack)
    async with stack.client(customer) as client:
        answers = [
            await client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "hello"}]
            )
            for _ in range(calls)
        ]
    for model, path in (("no-such-model", "chat/completions"), (MODEL, "no/such/path")):
        headers = {"Authorization": f"Bearer {customer.key}"}
        body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
        url = f"{stack.base_url()}/{path}"
        assert (await stack.http.post(url, headers=headers, json=body)).status_code == 404
    await stack.posted(customer, calls)
    await stack.settled(customer)
    after = await _samples(stack)
    prompt = sum(answer.usage.prompt_tokens for answer in answers if answer.usage)
    completion = sum(answer.usage.completion_tokens for answer in answers if answer.usage)
    expected = {
        'edge: tollgate_edge_requests_total{route="chat",status="200"}': calls,
        'edge: tollgate_edge_requests_total{route="chat",status="404"}': 1,
        'edge: tollgate_edge_requests_total{route="other",status="404"}': 1,
        'edge: tollgate_edge_request_duration_seconds_count{route="chat"}': calls + 1,
        f'edge: tollgate_edge_time_to_first_byte_seconds_count{{model="{MODEL}"}}': calls,
        "edge: tollgate_edge_requests_in_flight{}": 0,
        "edge: tollgate_edge_lanes{}": 0,
        'providers: tollgate_providers_requests_total{channel="sandbox-deepseek",'
        'outcome="completed",provider="deepseek"}': calls,
        f'providers: tollgate_providers_tokens_total{{bucket="input",model="{MODEL}"}}': prompt,
        f'providers: tollgate_providers_tokens_total{{bucket="output",model="{MODEL}"}}': (
            completion
        ),
        'providers: tollgate_providers_first_byte_seconds_count{provider="deepseek"}': calls,
        "providers: tollgate_providers_lanes{}": 0,
        'ledger: tollgate_ledger_entries_total{kind="usage"}': calls,
        "ledger: tollgate_ledger_lag_seconds_count{}": calls,
        "ledger: tollgate_ledger_conflicts_total{}": 0,
        "ledger: tollgate_ledger_dead_letters_total{}": 0,
        "ledger: tollgate_ledger_leases_denied_total{}": 0,
        "metering: tollgate_metering_records_total{}": calls,
        "metering: tollgate_metering_duplicates_total{}": 0,
        "metering: tollgate_metering_dead_letters_total{}": 0,
    }
    grown = {name: after[name] - before.get(name, 0) for name in expected}
    assert grown == expected


async def test_labels_never_come_from_clients(stack: Stack, customer: Customer) -> None:
    tag = f"mine-{os.urandom(6).hex()}"
    headers = {"Authorization": f"Bearer {customer.key}", "X-Agent-Identity": tag}
    for model in (MODEL, tag):
        body = {"model": model, "messages": [{"role": "user", "content": tag}], "user": tag}
        await stack.http.post(f"{stack.base_url()}/chat/completions", headers=headers, json=body)
    await stack.http.get(f"{stack.base_url()}/{tag}?key={customer.key}")
    await stack.posted(customer, 1)
    await stack.settled(customer)
    for name in await _samples(stack):
        for one in (tag, customer.account_id, customer.key_id, customer.key):
            assert one not in name
        assert not ULID.search(name), "ids have no end: they must not be labels"
        assert set(re.findall(r'(\w+)="', name)) <= LABELS, name


async def test_health_and_readiness(stack: Stack) -> None:
    for name in OPS:
        for path in ("healthz", "readyz"):
            assert await _status(stack, name, path) == 200, f"{name} {path}"
    public = f"{stack.base_url()}/../metrics"
    assert (await stack.http.get(public)).status_code == 404, "metrics are no one else's business"


async def test_ready_means_that_a_request_would_succeed(stack: Stack, customer: Customer) -> None:
    for victim in ("ledger", "providers"):
        before = stack.pid(victim)
        os.kill(before, signal.SIGKILL)

        async def gone() -> bool:
            return not await stack.is_ready()

        await eventually(f"without {victim} the run is not ready", gone)
        if victim == "providers":

            async def edge_knows() -> bool:
                return await _status(stack, "edge", "readyz") == 503

            await eventually("the edge says that it is not ready", edge_knows)
            assert await _status(stack, "edge", "healthz") == 200

        async def back() -> bool:
            return stack.pid(victim) != before and await stack.is_ready()  # noqa: B023

        await eventually(f"with {victim} the run is ready again", back)
        async with stack.client(customer) as client:
            answer = await client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "hello"}]
            )
        assert answer.choices[0].message.content
    await stack.posted(customer, 2)
    await stack.settled(customer)


async def test_logs_are_json_and_tell_no_secrets(stack: Stack, impatient: Stack) -> None:
    """Whatever went wrong in this session's stories is in these logs as well."""
    for run in (stack, impatient):
        customer = await run.customer()
        wrong_key = "sk-" + os.urandom(24).hex()
        await _provoke(run, customer, wrong_key)
        await run.settled(customer)
        secrets = [
            SECRET,
            customer.key,
            wrong_key,
            (run.home / "token").read_text().strip(),
            _demo_key(run),
            "sk-sandbox",
        ]
        for path in sorted((run.home / "logs").iterdir()):
            lines = path.read_text().splitlines()
            # The sink of mails has nothing to say, unless something is wrong.
            assert lines or path.stem == "mail", f"{path.name} is empty"
            for line in lines:
                assert not [secret for secret in secrets if secret in line], f"{path.name}: {line}"
            if path.stem not in ("nats", "mail"):
                _check_json(path.name, lines)


def _check_json(name: str, lines: Iterable[str]) -> None:
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            raise AssertionError(f"{name}: not JSON: {line}") from None
        assert entry.keys() >= {"event", "level", "service", "timestamp"}, f"{name}: {line}"
        for noise in ("Task was destroyed", "never retrieved", "already running", "Traceback"):
            assert noise not in line, f"{name}: {line}"


async def _provoke(stack: Stack, customer: Customer, wrong_key: str) -> None:
    """Errors of every kind, each with the secret in it."""
    url = f"{stack.base_url()}/chat/completions"
    headers = {"Authorization": f"Bearer {customer.key}", "Content-Type": "application/json"}
    directives = ("", "status=400", "status=401", "status=500", "cut_after=2", "malformed=json")
    for directive in directives:
        for stream in (False, True):
            content = f"{SECRET} [[sandbox {directive}]]"
            body = {
                "model": MODEL,
                "stream": stream,
                "messages": [{"role": "user", "content": content}],
            }
            await stack.http.post(url, headers=headers, json=body)
    await stack.http.post(url, headers=headers, content=f'{{"model": "{SECRET}'.encode())
    await stack.http.post(url, headers=headers, json={"model": SECRET, "messages": []})
    await stack.http.post(f"{url}/{SECRET}?key={customer.key}")
    await stack.http.get(f"{stack.base_url()}/{customer.key}", headers=headers)
    for key in (wrong_key, f"{customer.key}x", customer.key.removeprefix("sk-")):
        async with AsyncOpenAI(base_url=stack.base_url(), api_key=key, max_retries=0) as client:
            await asyncio.gather(client.models.list(), return_exceptions=True)


def _demo_key(stack: Stack) -> str:
    text = (stack.home / "demo.env").read_text()
    match = re.search(r"^TOLLGATE_API_KEY=(\S+)$", text, re.MULTILINE)
    assert match
    return match[1]


async def _status(stack: Stack, name: str, path: str) -> int:
    try:
        url = f"http://127.0.0.1:{stack.port_base + OPS[name]}/{path}"
        return (await stack.http.get(url)).status_code
    except httpx2.TransportError:
        return 0


async def _samples(stack: Stack) -> dict[str, float]:
    """Every sample of ours, of every process."""
    samples = {}
    for name, offset in OPS.items():
        answer = await stack.http.get(f"http://127.0.0.1:{stack.port_base + offset}/metrics")
        assert answer.status_code == 200
        for family in text_string_to_metric_families(answer.text):
            if family.name.startswith(OF_PYTHON):
                continue
            assert family.name.startswith("tollgate_"), family.name
            for sample in family.samples:
                labels = ",".join(f'{key}="{sample.labels[key]}"' for key in sorted(sample.labels))
                samples[f"{name}: {sample.name}{{{labels}}}"] = sample.value
    return samples
