"""Where requests of ours may go: to public addresses, and to those that an operator allows.

A name is resolved and its addresses are checked; who connects does so to an address that was checked, so that
another answer of the DNS a moment later leads nowhere else.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
PORTS = {"https": 443, "http": 80}
NAT64 = ip_network("64:ff9b::/96")
"""IPv4 addresses as networks that speak IPv6 alone reach them (RFC 6052)."""


class NotAllowed(ValueError):
    """Nothing goes there; the message says why and the fix, to put after the name of the field."""


class NotResolved(Exception):
    """The DNS knows no address of a name now."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} cannot be resolved")
        self.host = host


@dataclass(frozen=True)
class Target:
    """A URL taken apart.

    Args:
        scheme: https or http.
        host: its name or address, without brackets.
        port: where it listens.
        path: with its query, as it is asked for.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target(url: str) -> Target:
    """Take a URL apart.

    Raises:
        NotAllowed: it is not one that can be asked.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("is not a URL: write it like https://crm.example.com/hooks") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise NotAllowed("must begin with https:// and name a host, such as https://crm.example.com/hooks")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("must not name a user or password: requests are signed instead")
    if parts.fragment:
        raise NotAllowed("must not have a part behind #: leave it out")
    if not url.isascii() or any(each.isspace() for each in url):
        raise NotAllowed("must be written in ASCII without spaces: encode other characters")
    path = parts.path or "/"
    path += f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, parts.hostname, PORTS[parts.scheme] if port is None else port, path)


class Egress:
    """Says where requests may go.

    Args:
        allowed: networks whose addresses are private and yet allowed; plain http goes nowhere else.
    """

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def addresses(self, to: Target) -> Sequence[str]:
        """The addresses of a target, each checked.

        Raises:
            NotAllowed: one of them is not for us, or plain http leads there.
            NotResolved: there is none now.
        """
        found = _resolved(to)
        for each in found:
            if self._is_allowed(each):
                continue
            if not is_public(each):
                raise NotAllowed(
                    f"leads to {each}, which is not a public address: name a public one, or let an operator "
                    "allow its network with FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS"
                )
            if to.scheme == "http":
                raise NotAllowed("must begin with https://: what is sent would go in clear over the internet")
        return [str(each) for each in found]

    def _is_allowed(self, address: Address) -> bool:
        return any(address.version == each.version and address in each for each in self._allowed)


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, as are those that an IPv6 address leads to."""
    inner = _inner(address)
    return address.is_global and not address.is_multicast and (inner is None or is_public(inner))


def _inner(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _resolved(to: Target) -> list[Address]:
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotResolved(to.host) from None
    addresses = (ip_address(str(each[4][0]).partition("%")[0]) for each in found)
    return list(dict.fromkeys(addresses))
