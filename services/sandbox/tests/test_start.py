"""How a service starts, or says why it does not."""

import json
import socket
import subprocess
import sys


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        started = subprocess.run(
            [sys.executable, "-m", "tollgate_sandbox"],
            env={
                "TOLLGATE_TOKEN": "0123456789abcdef",
                "TOLLGATE_SANDBOX_PORT": str(port),
                "TOLLGATE_SANDBOX_OPS_PORT": "1",
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert started.returncode == 1
    assert started.stderr == ""
    [line] = started.stdout.splitlines()
    assert json.loads(line)["error"] == f"127.0.0.1:{port}: Address already in use"
