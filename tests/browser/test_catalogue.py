"""What strangers read before they sign up: the guide and the catalogue."""

import re

from playwright.async_api import Browser, expect
from stack import Stack

from .visitor import visitor


async def test_the_guide_is_found_and_linked(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as reader:
        page = reader.page
        await reader.open("/docs/errors#402")
        await expect(page.get_by_role("heading", name="402")).to_be_in_viewport()
        await page.get_by_role("searchbox", name="Search the guide").fill("nano-dollar rounded")
        await expect(page.get_by_role("status").filter(has_text="found")).to_be_visible()
        await page.get_by_role("link", name="Billing: Rounding").click()
        await expect(page.get_by_role("heading", level=1, name="Billing")).to_be_visible()
        await expect(page).to_have_url(re.compile("/docs/billing#rounding$"))
        await page.get_by_role("main").get_by_role("link", name="402").first.click()
        await expect(page).to_have_url(re.compile("/docs/errors#402$"))

        await reader.open("/docs/quickstart")
        await expect(page.locator("pre").first).to_contain_text(
            f'curl "{stack.base_url()}/chat/completions" -H "Authorization: Bearer YOUR_API_KEY"'
        )
        await page.get_by_role("link", name="Models →").click()
        await expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()


async def test_a_model_is_found_with_its_price(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as reader:
        page = reader.page
        await reader.open("/models")
        await page.get_by_role("combobox", name="Use").select_option("Chat")
        await page.get_by_role("searchbox", name="Search models").fill("deepseek flash")
        table = page.get_by_role("table", name="Models")
        await expect(table.get_by_role("row")).to_have_count(3)
        await page.reload()
        await expect(table.get_by_role("row")).to_have_count(3)

        name = table.get_by_role("link", name="deepseek-v4-flash")
        await name.click()
        details = page.get_by_role("dialog", name="deepseek-v4-flash")
        await expect(details.get_by_text("per 1M tokens").first).to_be_visible()
        await expect(details.locator("pre").first).to_contain_text('"model": "deepseek-v4-flash"')
        await expect(details.get_by_role("link", name="Sign up")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(details).to_have_count(0)
        await expect(name).to_be_focused()
