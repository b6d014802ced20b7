"""What the API asks of PostgreSQL for a request, recorded from the API itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from fastapi.testclient import TestClient
from followup_api.app import create_app
from followup_api.settings import ApiSettings
from followup_common.db import Database
from followup_common.logging import configure_logging
from followup_common.messaging import Publisher, in_process_broker
from sqlalchemy import event

from benchmarks.api.floor import Statements


class _Recording(psycopg.Cursor[Any]):
    statements: list[tuple[Any, Any]] = []  # noqa: RUF012 - of all cursors together

    def execute(self, query: Any, params: Any = None, **options: Any) -> _Recording:
        self.statements.append((query, params))
        super().execute(query, params, **options)
        return self


def recorded(
    database_url: str, requests: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Statements]:
    """The statements of each request, given as path, query and API token."""
    configure_logging("benchmark", level="WARNING")
    database = Database(database_url)
    event.listen(database.engine, "connect", _record)
    settings = ApiSettings.model_validate({"database_url": database_url})
    app = create_app(settings, database=database, publisher=Publisher(in_process_broker()))
    found: dict[tuple[str, str, str], Statements] = {}
    client = TestClient(app)
    for path, query, token in requests:
        for _ in range(2):  # the second time without what is only asked once a process or a minute
            _Recording.statements.clear()
            answer = client.get(f"{path}?{query}", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text
        found[path, query, f"Bearer {token}"] = tuple(_Recording.statements)
    database.close()
    return found


def _record(connection: Any, _: object) -> None:
    connection.cursor_factory = _Recording
