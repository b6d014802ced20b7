"""PostgreSQL's clock, moved while everything goes on: ahead, and back.

A schema before `pg_catalog` in the search path has a `now()` and a `clock_timestamp()` of its own, which add
what the clock is off. It covers every statement of the product, and the functions, triggers and defaults
of its schema: these are bound again when it is installed. It needs nothing that a machine may lack, works on
any PostgreSQL, and leaves alone what tests measure by: commit timestamps, and timeouts, go on by the real
clock. A transaction keeps the clock that it began with, as with the real `now()`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from tests.support.postgres import libpq_url
from tests.support.waiting import eventually

SOON = timedelta(milliseconds=200)
"""A jump is there for everybody before it comes, so that no transaction sees half of it."""

INSTALL = """
CREATE SCHEMA moved_clock;
CREATE TABLE moved_clock.jumps (at timestamptz PRIMARY KEY, off interval NOT NULL);
CREATE FUNCTION moved_clock.off(moment timestamptz) RETURNS interval LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
        SELECT j.off FROM moved_clock.jumps j WHERE j.at <= moment ORDER BY j.at DESC LIMIT 1), interval '0');
END $$;
CREATE FUNCTION moved_clock.now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN pg_catalog.now() + moved_clock.off(pg_catalog.now());
END $$;
CREATE FUNCTION moved_clock.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN pg_catalog.clock_timestamp() + moved_clock.off(pg_catalog.clock_timestamp());
END $$;
GRANT USAGE ON SCHEMA moved_clock TO PUBLIC;
GRANT SELECT ON moved_clock.jumps TO PUBLIC;
"""

# A default was bound to the real function when its table was made.
BIND_DEFAULTS = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name, a.attname, pg_get_expr(d.adbin, d.adrelid) AS said
        FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
        WHERE c.relnamespace = 'public'::regnamespace
            AND pg_get_expr(d.adbin, d.adrelid) ~ '\\m(now|clock_timestamp)\\(\\)'
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', found.name, found.attname,
            regexp_replace(found.said, '\\m(now|clock_timestamp)\\(\\)', 'moved_clock.\\1()', 'g'));
    END LOOP;
END $$;
"""

SEARCH_PATH = """
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = moved_clock, pg_catalog, public', current_database());
END $$;
"""

# Functions with a search path of their own would not see it.
BIND_FUNCTIONS = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosrc ~ '\\m(now|clock_timestamp)\\(\\)'
            AND array_to_string(p.proconfig, ',') LIKE '%search_path%'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = moved_clock, pg_catalog, public', found.name);
    END LOOP;
END $$;
"""

# Conditions of triggers were bound to the real function when these were made.
BIND_TRIGGERS = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT t.tgname, t.tgrelid::regclass AS name, pg_get_triggerdef(t.oid) AS said
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
            AND pg_get_triggerdef(t.oid) ~ '\\m(now|clock_timestamp)\\(\\)'
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.name);
        EXECUTE regexp_replace(found.said, '\\m(now|clock_timestamp)\\(\\)', 'moved_clock.\\1()', 'g');
    END LOOP;
END $$;
"""

# The same of views.
BIND_VIEWS = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name, pg_get_viewdef(c.oid) AS said FROM pg_class c
        WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
            AND pg_get_viewdef(c.oid) ~ '(\\mnow\\(\\)|CURRENT_DATE)'
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', found.name, regexp_replace(
            regexp_replace(found.said, '\\mnow\\(\\)', 'moved_clock.now()', 'g'),
            'CURRENT_DATE', '(moved_clock.now())::date', 'g'));
    END LOOP;
END $$;
"""

MOVE = text("""
    INSERT INTO moved_clock.jumps (at, off) VALUES (pg_catalog.clock_timestamp() + :soon, :off) RETURNING at
""")


class DatabaseClock:
    """The clock of one database.

    Args:
        database_url: of a migrated database of the test's own, as a superuser; connections that are made from
            now on go by it.
        views: whether views go by it as well: who is away.
    """

    def __init__(self, database_url: str, *, views: bool = False) -> None:
        with psycopg.connect(libpq_url(database_url)) as connection:
            for statement in (INSTALL, BIND_DEFAULTS, BIND_FUNCTIONS, BIND_TRIGGERS, SEARCH_PATH):
                connection.execute(statement)
            if views:
                connection.execute(BIND_VIEWS)
        self._engine = create_engine(database_url, poolclass=NullPool)  # servers are killed meanwhile

    def set_off(self, off: timedelta) -> None:
        """Let the clock be so far off the real one, from now on; returns once it is."""
        with self._engine.begin() as tx:
            at = tx.execute(MOVE, {"soon": SOON, "off": off}).scalar_one()

        def has_come() -> bool:
            with self._engine.begin() as tx:
                return bool(
                    tx.execute(text("SELECT pg_catalog.clock_timestamp() >= :at"), {"at": at}).scalar()
                )

        eventually(has_come, what="the jump of the clock")

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def jumps(tx: Connection) -> list[tuple[datetime, timedelta]]:
    """When the clock jumped, by the real one, and how far it was off from then on."""
    return [
        (row.at, row.off) for row in tx.execute(text("SELECT at, off FROM moved_clock.jumps ORDER BY at"))
    ]
