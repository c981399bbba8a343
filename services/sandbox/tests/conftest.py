"""The real app on a real server on a free port, and the official SDK in front of it."""

import socket
from collections.abc import AsyncIterator, Iterator
from threading import Thread

import httpx2
import pytest
import uvicorn
from openai import AsyncOpenAI
from tollgate_sandbox.app import create_app

KEY = "sk-sandbox-test"


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    config = uvicorn.Config(
        create_app(),
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        # A cut answer is an app's error for the server, which would say so.
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Connections queue from here on, so nobody has to wait for the server.
        listener.listen()
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
async def openai(url: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client:
        yield client


@pytest.fixture
async def http(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=10) as client:
        yield client
