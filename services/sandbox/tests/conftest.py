"""The real app on a real server on a free port, and the official SDKs in front of it."""

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from threading import Thread

import httpx2
import pytest
import uvicorn
from anthropic import AsyncAnthropic
from google import genai
from google.genai import types
from google.genai.client import AsyncClient
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


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """Nobody needs it, but every client would read the certificates again."""
    return ssl.create_default_context()


@pytest.fixture
async def client(tls: ssl.SSLContext) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(verify=tls, timeout=10) as client:
        yield client


@pytest.fixture
def openai(url: str, client: httpx2.AsyncClient) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, http_client=client)


@pytest.fixture
def anthropic(url: str, client: httpx2.AsyncClient) -> AsyncAnthropic:
    return AsyncAnthropic(base_url=url, api_key=KEY, max_retries=0, http_client=client)


@pytest.fixture
def gemini(url: str, client: httpx2.AsyncClient) -> AsyncClient:
    # Its own choice of a client, aiohttp, warns of itself.
    options = types.HttpOptions(base_url=url, httpx_async_client=client)
    return genai.Client(api_key=KEY, http_options=options).aio


@pytest.fixture
async def http(url: str, tls: ssl.SSLContext) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, verify=tls, timeout=10) as client:
        yield client
