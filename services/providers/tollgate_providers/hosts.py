"""Which hosts a channel may have that somebody adds over the network: none of our own."""

import re
from collections.abc import Collection, Iterable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from .channels import Channel

VARIABLE = "TOLLGATE_PROVIDERS_PRIVATE_HOSTS"
_OUR_NAMES = re.compile(r"(.*\.)?(localhost|local|internal|localdomain|arpa)")
# Systems take "2130706433", "0x7f.1" and "127.1" for addresses, too.
_NUMERIC = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")


def hosts_of(channels: Iterable[Channel]) -> set[str]:
    """What whoever deploys the service has chosen, needs no other permission."""
    return {urlsplit(channel.base_url).hostname or "" for channel in channels}


def is_public_address(address: str) -> bool:
    """Whether anybody's packets may go there: not loopback, private, link-local or shared."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


def is_public_host(host: str, private: Collection[str]) -> bool:
    """`private` are hosts that operators allow. A name may still resolve to a private address."""
    host = host.lower()
    if host in private:
        return True
    host = host.rstrip(".")
    try:
        return is_public_address(host)
    except ValueError:
        return "." in host and not (_OUR_NAMES.fullmatch(host) or _NUMERIC.fullmatch(host))
