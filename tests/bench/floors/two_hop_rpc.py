"""Floor: two processes, one RPC a request, one message an upstream read.

`... .floors.two_hop_rpc provider PORT URL`, and `... edge PORT 127.0.0.1:PROVIDER_PORT`.
"""

from collections.abc import AsyncIterator

import grpc
import uvloop
from tollgate.providers.v1.providers_pb2 import Head, Open, ProviderFrame

from tests.bench.floors.asgi import (
    EVENT_STREAM,
    HEADERS,
    Client,
    Relay,
    arguments,
    provider_session,
    run_edge,
)

SERVICE, METHOD = "tollgate.bench.Floor", "Relay"


async def serve(port: int, url: str) -> None:
    session = provider_session()

    async def relay(
        request: Open, context: grpc.aio.ServicerContext[Open, ProviderFrame]
    ) -> AsyncIterator[ProviderFrame]:
        async with session.post(url, data=request.body, headers=HEADERS) as answer:
            head: Head | None = Head(content_type=answer.content_type)
            if answer.content_type != EVENT_STREAM:
                yield ProviderFrame(head=head, data=await answer.read())
                return
            async for data in answer.content.iter_any():
                yield ProviderFrame(head=head, data=data)
                head = None

    handler = grpc.unary_stream_rpc_method_handler(
        relay,
        request_deserializer=Open.FromString,
        response_serializer=ProviderFrame.SerializeToString,
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),)
    )
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def startup(provider: str) -> Relay:
    channel = grpc.aio.insecure_channel(provider)
    call = channel.unary_stream(
        f"/{SERVICE}/{METHOD}",
        request_serializer=Open.SerializeToString,
        response_deserializer=ProviderFrame.FromString,
    )

    async def relay(body: bytes, client: Client) -> None:
        streams = False
        async for frame in call(Open(body=body)):
            if frame.HasField("head"):
                streams = frame.head.content_type == EVENT_STREAM
                if not streams:
                    await client.answer(frame.data)
                    continue
                await client.start()
            await client.write(frame.data)
        if streams:
            await client.end()

    return relay


if __name__ == "__main__":
    options = arguments("edge", "provider")
    if options.role == "provider":
        uvloop.run(serve(options.port, options.target))
    else:
        run_edge(options.port, lambda: startup(options.target))
