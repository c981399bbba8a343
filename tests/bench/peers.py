"""Other gateways, each installed once under .cache/bench in the version pinned here."""

import shutil
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.bench.process import CACHE, BenchError, free_port
from tests.bench.targets import UPSTREAM_KEY, Endpoint, Target

INSTALL_SECONDS_MAX = 900
START_SECONDS_MAX = 90.0

LITELLM_PINS = ("litellm[proxy]==1.106.2", "opentelemetry-sdk==1.45.2")
# With the node-server that it would take today, the gateway fails on every stream.
PORTKEY_PACKAGE = """\
{
  "private": true,
  "dependencies": {"@portkey-ai/gateway": "1.15.2"},
  "overrides": {"@hono/node-server": "1.14.1"}
}
"""

LITELLM_KEY = "sk-bench-7c1f0a52d94e4b6c"
LITELLM_CONFIG = """\
model_list:
  - model_name: bench
    litellm_params:
      model: openai/bench
      api_base: http://127.0.0.1:{port}/v1
      api_key: {key}
"""


def install(home: Path, wanted: str, command: Sequence[str]) -> None:
    """Runs an installer once for what is wanted; raises BenchError with its last words."""
    marker = home / "installed"
    if marker.exists() and marker.read_text() == wanted:
        return
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS_MAX)
    except subprocess.CalledProcessError as error:
        last_line = (error.stderr.decode().strip().splitlines() or ["no message"])[-1]
        raise BenchError(f"{home.name} could not be installed: {last_line}") from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{home.name} took too long to install") from error
    marker.write_text(wanted)


class LiteLLM(Target):
    """LiteLLM's proxy: one worker, one key, no database."""

    name = "litellm"

    def start(self, upstream_port: int) -> Endpoint:
        home = CACHE / "litellm"
        if not (home / "bin" / "pip").exists():
            venv.create(home, with_pip=True)
        pip = [str(home / "bin" / "pip"), "install", "--quiet", *LITELLM_PINS]
        install(home, " ".join(LITELLM_PINS), pip)
        config = home / "config.yaml"
        config.write_text(LITELLM_CONFIG.format(port=upstream_port, key=UPSTREAM_KEY))
        port = free_port()
        command = [str(home / "bin" / "litellm"), "--config", str(config), "--num_workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        env = {
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOG": "ERROR",
            "LITELLM_MASTER_KEY": LITELLM_KEY,
        }
        self.spawn("proxy", command, env).wait_for_port(port, START_SECONDS_MAX)
        return Endpoint(port, headers={"authorization": f"Bearer {LITELLM_KEY}"})


class Portkey(Target):
    """Portkey's gateway on Node, pointed at the mock provider by its custom-host header."""

    name = "portkey"

    def start(self, upstream_port: int) -> Endpoint:
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise BenchError("needs node and npm on PATH")
        home = CACHE / "portkey"
        home.mkdir(parents=True, exist_ok=True)
        options = ["--prefix", str(home), "--ignore-scripts", "--no-audit", "--no-fund"]
        (home / "package.json").write_text(PORTKEY_PACKAGE)
        install(home, PORTKEY_PACKAGE, [npm, "install", *options])
        port = free_port()
        script = home / "node_modules/@portkey-ai/gateway/build/start-server.js"
        env = {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}
        process = self.spawn("gateway", [node, str(script), "--headless", f"--port={port}"], env)
        process.wait_for_port(port, START_SECONDS_MAX)
        headers = {
            "authorization": f"Bearer {UPSTREAM_KEY}",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"http://127.0.0.1:{upstream_port}/v1",
        }
        return Endpoint(port, headers=headers)
