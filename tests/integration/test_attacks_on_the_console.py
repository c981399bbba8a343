"""Who steals, plants, guesses or replays what lets people in gets nothing; its owner notices."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable

import httpx2
import pyotp
import pytest
from person import ACCESS, PASSWORD, REFRESH, Person, browsing, elsewhere, person
from stack import Stack
from test_accounts import text_mailed
from tollgate.auth.v1 import users_pb2

NEW = "another horse entirely"
EXPIRED = "Not logged in or login has expired"
GUESSES = 40
# Pauses double: of all guesses within a minute, so many come after one.
LATER = 7


def sent(browser: httpx2.AsyncClient) -> dict[str, str]:
    """The cookies of a session, as a thief finds them."""
    return {cookie.name: cookie.value or "" for cookie in browser.cookies.jar}


def by_hand(cookies: dict[str, str]) -> dict[str, str]:
    return {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def error_of(answer: httpx2.Response) -> dict[str, object]:
    """Without the id, which is another one each time."""
    error: dict[str, object] = answer.json()["error"]
    return {name: value for name, value in error.items() if name != "request_id"}


# What is stolen or planted


@pytest.mark.parametrize("thief_is_first", [True, False], ids=["thief", "owner"])
async def test_a_stolen_refresh_cookie_ends_the_session_and_nothing_else(
    stack: Stack, thief_is_first: bool
) -> None:
    async with person(stack) as ann, elsewhere(ann) as safe, browsing(stack) as thief:
        stolen = by_hand(sent(ann.browser))
        if thief_is_first:
            fresh = await thief.post("/api/session/refresh", json={}, headers=stolen)
            second = await ann.browser.post("/api/session/refresh", json={})
        else:
            fresh = await ann.browser.post("/api/session/refresh", json={})
            second = await thief.post("/api/session/refresh", json={}, headers=stolen)
        assert (fresh.status_code, second.status_code) == (200, 401)
        assert error_of(second)["message"] == EXPIRED
        for browser in (ann.browser, thief):
            for headers in ({}, stolen):
                answer = await browser.get("/api/session", headers=headers)
                assert (answer.status_code, error_of(answer)["message"]) == (401, EXPIRED)
        assert (await ann.log_in()).status_code == 200
        assert await safe.status() == 200
        audit = await stack.users.ListAudit(users_pb2.ListAuditRequest(user_id=ann.user_id))
        assert "refresh_reused" in {entry.action for entry in audit.entries}


async def test_a_cookie_that_was_planted_does_not_survive_a_login(stack: Stack) -> None:
    async with person(stack) as attacker, person(stack) as victim:
        planted = sent(attacker.browser)
        victim.browser.cookies.clear()
        given = {"email": victim.email, "password": PASSWORD}
        answer = await victim.browser.post("/api/session", json=given, headers=by_hand(planted))
        cookies = answer.headers.get_list("set-cookie")
        assert {cookie.partition("=")[0] for cookie in cookies} == {ACCESS, REFRESH}
        for cookie in cookies:
            assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
        assert not set(planted.values()) & set(sent(victim.browser).values())
        assert (await victim.get("/api/session"))["user"]["id"] == victim.user_id
        assert (await attacker.get("/api/session"))["user"]["id"] == attacker.user_id


async def test_another_site_s_page_does_nothing_with_the_cookies(stack: Stack) -> None:
    async with person(stack) as ann:
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "", "origin": "https://evil.test"},
            {"sec-fetch-site": "", "origin": "null"},
        ):
            answer = await ann.browser.delete("/api/sessions", headers=headers)
            assert answer.status_code == 403
        assert await ann.status() == 200


# What ends access


Ending = Callable[[Person, Person], Awaitable[httpx2.Response | None]]


async def log_out(ann: Person, _there: Person) -> httpx2.Response:
    return await ann.browser.delete("/api/session")


async def log_out_everywhere(_ann: Person, there: Person) -> httpx2.Response:
    return await there.browser.delete("/api/sessions")


async def end_session(ann: Person, there: Person) -> httpx2.Response:
    sessions = (await ann.get("/api/sessions"))["sessions"]
    (mine,) = [session["id"] for session in sessions if session["current"]]
    return await there.browser.delete(f"/api/sessions/{mine}")


async def change_password(_ann: Person, there: Person) -> httpx2.Response:
    given = {"password": PASSWORD, "new_password": NEW}
    return await there.browser.post("/api/profile/password", json=given)


async def change_role(ann: Person, _there: Person) -> None:
    role = users_pb2.SetRoleRequest(
        user_id=ann.user_id, role=users_pb2.ROLE_SUPPORT, actor_id="operator"
    )
    await ann.stack.users.SetRole(role)


async def delete(_ann: Person, there: Person) -> httpx2.Response:
    return await there.browser.post("/api/profile/deletion", json={"password": PASSWORD})


@pytest.mark.parametrize(
    "ending", [log_out, log_out_everywhere, end_session, change_password, change_role, delete]
)
async def test_access_ends_at_once(stack: Stack, ending: Ending) -> None:
    async with person(stack) as ann, elsewhere(ann) as there, browsing(stack) as thief:
        stolen = by_hand(sent(ann.browser))
        assert (await thief.get("/api/session", headers=stolen)).status_code == 200
        answer = await ending(ann, there)
        assert answer is None or answer.status_code == 200, answer.text
        assert await ann.status() == 401
        assert (await thief.get("/api/session", headers=stolen)).status_code == 401
        refreshed = await thief.post("/api/session/refresh", json={}, headers=stolen)
        assert refreshed.status_code == 401


# Guesses


async def guesses(
    browser: httpx2.AsyncClient, path: str, bodies: list[dict[str, str]]
) -> list[httpx2.Response]:
    """All at once, each as if by another proxy."""
    return await asyncio.gather(
        *(
            browser.post(path, json=body, headers={"x-forwarded-for": f"192.0.2.{number}"})
            for number, body in enumerate(bodies)
        )
    )


def check_limited(answers: list[httpx2.Response], status: int, free: int) -> None:
    limited = [answer for answer in answers if answer.status_code == 429]
    judged = [answer for answer in answers if answer.status_code == status]
    assert len(limited) + len(judged) == len(answers), {one.status_code for one in answers}
    assert 1 <= len(judged) <= free + LATER
    for answer in limited:
        assert int(answer.headers["retry-after"]) >= 1
        assert "set-cookie" not in answer.headers


async def test_guesses_at_a_password_at_once_meet_the_limit(stack: Stack) -> None:
    async with person(stack) as ann, browsing(stack) as guesser:
        bodies = [{"email": ann.email, "password": f"wrong guess {n}"} for n in range(GUESSES)]
        check_limited(await guesses(guesser, "/api/session", bodies), 401, 5)
        assert await ann.status() == 200, "who is logged in stays so"


@pytest.mark.parametrize(
    ("path", "more"),
    [("/api/email-verification", {}), ("/api/password-reset", {"password": NEW})],
)
async def test_guesses_at_a_link_at_once_meet_the_limit(
    stack: Stack, path: str, more: dict[str, str]
) -> None:
    async with browsing(stack) as guesser:
        bodies = [{"token": f"guess-{number}", **more} for number in range(GUESSES)]
        check_limited(await guesses(guesser, path, bodies), 404, 20)


async def test_mails_are_few_whoever_asks_for_them(stack: Stack) -> None:
    async with person(stack) as ann, browsing(stack) as guesser:
        bodies = [{"email": ann.email} for _ in range(GUESSES)]
        check_limited(await guesses(guesser, "/api/password-reset-request", bodies), 200, 3)


async def test_a_second_factor_is_proved_each_time_and_not_guessed(stack: Stack) -> None:
    async with person(stack) as ann, browsing(stack) as thief:
        begun = await ann.browser.post("/api/profile/totp", json={"password": PASSWORD})
        app = pyotp.TOTP(begun.json()["secret"])
        code = app.now()
        confirmed = await ann.browser.post("/api/profile/totp/confirmation", json={"code": code})
        (backup, *_) = confirmed.json()["backup_codes"]

        password = {"email": ann.email, "password": PASSWORD}
        half = await thief.post("/api/session", json=password)
        assert half.json() == {"code_needed": True, "user": None, "first_key": ""}
        assert "set-cookie" not in half.headers
        assert (await thief.get("/api/session")).status_code == 401

        async with browsing(stack) as again:
            entered = await again.post("/api/session", json={**password, "code": backup})
            assert entered.status_code == 200
        for seen in (code, backup):
            replayed = await thief.post("/api/session", json={**password, "code": seen})
            assert (replayed.status_code, "set-cookie" in replayed.headers) == (401, False)
        bodies = [{**password, "code": f"{number:06}"} for number in range(GUESSES)]
        check_limited(await guesses(thief, "/api/session", bodies), 401, 5)


# Who exists, and where links lead


async def test_nobody_is_told_who_has_an_account(stack: Stack) -> None:
    async with person(stack) as ann, browsing(stack) as stranger:
        stranger_s = f"not-{ann.email}"
        for path, body in (
            ("/api/session", {"password": "a wrong password"}),
            ("/api/session", {"password": "a wrong password", "code": "000000"}),
            ("/api/registration", {"password": NEW}),
            ("/api/password-reset-request", {}),
        ):
            known, unknown = [
                await stranger.post(path, json={"email": email, **body})
                for email in (ann.email, stranger_s)
            ]
            assert known.status_code == unknown.status_code
            if known.status_code == 200:
                assert known.content == unknown.content
            else:
                assert error_of(known) == error_of(unknown)
            varying = {"date", "x-request-id", "content-security-policy"}
            assert {
                name: value for name, value in known.headers.items() if name not in varying
            } == {name: value for name, value in unknown.headers.items() if name not in varying}


async def test_a_mailed_link_leads_to_the_console_and_works_once(stack: Stack) -> None:
    poison = {
        "host": "evil.test",
        "x-forwarded-host": "evil.test",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.test;proto=https",
        "x-original-host": "evil.test",
    }
    async with person(stack) as ann:
        answer = await ann.browser.post(
            "/api/password-reset-request", json={"email": ann.email}, headers=poison
        )
        assert answer.status_code == 200
        mail = await text_mailed(stack, ann.email, "Set a new password")
        assert "evil.test" not in mail
        (link,) = re.findall(r"https?://\S+", mail)
        assert link.startswith(f"{stack.console_url}/reset-password#token=")
        given = {"token": link.partition("=")[2], "password": NEW}
        ends = await asyncio.gather(
            *(ann.browser.post("/api/password-reset", json=given) for _ in range(4))
        )
        assert sorted(end.status_code for end in ends) == [200, 404, 404, 404]
        assert (await ann.browser.post("/api/password-reset", json=given)).status_code == 404
        assert await ann.status() == 401
        assert (await ann.log_in()).status_code == 401
        assert (await ann.log_in(password=NEW)).status_code == 200


# What is written into logs


async def test_nobody_writes_lines_into_the_logs(stack: Stack) -> None:
    forged = '\r\n{"event": "forged-line", "level": "info"}\r\n\x1b[31m\x9b2J'
    async with person(stack) as ann:
        for email in (f"ann@example.com{forged}", forged):
            given = {"email": email, "password": forged}
            for path in ("/api/session", "/api/registration"):
                answer = await ann.browser.post(path, json=given)
                assert answer.status_code == 400
        quoted = "%0d%0a%7B%22event%22:%22forged-line%22%7D%1b%5B31m"
        await ann.browser.get(f"/api/{quoted}?{quoted}")
        await ann.browser.get(f"/{quoted}", headers={b"user-agent": b"\x9bforged-line"})
        await ann.browser.post("/api/keys", json={"label": forged})
        await ann.browser.post("/api/playground/chat", json={"body": {"model": forged}})
        await raw(stack, f"GET /{forged} HTTP/1.1\r\nhost: x\r\nuser-agent: {forged}\r\n\r\n")
    for service in ("console", "auth", "edge"):
        for line in (stack.home / "logs" / f"{service}.log").read_bytes().splitlines():
            assert json.loads(line)["event"] != "forged-line"
            assert not re.search(rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f]", line)


async def raw(stack: Stack, request: str) -> None:
    port = int(stack.console_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode("latin-1"))
    await asyncio.wait_for(reader.read(100_000), 10)
    writer.close()
    await writer.wait_closed()
