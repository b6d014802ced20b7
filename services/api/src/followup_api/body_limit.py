"""How much a request may carry and how slowly it may come, before anybody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from followup_api.problems import TooLarge

GRACE_SECONDS = 10.0
"""How long the beginning of a body may take, whatever its pace."""
WINDOW_SECONDS = 10.0
"""After that, each window of so many seconds has to bring `LEAST_RATE` on average."""
LEAST_RATE = 1_024
"""Bytes a second: a modem manages, and who holds a connection open with single bytes does not."""
SMALL = 64 * 1024
"""Bytes of a body that are always taken: as many as there may be connections fit into memory."""
LARGE_AT_ONCE = 64
"""Larger ones that may be in memory at a time: nobody has been asked yet who sends them."""


@dataclass(frozen=True)
class Allowance:
    """What a body may have.

    Args:
        size: bytes.
        seconds: from its beginning to its end.
        in_memory: it is kept there, and not on disk.
    """

    size: int
    seconds: float
    in_memory: bool = True


@dataclass(frozen=True)
class BodyLimit:
    """Refuse bodies above a limit, whether they announce their length or not, and those that do not come.

    Args:
        app: what comes next.
        limit: of most bodies.
        others: limits of paths that start with a prefix.
    """

    app: ASGIApp
    limit: Allowance
    others: tuple[tuple[str, Allowance], ...] = ()
    _large: set[_Body] = field(default_factory=set, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = next((most for prefix, most in self.others if scope["path"].startswith(prefix)), self.limit)
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > limit.size:
            await _too_large(limit).response()(scope, receive, send)
            return
        body = _Body(receive, limit, self._large)

        async def noted(message: Message) -> None:
            body.answered = True
            await send(message)

        try:
            await self.app(scope, body.receive, noted)
        finally:
            self._large.discard(body)


@dataclass(eq=False)
class _Body:
    """A body on its way. What is raised are HTTPExceptions: frameworks let them through from its reader."""

    source: Receive
    limit: Allowance
    large: set[_Body]
    answered: bool = False
    complete: bool = False
    size: int = 0
    pace: Pace | None = None

    async def receive(self) -> Message:
        """The next piece, in time; of what comes when all of it is there, only that somebody left."""
        if self.complete:
            return await self.source()
        self.pace = self.pace or Pace(self.limit.seconds, asyncio.get_running_loop().time)
        try:
            async with asyncio.timeout_at(self.pace.deadline):
                message = await self.source()
        except TimeoutError:
            if self.answered:  # nobody waits for this body any more
                return {"type": "http.disconnect"}
            raise _too_slow(self.limit) from None
        piece = len(message.get("body", b""))
        self.size += piece
        self.complete = not message.get("more_body", False)
        if self.size > self.limit.size:
            raise HTTPException(413)
        if self.size > SMALL and self.limit.in_memory:
            self._find_room()
        if not self.complete and not self.pace.kept(piece):
            raise _too_slow(self.limit)
        return message

    def _find_room(self) -> None:
        if self not in self.large and len(self.large) >= LARGE_AT_ONCE:
            detail = "Too many large requests are on their way right now: try again shortly."
            raise HTTPException(503, detail, headers={"Retry-After": "5", "Connection": "close"})
        self.large.add(self)


@dataclass
class Pace:
    """Whether a body comes fast enough.

    Args:
        seconds: that all of it may take.
        clock: the event loop's.
    """

    seconds: float
    clock: Callable[[], float]
    _end: float = field(init=False)
    _window_ends: float = field(init=False)
    _in_window: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        now = self.clock()
        self._end, self._window_ends = now + self.seconds, now + GRACE_SECONDS + WINDOW_SECONDS

    @property
    def deadline(self) -> float:
        """When the wait for the next piece ends."""
        enough = self._in_window >= LEAST_RATE * WINDOW_SECONDS
        return min(self._end, self._window_ends + (WINDOW_SECONDS if enough else 0))

    def kept(self, piece: int) -> bool:
        """Count a piece that has come; says whether the pace has been kept so far."""
        now = self.clock()
        if now > self.deadline:
            return False
        if now > self._window_ends:
            self._window_ends, self._in_window = now + WINDOW_SECONDS, 0
        self._in_window += piece
        return True


def _too_large(limit: Allowance) -> TooLarge:
    return TooLarge(f"The body may have {limit.size:,} bytes at most: send less at once.")


def _too_slow(limit: Allowance) -> HTTPException:
    detail = (
        f"The body did not arrive in time: it may take {limit.seconds:g} s, and must not fall below "
        f"{LEAST_RATE:,} bytes a second. Send it again."
    )
    # Who has stopped sending would be waited for with the next request otherwise.
    return HTTPException(408, detail, headers={"Connection": "close"})
