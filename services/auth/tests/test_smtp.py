import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from tollgate_auth import mail
from tollgate_auth.mail import MailRefused
from tollgate_auth.settings import SmtpTls
from tollgate_auth.smtp import SmtpMailer
from tollgate_common.errors import Unavailable

MAIL = mail.written("register", "zh", "ada@example.com", "https://console.example.com/#token=x")


class Sink:
    """A real SMTP server that keeps what it is sent, or answers as it is told."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.messages: list[EmailMessage] = []
        self.port = 0

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="localhost"), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    yield sink
    server.close()
    await server.wait_closed()


def mailer(port: int) -> SmtpMailer:
    sender = "Tollgate <no-reply@example.com>"
    return SmtpMailer("127.0.0.1", port, SmtpTls.NONE, None, sender)


async def test_a_mail_arrives_as_text_and_html(sink: Sink) -> None:
    await mailer(sink.port).send(MAIL)
    (message,) = sink.messages
    assert message["To"] == "ada@example.com"
    assert message["From"] == "Tollgate <no-reply@example.com>"
    assert message["Subject"] == MAIL.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.com>")
    plain, rich = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain
    assert rich
    assert plain.get_content() == MAIL.text
    assert rich.get_content() == MAIL.html


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 no such user", MailRefused), ("450 try again later", Unavailable)],
)
async def test_a_refusal_is_for_ever_or_for_now(
    sink: Sink, answer: str, error: type[Exception]
) -> None:
    sink.answer = answer
    with pytest.raises(error) as caught:
        await mailer(sink.port).send(MAIL)
    assert "ada@" not in str(caught.value)


async def test_a_server_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await mailer(1).send(MAIL)
