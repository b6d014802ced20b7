"""Names and addresses as mails have them."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import parseaddr

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


def mailbox(name: str, address: str) -> Address:
    """A name and an address for a header. Letters beyond ASCII may be in both (RFC 6531).

    Raises:
        ValueError: the address is none.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError("the address is no e-mail address")
    local, _, domain = address.rpartition("@")
    return Address(in_one_line(name), local, domain)


def read_mailbox(text: str) -> Address:
    """As somebody writes it: `Followup <followup@example.com>`, or the address alone.

    Raises:
        ValueError: it is something else.
    """
    return mailbox(*parseaddr(text))


def in_one_line(text: str) -> str:
    """Without the ends of lines, which would begin another header."""
    return " ".join(text.split())
