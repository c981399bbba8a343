"""The life of an API key, from its owner's browser and its program's side."""

import re

from playwright.async_api import Browser, Page, expect
from stack import Stack, eventually

from .visitor import visitor

STOPS_IN_SECONDS = 5


async def test_a_key_from_creation_to_deletion(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as person:
        await person.register()
        await person.log_in()
        await person.open("/keys")
        page = person.page
        secret = await _created(page, "Build server")
        await person.fits()
        await person.is_accessible()
        assert secret not in await page.content()

        row = page.get_by_role("row").filter(has_text="Build server")
        await expect(row).to_contain_text(f"sk-...{secret[-4:]}")
        await expect(row).to_contain_text("127.0.0.0/8")
        await expect(row).to_contain_text("60 requests/min")
        await _answers(stack, secret, 200)

        await page.get_by_role("button", name="Edit Build server").click()
        await page.get_by_role("textbox", name="Name").fill("Old server")
        await page.get_by_role("button", name="Save").click()
        switch = page.get_by_role("switch", name="Old server is enabled")
        await switch.press("Space")
        await expect(page.get_by_role("row").filter(has_text="Old server")).to_contain_text(
            "Disabled"
        )
        await _answers(stack, secret, 401, 403)
        await switch.press("Space")
        await _answers(stack, secret, 200)

        await page.get_by_role("button", name="Delete Old server").click()
        delete = page.get_by_role("button", name="Delete", exact=True)
        await expect(delete).to_be_disabled()
        await page.get_by_role("textbox", name="Type Old server to confirm").fill("Old server")
        await delete.click()
        await expect(page.get_by_role("row").filter(has_text="Old server")).to_have_count(0)
        await _answers(stack, secret, 401)


async def _created(page: Page, name: str) -> str:
    """A new key's secret, which is shown until it is said to be saved."""
    await page.get_by_role("button", name="Create key").first.click()
    await page.get_by_role("textbox", name="Name").fill(name)
    await page.get_by_role("button", name="Limits").click()
    networks = page.get_by_role("combobox", name="Networks").or_(
        page.get_by_role("textbox", name="Networks")
    )
    await networks.fill("not a network")
    await networks.press("Enter")
    await page.get_by_role("button", name="Create", exact=True).click()
    await page.get_by_text("is not an address or a network").wait_for()
    await networks.press("Backspace")
    await networks.fill("127.0.0.0/8")
    await networks.press("Enter")
    await page.get_by_role("textbox", name="Requests per minute").fill("60")
    await page.get_by_role("button", name="Create", exact=True).click()

    field = page.get_by_role("textbox", name="Your new key")
    await field.wait_for()
    secret = await field.input_value()
    assert re.fullmatch(r"sk-\w{48}", secret)
    await page.keyboard.press("Escape")
    await page.mouse.click(5, 5)
    await expect(page.get_by_role("dialog", name="Save your new key")).to_be_visible()
    await expect(page.get_by_text(f"Authorization: Bearer {secret}")).to_be_visible()
    await page.get_by_role("button", name="I have saved it").click()
    return secret


async def _answers(stack: Stack, secret: str, *statuses: int) -> None:
    """What a program with the key is told, soon after a change."""

    async def look() -> bool:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = await stack.http.get(f"{stack.base_url()}/models", headers=headers)
        return answer.status_code in statuses

    await eventually(f"the API answers {statuses}", look, seconds=STOPS_IN_SECONDS)
