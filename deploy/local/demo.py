"""The demo account: made once a home, with credit and a key, shown with a curl line that works."""

import asyncio
import json
import shlex
from pathlib import Path

from .plan import BIN, DEFAULT_HOME, Plan, env_file, write_private

MODEL = "deepseek-v4-flash"
CREDIT_USD = "10"
EMAIL = "demo@example.com"
NOT_FOUND = 3
ALREADY_THERE = 4

GREETING = """
Tollgate is running.

  base URL   {base_url}
  API key    {key}
  account    {account}  (with ${credit} of play money)

Try it:

  curl -N {base_url}/chat/completions \\
    -H "Authorization: Bearer {key}" \\
    -H "Content-Type: application/json" \\
    -d '{{"model": "{model}", "stream": true,
         "messages": [{{"role": "user", "content": "Say hello"}}]}}'

Then see what it cost:

  {ctl} wallet entries demo

The console is at {console_url}
  log in as {email} with the password {password}
  or register: mails are in {mails}

Logs are in {logs}; Ctrl-C stops everything.
"""


async def seed(plan: Plan) -> dict[str, str]:
    """What demo.env holds: the base URL, a key and its account, and an admin of the console."""
    path = plan.home / "demo.env"
    if path.exists():
        values = dict(line.split("=", 1) for line in path.read_text().splitlines())
        if "TOLLGATE_CONSOLE_EMAIL" in values:  # a home of before the console has no such user
            return values
    if not await _exists(plan):
        await _ctl(plan, "account", "create", "demo")
    account = await _ctl(plan, "account", "show", "demo")
    await _ctl(
        plan, "wallet", "top-up", "demo", CREDIT_USD, "--idempotency-key", "demo", "--memo", "demo"
    )
    key = await _ctl(plan, "key", "create", "demo", "--label", "demo")
    password = plan.demo_password()
    await _create_user(plan, password)
    values = {
        "TOLLGATE_BASE_URL": plan.base_url,
        "TOLLGATE_API_KEY": key["secret"],
        "TOLLGATE_ACCOUNT": account["id"],
        "TOLLGATE_CONSOLE_EMAIL": EMAIL,
        "TOLLGATE_CONSOLE_PASSWORD": password,
    }
    write_private(path, env_file(values))
    return values


def announce(plan: Plan, demo: dict[str, str]) -> None:
    text = GREETING.format(
        base_url=demo["TOLLGATE_BASE_URL"],
        key=demo["TOLLGATE_API_KEY"],
        account="demo",
        credit=CREDIT_USD,
        model=MODEL,
        ctl=_command(plan),
        console_url=plan.console_url,
        email=demo["TOLLGATE_CONSOLE_EMAIL"],
        password=demo["TOLLGATE_CONSOLE_PASSWORD"],
        mails=_shown(plan.home / "mail" / "new"),
        logs=_shown(plan.home / "logs"),
    )
    print(text, flush=True)


async def _create_user(plan: Plan, password: str) -> None:
    """An admin of the console. A seeding that was cut short has left one with that password."""
    words = ("user", "create", EMAIL, "--role", "admin", "--account", "demo", "--password-stdin")
    code, _, errors = await _run(plan, *words, stdin=password)
    if code not in (0, ALREADY_THERE):
        raise SystemExit(f"tollgatectl {' '.join(words)} failed: {errors.decode()}")


def _command(plan: Plan) -> str:
    """tollgatectl as it is called for this run: only the default home goes without saying."""
    command = _shown(BIN / "tollgatectl")
    if plan.home == DEFAULT_HOME:
        return command
    return f"TOLLGATE_HOME={shlex.quote(str(plan.home))} {command}"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


async def _exists(plan: Plan) -> bool:
    code, _, _ = await _run(plan, "account", "show", "demo")
    return code != NOT_FOUND


async def _ctl(plan: Plan, *words: str) -> dict[str, str]:
    code, output, errors = await _run(plan, *words)
    if code:
        raise SystemExit(f"tollgatectl {' '.join(words)} failed: {errors.decode()}")
    answer: dict[str, str] = json.loads(output)
    return answer


async def _run(plan: Plan, *words: str, stdin: str = "") -> tuple[int | None, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        BIN / "tollgatectl",
        *words,
        "-o",
        "json",
        env={"TOLLGATE_HOME": str(plan.home), "PATH": str(BIN)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(stdin.encode())
    return process.returncode, output, errors
