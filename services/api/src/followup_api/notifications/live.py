"""Live inboxes: PostgreSQL's NOTIFY wakes them, and what they show always comes from its tables."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import psycopg
import structlog
from fastapi import FastAPI
from followup_common.db import Transaction
from followup_common.db.database import libpq_url
from followup_common.db.wakeups import INBOX_CHANNEL
from psycopg import AsyncConnection, Notify, sql
from sqlalchemy.exc import SQLAlchemyError

from followup_api.dependencies import AppContext
from followup_api.metrics import STREAMS
from followup_api.notifications import queries
from followup_api.notifications.queries import Inbox
from followup_api.permissions import Caller

T = TypeVar("T")

log = structlog.get_logger()

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that proxies keep the connection."""
RECHECK = 60.0
"""Seconds after which everyone is looked at again, log-ins included, whether woken or not."""
AT_MOST_EVERY = 0.25
"""Seconds between two looks at the database: an inbox hears of a burst of notifications once."""
OPENED_EVERY = 0.025
"""Seconds between two looks where somebody opens their inbox: they wait for its first number."""
STREAMS_A_PERSON = 20
"""In one process. The page needs one for all tabs of a browser."""
SHORTEST_BACKOFF, LONGEST_BACKOFF = 0.25, 10.0
RETRY = "retry: 2000\n\n"
"""How many milliseconds a browser waits before it connects again."""

SURPLUS = (
    # Where nobody handles the event: browsers would be back in two seconds, and close another stream.
    'retry: 86400000\nevent: closed\ndata: {"reason": "too-many-streams"}\n\n'
)
"""The last words of a stream that made place for a newer one of the same person."""


@dataclass(eq=False)
class Stream:
    """One open stream of one person."""

    caller: Caller
    inbox: Inbox | None = None
    closed: bool = False
    surplus: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def log_in(self) -> tuple[str, int]:
        """What let the person in."""
        if self.caller.token_id is not None:
            return "token", self.caller.token_id
        # 0: an access token of the provider, which cannot be asked about later. The stream ends at the next
        # look, and the client comes again, with a token that is valid then.
        return "session", self.caller.session_id or 0

    def show(self, inbox: Inbox, *, again: bool) -> None:
        """Have the stream send this; unless `again`, only if it is not what it sent last."""
        if again or inbox != self.inbox:
            self.inbox = inbox
            self.changed.set()

    def make_place(self) -> None:
        """End the stream and say that it should not come back: the person has too many."""
        self.surplus = True
        self.close()

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self.changed.set()


class LiveInboxes:
    """Every open stream of this process, and the one connection that listens for all of them.

    Args:
        context: of the application; its database is asked what inboxes show.
    """

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._streams: dict[int, dict[Stream, None]] = {}
        """Those of each person, oldest first."""
        self._woken: set[int] = set()
        self._changed: set[int] = set()
        self._something = asyncio.Event()
        self._opened = asyncio.Event()
        self._stopping = False
        self._number = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and look for as long as the application lives."""
        tasks = [asyncio.create_task(_for_ever(work)) for work in (self._listen, self._look, self._recheck)]
        try:
            yield
        finally:
            self.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """End every stream; none opens any more."""
        self._stopping = True
        for stream in self._all():
            stream.close()

    async def events(self, caller: Caller) -> AsyncIterator[str]:
        """The server-sent events of one person, until they leave, their log-in ends or the server stops."""
        with self._open(caller) as stream:
            yield RETRY
            while not stream.closed:
                try:
                    await asyncio.wait_for(stream.changed.wait(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                stream.changed.clear()
                if stream.inbox is not None and not stream.closed:
                    yield f"event: inbox\ndata: {json.dumps(stream.inbox._asdict())}\n\n"
            if stream.surplus:
                yield SURPLUS

    @contextmanager
    def _open(self, caller: Caller) -> Iterator[Stream]:
        stream = Stream(caller, closed=self._stopping)
        own = self._streams.setdefault(caller.user_id, {})
        while len(own) >= STREAMS_A_PERSON:
            oldest = next(iter(own))
            del own[oldest]
            oldest.make_place()
        own[stream] = None
        self._count(1)
        self._wake({caller.user_id})
        self._opened.set()
        try:
            yield stream
        finally:
            own.pop(stream, None)
            if not own and self._streams.get(caller.user_id) is own:
                del self._streams[caller.user_id]
            self._count(-1)

    def _all(self) -> list[Stream]:
        return [stream for own in self._streams.values() for stream in own]

    def _count(self, more: int) -> None:
        self._number += more
        self._context.meter.record(STREAMS, self._number)

    def _wake(self, user_ids: set[int], *, changed: bool = False) -> None:
        """Have these looked at; `changed`: what they show is another, even where the numbers are the same."""
        self._woken |= user_ids
        if changed:
            self._changed |= user_ids
        self._something.set()

    def _notified(self, notification: Notify) -> None:
        if notification.payload == "*":
            self._wake(set(self._streams), changed=True)
            return
        try:
            user_ids = {int(user_id) for user_id in notification.payload.split(",") if user_id}
        except ValueError:
            log.warning("inbox_payload_ignored", payload=notification.payload[:100])
            return
        self._wake(user_ids & self._streams.keys(), changed=True)

    async def _listen(self) -> None:
        """Keep a listening connection; after each new one everybody looks again, for what was missed.

        The first one, too, may come after inboxes were opened.
        """
        backoff = SHORTEST_BACKOFF
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(INBOX_CHANNEL)))
                    self._wake(set(self._streams), changed=True)
                    backoff = SHORTEST_BACKOFF
                    await self._hear(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("inbox_listener_lost", error=repr(error))
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, LONGEST_BACKOFF)

    async def _connect(self) -> AsyncConnection:
        listens_on = self._context.settings.listen_database_url
        return await AsyncConnection.connect(
            libpq_url(listens_on.get_secret_value() if listens_on else self._context.database.url),
            autocommit=True,
            application_name="followup-api-inbox",
            connect_timeout=5,
            keepalives_idle=30,
        )

    async def _hear(self, connection: AsyncConnection) -> None:
        while True:
            async for notification in connection.notifies(timeout=RECHECK):
                self._notified(notification)
            await connection.execute("SELECT 1")  # raises when the connection is dead

    async def _look(self) -> None:
        """Ask what woken inboxes show, all of them in one query, and not more often than is useful."""
        while True:
            await self._something.wait()
            self._something.clear()
            self._opened.clear()
            woken, self._woken = self._woken & self._streams.keys(), set()
            changed, self._changed = self._changed, set()
            try:
                found = await self._read(partial(queries.inboxes, user_ids=woken)) if woken else {}
            except SQLAlchemyError as error:
                log.warning("inbox_look_failed", error=repr(error))
                self._wake(woken)
                self._wake(changed, changed=True)
                await asyncio.sleep(1)
                continue
            for user_id, inbox in found.items():
                for stream in self._streams.get(user_id, ()):
                    stream.show(inbox, again=user_id in changed)
            await self._pause()

    async def _pause(self) -> None:
        """Between two looks; a short one where somebody opens their inbox."""
        await asyncio.sleep(OPENED_EVERY)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._opened.wait(), AT_MOST_EVERY - OPENED_EVERY)

    async def _recheck(self) -> None:
        """End the streams of log-ins that have ended; look at all others once more."""
        while True:
            await asyncio.sleep(RECHECK)
            streams = self._all()
            if not streams:
                continue
            try:
                valid = await self._valid_log_ins(streams)
            except SQLAlchemyError as error:
                log.warning("inbox_recheck_failed", error=repr(error))
                continue
            for stream in streams:
                if stream.log_in not in valid:
                    stream.close()
            self._wake(set(self._streams))

    async def _valid_log_ins(self, streams: list[Stream]) -> set[tuple[str, int]]:
        log_ins = {stream.log_in for stream in streams}
        sessions = [id_ for kind, id_ in log_ins if kind == "session"]
        tokens = [id_ for kind, id_ in log_ins if kind == "token"]
        return await self._read(partial(queries.valid_log_ins, sessions=sessions, tokens=tokens))

    async def _read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query in a thread, once a connection of the pool is to be had."""

        def run() -> T:
            with self._context.database.transaction() as tx:
                return query(tx)

        return await self._context.threads.run(run)


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Keep a background task going: were it to end, inboxes would stay still and nobody would know."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("inbox_task_failed")
            await asyncio.sleep(1)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Live inboxes live as long as the application that serves them."""
    context: AppContext = app.state.context
    context.threads.make()
    app.state.live_inboxes = LiveInboxes(context)
    async with app.state.live_inboxes.running():
        yield


def of(app: FastAPI) -> LiveInboxes | None:
    """The live inboxes of an application; None before it is served."""
    found: LiveInboxes | None = getattr(app.state, "live_inboxes", None)
    return found
