"""A snapshot that stays open: PostgreSQL can forget nothing that was committed since."""

from __future__ import annotations

import threading

from followup_common.db import Database
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

PINNED_WITHIN = 30.0
"""Seconds."""
LOOK_SECONDS = 1.0
"""How often it sees whether its connection is there; idle for a minute, the transaction would be ended."""


class PinnedSnapshot:
    """A transaction that reads once and stays open. When its connection is lost, another one follows at once.

    Args:
        database: as the owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pinned = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="snapshot", daemon=True)

    def start(self) -> None:
        """Pin one; returns when it is. A second call changes nothing."""
        if not self._thread.is_alive():
            self._thread.start()
        if not self._pinned.wait(PINNED_WITHIN):
            raise TimeoutError("no snapshot was pinned")

    def stop(self) -> None:
        """Let it go, if there is one."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            try:
                self._pin()
            except SQLAlchemyError:  # PostgreSQL was killed, or threw everybody out: again
                self._stopping.wait(LOOK_SECONDS)

    def _pin(self) -> None:
        with self._database.transaction() as tx:
            tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            tx.execute(text("SELECT count(*) FROM escalation_states"))
            self._pinned.set()
            while not self._stopping.wait(LOOK_SECONDS):
                tx.execute(text("SELECT"))
