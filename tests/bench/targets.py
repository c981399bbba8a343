"""What a target is, and the bare ones: the mock provider alone, and the floors."""

import sys
from dataclasses import dataclass, field

from tests.bench.process import SUBJECT_CORE, Process, free_port

START_SECONDS_MAX = 30.0
UPSTREAM_KEY = "sk-bench"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how the load generator asks. `models` has one of each provider there is."""

    port: int
    models: dict[str, str] = field(default_factory=lambda: {"openai": "bench"})
    headers: dict[str, str] = field(default_factory=dict)


class Target:
    """One subject: started against the mock provider's port, weighed by its processes, stopped."""

    name = ""

    def __init__(self) -> None:
        self.processes: list[Process] = []

    def start(self, upstream_port: int) -> Endpoint:
        """Returns once a request would succeed; raises BenchError with the reason otherwise."""
        raise NotImplementedError

    def pids(self) -> list[int]:
        """The processes on a request's road."""
        return [pid for process in self.processes for pid in process.pids()]

    def other_pids(self) -> list[int]:
        """The processes beside the road that work because of requests."""
        return []

    def own_figures(self, *, quick: bool) -> dict[str, float]:
        """What only this target has, measured after the loads; raises BenchError."""
        return {}

    def stop(self) -> None:
        while self.processes:
            self.processes.pop().stop()

    def spawn(self, role: str, command: list[str], env: dict[str, str] | None = None) -> Process:
        process = Process(f"{self.name}-{role}", command, SUBJECT_CORE, env)
        self.processes.append(process)
        return process


class Direct(Target):
    name = "direct"

    def start(self, upstream_port: int) -> Endpoint:
        return Endpoint(upstream_port)


class OneHop(Target):
    name = "one_hop"

    def start(self, upstream_port: int) -> Endpoint:
        port = free_port()
        url = f"http://127.0.0.1:{upstream_port}/v1/chat/completions"
        command = [sys.executable, "-m", "tests.bench.floors.one_hop", "edge", str(port), url]
        self.spawn("edge", command).wait_for_port(port, START_SECONDS_MAX)
        return Endpoint(port)


class TwoHop(Target):
    """A floor of an edge process and a provider process."""

    def __init__(self, name: str, module: str, batch_ms: float = 0.0) -> None:
        super().__init__()
        self.name = name
        self.module = module
        self.batch_ms = batch_ms

    def start(self, upstream_port: int) -> Endpoint:
        provider, edge = free_port(), free_port()
        url = f"http://127.0.0.1:{upstream_port}/v1/chat/completions"
        for role, port, target in (
            ("provider", provider, url),
            ("edge", edge, f"127.0.0.1:{provider}"),
        ):
            command = [sys.executable, "-m", f"tests.bench.floors.{self.module}", role, str(port)]
            command += [target, "--batch-ms", str(self.batch_ms)]
            self.spawn(role, command).wait_for_port(port, START_SECONDS_MAX)
        return Endpoint(edge)
