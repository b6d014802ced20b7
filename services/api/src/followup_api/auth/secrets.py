"""Random secrets, and how they are kept: only their SHA-256, so a copy of the database opens nothing.

A plain hash is enough for them: they are 32 random bytes, which nobody can guess or enumerate.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

API_TOKEN = re.compile(r"^fu_(?P<prefix>[0-9a-f]{12})_[0-9a-f]{64}$")


@dataclass(frozen=True)
class ApiToken:
    """A new API token. `token` is shown once; `prefix` and `digest` are kept."""

    token: str = field(repr=False)
    prefix: str
    digest: bytes = field(repr=False)


def new_session_token() -> str:
    """The value of a session cookie: 32 random bytes."""
    return secrets.token_urlsafe(32)


def new_link_token() -> str:
    """What a link to set a password carries: 32 random bytes."""
    return secrets.token_urlsafe(32)


def new_api_token() -> ApiToken:
    """An API token: 32 random bytes behind a prefix that finds its row."""
    prefix = secrets.token_hex(6)
    token = f"fu_{prefix}_{secrets.token_hex(32)}"
    return ApiToken(token=token, prefix=prefix, digest=digest(token))


def prefix_of(token: str) -> str | None:
    """The prefix of an API token; None when it cannot be one."""
    match = API_TOKEN.match(token)
    return match["prefix"] if match else None


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(one, other)
