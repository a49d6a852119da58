"""Where outgoing requests may go: public addresses, and hosts that the operator has named; never a redirect's choice.

A name is resolved once and every address it has is judged; the request then goes to the one that was judged, under the
name's own TLS certificate, so a name that changes its address in between (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_METADATA = frozenset({"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"})
"""Where clouds tell a machine its own secrets. Never allowed, whatever the operator names."""
_TRANSLATED = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96", "fec0::/10")
)
"""IPv6 ranges that stand for IPv4 addresses or for a site's own: NAT64, 6to4, Teredo, compatible, translated, site."""
_RELAYS = ipaddress.ip_network("192.88.99.0/24")


class AddressRefused(Exception):
    """A request may not go there: a sentence that says where and why."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that was judged: the name stands in `host` (and in TLS), the connection goes to `address`."""

    scheme: str
    host: str
    port: int
    address: str
    target: str
    """Path and query."""

    @property
    def pinned_url(self) -> str:
        """The URL with the address in place of the name."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host}:{self.port}{self.target}"

    @property
    def host_header(self) -> str:
        """The name as a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def system_resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of a name. OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def judged(url: str, own_hosts: Collection[str] = (), resolve: Resolve = system_resolve) -> Destination:
    """Where a request to `url` goes. AddressRefused when it may not go there; OSError when the name has no address.

    Only https, port 443 and public addresses. A host in `own_hosts` (`desk.internal` or `desk.internal:8080`) may also
    have http, another port and a private or loopback address, but no link-local or metadata one.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressRefused("The host or the port of the address is written in no way that is known.") from error
    host = (parts.hostname or "").lower()
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise AddressRefused("An address must be https://, name a host and hold no user and password.")
    own = host in own_hosts or f"{host}:{port}" in own_hosts
    if not own and (parts.scheme != "https" or port != 443):
        raise AddressRefused(
            f"{host} may only be reached by https on port 443; name it in outgoing_hosts to allow more."
        )
    addresses = resolve(host, port)
    if not addresses:
        raise OSError(f"{host} has no address")
    for text in addresses:
        _require_allowed(host, _address(host, text), own)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, port, addresses[0], target)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, and none that stands for a private one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TRANSLATED):
            return False
    elif address in _RELAYS:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or _never(address))


def _require_allowed(host: str, address: Address, own: bool) -> None:
    if is_public(address):
        return
    if not own:
        raise AddressRefused(
            f"{host} has the address {address}, which is not public; name the host in outgoing_hosts if it is yours."
        )
    if _never(address):
        raise AddressRefused(f"{host} has the address {address}, where no request may ever go.")


def _never(address: Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    plain = mapped or address
    return plain.is_link_local or plain.is_multicast or plain.is_unspecified or str(plain) in _METADATA


def _address(host: str, text: str) -> Address:
    try:
        return ipaddress.ip_address(text.split("%")[0])
    except ValueError as error:
        raise AddressRefused(f"{host} has the address {text!r}, which is none.") from error
