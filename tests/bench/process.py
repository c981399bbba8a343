"""Processes of a benchmark: started on a chosen core, always stopped, and weighed by /proc."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "bench"
LOGS = CACHE / "logs"

CORES = sorted(os.sched_getaffinity(0))
SUBJECT_CORE, DRIVER_CORE = CORES[0], CORES[-1]

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS_MAX = 20.0


class BenchError(Exception):
    """Something that the benchmark needs did not come up; the message says what and why."""


class Process:
    """A child process, with its log in .cache/bench/logs; its family is stopped with it."""

    def __init__(
        self, name: str, command: Sequence[str], core: int, env: Mapping[str, str] | None = None
    ) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = LOGS / f"{name}.log"
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {core}),
            )

    def pids(self) -> list[int]:
        """The process and all that descend from it."""
        return descendants(self.child.pid)

    def wait_for_port(self, port: int, seconds_max: float) -> None:
        """Returns once something listens; raises BenchError if it ends or takes too long."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            self.check()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise BenchError(f"{self.name} did not listen within {seconds_max:.0f} s, see {self.log}")

    def check(self) -> None:
        """Raises BenchError when the process has ended."""
        if (status := self.child.poll()) is not None:
            raise BenchError(f"{self.name} ended with status {status}, see {self.log}")

    def stop(self) -> None:
        """Asks once, waits, then ends whatever of its family is left."""
        family = {pid: born_ticks(pid) for pid in self.pids()}
        self.child.terminate()
        try:
            self.child.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            pass
        for pid, born in family.items():
            if born and born_ticks(pid) == born:  # a number may have passed to a stranger
                os.kill(pid, signal.SIGKILL)
        self.child.wait()


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def descendants(pid: int) -> list[int]:
    """The process and its children, their children, and so on."""
    found = [pid]
    for parent in found:  # grows while it is read: breadth first
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def born_ticks(pid: int) -> int:
    """When the process started, by the kernel's clock; 0 when it has ended or is a zombie."""
    fields = stat(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else 0


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of these processes, and of their children that have ended."""
    ticks = sum(int(field) for pid in pids for field in stat(pid)[11:15])
    return ticks / TICKS_PER_SECOND


def rss_kb(pids: Sequence[int]) -> int:
    """Resident memory of these processes."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return total


def busy_seconds() -> float:
    """CPU time that the whole machine has spent on anything, stolen time included."""
    user, nice, system, _idle, _wait, irq, soft, steal = (
        int(ticks) for ticks in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) / TICKS_PER_SECOND
