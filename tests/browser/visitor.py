"""A person with a browser: Debian's Chromium, a mailbox, and an eye for what goes wrong unseen."""

import email
import email.policy
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import randrange
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from stack import ROOT, Stack, eventually

Scheme = Literal["light", "dark"]

DESKTOP = 1280
PHONE = 390
PASSWORD = "correct horse battery staple"
PICTURES = ROOT / "build" / "screenshots"
AXE = ROOT / "services/console/web/node_modules/axe-core/axe.min.js"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+#token=\S+")
# A refused request is shown to its user, who is tested to see it; Chromium notes it, too.
_EXPECTED = re.compile(r"the server responded with a status of 4\d\d")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One browser for many visitors."""
    path = os.environ.get("TOLLGATE_CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium: `make browser` installs Debian's, or set TOLLGATE_CHROMIUM"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visitor:
    """One person in a browser profile of their own."""

    stack: Stack
    context: BrowserContext
    page: Page
    email: str = ""
    # The secret of their first key, once they have logged in.
    key: str = ""
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _EXPECTED.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    async def open(self, path: str) -> None:
        """Goes to a page of the console and waits until it shows something."""
        await self.page.goto(f"{self.stack.console_url}{path}")
        await self.page.locator("h1").first.wait_for()

    async def register(self, name: str = "") -> None:
        """An account of their own, by the mailed link."""
        self.email = f"{name or os.urandom(5).hex()}@example.com"
        page = self.page
        await self.open("/register")
        await page.get_by_label("Email").fill(self.email)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Create account").click()
        await page.get_by_role("heading", name="Check your mail").wait_for()
        await page.goto(await self.mailed_link("/verify-email"))
        await page.get_by_role("heading", name="Email verified").wait_for()

    async def log_in(self, password: str = PASSWORD) -> None:
        """By the log-in page; at the first time, their key is shown, which they save."""
        await self.open("/login")
        await self.fill_in_log_in(password)
        await self.page.get_by_role("button", name="Account menu").wait_for()
        if not self.key:
            await self._save_first_key()

    async def fill_in_log_in(self, password: str = PASSWORD) -> None:
        """On the log-in page, wherever it leads."""
        page = self.page
        await page.get_by_label("Email").fill(self.email)
        await page.get_by_label("Password", exact=True).fill(password)
        await page.get_by_role("button", name="Log in").click()

    async def _save_first_key(self) -> None:
        dialog = self.page.get_by_role("dialog", name="Your first API key")
        self.key = await dialog.get_by_role("textbox").input_value()
        await dialog.get_by_role("button", name="I have saved it").click()
        await dialog.wait_for(state="hidden")

    async def mailed_link(self, path: str) -> str:
        """The link of the latest mail to this person that leads to this page."""

        async def look() -> str | None:
            links = [link for link in mailed_links(self.stack.home, self.email) if path in link]
            return links[-1] if links else None

        return await eventually(f"a mail with {path} for {self.email}", look)

    async def fits(self) -> None:
        """No sideways scroll."""
        wide = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    async def is_accessible(self) -> None:
        """No serious finding of axe-core."""
        await self.page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = await self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
        )
        serious = [
            f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:300]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{self.page.url}: " + "\n".join(serious)

    async def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@asynccontextmanager
async def visitor(
    browser: Browser,
    stack: Stack,
    *,
    width: int = DESKTOP,
    scheme: Scheme = "light",
    locale: str = "en-US",
) -> AsyncIterator[Visitor]:
    """Fails at the end if the browser had something to complain about: a script, a policy."""
    context = await browser.new_context(
        viewport={"width": width, "height": 844 if width == PHONE else 900},
        color_scheme=scheme,
        locale=locale,
        timezone_id="Asia/Kolkata",
        # From a network of their own: one address may register only so many.
        extra_http_headers={"x-forwarded-for": f"198.18.{randrange(256)}.{randrange(256)}"},
    )
    context.set_default_timeout(15_000)
    page = await context.new_page()
    person = Visitor(stack, context, page)
    page.on("console", person.note)
    page.on("pageerror", lambda error: person.complaints.append(f"script: {error}"))
    try:
        yield person
        assert person.complaints == []
    finally:
        await context.close()


def mailed_links(home: Path, address: str) -> list[str]:
    """All links with a token in the mails to an address, oldest first."""
    links: list[str] = []
    for path in sorted((home / "mail" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if address in str(message["to"]):
            body = message.get_body(("plain",))
            links += _LINK.findall(body.get_content() if body else "")
    return links
