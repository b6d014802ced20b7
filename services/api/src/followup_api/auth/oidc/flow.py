"""One log-in through the provider, from its start to the way back: kept by the browser, in one cookie.

The cookie holds a random secret. `state`, `nonce` and the PKCE verifier are derived from it, so each is of
no use without the browser that started, and nothing has to be kept here.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

LIFE = timedelta(minutes=10)
HOME = "/"
FRESH = "fresh"
PAGE_OF_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]{0,1999}")
NOT_PAGES = ("/api", "/login")


@dataclass(frozen=True)
class Flow:
    """A log-in under way.

    Args:
        secret: of the browser that started it.
        asked_for: where it is to lead; anybody may have written that.
        fresh: whether the person has to show the provider once more that it is them.
    """

    secret: str = field(repr=False)
    asked_for: str
    fresh: bool = False

    @classmethod
    def start(cls, asked_for: str, *, fresh: bool = False) -> Self:
        """A new one."""
        return cls(secrets.token_urlsafe(32), asked_for, fresh)

    @classmethod
    def resume(cls, cookie: str | None, state: str | None) -> Self | None:
        """The one of this browser's cookie; None unless `state` belongs to it."""
        secret, packed, mark, *_ = [*(cookie or "").split("."), "", ""]
        asked_for = HOME
        with suppress(ValueError):
            asked_for = urlsafe_b64decode(packed + "===").decode()
        flow = cls(secret, asked_for, mark == FRESH)
        same = hmac.compare_digest(flow.state.encode(), (state or "").encode("utf-8", "surrogatepass"))
        return flow if secret and same else None

    @property
    def return_to(self) -> str:
        """The page of ours where it leads."""
        return own_page(self.asked_for)

    @property
    def cookie(self) -> str:
        """What the browser keeps."""
        return f"{self.secret}.{_base64(self.return_to.encode())}" + (f".{FRESH}" if self.fresh else "")

    @property
    def state(self) -> str:
        """Comes back with the browser: an answer to a log-in that it did not start is refused."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back in the ID token: one that was made for another log-in is refused."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Sent with the code: a code that was caught on its way is worth nothing."""
        return self._derived("verifier")

    def _derived(self, use: str) -> str:
        return _base64(hmac.digest(self.secret.encode("utf-8", "surrogatepass"), use.encode(), "sha256"))


def own_page(path: str) -> str:
    """The path of a page of this site, or that of the first one."""
    with suppress(UnicodeEncodeError):
        path.encode()
        if PAGE_OF_OURS.fullmatch(path) and not path.startswith(NOT_PAGES):
            return path
    return HOME


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
