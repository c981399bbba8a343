"""The loads that every target meets, and what each cost: CPU, memory, and time."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from tests.bench.load import Spec
from tests.bench.process import (
    DRIVER_CORE,
    ROOT,
    BenchError,
    Process,
    busy_seconds,
    cpu_seconds,
    rss_kb,
)
from tests.bench.targets import Endpoint, Target

Figures = dict[str, float]

LOAD_GRACE_SECONDS = 30
SETTLE_SECONDS = 0.3
SETTLE_SECONDS_MAX = 20.0
HOLD_GAP_MS = 60_000

# Of each provider, the client that is passed through, then those for whom it is converted.
# DeepSeek speaks OpenAI's chat; what is converted for OpenAI itself takes another API of it.
CLIENTS = {
    "deepseek": ("openai", "anthropic", "gemini"),
    "anthropic": ("anthropic", "openai"),
    "google": ("gemini", "openai"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named load; its provider answers it, and the other fields are those of load.Spec."""

    name: str
    shape: str
    connections: int
    deadline_s: float
    seconds: float = 0.0
    rate: float = 0.0
    events: int = 0
    gap_ms: int = 0
    ramp_s: float = 0.0
    provider: str = "openai"
    client: str = "openai"

    def spec(self, endpoint: Endpoint) -> Spec:
        fields = asdict(self)
        del fields["name"], fields["provider"]
        model = endpoint.models[self.provider]
        return Spec(port=endpoint.port, model=model, headers=endpoint.headers, **fields)


def converted(events: int) -> tuple[Scenario, ...]:
    """One load from clients of each API, those who are passed through among them.

    There and back again, so that a cold start and a machine that grows busier harm all alike.
    """
    loads = tuple(
        Scenario(
            f"{provider}_to_{client}",
            "streams",
            128,
            20,
            events=events,
            gap_ms=10,
            provider=provider,
            client=client,
        )
        for provider, clients in CLIENTS.items()
        for client in clients
    )
    return (*loads, *reversed(loads))


WARM_UP = (
    Scenario("warm", "closed", 8, 10, seconds=0.5),
    Scenario("warm", "streams", 16, 10, events=10),
)
QUICK = (
    Scenario("hold", "hold", 200, 20, events=2, gap_ms=HOLD_GAP_MS, ramp_s=0.5),
    Scenario("open", "open", 256, 8, seconds=2, rate=200),
    Scenario("unary", "closed", 64, 8, seconds=2),
    Scenario("paced", "streams", 32, 10, events=75, gap_ms=20, ramp_s=0.5),
    Scenario("heavy", "streams", 256, 25, events=100, gap_ms=10),
    *converted(events=150),
)
FULL = (
    Scenario("hold", "hold", 500, 30, events=2, gap_ms=HOLD_GAP_MS, ramp_s=1),
    Scenario("open", "open", 256, 15, seconds=5, rate=200),
    Scenario("unary", "closed", 64, 15, seconds=5),
    Scenario("paced", "streams", 32, 15, events=150, gap_ms=20, ramp_s=1),
    Scenario("heavy", "streams", 256, 30, events=200, gap_ms=10),
    Scenario("many", "streams", 1000, 40, events=100, gap_ms=100, ramp_s=5),
    *converted(events=300),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one moment, in seconds of CPU but for the clock itself."""

    clock: float
    subject: float
    others: float
    bench: float
    machine: float

    @classmethod
    def take(cls, target: Target, upstream: Process) -> "Reading":
        times = os.times()
        load_and_self = times.user + times.system + times.children_user + times.children_system
        return cls(
            clock=time.monotonic(),
            subject=cpu_seconds(target.pids()),
            others=cpu_seconds(target.other_pids()),
            bench=cpu_seconds(upstream.pids()) + load_and_self,
            machine=busy_seconds(),
        )


def measure(scenario: Scenario, endpoint: Endpoint, target: Target, upstream: Process) -> Figures:
    """Runs one load; the figures' names begin with the scenario's name."""
    before = Reading.take(target, upstream)
    rss_before_kb = rss_kb(target.pids())
    load = start_load(scenario.spec(endpoint))
    try:
        rss_held_kb = held_rss_kb(load, target) if scenario.shape == "hold" else rss_before_kb
        output, _ = load.communicate(timeout=scenario.deadline_s + LOAD_GRACE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"the load {scenario.name} did not end") from error
    finally:
        load.kill()
        load.wait()
    after = Reading.take(target, upstream)
    figures: dict[str, float | str] = json.loads(output.splitlines()[-1])
    if failure := figures.pop("first_failure", ""):
        print(f"    {scenario.name}: {figures['failed']} failed, first: {str(failure)[:200]}")
    known = {name: float(value) for name, value in figures.items()}
    known |= costs(before, after, known.get("events") or known.get("requests", 0.0))
    if after.subject and (held := known.get("held")):
        known["kb_per_stream"] = (rss_held_kb - rss_before_kb) / held
    settle(target)
    return {f"{scenario.name}.{name}": value for name, value in known.items()}


def costs(before: Reading, after: Reading, units: float) -> Figures:
    """CPU a unit, on the road and beside it, and the cores that strangers kept busy meanwhile."""
    subject = after.subject - before.subject
    others = after.others - before.others
    strangers = after.machine - before.machine - subject - others - (after.bench - before.bench)
    figures = {"strangers_cores": max(strangers, 0.0) / (after.clock - before.clock)}
    if units and after.subject:
        figures["cpu_us"] = subject * 1e6 / units
    if units and after.others:
        figures["others_cpu_us"] = others * 1e6 / units
    return figures


def settle(target: Target) -> None:
    """Waits until the target has got over the last load, so that the next one finds it idle."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    busy = True
    while busy and time.monotonic() < deadline:
        before = cpu_seconds(target.pids())
        time.sleep(SETTLE_SECONDS)
        busy = cpu_seconds(target.pids()) - before > SETTLE_SECONDS / 10


def start_load(spec: Spec) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load", json.dumps(asdict(spec))],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {DRIVER_CORE}),
    )


def held_rss_kb(load: subprocess.Popen[str], target: Target) -> int:
    """Memory while all streams are open; then lets them go."""
    assert load.stdout
    load.stdout.readline()
    return rss_kb(target.pids())
