"""From a stranger to a customer, and back in after a forgotten password, by the mails alone."""

import asyncio
import mailbox
import re
from email.message import Message
from pathlib import Path

import pytest
from stack import Customer, Stack, eventually
from tollgate.auth.v1 import users_pb2, users_pb2_grpc
from tollgate.ledger.v1 import ledger_pb2
from tollgate_common.errors import Unauthenticated, Unavailable
from tollgate_common.rpc import connect

CLIENT = users_pb2.Client(address="192.0.2.7", user_agent="a browser")
PASSWORD, NEW = "correct horse battery", "another horse entirely"


def read(folder: Path, to: str, subject: str) -> str | None:
    """The text of the mail, once it is in the sink."""
    for message in mailbox.Maildir(folder, create=False):
        if message["To"] == to and subject in str(message["Subject"]):
            return text_of(message)
    return None


def text_of(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content.decode()
    raise AssertionError("a mail without a text")


async def text_mailed(stack: Stack, to: str, subject: str) -> str:
    async def look() -> str | None:
        return await asyncio.to_thread(read, stack.home / "mail", to, subject)

    return await eventually(f"a mail to {to}: {subject}", look)


async def token_mailed(stack: Stack, to: str, subject: str) -> str:
    text = await text_mailed(stack, to, subject)
    found = re.search(r"http://127\.0\.0\.1:\d+/[a-z-]+#token=([\w-]+)", text)
    assert found, text
    return found[1]


async def test_register_verify_log_in_refresh_forget_and_reset(stack: Stack) -> None:
    email = "ada@example.com"
    token = (stack.home / "token").read_text().strip()
    async with connect(f"127.0.0.1:{stack.port_base + 1}", token) as channel:
        users = users_pb2_grpc.UsersStub(channel)

        async def log_in(password: str) -> users_pb2.Session:
            request = users_pb2.LogInRequest(email=email, password=password, client=CLIENT)
            return (await users.LogIn(request)).session

        await users.Register(
            users_pb2.RegisterRequest(email=email, password=PASSWORD, client=CLIENT)
        )
        link = await token_mailed(stack, email, "Confirm your email")
        await users.VerifyEmail(users_pb2.VerifyEmailRequest(token=link, client=CLIENT))

        session = await log_in(PASSWORD)
        access = users_pb2.AuthenticateRequest(access_token=session.access_token)
        assert (await users.Authenticate(access)).user.email == email
        await stack.top_up(session.user.account_id, 1_000_000_000, "story-accounts")
        await stack.ledger.SetLowBalance(
            ledger_pb2.SetLowBalanceRequest(
                account_id=session.user.account_id, low_balance_nano=1_000_000_000
            )
        )
        answer = await stack.http.post(
            f"{stack.base_url()}/chat/completions",
            headers={"Authorization": f"Bearer {session.first_key}"},
            json={"model": "deepseek-chat", "messages": [{"role": "user", "content": "Hello"}]},
        )
        assert answer.status_code == 200, answer.text
        notice = await text_mailed(stack, email, "Your balance is low")
        assert "which is below $1.00." in notice

        refresh = users_pb2.RefreshRequest(refresh_token=session.refresh_token, client=CLIENT)
        refreshed = await users.Refresh(refresh)
        with pytest.raises(Unauthenticated):
            await users.Refresh(refresh)

        await users.RequestPasswordReset(
            users_pb2.RequestPasswordResetRequest(email=email, client=CLIENT)
        )
        link = await token_mailed(stack, email, "Set a new password")
        await stack.kill_and_wait("auth")

        async def reset() -> bool:
            try:
                await users.ResetPassword(
                    users_pb2.ResetPasswordRequest(token=link, password=NEW, client=CLIENT)
                )
            except Unavailable:
                return False
            return True

        await eventually("auth is back, and the link still works", reset)
        refresh.refresh_token = refreshed.refresh_token
        with pytest.raises(Unauthenticated):
            await users.Refresh(refresh)
        with pytest.raises(Unauthenticated):
            await users.Authenticate(access)
        with pytest.raises(Unauthenticated):
            await log_in(PASSWORD)
        assert (await log_in(NEW)).first_key == ""
    await stack.settled(Customer(session.user.account_id, "", session.first_key))
