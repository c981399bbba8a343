"""Internet addresses: networks, and who has sent a request that came through proxies."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IPv4 as a socket for both protocols shows it: "::ffff:192.0.2.1" is 192.0.2.1.
_MAPPED = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True)
class Networks:
    """A set of addresses; without a network it is empty."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Networks":
        """ValueError names the text that is no network."""
        return cls(tuple(dict.fromkeys(map(network_of, texts))))

    def contains(self, address: str) -> bool:
        """False, too, for what is no address."""
        found = _address_of(address)
        return found is not None and self._contain(found)

    def _contain(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def network_of(text: str) -> Network:
    """An address is a network of one; bits of a host are cleared. ValueError names the text."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text[:64]!r} is not an address or a network") from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return ip_network(f"{mapped}/{network.prefixlen - _MAPPED.prefixlen}")
    return network


def parse_networks(text: str) -> Networks:
    """Comma-separated addresses and networks. ValueError names the one that is neither."""
    return Networks.of(part for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded: str, trusted: Networks) -> str:
    """Who sent the request: the peer, or as far as proxies are trusted, whom they name.

    `forwarded` is X-Forwarded-For, to which each proxy has added its own peer on the right. What
    stands left of the first that is not trusted is that one's word, and is not even read.
    """
    own = _address_of(peer)
    if own is None:
        return peer
    client = own
    # Without a proxy in between, the header is the client's invention.
    hops = reversed(forwarded.split(",")) if forwarded and trusted.networks else ()
    for hop in hops:
        if not trusted._contain(client):
            break
        before = _address_of(hop.strip())
        if before is None:
            return str(own)
        client = before
    return str(client)


def _address_of(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
