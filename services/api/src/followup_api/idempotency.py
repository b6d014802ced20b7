"""`Idempotency-Key`: what a request creates is created once, however often the request is sent.

The key is kept in the transaction that creates, together with the answer: a crash leaves both or neither.
While that transaction is open the row of the key is locked, so that the same request sent meanwhile waits
for it. Neither the key nor the request is kept, only digests: the request's is keyed with the key, so that
a password in it cannot be guessed from a copy of the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request, Response
from followup_common.db import Transaction
from followup_common.db.slow_clock import SLOW_NOW, slow_now
from followup_common.db.tables import idempotency_keys
from psycopg.errors import LockNotAvailable
from sqlalchemy import delete, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from followup_api.auth.secrets import digest
from followup_api.problems import Conflict, Invalid, Problem
from followup_api.rows import Record
from followup_api.unit_of_work import Work

NAME = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
SHAPE = r"^[\x21-\x7e]{1,255}$"
KEPT = timedelta(hours=24)
PRUNED_AT_ONCE = 100
RETRY_SECONDS = "5"
KEPT_HEADERS = ("content-type", "location", "etag")
NOBODY = 0
"""In the place of a person, where a secret lets callers in."""

c = idempotency_keys.c


class OtherRequest(Invalid):
    """The key belongs to a request that said something else."""

    def __init__(self) -> None:
        super().__init__(
            NAME,
            f"{NAME} was sent before with another request: send a new key with this one, or the same request "
            "again.",
        )


class StillRunning(Conflict):
    """The same request is being done right now."""

    detail = f"The request with this {NAME} is still being done: send it again in a moment."
    headers: Mapping[str, str] = {"Retry-After": RETRY_SECONDS}


class Replay(Exception):
    """The request was done before: this was the answer."""

    def __init__(self, row: Record) -> None:
        super().__init__(f"answered with {row.status} before")
        self.row = row

    def response(self) -> Response:
        """The answer again."""
        return Response(self.row.body, self.row.status, {**self.row.headers, REPLAYED: "true"})


@dataclass
class Once:
    """One request that creates, and where its answer is kept; nowhere if it came without a key."""

    tx: Transaction
    where: dict[str, Any] | None = None
    _instead: Problem | None = field(default=None, init=False)

    def begin(self, request_digest: bytes) -> None:
        """Take the key for this request.

        Raises:
            Replay: it was done before.
            OtherRequest: the key was used for another one.
            StillRunning: it is being done.
        """
        if self.where is None:
            return
        self._prune()
        if not self._taken(request_digest):
            row = self.tx.execute(select(idempotency_keys).where(*self._this)).one_or_none()
            if row is None:
                raise StillRunning
            if not hmac.compare_digest(row.request_digest, request_digest):
                raise OtherRequest
            raise Replay(row)

    def say_instead(self, problem: Problem) -> None:
        """Answer repeats with this: the first answer tells a secret, which is not kept."""
        self._instead = problem

    def keep(self, answer: Response) -> None:
        """Keep the answer, unless it is a failure: then the request may be sent again as if it were new."""
        if self.where is None:
            return
        if answer.status_code >= 400:
            self.tx.execute(delete(idempotency_keys).where(*self._this))
            return
        kept = self._instead.response() if self._instead else answer
        headers = {name: kept.headers[name] for name in KEPT_HEADERS if name in kept.headers}
        values = {"status": kept.status_code, "headers": headers, "body": bytes(kept.body)}
        self.tx.execute(update(idempotency_keys).where(*self._this).values(values))

    @property
    def _this(self) -> list[Any]:
        return [c[name] == value for name, value in (self.where or {}).items()]

    def _taken(self, request_digest: bytes) -> bool:
        """Whether the key is ours now: it is new, or was kept for long enough."""
        new = insert(idempotency_keys).values(**(self.where or {}), request_digest=request_digest)
        again = {"request_digest": request_digest, "created_at": func.now(), "status": null()}
        old = c.created_at < slow_now() - KEPT
        statement = new.on_conflict_do_update(index_elements=list(self.where or {}), set_=again, where=old)
        try:
            return self.tx.execute(statement.returning(c.user_id)).one_or_none() is not None
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise StillRunning from None
            raise

    def _prune(self) -> None:
        self.tx.execute(
            text(f"""
                DELETE FROM idempotency_keys WHERE (user_id, route, key_digest) IN (
                    SELECT user_id, route, key_digest FROM idempotency_keys
                    WHERE created_at < {SLOW_NOW} - CAST(:kept AS interval)
                    ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED
                )
            """),
            {"kept": KEPT, "limit": PRUNED_AT_ONCE},
        )


async def sent(request: Request) -> bytes:
    """What a request carries: the digest of its file, or its body."""
    file: bytes | None = getattr(request.state, "file_digest", None)
    return await request.body() if file is None else file


def once(
    request: Request,
    work: Work,
    carried: Annotated[bytes, Depends(sent)],
    key: Annotated[
        str | None,
        Header(
            alias=NAME,
            description="Any text of your own for this one request, best a random UUID. Sent again with the "
            "same key within 24 hours, the request is not done again: the answer is that of the first time, "
            f"with `{REPLAYED}: true`.",
            json_schema_extra={"pattern": SHAPE},
            examples=["5f1c9d0e-5c0e-4a57-9f1b-0e7f4f5b6a21"],
        ),
    ] = None,
) -> Once:
    """The key of a request; a route asks for it after it has asked who the caller is."""
    if key is None:
        return Once(work.tx)
    if not re.fullmatch(SHAPE, key):
        raise Invalid(NAME, f"{NAME} must be 1 to 255 visible ASCII characters, such as a UUID.")
    where = {
        "user_id": getattr(request.state, "user_id", NOBODY),
        "route": f"{request.method} {request.url.path}",
        "key_digest": digest(key),
    }
    asked = Once(work.tx, where)
    request.state.once = asked  # `kept_by` finds it there, also when `begin` fails
    asked.begin(_digest(request, carried, key))
    return asked


Idempotent = Annotated[Once, Depends(once)]


def kept_by(request: Request) -> Once | None:
    """What keeps the answer of a request that came with a key."""
    found: Once | None = getattr(request.state, "once", None)
    return found


def install(app: FastAPI) -> None:
    """Let the application answer what it has answered before."""
    app.exception_handler(Replay)(_again)


async def _again(_: Request, replay: Replay) -> Response:
    return replay.response()


def _digest(request: Request, carried: bytes, key: str) -> bytes:
    """Of what was asked for: the query, and the body or the digest of the file that was sent."""
    query = request.url.query.encode()
    asked = b"%d %s %s" % (len(query), query, carried)
    return hmac.digest(key.encode(), asked, hashlib.sha256)
