"""A request is the same thing in the logs, on its receipt, in the wallet and in what is saved."""

import csv
from pathlib import Path

from playwright.async_api import Browser, Page, expect
from stack import Customer, Stack, eventually
from tollgate.events.v1 import usage_pb2

from .visitor import PHONE, Visitor, visitor

MODEL = "deepseek-v4-flash"


async def test_a_request_is_found_with_its_receipt_and_its_debit(
    browser: Browser, stack: Stack
) -> None:
    async with visitor(browser, stack) as ann:
        await ann.register()
        await ann.log_in()
        request_id = await _call(stack, ann.key)
        customer = Customer(await _account_id(ann), "", ann.key)
        [debit] = await stack.posted(customer, 1)
        record = await _recorded(stack, customer)
        assert (record.request_id, record.cost_nano) == (request_id, -debit.amount_nano)

        page = ann.page
        await ann.open("/logs")
        await expect(page.get_by_text("Prompts and answers are not stored")).to_be_visible()
        await page.get_by_role("searchbox", name="Request id").fill(request_id)
        await page.get_by_role("searchbox", name="Request id").press("Enter")
        row = page.get_by_role("row").filter(has_text=MODEL)
        await expect(row).to_have_count(1)
        await row.get_by_role("button", name="Receipt of").click()
        await _receipt_shows(page, request_id, record.cost_nano)
        await ann.is_accessible()
        await page.keyboard.press("Escape")
        await expect(row.get_by_role("button", name="Receipt of")).to_be_focused()
        [saved] = await _exported(page)
        assert saved["request_id"] == request_id
        assert saved["cost_usd"] == _dollars(record.cost_nano)

        await ann.open("/wallet")
        entry = page.get_by_role("row").filter(has_text=MODEL)
        await expect(entry).to_contain_text(f"-${_short(record.cost_nano)}")
        await expect(entry).to_contain_text(f"${_short(debit.balance_nano)}")
        await ann.is_accessible()
        await entry.get_by_role("link", name=MODEL).click()
        await _receipt_shows(page, request_id, record.cost_nano)
        assert f"request_id={request_id}" in page.url


async def test_a_month_adds_up_on_a_phone(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack, width=PHONE, scheme="dark") as ann:
        await ann.register()
        await ann.log_in()
        await _call(stack, ann.key)
        customer = Customer(await _account_id(ann), "", ann.key)
        [debit] = await stack.posted(customer, 1)
        await _recorded(stack, customer)

        page = ann.page
        await ann.open("/logs")
        await expect(page.get_by_role("button", name="Receipt of")).to_have_count(1)
        await ann.fits()
        await ann.open("/wallet?tab=statements")
        await expect(
            page.get_by_text("Adds up to the usage of the month, exactly.")
        ).to_be_visible()
        closing = page.get_by_role("row", name="Closing balance")
        await expect(closing).to_contain_text(f"${_short(debit.balance_nano)}")
        await ann.fits()
        await ann.is_accessible()


async def _call(stack: Stack, key: str) -> str:
    """One answered request; its id."""
    answer = await stack.http.post(
        f"{stack.base_url()}/chat/completions",
        headers={"Authorization": f"Bearer {key}"},
        json={"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]},
    )
    assert answer.status_code == 200, answer.text
    return answer.headers["x-request-id"]


async def _account_id(person: Visitor) -> str:
    answer = await person.page.request.get(f"{person.stack.console_url}/api/session")
    return str((await answer.json())["user"]["account_id"])


async def _recorded(stack: Stack, customer: Customer) -> usage_pb2.UsageEvent:
    async def look() -> usage_pb2.UsageEvent | None:
        records = await stack.usage(customer)
        return records[0] if records else None

    return await eventually("the record of the request", look)


async def _receipt_shows(page: Page, request_id: str, cost_nano: int) -> None:
    receipt = page.get_by_role("dialog", name="Receipt")
    await expect(receipt).to_contain_text(request_id)
    debited = receipt.get_by_role("row", name="Debited")
    await expect(debited).to_contain_text(f"${_dollars(cost_nano)}")


async def _exported(page: Page) -> list[dict[str, str]]:
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Export CSV").click()
    download = await started.value
    assert download.suggested_filename == "tollgate-usage.csv"
    return _rows(await download.path())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _dollars(nano: int) -> str:
    return f"{nano // 10**9}.{nano % 10**9:09}"


def _short(nano: int) -> str:
    """Without zeros at the end, as amounts are shown; cents stay."""
    whole, decimals = _dollars(nano).split(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"
