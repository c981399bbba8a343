"""A second factor and a new password, as their user sets and uses them."""

import time

import pyotp
from playwright.async_api import Browser, Page, expect
from stack import Stack

from .visitor import PASSWORD, Visitor, visitor

NEW_PASSWORD = "five green tolls at dawn"
STEP_SECONDS = 30


async def test_a_second_factor_and_a_new_password(browser: Browser, stack: Stack) -> None:
    async with visitor(browser, stack) as person:
        await person.register()
        await person.log_in()
        page = person.page
        await person.open("/settings")
        await person.fits()
        await person.is_accessible()
        secret, backup_codes = await _second_factor(page)
        await person.is_accessible()

        await _change_password(page)
        await page.get_by_role("button", name="Account menu").click()
        await page.get_by_role("menuitem", name="Log out", exact=True).click()
        await expect(page.get_by_role("button", name="Account menu")).to_have_count(0)
        # The code that confirmed the secret has been used; clocks may be a step off.
        await _log_in(person, pyotp.TOTP(secret).at(time.time() + STEP_SECONDS))

        await person.open("/settings")
        await page.get_by_role("button", name="Turn off").click()
        dialog = page.get_by_role("dialog", name="Turn two-factor authentication off?")
        await dialog.get_by_label("Current password", exact=True).fill(PASSWORD)
        await dialog.get_by_label("Code").fill(backup_codes[0])
        await dialog.get_by_role("button", name="Turn off").click()
        await dialog.get_by_text("This is wrong").wait_for()
        await dialog.get_by_label("Current password", exact=True).fill(NEW_PASSWORD)
        await dialog.get_by_role("button", name="Turn off").click()
        await page.get_by_role("button", name="Turn on").wait_for()


async def _second_factor(page: Page) -> tuple[str, list[str]]:
    """Its secret and its backup codes."""
    await page.get_by_role("button", name="Turn on").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Current password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Continue").click()
    await dialog.get_by_role("img", name="QR code with the secret").wait_for()
    secret = await dialog.get_by_role("code").inner_text()
    await dialog.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    await dialog.get_by_role("button", name="Confirm").click()
    await page.get_by_role("dialog", name="Save your backup codes").wait_for()
    codes = await dialog.get_by_role("code").all_inner_texts()
    assert len(set(codes)) == 10
    await dialog.get_by_role("button", name="I have saved them").click()
    await page.get_by_role("button", name="Turn off").wait_for()
    assert secret not in await page.content()
    return secret, codes


async def _change_password(page: Page) -> None:
    section = page.get_by_role("region", name="Password")
    await section.get_by_label("Current password", exact=True).fill(PASSWORD)
    await section.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    await section.get_by_role("button", name="Change password").click()
    await page.get_by_text("All other sessions have ended.").wait_for()
    await expect(page.get_by_text("This session")).to_be_visible()


async def _log_in(person: Visitor, code: str) -> None:
    await person.open("/login")
    await person.fill_in_log_in(NEW_PASSWORD)
    await person.page.get_by_label("Code").fill(code)
    await person.page.get_by_role("button", name="Log in").click()
    await person.page.get_by_role("button", name="Account menu").wait_for()
