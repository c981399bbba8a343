"""Somebody at the console with a browser that speaks HTTP alone, at an address of their own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from stack import Stack
from tollgate.auth.v1 import users_pb2

PASSWORD = "correct horse battery staple"
ACCESS, REFRESH = "tollgate-access", "tollgate-refresh"
# All of 127/8 is this machine. Guesses are counted by address, so everybody has their own.
_ADDRESSES = (f"127.0.{third}.{last}" for third in range(100, 200) for last in range(1, 250))


@dataclass
class Person:
    """One user and one browser. `browser` may also be sent by hand."""

    stack: Stack
    browser: httpx2.AsyncClient
    email: str
    user_id: str
    account_id: str
    first_key: str = ""

    async def log_in(self, **more: str) -> httpx2.Response:
        given = {"email": self.email, "password": PASSWORD, **more}
        answer = await self.browser.post("/api/session", json=given)
        if answer.status_code == 200:
            self.first_key = self.first_key or answer.json()["first_key"]
        return answer

    async def status(self) -> int:
        """200 while this browser is logged in."""
        return (await self.browser.get("/api/session")).status_code

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.browser.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def browsing(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at a page of the console, at an address of its own."""
    async with httpx2.AsyncClient(
        base_url=stack.console_url,
        headers={"sec-fetch-site": "same-origin"},
        transport=httpx2.AsyncHTTPTransport(local_address=next(_ADDRESSES)),
        timeout=30,
    ) as browser:
        yield browser


@asynccontextmanager
async def person(
    stack: Stack,
    role: users_pb2.Role.ValueType = users_pb2.ROLE_CUSTOMER,
    *,
    account_id: str = "",
) -> AsyncIterator[Person]:
    """A new user, who is logged in; of an account that is there, or of its own."""
    email = f"{os.urandom(6).hex()}@example.com"
    wanted = users_pb2.CreateUserRequest(
        email=email, password=PASSWORD, role=role, account_id=account_id, actor_id="operator"
    )
    user = await stack.users.CreateUser(wanted)
    async with browsing(stack) as browser:
        someone = Person(stack, browser, email, user.id, user.account_id)
        assert (await someone.log_in()).status_code == 200
        yield someone


@asynccontextmanager
async def elsewhere(someone: Person) -> AsyncIterator[Person]:
    """The same user with another browser, logged in there, too."""
    async with browsing(someone.stack) as browser:
        again = Person(someone.stack, browser, someone.email, someone.user_id, someone.account_id)
        assert (await again.log_in()).status_code == 200
        yield again
