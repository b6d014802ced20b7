"""Headers that tell browsers what not to do with our pages and answers."""

from __future__ import annotations

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

ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
BY_HTTPS = (b"strict-transport-security", f"max-age={ONE_YEAR}".encode())
NOT_KEPT = (b"cache-control", b"no-store")


@dataclass(frozen=True)
class SecurityHeaders:
    """Add the headers to every answer that does not have them.

    Args:
        app: what comes next.
        https: people come by https even where the request that arrives here does not say so.
    """

    app: ASGIApp
    https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                added = [each for each in ALWAYS if each[0] not in said]
                headers = message["headers"] = [*message["headers"], *added]
                if self.https or scope["scheme"] == "https":
                    headers.append(BY_HTTPS)
                if scope["path"].startswith("/api/") and all(name != b"cache-control" for name, _ in headers):
                    headers.append(NOT_KEPT)
            await send(message)

        await self.app(scope, receive, with_headers)
