"""Where a request comes from, and keys that work only from some networks."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.addresses import Networks, parse_networks
from tollgate_common.settings import SettingsError, load
from tollgate_edge.settings import EdgeSettings

from .conftest import BEARER, HELLO, on_socket
from .fakes import NO_PROXIES, Edge

OFFICE = parse_networks("203.0.113.0/24, 2001:db8::/32")
PROXIES = parse_networks("10.0.0.0/8")
PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/small:generateContent",
}
MESSAGES = [{"role": "user", "content": "hello"}]
BODIES = {
    "openai": HELLO,
    "anthropic": {"model": "small", "max_tokens": 10, "messages": MESSAGES},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
}


def client_at(edge: Edge, peer: str) -> httpx2.AsyncClient:
    """A client whose connection comes from there."""
    transport = httpx2.ASGITransport(app=edge.app, client=(peer, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://edge", headers=BEARER)


async def status_of(
    peer: str,
    forwarded: str | None = None,
    networks: Networks | None = OFFICE,
    proxies: Networks = NO_PROXIES,
) -> int:
    edge = Edge(networks=networks, proxies=proxies)
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    async with client_at(edge, peer) as http:
        return (await http.get("/v1/models", headers=headers)).status_code


@pytest.mark.parametrize("dialect", PATHS)
async def test_a_refusal_is_in_the_caller_s_dialect_and_names_the_address(dialect: str) -> None:
    edge = Edge(networks=OFFICE)
    async with edge.running(), client_at(edge, "::ffff:192.0.2.7") as http:
        refused = await http.post(PATHS[dialect], json=BODIES[dialect])
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert "from the address 192.0.2.7." in error["message"]
    if dialect == "gemini":
        assert error["status"] == "PERMISSION_DENIED"
    else:
        assert error["type"] == "permission_error"
    assert refused.headers["x-should-retry"] == "false"
    assert not edge.providers.opened and not edge.ledger.calls


@pytest.mark.parametrize("dialect", PATHS)
async def test_a_caller_in_the_key_s_networks_is_answered(dialect: str) -> None:
    edge = Edge(networks=OFFICE)
    async with edge.running(), client_at(edge, "203.0.113.9") as http:
        assert (await http.post(PATHS[dialect], json=BODIES[dialect])).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models"),
        ("GET", "/v1/models/small"),
        ("POST", "/v1/messages/count_tokens"),
        ("GET", "/v1/dashboard/billing/subscription"),
        ("POST", "/v1/embeddings"),
    ],
)
async def test_no_route_is_open_from_elsewhere(method: str, path: str) -> None:
    async with client_at(Edge(networks=OFFICE), "192.0.2.7") as http:
        assert (await http.request(method, path, json=HELLO)).status_code == 403


async def test_a_key_without_networks_works_anywhere() -> None:
    assert await status_of("192.0.2.7", "nonsense", networks=None, proxies=PROXIES) == 200


@pytest.mark.parametrize("peer", ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::9"])
async def test_every_spelling_of_an_address_is_known(peer: str) -> None:
    assert await status_of(peer) == 200


@given(st.lists(st.ip_addresses().map(str)).map(",".join))
async def test_who_is_no_proxy_cannot_say_where_it_is(forwarded: str) -> None:
    assert await status_of("192.0.2.7", forwarded, proxies=PROXIES) == 403
    assert await status_of("203.0.113.9", forwarded, proxies=PROXIES) == 200


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        ("203.0.113.9", 200),
        ("192.0.2.7, 203.0.113.9, 10.0.0.2", 200),
        ("203.0.113.9, 192.0.2.7", 403),
        ("203.0.113.9, unknown", 403),
        ("", 403),
        (None, 403),
    ],
)
async def test_a_trusted_proxy_says_where_the_client_is(forwarded: str | None, status: int) -> None:
    assert await status_of("10.0.0.1", forwarded, proxies=PROXIES) == status


async def test_a_header_that_the_client_has_sent_as_a_line_of_its_own_counts_for_nothing() -> None:
    edge = Edge(networks=OFFICE, proxies=PROXIES)
    lines = [*BEARER.items(), ("x-forwarded-for", "203.0.113.9"), ("X-Forwarded-For", "192.0.2.7")]
    async with client_at(edge, "10.0.0.1") as http:
        assert (await http.get("/v1/models", headers=lines)).status_code == 403


async def test_the_peer_of_a_real_connection_is_seen() -> None:
    async with on_socket(Edge(networks=parse_networks("127.0.0.0/8"))) as http:
        assert (await http.post("/v1/chat/completions", json=HELLO)).status_code == 200
    async with on_socket(Edge(networks=OFFICE)) as http:
        refused = await http.post("/v1/chat/completions", json=HELLO)
    assert refused.status_code == 403
    assert "127.0.0.1" in refused.json()["error"]["message"]


def test_proxies_are_a_setting_and_none_are_trusted_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    required = ("PORT", "OPS_PORT", "AUTH_TARGET", "LEDGER_TARGET", "PROVIDERS_TARGETS")
    for name in (*required, "SPOOL_DIR"):
        monkeypatch.setenv(f"TOLLGATE_EDGE_{name}", "1")
    monkeypatch.setenv("TOLLGATE_TOKEN", "t" * 16)
    assert load(EdgeSettings).trusted_proxies == Networks()
    monkeypatch.setenv("TOLLGATE_EDGE_TRUSTED_PROXIES", "10.0.0.0/8")
    assert load(EdgeSettings).trusted_proxies == PROXIES
    monkeypatch.setenv("TOLLGATE_EDGE_TRUSTED_PROXIES", "10.0.0.0/8,ingress")
    with pytest.raises(SettingsError, match=r"TOLLGATE_EDGE_TRUSTED_PROXIES: .*'ingress'"):
        load(EdgeSettings)
