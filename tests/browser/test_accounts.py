"""Accounts in the browser: the first key, a forgotten password, a session that ends elsewhere."""

from playwright.async_api import Browser, expect
from stack import Stack
from tollgate.auth.v1 import users_pb2

from .visitor import PASSWORD, Visitor, visitor

NEW_PASSWORD = "another horse entirely"


async def test_a_stranger_makes_the_first_call_with_the_first_key(
    browser: Browser, stack: Stack
) -> None:
    async with visitor(browser, stack) as ann:
        await ann.register()
        await ann.log_in()
        answer = await stack.http.post(
            f"{stack.base_url()}/chat/completions",
            headers={"Authorization": f"Bearer {ann.key}"},
            json={"model": "deepseek-v4-flash", "messages": [{"role": "user", "content": "Hi"}]},
        )
        assert answer.status_code == 200, answer.text
        await ann.page.reload()
        await ann.page.get_by_role("button", name="Account menu").wait_for()
        assert ann.key not in await ann.page.content()


async def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(
    browser: Browser, stack: Stack
) -> None:
    async with visitor(browser, stack) as ann:
        page = ann.page
        await ann.register()
        await ann.open("/login")
        await page.get_by_role("link", name="Forgot password?").click()
        await page.get_by_label("Email").fill(ann.email)
        await page.get_by_role("button", name="Send link").click()
        await page.get_by_role("heading", name="Check your mail").wait_for()
        link = await ann.mailed_link("/reset-password")

        await set_password(ann, link, NEW_PASSWORD)
        await page.get_by_text("Your new password is set").wait_for()
        await ann.fill_in_log_in(PASSWORD)
        await page.get_by_text("Email, password or code is wrong").wait_for()
        await ann.log_in(NEW_PASSWORD)

        await set_password(ann, link, PASSWORD)
        await page.get_by_role("heading", name="This link does not work").wait_for()
        await page.get_by_role("link", name="Ask for a new link").wait_for()


async def set_password(person: Visitor, link: str, password: str) -> None:
    page = person.page
    await page.goto(link)
    await page.get_by_label("New password", exact=True).fill(password)
    assert "token" not in page.url
    await page.get_by_role("button", name="Set password").click()


async def test_after_a_session_has_ended_elsewhere_one_comes_back_to_the_same_page(
    browser: Browser, stack: Stack
) -> None:
    async with visitor(browser, stack) as ann:
        page = ann.page
        await ann.register()
        await ann.log_in()
        await page.get_by_role("link", name="API keys").first.click()
        await page.get_by_role("heading", name="API keys", level=1).wait_for()
        found = await stack.users.ListUsers(users_pb2.ListUsersRequest(search=ann.email))
        await stack.users.LogOut(
            users_pb2.LogOutRequest(user_id=found.users[0].id, everywhere=True)
        )

        await page.get_by_role("button", name="Create key").click()
        dialog = page.get_by_role("dialog", name="Create an API key")
        await dialog.get_by_label("Name").fill("Build server")
        await dialog.get_by_role("button", name="Create", exact=True).click()
        await page.get_by_text("Not logged in or login has expired").wait_for()
        await ann.is_accessible()
        await ann.fill_in_log_in()
        await page.get_by_role("heading", name="API keys", level=1).wait_for()
        await expect(page).to_have_url(f"{stack.console_url}/keys")
