"""Mails: their texts, in each locale, as plain text and as HTML."""

# Chinese has its own commas and parentheses.
# ruff: noqa: RUF001

import html
from dataclasses import dataclass
from typing import NamedTuple

from tollgate_common.money import format_usd

from .letters import Kind, Letter


class MailRefused(Exception):
    """The receiver's server will never take this mail."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent to one address."""

    to: str
    subject: str
    text: str
    html: str


class Text(NamedTuple):
    """A subject, paragraphs, and the words on the link if there is one."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""


_NOT_YOU = "If it was not you, set a new password now and log out everywhere."
_NOT_YOU_ZH = "如果不是您本人操作，请立即重设密码并退出所有设备。"
_CENT_NANO = 10_000_000
_TEXTS: dict[str, dict[str, Text]] = {
    "en": {
        "register": Text(
            "Confirm your email",
            (
                "Welcome to Tollgate. Confirm this address to use your account.",
                "The link works once, for 24 hours. If you did not register, ignore this mail.",
            ),
            "Confirm email",
        ),
        "taken": Text(
            "You have an account already",
            (
                "Somebody, perhaps you, tried to register with this address, which has an account.",
                "Log in as before. If you have forgotten the password, set a new one: the link "
                "works once, for 30 minutes. If it was not you, ignore this mail.",
            ),
            "Set a new password",
        ),
        "reset_password": Text(
            "Set a new password",
            (
                "Somebody, perhaps you, asked to set a new password for this account.",
                "The link works once, for 30 minutes. If it was not you, ignore this mail.",
            ),
            "Set a new password",
        ),
        "change_email": Text(
            "Confirm your new email",
            (
                "Confirm this address to log in with it from now on.",
                "The link works once, for 24 hours. If it was not you, ignore this mail.",
            ),
            "Confirm email",
        ),
        "email_changing": Text(
            "Your email is being changed",
            ("Another address was named for your account, and will be asked to confirm.", _NOT_YOU),
        ),
        "password_changed": Text(
            "Your password was changed", ("The password of your account was changed.", _NOT_YOU)
        ),
        "totp_enabled": Text(
            "Two-factor login is on", ("From now on, logging in needs a code.", _NOT_YOU)
        ),
        "totp_disabled": Text(
            "Two-factor login is off", ("Logging in needs no code any more.", _NOT_YOU)
        ),
        "user_deleted": Text(
            "Your account was deleted",
            ("Your account is gone, and with it all that we knew of you. Farewell.",),
        ),
        "low_balance": Text(
            "Your balance is low",
            (
                "Your balance is {posted}, which is below {limit}.",
                "When it is used up, requests are refused until you top up. You choose in the "
                "console below which balance you are told.",
            ),
            "Top up",
        ),
    },
    "zh": {
        "register": Text(
            "请验证您的邮箱",
            (
                "欢迎使用 Tollgate。请验证此邮箱以启用您的账户。",
                "链接仅可使用一次，24 小时内有效。如果您没有注册，请忽略此邮件。",
            ),
            "验证邮箱",
        ),
        "taken": Text(
            "您已有账户",
            (
                "有人（可能是您）用此邮箱注册，但该邮箱已有账户。",
                "请照常登录。如果忘记了密码，可通过以下链接重设，链接仅可使用一次，30 分钟内有效。"
                "如果不是您本人操作，请忽略此邮件。",
            ),
            "重设密码",
        ),
        "reset_password": Text(
            "重设密码",
            (
                "有人（可能是您）请求重设此账户的密码。",
                "链接仅可使用一次，30 分钟内有效。如果不是您本人操作，请忽略此邮件。",
            ),
            "重设密码",
        ),
        "change_email": Text(
            "请验证您的新邮箱",
            (
                "请验证此邮箱，今后将用它登录。",
                "链接仅可使用一次，24 小时内有效。如果不是您本人操作，请忽略此邮件。",
            ),
            "验证邮箱",
        ),
        "email_changing": Text(
            "您的邮箱正在变更", ("有人为您的账户指定了新邮箱，该邮箱需要验证。", _NOT_YOU_ZH)
        ),
        "password_changed": Text("您的密码已更改", ("您账户的密码已更改。", _NOT_YOU_ZH)),
        "totp_enabled": Text("两步验证已开启", ("今后登录需要验证码。", _NOT_YOU_ZH)),
        "totp_disabled": Text("两步验证已关闭", ("登录不再需要验证码。", _NOT_YOU_ZH)),
        "user_deleted": Text("您的账户已删除", ("您的账户和个人信息均已删除。再见。",)),
        "low_balance": Text(
            "余额不足提醒",
            (
                "您的余额为 {posted}，已低于 {limit}。",
                "余额用完后，请求将被拒绝，直至充值。您可在控制台设置余额提醒的金额。",
            ),
            "去充值",
        ),
    },
}


def low_balance(letter: Letter, locale: str, link: str) -> Mail:
    """What is left is rounded down to a cent, so that it is below the limit in the mail, too."""
    posted = _dollars(letter.posted_nano // _CENT_NANO * _CENT_NANO)
    limit = _dollars(letter.low_balance_nano)
    return written(Kind.LOW_BALANCE, locale, letter.email, link, posted=posted, limit=limit)


def written(template: str, locale: str, to: str, link: str = "", **amounts: str) -> Mail:
    """The mail of this template; a link is an address of the console."""
    text = _TEXTS[locale][template]
    plain = [paragraph.format(**amounts) for paragraph in text.paragraphs]
    rich = [f"<p>{html.escape(paragraph)}</p>" for paragraph in plain]
    if link:
        plain.insert(1, link)
        rich.insert(1, f'<p><a href="{html.escape(link)}">{html.escape(text.link)}</a></p>')
    body = "\n".join(rich)
    return Mail(
        to=to,
        subject=f"Tollgate: {text.subject}",
        text="\n\n".join(plain) + "\n",
        html=f'<!doctype html>\n<html lang="{locale}"><body>\n{body}\n</body></html>\n',
    )


def _dollars(nano: int) -> str:
    """Such as "$5.00", "-$0.01", "$0.0005": as many decimals as it needs, and at least cents."""
    sign, amount = ("-", -nano) if nano < 0 else ("", nano)
    whole, _, decimals = format_usd(amount).partition(".")
    return f"{sign}${whole}.{decimals.rstrip('0').ljust(2, '0')}"
