"""Every page of the console: it fits, is readable in both schemes, and speaks both languages."""

import json
import os
import re

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from stack import ROOT, Customer, Stack
from tollgate.auth.v1 import users_pb2

from .visitor import DESKTOP, PASSWORD, PHONE, Scheme, Visitor, visitor

PUBLIC = {
    "landing": "/",
    "login": "/login",
    "register": "/register",
    "verify-email": "/verify-email",
    "forgot-password": "/forgot-password",
    "reset-password": "/reset-password",
    "docs": "/docs/quickstart",
    "docs-errors": "/docs/errors#402",
    "models": "/models",
    "model": "/models?model=deepseek-v4-flash",
    "not-found": "/nowhere",
}
INSIDE = {
    "dashboard": "/dashboard",
    "dashboard-tables": "/dashboard?range=24h&group=key&view=tables",
    "playground": "/playground",
    "keys": "/keys",
    "logs": "/logs",
    "wallet": "/wallet",
    "settings": "/settings",
    "admin-users": "/admin/users",
    "admin-channels": "/admin/channels",
    "admin-models": "/admin/models",
    "admin-usage": "/admin/usage",
    "admin-audit": "/admin/audit",
}
LOCALES = ROOT / "services/console/web/src/locales/en"
MODELS = ("deepseek-v4-flash", "claude-sonnet-5-5")
CHINESE = re.compile("[\u4e00-\u9fff]")
NAMESPACED = re.compile(r"^[a-z-]+:[\w.]+$")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def customer(stack: Stack) -> Customer:
    """An account with some usage, so that no page is empty."""
    made = await stack.customer(usd="5")
    for model in MODELS:
        message = {"model": model, "messages": [{"role": "user", "content": "Say hello"}]}
        await stack.http.post(
            f"{stack.base_url()}/chat/completions",
            json=message | {"max_tokens": 100},
            headers={"authorization": f"Bearer {made.key}"},
        )
    await stack.posted(made, len(MODELS))
    return made


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
async def test_pages_fit_and_are_accessible(
    browser: Browser, stack: Stack, customer: Customer, width: int, scheme: Scheme
) -> None:
    problems: list[str] = []

    async def look(person: Visitor, pages: dict[str, str]) -> None:
        for name, path in pages.items():
            try:
                await _opened(person, path)
                await person.picture(f"{name}-{scheme}-{width}")
                await person.fits()
                await person.is_accessible()
            except AssertionError as problem:
                problems.append(f"{name}: {problem}")

    async with visitor(browser, stack, width=width, scheme=scheme) as person:
        await look(person, PUBLIC)
        await _log_in(person, customer, "en")
        await look(person, INSIDE)
    assert not problems, "\n\n".join(problems)


@pytest.mark.timeout(300)
async def test_pages_speak_chinese(browser: Browser, stack: Stack, customer: Customer) -> None:
    keys = _dotted_keys()
    problems: list[str] = []
    async with visitor(browser, stack, locale="zh-CN") as person:

        async def read(pages: dict[str, str]) -> None:
            for name, path in pages.items():
                await _opened(person, path)
                text = await person.page.locator("body").inner_text()
                raw = [line for line in text.splitlines() if line in keys or NAMESPACED.match(line)]
                title = await person.page.locator("h1").inner_text()
                if raw or not CHINESE.search(title):
                    problems.append(f"{name}: {title!r} {raw}")

        await read(PUBLIC)
        await _log_in(person, customer, "zh")
        await read(INSIDE)
    assert not problems, "\n".join(problems)


async def test_a_keyboard_is_enough_to_log_in(
    browser: Browser, stack: Stack, customer: Customer
) -> None:
    async with visitor(browser, stack) as person:
        page = person.page
        await person.open("/models")
        await page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to content")
        await expect(skip).to_be_focused()
        await skip.press("Enter")
        await expect(page.locator("main")).to_be_focused()

        person.email = await _user(stack, customer, "en")
        await person.open("/login")
        await _tab_to(person, page.get_by_label("Email"))
        await page.keyboard.type(person.email)
        await _tab_to(person, page.get_by_label("Password", exact=True))
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_focused()


async def _opened(person: Visitor, path: str) -> None:
    """The page with all that it loads, one heading and a title."""
    page = person.page
    await person.open(path)
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    await expect(page.locator("h1")).to_have_count(1)
    await expect(page).to_have_title(re.compile(r"\S.*Tollgate"))


async def _user(stack: Stack, customer: Customer, locale: str) -> str:
    """An admin of the account: the email."""
    email = f"{os.urandom(5).hex()}@example.com"
    await stack.users.CreateUser(
        users_pb2.CreateUserRequest(
            email=email,
            password=PASSWORD,
            role=users_pb2.ROLE_ADMIN,
            account_id=customer.account_id,
            locale=locale,
            actor_id="operator",
        )
    )
    return email


async def _log_in(person: Visitor, customer: Customer, locale: str) -> None:
    """In any language, so by the form's order."""
    person.email = await _user(person.stack, customer, locale)
    page = person.page
    await person.open("/login")
    await page.locator("input[autocomplete=username]").fill(person.email)
    await page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    await page.locator("input[autocomplete=current-password]").press("Enter")
    await page.wait_for_url("**/dashboard")


async def _tab_to(person: Visitor, field: Locator) -> None:
    for _ in range(20):
        if await field.evaluate("field => field === document.activeElement"):
            return
        await person.page.keyboard.press("Tab")
    await expect(field).to_be_focused()


def _dotted_keys() -> set[str]:
    """What a page would show where a word is missing."""

    def walk(words: dict[str, object], path: str) -> set[str]:
        keys: set[str] = set()
        for name, value in words.items():
            keys |= walk(value, f"{path}{name}.") if isinstance(value, dict) else {path + name}
        return keys

    files = [json.loads(file.read_text()) for file in LOCALES.glob("*.json")]
    return {key for words in files for key in walk(words, "") if "." in key}
