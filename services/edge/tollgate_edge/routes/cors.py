"""What browsers ask of an API that any page may call: keys come in headers, never in cookies."""

from .exchange import Exchange

_METHODS = b"GET, HEAD, POST"
_SECONDS = b"7200"


async def answer_preflight(exchange: Exchange) -> None:
    """Allows whatever headers the page is going to send; a wildcard would leave out the key's."""
    headers = [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-max-age", _SECONDS),
    ]
    if asked := exchange.headers.get(b"access-control-request-headers"):
        headers.append((b"access-control-allow-headers", asked))
    await exchange.send({"type": "http.response.start", "status": 204, "headers": headers})
    await exchange.end_stream()
