"""Operators in the browser: credit, the life of a channel, and who did what."""

import os

from playwright.async_api import Browser, expect
from stack import Stack
from tollgate.auth.v1 import users_pb2

from .visitor import PASSWORD, Visitor, visitor

CREDENTIAL = "sk-sandbox-of-an-operator"


async def test_an_admin_credits_a_customer_who_sees_it(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as ada, visitor(browser, stack) as ann:
        ada.email = await _user(stack, users_pb2.ROLE_ADMIN)
        ann.email = await _user(stack, users_pb2.ROLE_CUSTOMER)
        await _log_in(ada)
        await ada.open("/admin/users")
        page = ada.page
        await page.get_by_label("Search").fill(ann.email)
        await page.get_by_role("link", name=ann.email).click()
        await page.get_by_role("heading", level=1, name=ann.email).wait_for()
        await page.get_by_role("button", name="Add credit").click()
        dialog = page.get_by_role("dialog", name="Add credit")
        await dialog.get_by_label("Amount in US dollars").fill("25.5")
        await dialog.get_by_label("Note").fill("Invoice 7")
        await dialog.get_by_role("button", name="Continue").click()
        await expect(dialog).to_contain_text(f"of {ann.email}, and cannot be taken back")
        await ada.is_accessible()
        await dialog.get_by_role("button", name="Credit $25.50").click()
        await dialog.wait_for(state="hidden")
        entry = page.get_by_role("table", name="Entries").get_by_role("row", name="Invoice 7")
        await expect(entry).to_contain_text("$25.50")
        await ada.is_accessible()

        await _log_in(ann)
        await ann.open("/wallet")
        await expect(ann.page.get_by_role("row", name="Invoice 7")).to_contain_text("$25.50")
        await ann.open("/admin/users")
        await ann.page.get_by_role("heading", name="Nothing is here").wait_for()

        await page.get_by_role("link", name="The audit log of this user").click()
        await page.get_by_role("heading", level=1, name="Audit log").wait_for()
        deed = page.get_by_role("row", name="Credit added")
        await expect(deed).to_contain_text(ada.email)
        await expect(deed).to_contain_text(ann.email)


async def test_a_channel_comes_is_tested_and_goes(browser: Browser, stack: Stack) -> None:
    id = f"story-{os.urandom(4).hex()}"
    async with visitor(browser, stack) as ada:
        ada.email = await _user(stack, users_pb2.ROLE_ADMIN)
        await _log_in(ada)
        await ada.open("/admin/channels")
        await _add_channel(ada, id)
        page = ada.page
        row = page.get_by_role("row", name=id)
        await expect(row).to_contain_text("Off")
        assert CREDENTIAL not in await page.content()

        await page.get_by_role("button", name=f"Test {id}").click()
        dialog = page.get_by_role("dialog", name=f"Test {id}")
        await dialog.get_by_role("button", name="Run the test").click()
        await expect(dialog).to_contain_text("Every key works")
        await dialog.get_by_role("button", name="Close").click()
        use = page.get_by_role("switch", name=f"Use {id}")
        await use.press("Space")
        await expect(row).to_contain_text("In use")
        await use.press("Space")
        await expect(row).to_contain_text("Off")

        await page.get_by_role("button", name=f"Remove {id}").click()
        await page.get_by_label(f"Type {id} to confirm").fill(id)
        await page.get_by_role("button", name="Remove", exact=True).click()
        await expect(row).to_have_count(0)

        await ada.open("/admin/audit")
        for deed, times in {"added": 1, "tested": 1, "changed": 2, "removed": 1}.items():
            done = page.get_by_role("row", name=f"Channel {deed}").filter(has_text=id)
            await expect(done).to_have_count(times)
            await expect(done.first).to_contain_text(ada.email)


async def _add_channel(ada: Visitor, id: str) -> None:
    """To the sandbox, and not used before it is tested."""
    page = ada.page
    await page.get_by_role("button", name="Add a channel").click()
    dialog = page.get_by_role("dialog", name="Add a channel")
    await dialog.get_by_role("textbox", name="Id").fill(id)
    await dialog.get_by_role("combobox", name="Provider").fill("kim")
    await page.get_by_role("option", name="kimi").click()
    await dialog.get_by_label("Key 1").fill(CREDENTIAL)
    await dialog.get_by_label("Base URL").fill(f"{ada.stack.sandbox_url}/v1")
    await ada.is_accessible()
    await dialog.get_by_role("button", name="Add the channel").click()
    await dialog.wait_for(state="hidden")


async def _user(stack: Stack, role: users_pb2.Role.ValueType) -> str:
    """Somebody with an account of their own that has keys already: the email."""
    customer = await stack.customer(usd="0")
    email = f"{os.urandom(5).hex()}@example.com"
    await stack.users.CreateUser(
        users_pb2.CreateUserRequest(
            email=email,
            password=PASSWORD,
            role=role,
            account_id=customer.account_id,
            locale="en",
            actor_id="operator",
        )
    )
    return email


async def _log_in(person: Visitor) -> None:
    await person.open("/login")
    await person.fill_in_log_in()
    await person.page.get_by_role("button", name="Account menu").wait_for()
