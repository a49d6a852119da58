import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.addresses import AddressRefused, is_public, judged

PUBLIC, PUBLIC_6 = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1",
    "168.63.129.16", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "2002:7f00:1::", "2001::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "2001:db8::1",
]  # fmt: skip


def resolving(*addresses: str):
    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_a_private_kind_is_reached(address: str) -> None:
    with pytest.raises(AddressRefused, match="not public"):
        judged("https://desk.example/x", resolve=resolving(address))
    with pytest.raises(AddressRefused, match="not public"):
        judged("https://desk.example/x", resolve=resolving(PUBLIC, address))


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_whatever_stands_for_a_private_address_is_refused(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    forms = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
        ipaddress.IPv6Address(number),
    ]
    assert not any(is_public(form) for form in [address, *forms])


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, f"::ffff:{PUBLIC}"])
def test_a_public_address_is_pinned(address: str) -> None:
    to = judged("https://Desk.Example/api?a=b#c", resolve=resolving(address))
    assert (to.host, to.port, to.address, to.target) == ("desk.example", 443, address, "/api?a=b")
    assert to.host_header == "desk.example"
    assert to.pinned_url == f"https://{f'[{address}]' if ':' in address else address}:443/api?a=b"


def test_a_name_is_resolved_once() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    to = judged("https://desk.example/", resolve=lambda host, port: next(answers))
    assert to.address == PUBLIC
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.example/", "https://desk.example:8443/", "ftp://desk.example/", "file:///etc/passwd", "https:///x",
        "https://user:pass@desk.example/", "https://desk.example:99999/", "", "desk.example", "https://desk.example:0x1",
        "https://[::1", "https://[desk.example]/",
    ],
)  # fmt: skip
def test_other_schemes_ports_and_user_names_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        judged(url, resolve=resolving(PUBLIC))


def test_an_own_host_may_be_private_and_have_its_port_and_scheme() -> None:
    own = {"desk.internal", "10.1.2.3:8080"}
    assert judged("http://desk.internal:3000/x", own, resolving("10.0.0.9")).pinned_url == "http://10.0.0.9:3000/x"
    assert judged("http://desk.internal:3000/x", own, resolving("10.0.0.9")).host_header == "desk.internal:3000"
    assert judged("http://10.1.2.3:8080/", own, resolving("10.1.2.3")).port == 8080
    with pytest.raises(AddressRefused):
        judged("http://10.1.2.3:9090/", own, resolving("10.1.2.3"))
    with pytest.raises(AddressRefused):
        judged("http://other.internal/", own, resolving("10.0.0.9"))


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "fe80::1", "0.0.0.0"])
def test_not_even_an_own_host_may_be_where_clouds_tell_secrets(address: str) -> None:
    with pytest.raises(AddressRefused, match="no request may ever go"):
        judged("https://desk.internal/", {"desk.internal"}, resolving(address))


def test_a_name_without_an_address_and_an_address_that_is_none() -> None:
    with pytest.raises(OSError, match="no address"):
        judged("https://desk.example/", resolve=resolving())
    with pytest.raises(AddressRefused, match="which is none"):
        judged("https://desk.example/", resolve=resolving("localhost"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_odd_ways_to_write_this_machine_are_resolved_before_they_are_judged(host: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        judged(f"https://{host}/")
