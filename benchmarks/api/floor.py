"""The floor: an ASGI app without any framework that answers with the same rows of the same SQL, as JSON.

Run by the same server, on the same driver, with as many threads and connections. It knows nothing of requests
but their address: what to run for each, and with which values, was recorded from the API.
"""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psycopg
from followup_api.followups.queries import values_of
from psycopg.rows import namedtuple_row
from pydantic_core import to_json


def escalation_of(row: Any) -> dict[str, Any]:
    """The fields of an `EscalatedFollowUp` that a row holds."""
    return {**values_of(row), "manager": {"id": row.manager_id, "name": row.manager_name}}


Statements = Sequence[tuple[Any, Any]]

THREADS = 12
RECORDED = "FLOOR_RECORDED"
SHAPES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "/api/v1/follow-ups": values_of,
    "/api/v1/escalations": escalation_of,
}


class Floor:
    """The app.

    Args:
        url: of the database, as libpq takes it.
        recorded: the statements behind each address and caller.
    """

    def __init__(self, url: str, recorded: dict[tuple[str, str, str], Statements]) -> None:
        self._recorded = recorded
        self._threads = ThreadPoolExecutor(THREADS)
        self._idle: SimpleQueue[psycopg.Connection[Any]] = SimpleQueue()
        for _ in range(THREADS):
            self._idle.put(psycopg.connect(url, autocommit=True, row_factory=namedtuple_row))

    async def __call__(
        self, scope: dict[str, Any], _: Callable[[], Any], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        token = next(value for name, value in scope["headers"] if name == b"authorization").decode()
        key = (scope["path"], scope["query_string"].decode(), token)
        body = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, key)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, key: tuple[str, str, str]) -> bytes:
        connection = self._idle.get()
        try:
            with connection.cursor() as cursor:
                found = [cursor.execute(sql, values).fetchall() for sql, values in self._recorded[key]]
        finally:
            self._idle.put(connection)
        shape = SHAPES.get(key[0])
        if shape is None:
            return to_json([[row._asdict() for row in rows] for rows in found[1:]])
        # Whose calendar applies is read after them, where some are overdue.
        listed: list[Any] = next(
            (rows for rows in reversed(found) if rows and hasattr(rows[0], "due_at")), []
        )
        return to_json({"items": [shape(row) for row in listed[:50]], "next_cursor": None})


def app() -> Floor:
    """The app that the environment describes."""
    url, recorded = pickle.loads(Path(os.environ[RECORDED]).read_bytes())
    return Floor(url, recorded)
