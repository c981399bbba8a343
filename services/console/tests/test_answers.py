"""What every answer says to browsers and caches, whatever was asked and however it ended."""

import re
from pathlib import Path
from typing import Any

import pytest
from desk import ACCESS, Fake, FakeUsers, browser, user
from samples import address, name
from starlette.testclient import TestClient
from tollgate.metering.v1 import metering_pb2
from tollgate_console.api import Endpoint, Policy
from tollgate_console.routes import ENDPOINTS

SOURCES = Path(__file__).parents[1] / "web" / "src"
EVIL = "evil.test"
# Preferences, and that somebody was logged in here: for none of them would anybody steal.
REMEMBERED = {
    "tollgate.language",
    "tollgate.playground",
    "tollgate.scheme",
    "tollgate.was-here",
}


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A web app as it is built: a page, files whose names change with them, and a file."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta name="nonce" content="__NONCE__">')
    (tmp_path / "assets" / "index-Ch-cp7M.js").write_text("0;" * 1000)
    (tmp_path / "robots.txt").write_text("User-agent: *")
    return tmp_path


class Broken(FakeUsers):
    async def ListSessions(self, _request: Any) -> None:
        raise ZeroDivisionError


class Meter(Fake):
    async def ListUsage(self, _request: Any) -> metering_pb2.ListUsageResponse:
        return metering_pb2.ListUsageResponse()


@pytest.fixture
def client(static: Path) -> TestClient:
    return browser(logged_in="ann", users=Broken(user()), metering=Meter(), static=static)


# Method, path, status, and headers of the request where they matter.
KINDS: dict[str, tuple[str, str, int, dict[str, str]]] = {
    "page": ("GET", "/", 200, {}),
    "any page": ("GET", "/admin/users?x=1", 200, {}),
    "head of a page": ("HEAD", "/login", 200, {}),
    "hashed file": ("GET", "/assets/index-Ch-cp7M.js", 200, {}),
    "file": ("GET", "/robots.txt", 200, {}),
    "missing file": ("GET", "/assets/old-1234.js", 404, {}),
    "method of no page": ("POST", "/login", 404, {}),
    "method of nothing": ("BREW", "/api/session", 404, {}),
    "preflight": ("OPTIONS", "/api/session", 404, {"origin": f"https://{EVIL}"}),
    "api": ("GET", "/api/session", 200, {}),
    "csv": ("GET", "/api/usage.csv", 200, {}),
    "nobody": ("GET", "/api/session", 401, {"cookie": f"{ACCESS}=forged"}),
    "bad request": ("POST", "/api/session", 400, {}),
    "another site": ("POST", "/api/session", 403, {"sec-fetch-site": "cross-site"}),
    "nothing there": ("GET", "/api/nothing", 404, {}),
    "broken": ("GET", "/api/sessions", 500, {}),
}


def ask(client: TestClient, kind: str, **more: str) -> Any:
    method, path, status, headers = KINDS[kind]
    if "cookie" in headers:
        client.cookies.clear()
    answer = client.request(method, path, headers={**headers, **more})
    assert answer.status_code == status, answer.text
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_keeps_scripts_frames_and_other_sites_out(
    client: TestClient, kind: str
) -> None:
    headers = ask(client, kind).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert int(headers["strict-transport-security"].split("=")[1].split(";")[0]) >= 31_536_000
    assert "server" not in headers
    policy = policy_of(headers["content-security-policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["connect-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    hosts = {source for sources in policy.values() for source in sources if source[0] != "'"}
    assert hosts <= {"data:", "blob:"}, "no third host"
    assert not {"data:", "blob:"} & set(policy["script-src"])


def policy_of(text: str) -> dict[str, list[str]]:
    parts = (part.split() for part in text.split(";"))
    return {directive: sources for directive, *sources in parts}


def test_a_nonce_is_for_one_answer(client: TestClient) -> None:
    pages = [client.get("/") for _ in range(2)]
    nonces = [re.findall(r'content="([\w-]{20,})"', page.text)[0] for page in pages]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        assert f"'nonce-{nonce}'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("kind", KINDS)
def test_caches_keep_nothing_but_files(client: TestClient, kind: str) -> None:
    headers = ask(client, kind).headers
    if kind == "hashed file":
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["vary"] == "accept-encoding"
    elif kind == "file":
        assert headers["cache-control"] == "no-cache"
        assert headers["vary"] == "accept-encoding"
    else:
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("row", ENDPOINTS, ids=name)
def test_no_answer_of_the_api_is_kept(row: Endpoint) -> None:
    client = browser(logged_in="" if row.policy is not Policy.PUBLIC else "ann")
    answer = client.request(row.method, address(row), headers={"sec-fetch-site": "same-origin"})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("origin", [f"https://{EVIL}", "null", "https://console.test.evil.test"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_origin_reads_anything(client: TestClient, kind: str, origin: str) -> None:
    more = {"origin": origin, "access-control-request-method": "DELETE"}
    headers = ask(client, kind, **more).headers
    assert not [header for header in headers if header.startswith("access-control-")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_the_request_names_is_in_no_answer(client: TestClient, kind: str) -> None:
    named = {"host": EVIL, "x-forwarded-host": EVIL, "forwarded": f"host={EVIL}"}
    method, path, status, own = KINDS[kind]
    # The client has its cookies for the console's own host.
    cookie = {"cookie": f"{ACCESS}=ann"}
    answer = client.request(method, path, headers={**cookie, **own, **named})
    assert answer.status_code == status
    assert EVIL not in answer.text
    assert EVIL not in str(answer.headers)
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "path", [f"//{EVIL}/", f"/\\{EVIL}/", f"/%2f{EVIL}/", f"/{EVIL}//", "/login/?next=//evil.test"]
)
def test_no_address_leads_elsewhere(client: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, f"https://console.test{path}", follow_redirects=False)
        assert answer.status_code in (200, 404)
        assert "location" not in answer.headers


def test_browsers_remember_preferences_and_nothing_else() -> None:
    """Tokens are in cookies alone: neither storage nor a script ever has them."""
    files = [path for path in SOURCES.rglob("*") if path.suffix in (".ts", ".tsx", ".js")]
    sources = {path: path.read_text() for path in files if ".test." not in path.name}
    assert len(sources) > 50
    storing = [text for text in sources.values() if "localStorage" in text]
    named = {key for text in storing for key in re.findall(r'"(tollgate\.[\w.-]+)"', text)}
    assert named == REMEMBERED
    for path, text in sources.items():
        for elsewhere in ("sessionStorage", "indexedDB", "document.cookie", "caches.open"):
            assert elsewhere not in text, path
        for call in re.findall(r"localStorage\.\w+\((.)", text):
            assert call.isupper() or call == '"', f"{path}: a key that is not a constant"
