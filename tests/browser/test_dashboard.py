"""From the first log-in to a first call that the dashboard shows, and on to its logs."""

import re

from playwright.async_api import Browser, expect
from stack import Stack

from .visitor import visitor

MODEL = "deepseek-v4-flash"


async def test_a_first_call_appears_on_the_dashboard(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as ann:
        await ann.register()
        await ann.log_in()
        page = ann.page
        steps = page.get_by_role("region", name="First steps")
        await expect(steps.get_by_role("listitem").filter(has_text="Have a key")).to_contain_text(
            "Done"
        )
        call = steps.get_by_role("listitem").filter(has_text="Make a first call")
        await expect(call).to_contain_text("To do")
        # The tab knows the key that it has just shown.
        await expect(call.locator("pre")).to_contain_text(f"Authorization: Bearer {ann.key}")
        await expect(page.get_by_text("Nothing was used in this time")).to_be_visible()
        await ann.is_accessible()

        message = {"model": MODEL, "messages": [{"role": "user", "content": "Say hello"}]}
        answer = await stack.http.post(
            f"{stack.base_url()}/chat/completions",
            json=message | {"max_tokens": 100},
            headers={"authorization": f"Bearer {ann.key}"},
        )
        # The header has all nine decimals, the page as many as there are.
        cost = answer.headers["x-tollgate-cost"].rstrip("0")
        row = page.get_by_role("row").filter(has_text=MODEL)
        await expect(row).to_contain_text(f"${cost}", timeout=30_000)
        await expect(steps).to_have_count(0)

        await page.get_by_role("radiogroup", name="Show as").get_by_text("Tables").click()
        spend = page.get_by_role("table", name="Spend")
        await expect(spend.get_by_role("row").nth(1)).to_contain_text(f"${cost}")
        await expect(page).to_have_url(re.compile("view=tables"))
        await row.get_by_role("link", name=MODEL).click()
        await expect(page.get_by_role("heading", level=1, name="Usage logs")).to_be_visible()
        await expect(page).to_have_url(re.compile(f"model={MODEL}"))
        await expect(page.get_by_role("row").filter(has_text=MODEL)).to_have_count(1)
