"""Other makers' clients, each in an environment of its own under .cache/clients, from its lock.

A lock in python/ is made as `make lock` makes the requirements, one in npm/ by `npm install
--package-lock-only --omit-lockfile-registry-resolved`.
"""

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from node_sdk import NODE, NPM
from stack import ROOT

HERE = Path(__file__).parent
SCRIPTS = HERE / "scripts"
CACHE = ROOT / ".cache" / "clients"
UV = Path(sys.executable).with_name("uv")
SYSTEM = "/usr/local/bin:/usr/bin:/bin"
INSTALL_SECONDS_MAX = 400
RUN_SECONDS_MAX = 120


class Environment(Protocol):
    """Where one family of clients is installed."""

    @property
    def home(self) -> Path: ...

    @property
    def wanted(self) -> str:
        """The lock: what has been installed from another one is thrown away."""
        ...

    def version(self, package: str) -> str:
        """As the lock says."""
        ...

    def command(self, script: str) -> list[str]:
        """Runs a program from SCRIPTS here."""
        ...

    async def install(self) -> None:
        """Into `home`, which is there and empty."""
        ...


@dataclass(frozen=True, slots=True)
class Python:
    """A virtual environment, from python/NAME.lock."""

    name: str

    @property
    def home(self) -> Path:
        return CACHE / f"python-{self.name}"

    @property
    def wanted(self) -> str:
        return self._lock.read_text()

    def version(self, package: str) -> str:
        [version] = re.findall(rf"^{re.escape(package)}==(\S+)", self.wanted, re.MULTILINE)
        return str(version)

    def command(self, script: str) -> list[str]:
        return [self.program("python"), str(SCRIPTS / script)]

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)

    async def install(self) -> None:
        venv = [str(UV), "venv", "--quiet", "--allow-existing", "--python", sys.executable]
        await _install(*venv, str(self.home))
        sync = [str(UV), "pip", "sync", "--quiet", "--require-hashes", "--python", str(self.home)]
        await _install(*sync, str(self._lock))

    @property
    def _lock(self) -> Path:
        return HERE / "python" / f"{self.name}.lock"


@dataclass(frozen=True, slots=True)
class Npm:
    """A folder with node_modules, from npm/NAME."""

    name: str

    @property
    def home(self) -> Path:
        return CACHE / f"npm-{self.name}"

    @property
    def wanted(self) -> str:
        return (self._folder / "package-lock.json").read_text()

    def version(self, package: str) -> str:
        return str(json.loads(self.wanted)["packages"][f"node_modules/{package}"]["version"])

    def command(self, script: str) -> list[str]:
        # Node looks for modules beside the script.
        shutil.copy(SCRIPTS / script, self.home)
        return [NODE, str(self.home / script)]

    def program(self, name: str) -> str:
        return str(self.home / "node_modules" / ".bin" / name)

    async def install(self) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(self._folder / name, self.home)
        await _install(NODE, NPM, "ci", "--no-audit", "--no-fund", folder=self.home)

    @property
    def _folder(self) -> Path:
        return HERE / "npm" / self.name


async def prepare(environment: Environment) -> None:
    """Installs what its lock says, unless it is there."""
    marker = environment.home / ".installed-from"
    if marker.exists() and marker.read_text() == environment.wanted:
        return
    shutil.rmtree(environment.home, ignore_errors=True)
    environment.home.mkdir(parents=True)
    await environment.install()
    marker.write_text(environment.wanted)


@dataclass(frozen=True, slots=True)
class Machine:
    """A newcomer's machine: an empty home, and nothing of this one but its system's programs."""

    home: Path

    async def run(self, *command: str, **variables: str) -> str:
        """What a program prints; fails with its errors."""
        environment = {"PATH": f"{Path(NODE).parent}:{SYSTEM}", "HOME": str(self.home)}
        return await _run(*command, environment=environment | variables, folder=self.home)


async def _install(*command: str, folder: Path = ROOT) -> None:
    await _run(*command, folder=folder, seconds=INSTALL_SECONDS_MAX)


async def _run(
    *command: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = RUN_SECONDS_MAX,
) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{output.decode()}\n{errors.decode()}"
    return output.decode()
