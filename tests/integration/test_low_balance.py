"""Who asks for it in the settings is told once, in their language, that their credit runs low."""

import email
import email.policy
import re
from typing import Any

from person import Person, person
from prices import MODEL
from stack import NANO, Customer, Stack, eventually

SUBJECT = "余额不足提醒"


async def test_one_mail_each_time_that_the_balance_falls_below(stack: Stack) -> None:
    async with person(stack) as ann:
        customer = Customer(ann.account_id, "", ann.first_key)
        await _change(ann, "PATCH", "/api/profile", locale="zh")
        await _change(ann, "PUT", "/api/wallet/low-balance", low_balance_nano=NANO)
        assert (await ann.get("/api/wallet"))["posted_nano"] == NANO

        await _spend(stack, customer)
        [told] = await _mails(stack, ann, 1)
        assert told == ["$0.99", "$1.00"]
        # Further below is no news; below another limit is.
        await _spend(stack, customer)
        *_, last = await stack.posted(customer, 2)
        await stack.top_up(ann.account_id, 2 * NANO - last.balance_nano, "above-the-limit")
        await _change(ann, "PUT", "/api/wallet/low-balance", low_balance_nano=2 * NANO)
        await _spend(stack, customer)
        _, told_again = await _mails(stack, ann, 2)
        assert told_again == ["$1.99", "$2.00"]
    await stack.settled(customer)


async def _change(someone: Person, method: str, path: str, **fields: Any) -> None:
    answer = await someone.browser.request(method, path, json=fields)
    assert answer.status_code == 200, answer.text


async def _spend(stack: Stack, customer: Customer) -> None:
    """Less than a cent."""
    async with stack.client(customer) as client:
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Hi"}]
        )


async def _mails(stack: Stack, someone: Person, count: int) -> list[list[str]]:
    """The amounts in each mail of a low balance, oldest first, once there are so many; not more."""

    async def look() -> list[str] | None:
        texts = _read(stack, someone.email)
        return texts if len(texts) >= count else None

    texts = await eventually(f"{count} mails of a low balance", look)
    assert len(texts) == count
    return [re.findall(r"\$[\d.]+", text) for text in texts]


def _read(stack: Stack, to: str) -> list[str]:
    paths = (stack.home / "mail" / "new").glob("*")
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)
    ]
    wanted = [mail for mail in mails if mail["to"] == to and SUBJECT in mail["subject"]]
    return [body.get_content() for mail in wanted if (body := mail.get_body(("plain",)))]
