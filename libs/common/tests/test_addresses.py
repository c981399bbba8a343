from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.addresses import Networks, client_address, network_of, parse_networks

TRUSTED = parse_networks("10.0.0.0/8, fd00::/8")
addresses = st.ip_addresses().map(str)
strangers = addresses.filter(lambda address: not TRUSTED.contains(address))
proxies = st.ip_addresses(network="10.0.0.0/8").map(str)
headers = st.lists(st.one_of(addresses, st.text("0123456789.:abc ,", max_size=20))).map(",".join)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7/24", "192.0.2.0/24"),
        (" 192.0.2.0/255.255.255.0 ", "192.0.2.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("2001:db8::1/32", "2001:db8::/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
        ("::/0", "::/0"),
    ],
)
def test_a_network_has_one_spelling(text: str, network: str) -> None:
    assert str(network_of(text)) == network


@pytest.mark.parametrize(
    "text", ["", "example.com", "10.0.0.0/33", "10.0.0.256", "10.0.0", "1.2.3.4:80", "*", "1/2/3"]
)
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address or a network") as caught:
        network_of(text)
    assert repr(text) in str(caught.value)


def test_a_list_has_commas_and_may_be_empty() -> None:
    assert parse_networks("") == parse_networks(" , ") == Networks()
    assert parse_networks("10.0.0.1,10.0.0.1/32 , ::1") == Networks.of(["10.0.0.1", "::1"])
    with pytest.raises(ValueError, match="'nonsense'"):
        parse_networks("10.0.0.1,nonsense")


def test_addresses_of_both_protocols_are_told_apart_but_for_mapped_ones() -> None:
    everything4, everything6 = parse_networks("0.0.0.0/0"), parse_networks("::/0")
    assert everything4.contains("192.0.2.1") and not everything4.contains("2001:db8::1")
    assert everything6.contains("2001:db8::1") and not everything6.contains("192.0.2.1")
    assert everything4.contains("::ffff:192.0.2.1") and not everything6.contains("::ffff:192.0.2.1")
    assert parse_networks("fe80::/10").contains("fe80::1%eth0")


@pytest.mark.parametrize("text", ["", "unix:", "testclient", "10.0.0.0/8", "10.0.0.1:80"])
def test_what_is_no_address_is_in_no_network(text: str) -> None:
    assert not parse_networks("0.0.0.0/0,::/0").contains(text)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_the_address(address: IPv4Address) -> None:
    mapped = str(IPv6Address(f"::ffff:{address}"))
    assert Networks.of([str(address)]).contains(mapped)
    assert Networks.of([mapped]).contains(str(address))
    assert client_address(mapped, "", Networks()) == str(address)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2,fd00::1", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9,::ffff:10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        # All are trusted: then the first of them began it.
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # The proxies' part of the header cannot be read.
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9,", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.1"),
        # The client's part may say what it will.
        ("10.0.0.1", "unknown, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.5, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("", "203.0.113.9", ""),
    ],
)
def test_who_the_client_is(peer: str, forwarded: str, client: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


@given(strangers, headers)
def test_a_stranger_cannot_name_another(peer: str, forwarded: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client_address(peer, "", TRUSTED)


@given(strangers, headers, st.lists(proxies, min_size=1))
def test_whatever_the_client_sends_the_proxies_tell_who_it_is(
    client: str, invented: str, way: list[str]
) -> None:
    """`way` is what the request went through; each proxy adds from whom it had it."""
    forwarded = ", ".join([invented, client, *way[:-1]])
    assert client_address(way[-1], forwarded, TRUSTED) == client_address(client, "", TRUSTED)


@given(addresses, headers)
def test_the_answer_is_always_an_address(peer: str, forwarded: str) -> None:
    ip_address(client_address(peer, forwarded, TRUSTED))
