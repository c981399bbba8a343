"""A newcomer: `make run`, paste the curl line, see the answer and its cost, log in to the console.

Whoever runs the tests in a fresh clone, as CI does, sees that this needs nothing but the clone.
"""

import asyncio
import os
import re
import signal
import subprocess
from pathlib import Path

import httpx2
import pytest
from stack import ROOT, free_ports

pytestmark = pytest.mark.timeout(300)

CURL = r"curl -N.*?\}'$"
COSTS = r"^\s+(.*tollgatectl wallet entries demo)$"
CONSOLE = r"console is at (\S+)\s+log in as (\S+) with the password (\S+)"


async def test_make_run_prints_what_works_as_pasted(tmp_path: Path) -> None:
    environment = _environment(tmp_path / "home")
    run = await asyncio.create_subprocess_exec(
        "make",
        "run",
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert run.stdout
    printed = ""
    try:
        while "Ctrl-C" not in printed:
            line = await asyncio.wait_for(run.stdout.readline(), 240)
            assert line, f"`make run` ended:\n{printed}"
            printed += line.decode()
        await _call(printed, environment)
        await _log_in(printed)
    finally:
        os.killpg(run.pid, signal.SIGINT)
        await asyncio.wait_for(run.communicate(), 60)


async def _call(printed: str, environment: dict[str, str]) -> None:
    curl = re.search(CURL, printed, re.DOTALL | re.MULTILINE)
    costs = re.search(COSTS, printed, re.MULTILINE)
    assert curl and costs
    answer = await _shell(curl[0], environment)
    assert '"content":' in answer
    assert answer.rstrip().endswith("data: [DONE]")
    while "usage" not in (table := await _shell(costs[1], environment)):
        assert "top-up" in table


async def _log_in(printed: str) -> None:
    found = re.search(CONSOLE, printed)
    assert found
    url, email, password = found.groups()
    async with httpx2.AsyncClient(base_url=url, headers={"origin": url}) as browser:
        page = await browser.get("/")
        assert '<div id="root">' in page.text
        proof = {"email": email, "password": password}
        assert (await browser.post("/api/session", json=proof)).status_code == 200
        wallet = (await browser.get("/api/wallet")).json()
        assert wallet["used_nano"] > 0


def _environment(home: Path) -> dict[str, str]:
    port = free_ports(40)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TOLLGATE_", "MAKE", "MFLAGS", "VIRTUAL_ENV"))
        and not name.endswith("_API_KEY")
    }
    return kept | {
        "TOLLGATE_HOME": str(home),
        "TOLLGATE_API_PORT": str(port),
        "TOLLGATE_CONSOLE_PORT": str(port + 7),
        "TOLLGATE_PORT_BASE": str(port + 8),
    }


async def _shell(command: str, environment: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_shell(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return output.decode()
