"""A DNS server on this machine, by UDP, that knows what a test tells it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.resolver import Resolver

Records = Mapping[tuple[str, str], Sequence[str]]
"""By name and kind, such as `("followup.net", "MX")`."""


@contextmanager
def serving(records: Records, *, refuses: bool = False) -> Iterator[Resolver]:
    """Somebody who asks a server that knows some records.

    Args:
        records: those that there are.
        refuses: whether it answers nobody (REFUSED).
    """

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            content, line = self.request
            asked = dns.message.from_wire(content)
            answer = dns.message.make_response(asked)
            question = asked.question[0]
            name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
            found = records.get((name, kind), ())
            if refuses:
                answer.set_rcode(dns.rcode.REFUSED)
            elif found:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
            elif name not in {each for each, _ in records}:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            line.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        try:
            yield resolver
        finally:
            server.shutdown()
