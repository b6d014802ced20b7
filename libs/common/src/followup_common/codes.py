"""Codes that verify where somebody wants to be told: the dispatcher sends them, the API compares them."""

from __future__ import annotations

import hashlib

DIGITS = 8


def digest(destination_id: int, code: str) -> bytes:
    """What is kept of a code until it is used.

    Anyone who reads the database can find a code by trying all of them: it ends after minutes, and lets
    nobody in. The hash keeps it out of what is shown or copied by accident.
    """
    return hashlib.sha256(f"{destination_id} {code}".encode()).digest()
