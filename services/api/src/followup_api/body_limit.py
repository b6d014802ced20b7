"""How much a request may carry, before anybody reads it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from followup_api.problems import TooLarge


@dataclass(frozen=True)
class BodyLimit:
    """Refuse bodies above a limit, whether they announce their length or not.

    Args:
        app: what comes next.
        limit: bytes at the most.
        larger: limits of paths that start with a prefix.
    """

    app: ASGIApp
    limit: int
    larger: tuple[tuple[str, int], ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = next((most for prefix, most in self.larger if scope["path"].startswith(prefix)), self.limit)
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > limit:
            await _too_large(limit).response()(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413)  # what frameworks let through from a body's reader
            return message

        await self.app(scope, counted, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body may have {limit:,} bytes at the most: send less at once.")
