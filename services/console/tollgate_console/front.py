"""The console over HTTP: the endpoints under /api, and the web app for every other path."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from tollgate.auth.v1 import users_pb2
from tollgate_common.addresses import client_address
from tollgate_common.clock import Clock
from tollgate_common.errors import NotFound, PermissionDenied, TollgateError, Unauthenticated
from tollgate_common.ids import ulid
from tollgate_common.telemetry import logger

from .api import Answer, Endpoint, Policy, Stream
from .context import EXPIRED, Context, Identity, Services
from .cookies import Cookies
from .errors import INTERNAL, envelope, wording_of
from .metrics import Metrics
from .requests import TooLarge, check_origin, read_ask, read_body, unless_left
from .settings import ConsoleSettings
from .web import Web

_ROLE_NEEDED = {
    Policy.STAFF: (users_pb2.ROLE_SUPPORT, users_pb2.ROLE_ADMIN),
    Policy.ADMIN: (users_pb2.ROLE_ADMIN,),
}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_USER_AGENT_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class Front:
    """Answers each request by its endpoint, after who asks was found out and found allowed."""

    services: Services
    settings: ConsoleSettings
    clock: Clock
    metrics: Metrics
    web: Web

    def app(self, endpoints: Sequence[Endpoint]) -> Starlette:
        """Its routes are exactly the endpoints, and the web app."""
        routes = [Route(row.path, self._route(row), methods=[row.method]) for row in endpoints]
        return Starlette(
            routes=[
                *routes,
                Route("/api/{rest:path}", self._no_endpoint, methods=_METHODS),
                Route("/api", self._no_endpoint, methods=_METHODS),
                Route("/{path:path}", self.web.answer, methods=["GET"]),
            ],
            exception_handlers={HTTPException: self._http_error},
        )

    def _route(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        name = endpoint.handler.__name__

        async def answer(request: Request) -> Response:
            began = self.clock.monotonic()
            response = await self._answer(endpoint, request)
            seconds = self.clock.monotonic() - began
            self.metrics.answered(name, response.status_code, seconds)
            return response

        return answer

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        context = self._context(request)
        with structlog.contextvars.bound_contextvars(request_id=context.request_id):
            try:
                response = await self._answered(endpoint, request, context)
            except TollgateError as error:
                response = _error_response(error, context.request_id)
            except Exception:
                logger().exception("request_failed", path=endpoint.path)
                response = _json(
                    INTERNAL.status,
                    envelope(INTERNAL.code, INTERNAL.message, "", context.request_id),
                )
        for cookie in context.cookies.changed:
            response.headers.append("set-cookie", cookie)
        # What the API has answered is found in the logs by the id that it had there.
        response.headers.setdefault("x-request-id", context.request_id)
        response.headers["cache-control"] = "no-store"
        self.web.harden(response)
        return response

    async def _answered(self, endpoint: Endpoint, request: Request, context: Context) -> Response:
        check_origin(request.method, request.headers, self.settings.url)
        if endpoint.policy is not Policy.PUBLIC:
            context.identity = await self._identify(context)
        _check_role(endpoint.policy, context)
        body = await self._body(endpoint, request) if endpoint.takes_body else b""
        answering = endpoint.handler(context, read_ask(endpoint, request, body))
        if endpoint.answer is Stream:
            answering = unless_left(request, answering)
        return self._response(await answering)

    async def _body(self, endpoint: Endpoint, request: Request) -> bytes:
        settings = self.settings
        limit = settings.playground_bytes_max if endpoint.large else settings.body_bytes_max
        return await read_body(request, limit, settings.body_seconds)

    def _response(self, answer: Answer | Stream) -> Response:
        if isinstance(answer, Stream):
            return Streamed(answer, self.settings.stream_seconds)
        return _json(200, answer.model_dump())

    async def _identify(self, context: Context) -> Identity:
        token = context.cookies.access_token
        if not token:
            raise Unauthenticated(EXPIRED)
        reply = await self.services.users.Authenticate(
            users_pb2.AuthenticateRequest(access_token=token)
        )
        return Identity(reply.user, reply.session_id)

    def _context(self, request: Request) -> Context:
        now_ms = self.clock.now_ms()
        peer = request.client.host if request.client else ""
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
        return Context(
            services=self.services,
            settings=self.settings,
            clock=self.clock,
            cookies=Cookies(request.cookies, self.settings.secure, now_ms),
            request_id=ulid(now_ms),
            client=users_pb2.Client(
                address=client_address(peer, forwarded, self.settings.trusted_proxies),
                user_agent=request.headers.get("user-agent", "")[:_USER_AGENT_CHARS_MAX],
            ),
        )

    async def _no_endpoint(self, request: Request) -> Response:
        return self._refuse(NotFound("There is nothing at this address."))

    async def _http_error(self, request: Request, error: Exception) -> Response:
        return self._refuse(NotFound("There is nothing at this address for this method."))

    def _refuse(self, error: TollgateError) -> Response:
        response = _error_response(error, ulid(self.clock.now_ms()))
        response.headers["cache-control"] = "no-store"
        self.web.harden(response)
        return response


class Streamed(StreamingResponse):
    """A stream that is closed when its reader has left, too, or is too slow.

    What has begun and cannot go on is left incomplete: then the server cuts the connection, so that
    nobody takes it for the whole.
    """

    def __init__(self, stream: Stream, seconds: float) -> None:
        super().__init__(stream.chunks, stream.status, stream.headers, stream.content_type)
        self._stream = stream
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await super().__call__(scope, receive, send)
        except TollgateError as error:
            self._note_cut(error.message)
        except TimeoutError:
            self._note_cut(f"it took longer than {self._seconds:g} s")
        except asyncio.CancelledError:
            # Nobody but the server ends this task, when the time to drain is over.
            self._note_cut("the console stops")
        finally:
            await self._stream.chunks.aclose()
            await self._stream.close()

    def _note_cut(self, reason: str) -> None:
        logger().warning("stream_cut", request_id=self.headers.get("x-request-id"), error=reason)


def _check_role(policy: Policy, context: Context) -> None:
    roles = _ROLE_NEEDED.get(policy)
    if roles and context.me.role not in roles:
        raise PermissionDenied("Your role does not allow this; ask an admin.")


def _error_response(error: TollgateError, request_id: str) -> Response:
    wording = wording_of(error)
    if wording.message:  # whoever asks is not told what it was; whoever operates is
        logger().warning("request_refused", code=wording.code, error=error.message)
    status = 413 if isinstance(error, TooLarge) else wording.status
    message = wording.message or error.message
    response = _json(status, envelope(wording.code, message, error.field, request_id))
    if error.retry_after_s:
        response.headers["retry-after"] = str(error.retry_after_s)
    return response


def _json(status: int, value: object) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
