"""Auth without secrets of its own, or with what would lead its mails astray, does not start."""

import asyncio
import os
import sys

import pytest
from refusals import check_refusal
from tollgate_auth.app import app
from tollgate_auth.settings import AuthSettings

GOOD_KEY = "k:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ENVIRONMENT = {
    "TOLLGATE_TOKEN": "a token for tests only",
    "TOLLGATE_AUTH_OPS_PORT": "1",
    "TOLLGATE_AUTH_RPC_PORT": "2",
    "TOLLGATE_AUTH_STORE_URL": "sqlite:////nowhere/auth.db",
    "TOLLGATE_AUTH_SIGNING_KEYS": GOOD_KEY,
    "TOLLGATE_AUTH_SEALING_KEYS": GOOD_KEY,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOLLGATE_TOKEN", None),
        ("TOLLGATE_TOKEN", "short"),
        ("TOLLGATE_AUTH_SIGNING_KEYS", None),
        ("TOLLGATE_AUTH_SEALING_KEYS", None),
        ("TOLLGATE_AUTH_SEALING_KEYS", ""),
        ("TOLLGATE_AUTH_CONSOLE_URL", "javascript:alert(1)"),
        ("TOLLGATE_AUTH_CONSOLE_URL", "https://console.example.com#"),
        ("TOLLGATE_AUTH_MAIL_FROM", "a@example.com\r\nBcc: thief@example.com"),
    ],
)
def test_auth_refuses_to_start_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
    value: str | None,
) -> None:
    service = ("auth", AuthSettings, app)
    check_refusal(service, ENVIRONMENT, (name, value), monkeypatch, capfd)


async def test_a_key_that_is_none_ends_the_process_before_it_serves() -> None:
    names = ("TOLLGATE_AUTH_SIGNING_KEYS", "TOLLGATE_AUTH_SEALING_KEYS")
    ends = await asyncio.gather(*(started(**{name: "k:c2hvcnQ="}) for name in names))
    for name, (code, told) in zip(names, ends, strict=True):
        assert code == 2
        assert name in told
        assert "c2hvcnQ" not in told


async def started(**environment: str) -> tuple[int | None, str]:
    """How a process of auth with this environment ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tollgate_auth",
        env={"PATH": os.environ["PATH"], **ENVIRONMENT, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, told.decode()
