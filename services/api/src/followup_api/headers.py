"""Headers that tell browsers what not to do with our pages and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Styles: the UI's components set them on elements, which needs 'unsafe-inline'. Scripts never do.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ONE_YEAR = 31_536_000

Headers = Iterable[tuple[bytes, bytes]]


ALWAYS = [
    (name.lower().encode(), value.encode())
    for name, value in {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }.items()
]
BY_HTTPS = (b"strict-transport-security", f"max-age={ONE_YEAR}".encode())
NOT_KEPT = (b"cache-control", b"no-store")


@dataclass(frozen=True)
class SecurityHeaders:
    """Add the headers to every answer.

    Args:
        app: what comes next.
        https: people come by https even where the request that arrives here does not say so.
    """

    app: ASGIApp
    https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._added(scope, message["headers"])
            await send(message)

        await self.app(scope, receive, with_headers)

    def _added(self, scope: Scope, headers: Headers) -> Headers:
        added = [*headers, *ALWAYS]
        if self.https or scope["scheme"] == "https":
            added.append(BY_HTTPS)
        if scope["path"].startswith("/api/") and not any(name == b"cache-control" for name, _ in headers):
            added.append(NOT_KEPT)
        return added
