"""Floor: one process between client and provider: `... .floors.one_hop edge PORT URL`."""

from tests.bench.floors.asgi import (
    EVENT_STREAM,
    HEADERS,
    Client,
    Relay,
    arguments,
    provider_session,
    run_edge,
)


async def startup(url: str) -> Relay:
    session = provider_session()

    async def relay(body: bytes, client: Client) -> None:
        async with session.post(url, data=body, headers=HEADERS) as answer:
            if answer.content_type != EVENT_STREAM:
                await client.answer(await answer.read())
                return
            await client.start()
            async for data in answer.content.iter_any():
                await client.write(data)
            await client.end()

    return relay


if __name__ == "__main__":
    options = arguments("edge")
    run_edge(options.port, lambda: startup(options.target))
