"""Free TCP ports of this machine."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

BELOW_EPHEMERAL = range(18_000, 32_000)
"""Systems give clients higher ports. One that keeps trying a stopped server could be given that very
port, be connected to itself, and keep the server from coming back."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    while True:
        port = random.SystemRandom().choice(BELOW_EPHEMERAL)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def accepts_connections(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens on the port."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
