"""What the world finds in DNS of the domain that mails come from: where answers go (MX), who sends for it
(SPF, RFC 7208), and what to do with mail of anybody else (DMARC, RFC 7489). Without them mail is spam."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dns.exception
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import Resolver
from followup_common.doctor import Finding

CHECK = "DNS of the sender"
PATIENCE_SECONDS = 5.0
"""How long all servers together may take for an answer."""
PRIVATE = ("local", "localhost", "internal", "lan", "home.arpa", "test", "example", "invalid")
"""Names that are of no use outside of a network, or of none at all (RFC 6761, RFC 6762)."""
EXAMPLES = ("example.com", "example.net", "example.org")

MX = "Let {0} have an MX record: without one nothing comes back, and many servers take no mail from it."
SPF = "Add a TXT record to {0} that names your mail server, such as v=spf1 include:mail-server.example -all."
ONE_SPF = "Leave one SPF record (v=spf1) at {0}: with more of them none counts."
CLOSED_SPF = "End the SPF record of {0} with -all or ~all: now it lets everybody send as you."
DMARC = "Add a TXT record to _dmarc.{0}, such as v=DMARC1; p=none; rua=mailto:postmaster@{0}."


class CannotAsk(Exception):
    """No server of DNS answers here; the message says why."""


def examine_domain(domain: str, resolver: Resolver | None = None) -> Iterator[Finding]:
    """Ask DNS about the domain of the sender.

    Args:
        domain: behind the `@` of the sender.
        resolver: asks; None: as this machine is set up.
    """
    name = domain.rstrip(".").lower()
    if is_private(name):
        yield Finding(CHECK, f"not asked: {name} is no domain of the internet")
        return
    try:
        ask = resolver or dns.resolver.Resolver()
        ask.lifetime = PATIENCE_SECONDS
        yield from (_mx(ask, name), _spf(ask, name), _dmarc(ask, name))
    except (CannotAsk, dns.exception.DNSException) as error:
        yield Finding(CHECK, f"could not be asked about {name} from here: {_said(error)}")


def is_private(domain: str) -> bool:
    """Whether a domain is of no use outside of a network, or of none at all."""
    ends = any(f".{domain}".endswith(f".{end}") for end in (*PRIVATE, *EXAMPLES))
    return ends or domain.startswith("[") or "." not in domain


def _mx(ask: Resolver, name: str) -> Finding:
    # dnspython has one type for the records of all kinds.
    hosts = [str(each.exchange).rstrip(".") for each in _asked(ask, name, "MX")]  # type: ignore[attr-defined]
    named = [host for host in hosts if host]
    if not named:  # a lone dot says that it takes no mail (RFC 7505)
        return Finding(f"{CHECK}: MX", f"{name} has no mail server", MX.format(name))
    return Finding(f"{CHECK}: MX", f"mail to {name} goes to {', '.join(sorted(named))}")


def _spf(ask: Resolver, name: str) -> Finding:
    check = f"{CHECK}: SPF"
    found = [each for each in _texts(ask, name) if each.lower().split(" ")[0] == "v=spf1"]
    if not found:
        return Finding(check, f"{name} has none", SPF.format(name))
    if len(found) > 1:
        return Finding(check, f"{name} has {len(found)}", ONE_SPF.format(name))
    terms = found[0].lower().split()
    if {"+all", "all"} & set(terms):
        return Finding(check, found[0], CLOSED_SPF.format(name))
    return Finding(check, found[0])


def _dmarc(ask: Resolver, name: str) -> Finding:
    """The record of the domain itself, or of the next one above it that has one."""
    check, labels = f"{CHECK}: DMARC", name.split(".")
    for count in range(len(labels), 1, -1):
        above = ".".join(labels[-count:])
        for found in _texts(ask, f"_dmarc.{above}"):
            if found.replace(" ", "").lower().startswith("v=dmarc1"):
                return Finding(check, found if above == name else f"{found} (of {above})")
    return Finding(check, f"{name} has none", DMARC.format(name))


def _texts(ask: Resolver, name: str) -> Sequence[str]:
    return [
        b"".join(each.strings).decode("ascii", errors="replace")
        for each in _asked(ask, name, "TXT")
        if isinstance(each, TXT)
    ]


def _asked(ask: Resolver, name: str, kind: str) -> Sequence[object]:
    """The records of a kind that a name has.

    Raises:
        CannotAsk: nobody says whether it has some.
    """
    try:
        return list(ask.resolve(f"{name}.", kind))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers) as error:
        raise CannotAsk(_said(error)) from error


def _said(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".")[:200] or type(error).__name__
