"""An OTLP/HTTP collector: it keeps the spans that it is sent."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What has been sent to its port so far."""

    port: int = 0
    payloads: list[bytes] = field(default_factory=list)

    def spans(self, trace_id: str) -> dict[str, Span]:
        """Of one trace, by service and name."""
        return {
            f"{service}: {span.name}": span
            for service, span in self.all()
            if span.trace_id.hex() == trace_id
        }

    def all(self) -> Iterator[tuple[str, Span]]:
        """With its service's name."""
        for payload in self.payloads:
            for resource in ExportTraceServiceRequest.FromString(payload).resource_spans:
                [name] = [
                    attribute.value.string_value
                    for attribute in resource.resource.attributes
                    if attribute.key == "service.name"
                ]
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        yield name.removeprefix("tollgate-"), span


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                [length] = [
                    int(line.split(b":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith(b"content-length:")
                ]
                collector.payloads.append(await reader.readexactly(length))
                body = ExportTraceServiceResponse().SerializeToString()
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\n"
                    b"content-length: %d\r\n\r\n%b" % (len(body), body)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    collector.port = server.sockets[0].getsockname()[1]
    async with server:
        yield collector
