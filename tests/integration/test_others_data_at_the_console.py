"""Nobody reads or changes what is another's, by any endpoint of the table, however spelled."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from person import Person, person
from prices import MODEL
from samples import address, fields, name, sample
from stack import Customer, Stack
from tollgate.auth.v1 import auth_pb2, users_pb2
from tollgate_common.clock import SystemClock
from tollgate_console.api import Endpoint, Policy
from tollgate_console.routes import ENDPOINTS

DAY_MS = 24 * 3600 * 1000
CUSTOMERS = [row for row in ENDPOINTS if row.policy is Policy.USER]
STAFF = [row for row in ENDPOINTS if row.policy > Policy.USER]
CHAT = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
# What a text field is not meant for, and what a number is not.
HOSTILE_TEXTS = ("\0", "\x1b[31m\r\n", "../../etc/passwd", '{"$ne": ""}', ".*", "a" * 10_000)
HOSTILE_NUMBERS = (-1, 2**31, 2**63 - 1, -(2**63))


@dataclass
class Bob:
    """Whose data others are after: ids by the names that endpoints have for them."""

    person: Person
    ids: dict[str, str]
    page_tokens: list[str]

    @property
    def own(self) -> list[str]:
        """What must be in nobody else's answers."""
        return [self.person.email, self.person.first_key, *self.ids.values()]

    async def everything(self) -> list[Any]:
        return [
            await self.person.get(path)
            for path in ("/api/session", "/api/keys", "/api/usage", "/api/wallet")
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bob(stack: Stack) -> AsyncIterator[Bob]:
    """A customer with keys, requests, entries and a session."""
    async with person(stack) as someone:
        await someone.browser.post("/api/keys", json={"label": "of Bob"})
        customer = Customer(someone.account_id, "", someone.first_key)
        await stack.top_up(someone.account_id, 1_000_000_000, f"for-{someone.user_id}")
        for _ in range(2):
            headers = {"authorization": f"Bearer {someone.first_key}"}
            url = f"{stack.base_url()}/chat/completions"
            assert (await stack.http.post(url, headers=headers, json=CHAT)).status_code == 200
        await stack.posted(customer, 2)
        await stack.settled(customer)
        first = await someone.get("/api/usage", page_size=1)
        entries = await someone.get("/api/wallet/entries", page_size=1)
        ids = {
            "user_id": someone.user_id,
            "account_id": someone.account_id,
            "key_id": (await someone.get("/api/keys"))["keys"][-1]["id"],
            "session_id": (await someone.get("/api/sessions"))["sessions"][0]["id"],
            "request_id": first["records"][0]["request_id"],
        }
        yield Bob(someone, ids, [first["next_page_token"], entries["next_page_token"]])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ann(stack: Stack) -> AsyncIterator[Person]:
    async with person(stack) as someone:
        yield someone


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sue(stack: Stack) -> AsyncIterator[Person]:
    async with person(stack, users_pb2.ROLE_SUPPORT) as someone:
        yield someone


async def send(
    someone: Person, row: Endpoint, given: dict[str, Any], ids: dict[str, str]
) -> httpx2.Response:
    """A request with these fields and with what else must be there."""
    now_ms = SystemClock().now_ms()
    usual = {"from_ms": now_ms - DAY_MS, "to_ms": now_ms + DAY_MS}
    known = {field: usual[field] for field in fields(row).keys() & usual.keys()}
    whole = {**sample(row), **known, **given}
    path = address(row, **ids)
    if not row.takes_body:
        return await someone.browser.request(row.method, path, params=whole)
    headers = {"content-type": "application/json"}
    content = json.dumps(whole)
    return await someone.browser.request(row.method, path, headers=headers, content=content)


async def test_another_s_id_is_as_if_there_were_none(ann: Person, bob: Bob) -> None:
    before = await bob.everything()
    named = [row for row in CUSTOMERS if row.path_fields]
    assert {field for row in named for field in row.path_fields} <= bob.ids.keys(), "a new kind"
    for row in named:
        answer = await send(ann, row, {}, bob.ids)
        nothing = await send(ann, row, {}, dict.fromkeys(bob.ids, "key_nothing"))
        assert answer.status_code == nothing.status_code == 404, name(row)
        without_id = [one.json()["error"] | {"request_id": ""} for one in (answer, nothing)]
        assert without_id[0] == without_id[1], name(row)
    assert await bob.everything() == before


async def test_no_filter_and_no_page_shows_another_s_data(ann: Person, bob: Bob) -> None:
    """Lists, sums, files: by another's ids, and where another's pages go on."""
    reading = [row for row in CUSTOMERS if row.method == "GET" and not row.path_fields]
    assert len(reading) >= 8
    for row in reading:
        named = [{field: bob.ids[field]} for field in fields(row).keys() & bob.ids.keys()]
        paged = [{"page_token": token} for token in bob.page_tokens if "page_token" in fields(row)]
        for given in ({}, *named, *paged):
            answer = await send(ann, row, given, {})
            assert answer.status_code in (200, 400), (name(row), answer.text)
            assert not [own for own in bob.own if own in answer.text], (name(row), given)


@pytest.mark.parametrize("role", ["customer", "support"])
async def test_nobody_does_what_the_role_does_not_allow(
    ann: Person, sue: Person, bob: Bob, role: str
) -> None:
    someone, least = (ann, Policy.STAFF) if role == "customer" else (sue, Policy.ADMIN)
    before = await bob.everything()
    for row in STAFF:
        if row.policy >= least:
            answer = await send(someone, row, {}, bob.ids)
            assert answer.status_code == 403, name(row)
            assert not [own for own in bob.own if own in answer.text]
    assert await bob.everything() == before


async def test_nobody_makes_oneself_more(ann: Person) -> None:
    before = (await ann.get("/api/session"))["user"]
    for method, path in (("PATCH", "/api/profile"), ("POST", "/api/keys")):
        for given in ({"role": "admin"}, {"account_id": "acc_1"}, {"totp_enabled": True}):
            answer = await ann.browser.request(method, path, json={"label": "x", **given})
            assert answer.status_code == 400
    assert (await ann.get("/api/session"))["user"] == before


async def test_no_key_is_wider_than_its_account(stack: Stack) -> None:
    name = f"narrow-{os.urandom(6).hex()}"
    limits = auth_pb2.Limits(requests_per_minute=2)
    account = await stack.auth.CreateAccount(
        auth_pb2.CreateAccountRequest(name=name, limits=limits, request_id=name)
    )
    async with person(stack, account_id=account.id) as someone:
        wide = {"requests_per_minute": 1_000_000, "concurrent_requests": 1_000_000}
        created = await someone.browser.post("/api/keys", json={"label": "wide", "limits": wide})
        headers = {"authorization": f"Bearer {created.json()['secret']}"}
        url = f"{stack.base_url()}/chat/completions"
        answers = [await stack.http.post(url, headers=headers, json=CHAT) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        customer = Customer(account.id, "", "")
        await stack.posted(customer, 2)
        await stack.settled(customer)


# Addresses as they come over the wire; clients and proxies tidy most of them up.
SPELLINGS = (
    "{method} {path} HTTP/1.0",
    "{method} http://evil.test{path} HTTP/1.1",
    "{method} /{path} HTTP/1.1",
    "{method} /.{path} HTTP/1.1",
    "{method} /api/about/../..{path} HTTP/1.1",
    "{method} /%2e{path} HTTP/1.1",
    "{method} /api/about/%2e%2e/%2e%2e{path} HTTP/1.1",
    "{method} {path}/ HTTP/1.1",
    "{method} {path}/. HTTP/1.1",
    "{method} {path}%2f HTTP/1.1",
    "{method} {path}%00 HTTP/1.1",
    "{method} {path}%0d%0ax:y HTTP/1.1",
    "{method} {path};a=b HTTP/1.1",
    "{method} {path}?_method=GET HTTP/1.1",
    "{method} {upper} HTTP/1.1",
    "{method} {encoded} HTTP/1.1",
    "{lower} {path} HTTP/1.1",
    "HEAD {path} HTTP/1.1",
    "TRACE {path} HTTP/1.1",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_spelling_opens_what_the_address_does_not(
    stack: Stack, ann: Person, bob: Bob, spelling: str
) -> None:
    before = await bob.everything()
    customer = "; ".join(f"{one.name}={one.value}" for one in ann.browser.cookies.jar)
    for cookie, rows in ((customer, STAFF), ("", [*CUSTOMERS, *STAFF])):
        lines = [spelled(spelling, row, bob) for row in rows]
        answers = await asyncio.gather(*(asked(stack, line, cookie) for line in lines))
        for line, (status, kind, body) in zip(lines, answers, strict=True):
            is_page = kind.startswith(("text/html", "text/plain"))
            assert is_page or status in (400, 401, 403, 404), (line, body)
            assert not [own for own in bob.own if own in body]
    assert await bob.everything() == before


def spelled(spelling: str, row: Endpoint, bob: Bob) -> str:
    path = address(row, **bob.ids)
    return spelling.format(
        method=row.method,
        lower=row.method.lower(),
        path=path,
        upper=path.upper(),
        encoded="/" + "".join(f"%{ord(letter):02x}" for letter in path[1:]),
    )


async def asked(stack: Stack, line: str, cookie: str) -> tuple[int, str, str]:
    """Status, content type and body of the answer to exactly this request line."""
    port = int(stack.console_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = f"host: 127.0.0.1\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin"
    writer.write(f"{line}\r\n{headers}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
    head, _, body = (await asyncio.wait_for(reader.read(-1), 20)).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    first, *rest = head.split("\r\n")
    told = dict(header.split(": ", 1) for header in rest)
    return int(first.split()[1]), told.get("content-type", ""), body


async def test_nothing_that_can_be_said_breaks_the_console(ann: Person, sue: Person) -> None:
    """Every field of every endpoint that can do no harm, with what it is not meant for."""
    for someone, rows in ((ann, CUSTOMERS), (sue, [row for row in STAFF if row.method == "GET"])):
        for row in rows:
            calls = [
                send(someone, row, {field: value}, {})
                for field, schema in fields(row).items()
                for value in hostile_values(schema)
            ]
            for answer in await asyncio.gather(*calls):
                assert answer.status_code < 500, (name(row), answer.request.url, answer.text)
        assert await someone.status() == 200


def hostile_values(schema: dict[str, Any]) -> tuple[object, ...]:
    kinds = {part.get("type") for part in (schema, *schema.get("anyOf", ()))}
    return (
        *(HOSTILE_TEXTS if "string" in kinds else ()),
        *(HOSTILE_NUMBERS if "integer" in kinds else ()),
        *([[], {"x": 1}, None] if kinds - {"string", "integer"} else ()),
    )
