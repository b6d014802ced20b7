"""URLs of servers, with user and password in them: read in one place, written the same way for every driver.

psycopg, SQLAlchemy, pika and httpx disagree about a blank, a bracket or a percent sign in a password, and
some quote what they cannot read in their errors. So each gets a URL in which all of that is encoded, and
what is left to misread is refused before a driver sees it. No error here quotes any of the URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode

HOST = re.compile(r"(?P<name>\[[^\[\]]*\]|[^\[\]:]*)(:(?P<port>[0-9]{0,5}))?")
"""An IPv6 address has brackets."""
HIGHEST_PORT = 65_535
ENCODE = (
    "when user or password contain one of / ? # [ ] @ : %, write %2F %3F %23 %5B %5D %40 %3A %25 in its place"
)

SEVERAL = "names several hosts: name one, such as that of a load balancer in front of them"


class WrongUrl(ValueError):
    """What was given is not the URL of a server. The message says why and the fix, and quotes none of it."""


@dataclass(frozen=True)
class ServerUrl:
    """The parts of a URL, decoded but for host and path.

    Args:
        scheme: such as postgresql.
        username: None where the URL names none.
        password: None where it has none.
        hosts: each with its port, as text: `db:5432`, `[::1]`; one, without a name, for the default.
        path: with its first slash, encoded as it was given; or nothing.
        query: names and values in their order.
    """

    scheme: str
    username: str | None
    password: str | None = field(repr=False)
    hosts: tuple[str, ...]
    path: str
    query: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def place(self) -> str:
        """The hosts and their ports, to show."""
        named = [value for name, value in self.query if name == "host"] if self.hosts == ("",) else self.hosts
        return ",".join(named) or "localhost"

    def host_and_port(self, default: int) -> tuple[str, int]:
        """The first host, an IPv6 address without its brackets, and its port.

        Args:
            default: the port where the URL names none.
        """
        host = self.hosts[0]
        name, colon, port = host.rpartition(":")
        return (name.strip("[]"), int(port)) if colon and port.isdigit() else (host.strip("[]"), default)

    def __str__(self) -> str:
        """The URL, with everything encoded that a driver could misread. Holds the password."""
        login = quote(self.username or "", safe="")
        login += f":{quote(self.password, safe='')}" if self.password is not None else ""
        at = "@" if login else ""
        query = urlencode(self.query, quote_via=quote)
        asked = "?" if query else ""
        return f"{self.scheme}://{login}{at}{','.join(self.hosts)}{self.path}{asked}{query}"


def server_url(text: str, *schemes: str, several_hosts: bool = False) -> ServerUrl:
    """Read the URL of a server. Blanks and ends of lines around it, as secret files have them, do not count.

    Args:
        text: the URL.
        schemes: those that it may have.
        several_hosts: whether commas may divide hosts.

    Raises:
        WrongUrl: it is none, or can be read in two ways.
    """
    scheme, mark, rest = text.strip().partition("://")
    if not mark or scheme not in schemes:
        raise WrongUrl(f"not a URL that begins with {schemes[0]}://")
    if "://" in rest.partition("?")[0]:
        raise WrongUrl(SEVERAL)
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    address, _, query = rest.removeprefix(authority).partition("?")
    if "#" in rest or "@" in address or "@" in query.partition("=")[0]:
        raise WrongUrl(f"not a URL that can be read in one way only: {ENCODE}")
    login, at, places = authority.rpartition("@")
    username, colon, password = login.partition(":")
    return ServerUrl(
        scheme=scheme,
        username=unquote(username) if at else None,
        password=unquote(password) if colon else None,
        hosts=_hosts(places, several_hosts=several_hosts),
        path=address,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
    )


def _hosts(places: str, *, several_hosts: bool) -> tuple[str, ...]:
    hosts = places.split(",")
    if len(hosts) > 1 and not several_hosts:
        raise WrongUrl(SEVERAL)
    for host in hosts:
        read = HOST.fullmatch(host)
        if read is None or not 0 < int(read["port"] or 1) <= HIGHEST_PORT:
            raise WrongUrl(f"a URL whose port is not a number from 1 to {HIGHEST_PORT}; or {ENCODE}")
    return tuple(host.removesuffix(":") for host in hosts)
