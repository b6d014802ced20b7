"""Alembic's entry: a transaction for each migration, and no waiting behind a busy table (`lock_timeout`).

So a table that one migration locks is free again before the next one begins, and an upgrade that fails goes
on where it stopped.
"""

import time
from contextlib import ExitStack

from alembic import context
from sqlalchemy import text

from followup_common.db import absences, calendars, series  # noqa: F401 - they declare their tables
from followup_common.db.database import owners_engine
from followup_common.db.tables import metadata

MIGRATION_LOCK = 0x666F6C6C6F77
"""Two migrations at once take turns: the second finds nothing left to do."""

engine = owners_engine(context.config.get_main_option("sqlalchemy.url") or "")
# Closed also when a migration fails: the lock goes with its connection, and the next try need not wait.
with ExitStack() as stack:
    stack.callback(engine.dispose)
    connection = stack.enter_context(engine.connect())
    # Asked for again and again: an index that the first one builds beside others' writes has to wait for the
    # end of every statement that began before, and the second one's waiting would be such a statement.
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}):
        connection.rollback()
        time.sleep(0.2)
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '15min'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
