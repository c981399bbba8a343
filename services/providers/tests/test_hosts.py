"""A channel that is added over the network does not lead into our own."""

import pytest
from tollgate_providers.hosts import is_public_host


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fd00::1",
        "100.64.0.1", "10.1.2.3", "192.168.0.1", "224.0.0.1", "2130706433", "0x7f000001",
        "0177.0.0.1", "127.1", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "a.localhost",
        "nats", "auth.default.svc.cluster.local", "metadata.google.internal", "",
    ],
)  # fmt: skip
def test_our_own_hosts_are_refused(host: str) -> None:
    assert not is_public_host(host, ())


@pytest.mark.parametrize("host", ["api.openai.com", "8.8.8.8", "2606:4700::1111", "1a.example.com"])
def test_public_hosts_are_allowed(host: str) -> None:
    assert is_public_host(host, ())


def test_operators_may_allow_a_host() -> None:
    assert is_public_host("Localhost", {"localhost"})
    assert not is_public_host("127.0.0.1", {"localhost"})
