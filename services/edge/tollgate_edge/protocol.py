"""uvicorn's protocol with the limits it lacks: endless headers, and clients that do not read."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Protocol(HttpToolsProtocol):
    """Timers run only for connections in trouble; a request that comes in one piece has none."""

    header_seconds = 10.0
    # Headers that come in one piece are measured by the routes; these limit what piles up before.
    header_bytes_max = 64 * 1024
    # A client that has taken nothing for so long is gone; its buffers are not worth keeping.
    stall_seconds = 60.0
    # For a client that is still sending when it is refused: so long, its bytes are thrown away.
    linger_seconds = 2.0

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        stall_seconds: float | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stall_seconds = stall_seconds or self.stall_seconds
        self._headers_pending = True
        self._header_bytes = 0
        self._header_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._header_timer = self.loop.call_later(self.header_seconds, self._headers_too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_header_timer()
        self._stop_stall_timer()
        if self._linger_timer:
            self._linger_timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._headers_pending = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._headers_pending = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        if self._linger_timer:
            return
        super().data_received(data)
        if not self._headers_pending:
            self._stop_header_timer()
            self._header_bytes = 0
            return
        self._header_bytes += len(data)
        if self._header_bytes > self.header_bytes_max:
            self._refuse(b"431 Request Header Fields Too Large", b"The headers are too large.")
        elif self._header_timer is None:
            self._header_timer = self.loop.call_later(self.header_seconds, self._headers_too_slow)

    def send_400_response(self, msg: str) -> None:
        self._refuse(b"400 Bad Request", msg.encode())

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_stall_timer()
        super().resume_writing()

    def _headers_too_slow(self) -> None:
        self._header_timer = None
        self._refuse(b"408 Request Timeout", b"The headers came too slowly.")

    def _refuse(self, status: bytes, message: bytes) -> None:
        """There is no request yet, so there is no dialect: the commonest one has to do."""
        if self.transport.is_closing() or self._linger_timer:
            return
        if self.cycle and not self.cycle.response_complete:
            if self.cycle.response_started:
                self.transport.close()
                return
            # Its headers were good: whoever waits for the rest hears what he would from a close.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        body = (
            b'{"error":{"message":"%b","type":"invalid_request_error","param":null,"code":null}}'
            % message
        )
        self.transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%b" % (status, len(body), body)
        )
        # A close would make the kernel answer what still arrives by a reset, which overtakes this.
        self.transport.write_eof()
        self._linger_timer = self.loop.call_later(self.linger_seconds, self.transport.close)

    def _stop_header_timer(self) -> None:
        if self._header_timer:
            self._header_timer.cancel()
            self._header_timer = None

    def _stop_stall_timer(self) -> None:
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None
