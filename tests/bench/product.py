"""The product as a target: the whole of it, as `make run` starts it."""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict
from pathlib import Path

from deploy.local.plan import Plan
from tests.bench.posting import Spec
from tests.bench.process import DRIVER_CORE, ROOT, BenchError, Process, free_port
from tests.bench.targets import UPSTREAM_KEY, Endpoint, Target

START_SECONDS_MAX = 120.0
INTERNAL_PORTS = 40
ACCOUNT = "bench"
POSTING_SECONDS_MAX = 120


class Tollgate(Target):
    """All services under their supervisor, with the mock provider as every channel."""

    name = "tollgate"

    def start(self, upstream_port: int) -> Endpoint:
        self.home = Path(tempfile.mkdtemp(prefix="tollgate-bench-"))
        port, console, base = free_port(), free_port(), free_port_range(INTERNAL_PORTS)
        self.plan = Plan(self.home, port, console, base, edges=1)
        env = {
            "TOLLGATE_HOME": str(self.home),
            "TOLLGATE_API_PORT": str(port),
            "TOLLGATE_CONSOLE_PORT": str(console),
            "TOLLGATE_PORT_BASE": str(base),
            **channels(f"http://127.0.0.1:{upstream_port}"),
        }
        supervisor = self.spawn("all", [sys.executable, "-m", "deploy.local"], env)
        wait_for_file(self.home / "ready", supervisor)
        headers = {"authorization": f"Bearer {self.bench_key()}"}
        return Endpoint(port, models_of(port, headers), headers)

    def bench_key(self) -> str:
        """The key of an account whose limits and credit no load reaches."""
        self.ctl("account", "create", ACCOUNT, "--concurrent-requests", "10000")
        self.ctl("wallet", "top-up", ACCOUNT, "10000", "--idempotency-key", ACCOUNT)
        return self.ctl("key", "create", ACCOUNT, "--label", ACCOUNT)["secret"]

    def ctl(self, *words: str) -> dict[str, str]:
        command = [str(Path(sys.executable).parent / "tollgatectl"), *words, "-o", "json"]
        env = {**os.environ, "TOLLGATE_HOME": str(self.home)}
        done = subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise BenchError(f"tollgatectl {' '.join(words[:2])}: {done.stderr.decode().strip()}")
        answer: dict[str, str] = json.loads(done.stdout)
        return answer

    def by_name(self) -> dict[str, int]:
        """Every process of the product, the supervisor left out."""
        files = (self.home / "pids").iterdir()
        return {file.name: int(file.read_text()) for file in files if file.name != "supervisor"}

    def pids(self) -> list[int]:
        return [pid for name, pid in self.by_name().items() if on_the_road(name)]

    def other_pids(self) -> list[int]:
        return [pid for name, pid in self.by_name().items() if not on_the_road(name)]

    def own_figures(self, *, quick: bool) -> dict[str, float]:
        """Posting: what the ledger makes of usage events, with metering beside it."""
        ledger = next(process for process in self.plan.processes() if process.name == "ledger")
        spec = Spec(
            nats_url=ledger.environment["TOLLGATE_NATS_URL"],
            ledger_ops_port=ledger.ops_port or 0,
            accounts=100,
            burst=6_000 if quick else 30_000,
            steady_seconds=2 if quick else 10,
        )
        command = [sys.executable, "-m", "tests.bench.posting", json.dumps(asdict(spec))]
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            timeout=POSTING_SECONDS_MAX,
            check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, {DRIVER_CORE}),
        )
        if done.returncode:
            raise BenchError(f"posting: {done.stderr.decode().strip()[-300:]}")
        figures = json.loads(done.stdout.splitlines()[-1])  # its log comes before
        return {f"posting.{name}": value for name, value in figures.items()}

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.home, ignore_errors=True)


def on_the_road(name: str) -> bool:
    return name.startswith(("edge", "providers"))


def channels(url: str) -> dict[str, str]:
    """The environment of the providers that the loads reach."""
    places = {"OPENAI": "/v1", "DEEPSEEK": "", "ANTHROPIC": "", "GEMINI": ""}
    urls = {f"{name}_BASE_URL": url + path for name, path in places.items()}
    return urls | {f"{name}_API_KEY": UPSTREAM_KEY for name in places}


def models_of(port: int, headers: dict[str, str]) -> dict[str, str]:
    """A model of each owner; TOLLGATE_BENCH_MODEL names another one of OpenAI's channel."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/models", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        listed = json.load(answer)["data"]
    # The last of an owner's is kept: the first name, of the small models if there are any.
    small_last = sorted(listed, key=lambda m: ("mini" not in m["id"], m["id"]), reverse=True)
    models: dict[str, str] = {model["owned_by"]: model["id"] for model in small_last}
    if model := os.environ.get("TOLLGATE_BENCH_MODEL"):
        models["openai"] = model
    if "openai" not in models:
        raise BenchError("no model is owned by openai; name one in TOLLGATE_BENCH_MODEL")
    return models


def wait_for_file(path: Path, process: Process) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while not path.exists():
        process.check()
        if time.monotonic() > deadline:
            raise BenchError(f"{path} did not appear in time, see {process.log}")
        time.sleep(0.05)


def free_port_range(size: int) -> int:
    """The first of several ports in a row that nothing listens on now."""
    for _ in range(100):
        base = random.randrange(20_000, 32_000)
        try:
            for port in range(base, base + size):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise BenchError(f"no {size} free ports in a row")
