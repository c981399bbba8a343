"""Sends mail over SMTP."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib
from tollgate_common.errors import Unavailable

from .mail import Mail, MailRefused
from .settings import SmtpTls

_SECONDS = 20.0


class SmtpMailer:
    """The port Mailer on one SMTP server; a connection a mail."""

    def __init__(
        self, host: str, port: int, tls: SmtpTls, login: tuple[str, str] | None, sender: str
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._login = login
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        username, password = self._login or (None, None)
        try:
            await aiosmtplib.send(
                _message(mail, self._sender),
                hostname=self._host,
                port=self._port,
                username=username,
                password=password,
                use_tls=self._tls is SmtpTls.TLS,
                start_tls=self._tls is SmtpTls.STARTTLS,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [recipient.code for recipient in error.recipients]
            if all(code >= 500 for code in codes):
                raise MailRefused(f"refused with {codes}") from error
            raise Unavailable(f"mail server: {codes}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # Its text may name the receiver.
            raise Unavailable(f"mail server: {type(error).__name__}") from error


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    # Robots need not answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
