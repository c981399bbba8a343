"""What a local run consists of: its home, its ports, and each process's command and environment."""

import base64
import os
import secrets
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"
DEFAULT_HOME = ROOT / ".run"
# Play money for who registers in the console of a local run.
WELCOME_CREDIT_NANO = "1000000000"

NATS_CONFIG = """\
server_name: tollgate
listen: "{host}:{port}"
jetstream {{
  store_dir: "{store}"
  # A usage event is money: it is on disk before it is acknowledged.
  sync_interval: always
}}
"""


@dataclass(frozen=True)
class Process:
    """One process: started with this environment, ready when its ops port says so."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    ports: dict[str, int]
    ops_port: int | None = None


@dataclass(frozen=True)
class Plan:
    """Everything about one run, from TOLLGATE_HOME, the ports and TOLLGATE_EDGES."""

    home: Path
    api_port: int
    console_port: int
    port_base: int
    edges: int

    @classmethod
    def from_environment(cls) -> "Plan":
        """SystemExit names the variable that is wrong."""
        home = Path(os.environ.get("TOLLGATE_HOME") or DEFAULT_HOME).absolute()
        return cls(
            home=home,
            api_port=_number("TOLLGATE_API_PORT", 8080),
            console_port=_number("TOLLGATE_CONSOLE_PORT", 8090),
            port_base=_number("TOLLGATE_PORT_BASE", 8100),
            edges=_number("TOLLGATE_EDGES", 1),
        )

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.api_port}/v1"

    @property
    def console_url(self) -> str:
        return f"http://{HOST}:{self.console_port}"

    def target(self, service: str) -> str:
        return f"{HOST}:{self._rpc_port(service)}"

    def token(self) -> str:
        """The secret that services and tollgatectl share; made once a home."""
        return self._secret("token", 32)

    def demo_password(self) -> str:
        """With which the demo's user logs in to the console; made once a home."""
        return self._secret("demo-password", 12)

    def vault_keys(self) -> str:
        """What providers encrypts channels' credentials with; made once a home."""
        return self._named_key("vault-keys")

    def signing_keys(self) -> str:
        """What auth signs access tokens with; made once a home."""
        return self._named_key("signing-keys")

    def sealing_keys(self) -> str:
        """What auth encrypts the secrets of second factors with; made once a home."""
        return self._named_key("sealing-keys")

    def prepare(self) -> None:
        """Writes what the processes and tollgatectl read."""
        for folder in ("pids", "logs", "nats", "spool"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        config = NATS_CONFIG.format(host=HOST, port=self.port_base, store=self.home / "nats")
        (self.home / "nats.conf").write_text(config)
        targets = {
            f"TOLLGATE_{service.upper()}_TARGET": self.target(service)
            for service in ("auth", "ledger", "providers", "metering")
        }
        lines = {"TOLLGATE_TOKEN": self.token(), **targets}
        write_private(self.home / "ctl.env", env_file(lines))

    def _secret(self, file: str, length: int) -> str:
        path = self.home / file
        if not path.exists():
            write_private(path, secrets.token_urlsafe(length))
        return path.read_text().strip()

    def _named_key(self, file: str) -> str:
        path = self.home / file
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            write_private(path, f"{secrets.token_hex(4)}:{key}")
        return path.read_text().strip()

    def processes(self) -> list[Process]:
        """In the order of the Procfile; `edge` stands for as many as TOLLGATE_EDGES says."""
        return list(self._processes())

    def _processes(self) -> Iterator[Process]:
        for line in (ROOT / "Procfile").read_text().splitlines():
            name, _, command = line.partition(":")
            if name == "edge":
                for number in range(self.edges):
                    yield self._edge(number, command)
            elif name == "console":
                yield self._console(command)
            else:
                yield self._service(name, command)

    def _service(self, name: str, command: str) -> Process:
        port = self._rpc_port(name)
        if name in ("nats", "mail"):
            return Process(
                name, self._command(command), self._shared(), {"TOLLGATE_PORT_BASE": port}
            )
        prefix = f"TOLLGATE_{name.upper()}_"
        own = {
            f"{prefix}OPS_PORT": str(port + 10),
            f"{prefix}PORT" if name == "sandbox" else f"{prefix}RPC_PORT": str(port),
            f"{prefix}STORE_URL": os.environ.get(f"{prefix}STORE_URL")
            or f"sqlite:///{self.home / name}.db",
            f"{prefix}SPOOL_DIR": str(self.home / "spool" / name),
        }
        if name == "providers":
            own["TOLLGATE_PROVIDERS_SANDBOX_URL"] = f"http://{self.target('sandbox')}"
            own["TOLLGATE_PROVIDERS_VAULT_KEYS"] = (
                os.environ.get("TOLLGATE_PROVIDERS_VAULT_KEYS") or self.vault_keys()
            )
        if name == "auth":
            own |= self._auth()
        ports = {"TOLLGATE_PORT_BASE": port, "TOLLGATE_PORT_BASE (ops)": port + 10}
        return Process(name, self._command(command), {**self._shared(), **own}, ports, port + 10)

    def _auth(self) -> dict[str, str]:
        """Mails go to the sink, unless there is a real server."""
        sink = {
            "TOLLGATE_AUTH_SMTP_HOST": HOST,
            "TOLLGATE_AUTH_SMTP_PORT": str(self._rpc_port("mail")),
        }
        own = {
            "TOLLGATE_AUTH_CONSOLE_URL": os.environ.get("TOLLGATE_CONSOLE_URL") or self.console_url,
            "TOLLGATE_AUTH_SIGNING_KEYS": os.environ.get("TOLLGATE_AUTH_SIGNING_KEYS")
            or self.signing_keys(),
            "TOLLGATE_AUTH_SEALING_KEYS": os.environ.get("TOLLGATE_AUTH_SEALING_KEYS")
            or self.sealing_keys(),
        }
        return own if os.environ.get("TOLLGATE_AUTH_SMTP_HOST") else own | sink

    def _edge(self, number: int, command: str) -> Process:
        name = "edge" if number == 0 else f"edge-{number + 1}"
        ops_port = self.port_base + 20 + number
        own = {
            "TOLLGATE_EDGE_PORT": str(self.api_port + number),
            "TOLLGATE_EDGE_OPS_PORT": str(ops_port),
            "TOLLGATE_EDGE_AUTH_TARGET": self.target("auth"),
            "TOLLGATE_EDGE_LEDGER_TARGET": self.target("ledger"),
            "TOLLGATE_EDGE_PROVIDERS_TARGETS": self.target("providers"),
            "TOLLGATE_EDGE_SPOOL_DIR": str(self.home / "spool" / name),
        }
        ports = {"TOLLGATE_API_PORT": self.api_port + number, "TOLLGATE_PORT_BASE": ops_port}
        return Process(name, self._command(command), {**self._shared(), **own}, ports, ops_port)

    def _console(self, command: str) -> Process:
        ops_port = self.port_base + 17
        own = {
            "TOLLGATE_CONSOLE_PORT": str(self.console_port),
            "TOLLGATE_CONSOLE_OPS_PORT": str(ops_port),
            "TOLLGATE_CONSOLE_EDGE_URL": f"http://{HOST}:{self.api_port}",
            "TOLLGATE_CONSOLE_URL": os.environ.get("TOLLGATE_CONSOLE_URL") or self.console_url,
            "TOLLGATE_CONSOLE_API_URL": os.environ.get("TOLLGATE_CONSOLE_API_URL") or self.base_url,
            "TOLLGATE_CONSOLE_WELCOME_CREDIT_NANO": os.environ.get(
                "TOLLGATE_CONSOLE_WELCOME_CREDIT_NANO", WELCOME_CREDIT_NANO
            ),
            **{
                f"TOLLGATE_CONSOLE_{service.upper()}_TARGET": self.target(service)
                for service in ("auth", "ledger", "metering", "providers")
            },
        }
        ports = {"TOLLGATE_CONSOLE_PORT": self.console_port, "TOLLGATE_PORT_BASE": ops_port}
        return Process(
            "console", self._command(command), {**self._shared(), **own}, ports, ops_port
        )

    def _rpc_port(self, service: str) -> int:
        order = ("nats", "auth", "ledger", "providers", "metering", "sandbox", "mail")
        return self.port_base + order.index(service)

    def _shared(self) -> dict[str, str]:
        return {
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            "TOLLGATE_HOME": str(self.home),
            "TOLLGATE_TOKEN": self.token(),
            "TOLLGATE_NATS_URL": f"nats://{HOST}:{self.port_base}",
        }

    def _command(self, text: str) -> list[str]:
        text = text.replace("$TOLLGATE_HOME", shlex.quote(str(self.home)))
        words = shlex.split(text.replace("$MAIL_PORT", str(self._rpc_port("mail"))))
        return [str(BIN / words[0]), *words[1:]]


def env_file(values: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def write_private(path: Path, text: str) -> None:
    """Only the owner can read it, from the first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_000:
        raise SystemExit(f"{name}: {text!r} is not a number from 1 to 65000")
    return int(text)
