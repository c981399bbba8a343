"""All routes that are not hot: model lists, the root that clients knock at, and wrong URLs."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Scope

from tollgate_edge.credentials import redacted
from tollgate_edge.operations import Operations
from tollgate_edge.refusals import Cause, Refusal

from .exchange import Exchange

CHAT = "/chat/completions"
_EXCHANGE = "tollgate.exchange"
_PATH_CHARS_MAX = 200


def canonical(path: str) -> str:
    """The path as routes know it: without /v1, double slashes, or a slash at its end."""
    parts = [part for part in path.split("/") if part]
    while len(parts) > 1 and parts[0] == "v1":
        del parts[0]
    return "/" + "/".join(parts)


class Rest:
    """Starlette's router, with refusals instead of its own error pages."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._router = Router(
            routes=[
                Route("/", self._root),
                Route("/models", self._models),
                Route("/models/{name:path}", self._model),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, exchange: Exchange, scope: Scope, path: str) -> None:
        if path == CHAT:
            raise _wrong_method(exchange, "POST")
        # With an "app" in its scope, the router raises what it would otherwise answer by itself.
        inner = {**scope, "path": path, "root_path": "", "app": self, _EXCHANGE: exchange}
        try:
            await self._router(inner, exchange.receive, exchange.send)
        except HTTPException as error:
            if error.status_code == 405:
                raise _wrong_method(exchange, (error.headers or {})["Allow"]) from error
            raise Refusal(Cause.URL_NOT_FOUND, f"Invalid URL ({_shown(exchange)})") from error

    async def _root(self, request: Request) -> Response:
        _exchange(request).route = "root"
        return JSONResponse({"name": "tollgate"})

    async def _models(self, request: Request) -> Response:
        exchange = _exchange(request)
        exchange.route = "models"
        grant = await self._operations.identify(exchange.headers, exchange.query)
        models = self._operations.models(grant)
        return _json(exchange.dialect.models(models))

    async def _model(self, request: Request) -> Response:
        exchange = _exchange(request)
        exchange.route = "models"
        grant = await self._operations.identify(exchange.headers, exchange.query)
        model = self._operations.model(grant, request.path_params["name"])
        return _json(exchange.dialect.model(model))


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


def _shown(exchange: Exchange) -> str:
    return redacted(f"{exchange.method} {exchange.path}")[:_PATH_CHARS_MAX]
