"""All routes that are not hot: model lists, token counts, the root, and wrong URLs."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Scope

from tollgate_edge.billing import PAGES
from tollgate_edge.credentials import redacted
from tollgate_edge.dialects import CountingDialect
from tollgate_edge.json import parse_object
from tollgate_edge.operations import Operations
from tollgate_edge.ports import Wallets
from tollgate_edge.refusals import Cause, Refusal

from .ask import BodyLimits
from .cors import answer_preflight
from .exchange import Exchange

_EXCHANGE = "tollgate.exchange"
_PATH_CHARS_MAX = 200


class Rest:
    """Starlette's router, with refusals instead of its own error pages."""

    def __init__(self, operations: Operations, limits: BodyLimits, wallets: Wallets) -> None:
        self._operations = operations
        self._wallets = wallets
        self._limits = limits
        self._router = Router(
            routes=[
                Route("/", self._root),
                Route("/models", self._models),
                Route("/models/{name:path}", self._model),
                *(Route(f"/dashboard/billing/{name}", self._billing) for name in PAGES),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, exchange: Exchange, scope: Scope) -> None:
        address = exchange.address
        if exchange.method == "OPTIONS":
            await answer_preflight(exchange)
        elif not address.built:
            raise _unbuilt(exchange)
        elif (address.operation or address.counts) and exchange.method != "POST":
            raise _wrong_method(exchange, "POST")
        elif address.counts:
            await self._count(exchange, address.counts)
        else:
            await self._routed(exchange, scope, address.path)

    async def _routed(self, exchange: Exchange, scope: Scope, path: str) -> None:
        # With an "app" in its scope, the router raises what it would otherwise answer by itself.
        inner = {**scope, "path": path, "root_path": "", "app": self, _EXCHANGE: exchange}
        try:
            await self._router(inner, exchange.receive, exchange.send)
        except HTTPException as error:
            if error.status_code == 405:
                raise _wrong_method(exchange, (error.headers or {})["Allow"]) from error
            raise Refusal(Cause.URL_NOT_FOUND, f"Invalid URL ({_shown(exchange)})") from error

    async def _count(self, exchange: Exchange, dialect: CountingDialect) -> None:
        exchange.route = "count_tokens"
        operations = self._operations
        grant = await operations.identify(exchange.headers, exchange.query, exchange.peer)
        operations.enter(grant)
        try:
            exchange.check_json()
            body = await exchange.body(self._limits.bytes_max, self._limits.seconds_max)
            facts = dialect.read_count(parse_object(body))
            count = operations.count_tokens(grant, facts, body)
        finally:
            operations.leave(grant)
        await exchange.answer(200, dialect.counted(count))

    async def _root(self, request: Request) -> Response:
        _exchange(request).route = "root"
        return JSONResponse({"name": "tollgate"})

    async def _models(self, request: Request) -> Response:
        exchange = _exchange(request)
        exchange.route = "models"
        grant = await self._operations.identify(exchange.headers, exchange.query, exchange.peer)
        models = self._operations.models(grant)
        return _json(exchange.dialect.models(models, exchange.query))

    async def _model(self, request: Request) -> Response:
        exchange = _exchange(request)
        exchange.route = "models"
        grant = await self._operations.identify(exchange.headers, exchange.query, exchange.peer)
        model = self._operations.model(grant, request.path_params["name"])
        return _json(exchange.dialect.model(model))

    async def _billing(self, request: Request) -> Response:
        exchange = _exchange(request)
        exchange.route = "billing"
        grant = await self._operations.identify(exchange.headers, exchange.query, exchange.peer)
        self._operations.enter(grant)
        try:
            totals = await self._wallets.totals(grant.account_id)
        finally:
            self._operations.leave(grant)
        page = PAGES[request.url.path.rpartition("/")[2]]
        return _json(page(totals, grant.expires_at_ms))


def _exchange(request: Request) -> Exchange:
    exchange: Exchange = request.scope[_EXCHANGE]
    return exchange


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _wrong_method(exchange: Exchange, allowed: str) -> Refusal:
    return Refusal(
        Cause.METHOD_NOT_ALLOWED,
        f"Not allowed to {_shown(exchange)}; allowed: {allowed}",
        headers=[(b"allow", allowed.encode())],
    )


def _unbuilt(exchange: Exchange) -> Refusal:
    # It would be the same however often it is tried.
    return Refusal(
        Cause.NOT_BUILT,
        f"{_shown(exchange)} is not available here yet.",
        headers=[(b"x-should-retry", b"false")],
    )


def _shown(exchange: Exchange) -> str:
    return redacted(f"{exchange.method} {exchange.path}")[:_PATH_CHARS_MAX]
