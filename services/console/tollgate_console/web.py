"""The built web app: files that never change under their names, and one page for every path."""

import gzip
import mimetypes
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_NONCE = "__NONCE__"
_PAGE = "index.html"
_HASHED = "assets/"
_UNKEPT = {"cache-control": "no-store"}
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True)
class File:
    """One file of the web app."""

    content_type: str
    content: bytes

    @cached_property
    def compressed(self) -> bytes | None:
        """None where compressing gains nothing."""
        if not self.content_type.startswith(_TEXT):
            return None
        return gzip.compress(self.content, mtime=0)


class Web:
    """Serves the folder that the web app was built into."""

    # Styles carry a nonce because the component library writes its variables into <style>.
    _POLICY: ClassVar[str] = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}';"
        " img-src 'self' data: blob:; font-src 'self';"
        " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )

    def __init__(self, folder: Path, *, secure: bool) -> None:
        self._files = _files(folder)
        page = self._files.pop(_PAGE, None)
        self._page = page.content.decode() if page else None
        self._secure = secure

    async def answer(self, request: Request) -> Response:
        """A file by its name, and the page for anything else: the app knows what is there."""
        path = request.path_params["path"]
        file = self._files.get(path)
        if file:
            response = _file_response(request, file)
        elif path.startswith(_HASHED):  # of an older build: the page would not run as a script
            response = PlainTextResponse("There is no such file any more.\n", 404, _UNKEPT)
        else:
            response = self._page_response()
        if "content-security-policy" not in response.headers:
            self.harden(response)
        return response

    def harden(self, response: Response, nonce: str = "") -> None:
        """Sets what keeps other sites, frames and injected scripts out."""
        policy = self._POLICY.format(nonce=nonce or secrets.token_urlsafe(16))
        response.headers["content-security-policy"] = policy
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["x-frame-options"] = "DENY"
        response.headers["referrer-policy"] = "same-origin"
        response.headers["cross-origin-opener-policy"] = "same-origin"
        response.headers["cross-origin-resource-policy"] = "same-origin"
        response.headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
        if self._secure:
            response.headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    def _page_response(self) -> Response:
        if self._page is None:
            return PlainTextResponse("The web app is not built: run `make console`.\n", 503)
        nonce = secrets.token_urlsafe(16)
        response = Response(self._page.replace(_NONCE, nonce), media_type="text/html")
        response.headers.update(_UNKEPT)
        self.harden(response, nonce)
        return response


def _files(folder: Path) -> dict[str, File]:
    return {
        path.relative_to(folder).as_posix(): File(_content_type(path), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _content_type(path: Path) -> str:
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return "application/javascript" if guessed == "text/javascript" else guessed


def _file_response(request: Request, file: File) -> Response:
    response = Response(file.content, media_type=file.content_type)
    if "gzip" in request.headers.get("accept-encoding", "") and file.compressed:
        response = Response(file.compressed, media_type=file.content_type)
        response.headers["content-encoding"] = "gzip"
    response.headers["vary"] = "accept-encoding"
    hashed = request.path_params["path"].startswith(_HASHED)
    lifetime = "public, max-age=31536000, immutable" if hashed else "no-cache"
    response.headers["cache-control"] = lifetime
    return response
