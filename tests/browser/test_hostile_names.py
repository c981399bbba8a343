"""Names that are code: whoever reads them sees text, and a spreadsheet runs nothing."""

import csv
import os
from urllib.parse import urlencode

from playwright.async_api import Browser, Request, expect
from stack import Customer, Stack, eventually
from tollgate.auth.v1 import auth_pb2, users_pb2
from tollgate.ledger.v1 import ledger_pb2

from .visitor import PASSWORD, Visitor, visitor

FORMULA = "=cmd|'/C calc'!A0"
NAMES = (
    "<img src=//elsewhere.example/x onerror=console.error(1)>",
    "javascript:console.error(2)//",
    FORMULA,
)
MODEL = "deepseek-v4-flash"


async def test_names_that_are_code_are_text(browser: Browser, stack: Stack) -> None:
    customer = await stack.customer(usd="0")
    async with visitor(browser, stack) as eve:
        strangers: list[str] = []
        eve.page.on("request", lambda request: strangers.extend(_strangers(stack, request)))
        eve.email, eve.key = f"=cmd|'{os.urandom(5).hex()}'@example.com", customer.key
        user_id = await _user(stack, customer, eve.email)
        receipts = await _leave_everywhere(stack, customer, user_id)
        await eve.log_in()
        for path in ("/keys", "/wallet", "/logs", "/admin/audit"):
            await _shows(eve, path, *NAMES)
        await _shows(eve, f"/admin/users?user={user_id}", eve.email, *NAMES)
        for name, request_id in receipts.items():
            wanted = urlencode({"receipt": request_id, "model": name, "key_id": name})
            await _shows(eve, f"/logs?{wanted}", name)
            await expect(eve.page.get_by_role("dialog", name="Receipt")).to_contain_text(name)
        await eve.open(f"/playground?{urlencode({'model': NAMES[0]})}")

        harmless = {f"'{name}" if name == FORMULA else name for name in NAMES}
        assert await _column(eve, "/api/usage.csv", "agent") == harmless
        memos = await _column(eve, "/api/wallet/entries.csv", "memo")
        assert memos - {MODEL, "Welcome credit"} == harmless
        assert strangers == []


def _strangers(stack: Stack, request: Request) -> list[str]:
    """The address, if it is another host's."""
    own = request.url.startswith((f"{stack.console_url}/", "data:", "blob:"))
    return [] if own else [request.url]


async def _user(stack: Stack, customer: Customer, email: str) -> str:
    """Somebody of that account who sees the pages of admins, too: the id."""
    wanted = users_pb2.CreateUserRequest(
        email=email,
        password=PASSWORD,
        role=users_pb2.ROLE_ADMIN,
        account_id=customer.account_id,
        locale="en",
        actor_id="operator",
    )
    return (await stack.users.CreateUser(wanted)).id


async def _leave_everywhere(stack: Stack, customer: Customer, user_id: str) -> dict[str, str]:
    """Each name wherever a name can be given: the id of the request that bears it, by name."""
    for number, name in enumerate(NAMES):
        await stack.ledger.TopUp(
            ledger_pb2.TopUpRequest(
                account_id=customer.account_id,
                amount_nano=10**9,
                request_id=f"{user_id}-{number}",
                memo=name,
            )
        )
        await stack.users.RecordAudit(
            users_pb2.RecordAuditRequest(
                actor_id="operator", user_id=user_id, action="channel_tested", detail=name
            )
        )
    receipts = {name: await _call(stack, customer, name) for name in NAMES}

    async def recorded() -> bool:
        return len(await stack.usage(customer)) == len(NAMES)

    await eventually("the records of the requests", recorded)
    return receipts


async def _call(stack: Stack, customer: Customer, name: str) -> str:
    """A request of an agent, with a key, of that name; one for a model of that name fails."""
    wanted = auth_pb2.CreateKeyRequest(account_id=customer.account_id, label=name)
    key = (await stack.auth.CreateKey(wanted)).secret
    headers = {"Authorization": f"Bearer {key}", "X-Agent-Identity": name}
    body = {"messages": [{"role": "user", "content": name}]}
    url = f"{stack.base_url()}/chat/completions"
    failed = await stack.http.post(url, headers=headers, json=body | {"model": name})
    assert failed.status_code == 404, failed.text
    answer = await stack.http.post(url, headers=headers, json=body | {"model": MODEL})
    assert answer.status_code == 200, answer.text
    return answer.headers["x-request-id"]


async def _shows(person: Visitor, path: str, *names: str) -> None:
    """As text, and nothing else."""
    await person.open(path)
    for name in names:
        await expect(
            person.page.get_by_text(name, exact=True).filter(visible=True).first
        ).to_be_visible()
    await expect(person.page.locator("a[href^='javascript:' i], [onerror]")).to_have_count(0)


async def _column(person: Visitor, path: str, name: str) -> set[str]:
    """What a saved table has there."""
    answer = await person.page.request.get(f"{person.stack.console_url}{path}")
    assert answer.status == 200
    return {row[name] for row in csv.DictReader((await answer.text()).splitlines())}
