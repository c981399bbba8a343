"""A newcomer's machine: clone, `make run`, paste the curl line, see the answer and its cost."""

import asyncio
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from stack import ROOT, free_ports

pytestmark = pytest.mark.timeout(300)


async def test_make_run_prints_a_curl_line_that_works(tmp_path: Path) -> None:
    clone = tmp_path / "tollgate"
    await _shell(f"git clone --quiet {ROOT} {clone}", tmp_path, dict(os.environ))
    port = free_ports(40)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TOLLGATE_", "MAKE", "MFLAGS", "VIRTUAL_ENV"))
        and not name.endswith("_API_KEY")
    }
    environment |= {
        "HOME": str(tmp_path / "empty home"),
        "TOLLGATE_API_PORT": str(port),
        "TOLLGATE_CONSOLE_PORT": str(port + 7),
        "TOLLGATE_PORT_BASE": str(port + 8),
    }
    (tmp_path / "empty home").mkdir()
    run = await asyncio.create_subprocess_exec(
        "make",
        "run",
        cwd=clone,
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
        curl = re.search(r"curl -N.*?\}'$", printed, re.DOTALL | re.MULTILINE)
        costs = re.search(r"^\s+(\S*tollgatectl wallet entries demo)$", printed, re.MULTILINE)
        assert curl and costs
        answer = await _shell(curl[0], clone, environment)
        assert '"content":' in answer
        assert answer.rstrip().endswith("data: [DONE]")
        while "usage" not in (table := await _shell(costs[1], clone, environment)):
            assert "top-up" in table
    finally:
        os.killpg(run.pid, signal.SIGINT)
        await asyncio.wait_for(run.communicate(), 60)


async def _shell(command: str, folder: Path, environment: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_shell(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return output.decode()
