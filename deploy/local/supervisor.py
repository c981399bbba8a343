"""Keeps a plan's processes running: starts, restarts, reports readiness, stops in order."""

import asyncio
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .demo import announce, seed
from .plan import HOST, Plan, Process

# A process that dies at once is not restarted in a tight loop.
RESTART_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
STABLE_SECONDS = 10.0
POLL_SECONDS = 0.1
STOP_SECONDS = 45.0
# Requests go on without these; what they miss is kept for them.
NOT_NEEDED = ("nats", "metering", "mail", "console")


class Child:
    """A process of the plan and its present incarnation."""

    def __init__(self, process: Process, home: Path, on_end: Callable[[], None]) -> None:
        self.process = process
        self._home = home
        self._on_end = on_end
        self._running: asyncio.subprocess.Process | None = None

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.returncode is None

    async def run(self) -> None:
        """Starts it, and starts it again whenever it ends."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            started = loop.time()
            code = await self._run_once()
            self._on_end()
            failures = 0 if loop.time() - started > STABLE_SECONDS else failures + 1
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            print(f"{self.process.name} ended with {code}; starting it again", flush=True)
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        name = self.process.name
        with (self._home / "logs" / f"{name}.log").open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *self.process.command,
                env={**os.environ, **self.process.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._note_pid(self._running.pid)
        return await self._running.wait()

    def _note_pid(self, pid: int) -> None:
        """Whoever reads the file finds a whole pid, the old one or the new one."""
        path = self._home / "pids" / self.process.name
        fresh = path.with_suffix(".new")
        fresh.write_text(f"{pid}\n")
        fresh.rename(path)

    async def stop(self) -> None:
        """Asks, waits, insists."""
        if self._running is None or not self.alive:
            return
        self._running.terminate()
        try:
            await asyncio.wait_for(self._running.wait(), STOP_SECONDS)
        except TimeoutError:
            self._running.kill()
            await self._running.wait()

    async def ready(self) -> bool:
        """Whether it says itself that it can serve."""
        if not self.alive:
            return False
        port = self.process.ops_port
        return True if port is None else await _answers_200(port, "/readyz")


class Supervisor:
    """All processes of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._children = [Child(process, plan.home, self._ended) for process in plan.processes()]
        self._ready_file = plan.home / "ready"
        self._seeded = False
        self._ends = 0

    async def run(self) -> None:
        """Runs until SIGINT or SIGTERM, then drains: callers stop before those they call."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._ready_file.unlink(missing_ok=True)
        tasks = [asyncio.create_task(child.run()) for child in self._children]
        tasks.append(asyncio.create_task(self._watch()))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, tasks[-1]], return_when=asyncio.FIRST_COMPLETED)
        failed = tasks[-1].done()
        for task in tasks:
            task.cancel()
        self._ready_file.unlink(missing_ok=True)
        await self._stop()
        if failed:
            tasks[-1].result()

    async def _stop(self) -> None:
        """Edges first: then nobody calls the others. NATS last: it takes their last words."""
        edges = [child for child in self._children if child.process.name.startswith("edge")]
        nats = [child for child in self._children if child.process.name == "nats"]
        others = [child for child in self._children if child not in edges + nats]
        for group in (edges, others, nats):
            await asyncio.gather(*(child.stop() for child in group))
        for child in self._children:
            (self._plan.home / "pids" / child.process.name).unlink(missing_ok=True)

    async def _watch(self) -> None:
        while True:
            ends = self._ends
            verdicts = await asyncio.gather(*(child.ready() for child in self._children))
            if all(verdicts) and not self._seeded:
                announce(self._plan, await seed(self._plan))
                self._seeded = True
            # A process that ended meanwhile makes the verdicts old.
            self._show_ready(self._seeded and self._can_serve(verdicts) and ends == self._ends)
            await asyncio.sleep(POLL_SECONDS)

    def _can_serve(self, verdicts: list[bool]) -> bool:
        pairs = zip(self._children, verdicts, strict=True)
        return all(ready for child, ready in pairs if child.process.name not in NOT_NEEDED)

    def _ended(self) -> None:
        self._ends += 1
        self._show_ready(False)

    def _show_ready(self, ready: bool) -> None:
        if ready:
            self._ready_file.touch()
        else:
            self._ready_file.unlink(missing_ok=True)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """One run a home. SystemExit when another one is using it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = f"another run is using {home}; stop it, or set TOLLGATE_HOME and other ports"
            raise SystemExit(message) from None
        yield


def check_ports(plan: Plan) -> None:
    """SystemExit names the variable that moves the first port that is taken."""
    for process in plan.processes():
        for variable, port in process.ports.items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError:
                    message = f"port {port} ({process.name}) is taken; set {variable} to move it"
                    raise SystemExit(message) from None


async def _answers_200(port: int, path: str) -> bool:
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
