"""People from a file: checked line by line and against the database, written set by set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from followup_common.addresses import folded, folded_sql
from followup_common.db import Transaction
from followup_common.db.tables import users
from sqlalchemy import Row, select, text
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Trail
from followup_api.handovers.leaving import hand_over_all
from followup_api.ids import among
from followup_api.imports import cells
from followup_api.imports.cells import Check, checked
from followup_api.imports.files import Records
from followup_api.imports.layouts import PEOPLE
from followup_api.imports.managers import Entry, manager_errors
from followup_api.imports.schemas import ImportResult, PeopleQuery
from followup_api.imports.staging import Loaded, count, load
from followup_api.problems import Invalid, constraint_of
from followup_api.time_zones import NOT_IN_DATABASE
from followup_api.unit_of_work import UnitOfWork
from followup_api.users.service import ensure_active_admin

CHECKS: dict[str, Check] = {
    "email": cells.email,
    "name": cells.line(),
    "role": cells.one_of("employee", "manager", "admin"),
    "manager_email": cells.optional_email,
    "time_zone": cells.zone,
    "active": cells.yes_or_no,
    "calendar": cells.line(required=False),
}

PLANNED = f"""
    CREATE TEMPORARY TABLE planned ON COMMIT DROP AS
    SELECT i.line, i.email, i.key, i.first_line, i.name, {{role}} AS role, {{time_zone}} AS time_zone,
           {{active}} AS active, {{manager_key}} AS manager_key, {{calendar_id}} AS calendar_id, i.calendar,
           u.id AS known_id, i.valid AND i.line = i.first_line AS good,
           u.id IS NOT NULL
               AND (u.email, u.name, u.role, u.time_zone, u.active, u.calendar_id, {folded_sql("m.email")})
               IS DISTINCT FROM
                   (i.email, i.name, {{role}}, {{time_zone}}, {{active}}, {{calendar_id}}, {{manager_key}})
               AS differs
    FROM (
        SELECT *, {folded_sql("manager_email")} AS manager_key,
               min(line) OVER (PARTITION BY key) AS first_line
        FROM (SELECT *, {folded_sql("email")} AS key FROM incoming) keyed
    ) i
    LEFT JOIN users u ON {folded_sql("u.email")} = i.key
    LEFT JOIN users m ON m.id = u.manager_id
    LEFT JOIN calendars c ON lower(c.name) = lower(i.calendar) AND c.archived_at IS NULL
"""
# Column of the file, what it says, and what holds where it lacks the column: what is known stays as it is,
# and somebody new has what they have by default.
OPTIONAL = (
    ("role", "role", "COALESCE(u.role, 'employee')"),
    ("time_zone", "time_zone", "COALESCE(u.time_zone, 'UTC')"),
    ("active", "active", "COALESCE(u.active, true)"),
    ("manager_email", "manager_key", folded_sql("m.email")),
)
# None of them is archived before what counts by it is written.
CALENDARS = "SELECT name FROM calendars WHERE archived_at IS NULL ORDER BY name FOR SHARE"
NO_CALENDAR = """
    SELECT line, calendar FROM planned WHERE good AND calendar IS NOT NULL AND calendar_id IS NULL
"""
NAMED = 10
"""Calendars that one error names at most."""
REPEATED = """
    SELECT line, email, first_line FROM planned WHERE email IS NOT NULL AND line <> first_line
"""
LINES = "SELECT line, key, manager_key, good FROM planned WHERE key IS NOT NULL ORDER BY line"
MANAGERS = f"""
    SELECT {folded_sql("u.email")} AS email, {folded_sql("m.email")} AS manager FROM users u
    LEFT JOIN users m ON m.id = u.manager_id
"""
# Who loses a role or is deactivated although others report to them once the file is written.
LEADS = f"""
    WITH leads AS (
        SELECT p.key, u.role <> 'employee' AND p.role = 'employee' AS demoted,
               u.active AND NOT p.active AS deactivated
        FROM planned p JOIN users u ON u.id = p.known_id WHERE p.good AND p.differs
    ), managers AS (
        SELECT manager_key AS key FROM planned WHERE good
        UNION ALL
        SELECT {folded_sql("m.email")} FROM users u JOIN users m ON m.id = u.manager_id
        WHERE NOT EXISTS (SELECT FROM planned p WHERE p.good AND p.known_id = u.id)
    )
    SELECT count(*) FILTER (WHERE demoted AND NOT deactivated) AS demoted,
           count(*) FILTER (WHERE deactivated) AS deactivated
    FROM leads WHERE (demoted OR deactivated) AND key IN (SELECT key FROM managers)
"""
# Who is deactivated and has open work; and whether their manager, once the file is written, is active.
LEAVING = f"""
    SELECT p.line, p.known_id, count(*) AS open, bool_and(COALESCE(pm.active, m.active, false)) AS has_manager
    FROM planned p JOIN users u ON u.id = p.known_id JOIN follow_ups f ON f.assignee_id = u.id AND f.is_open
    LEFT JOIN users m ON {folded_sql("m.email")} = p.manager_key
    LEFT JOIN planned pm ON pm.key = p.manager_key AND pm.good
    WHERE p.good AND u.active AND NOT p.active GROUP BY p.line, p.known_id ORDER BY p.line
"""
# First the people, then their managers in one statement: a manager may come further down in the file, and no
# state in between closes a cycle.
INSERT = f"""
    INSERT INTO users (email, name, role, time_zone, active, calendar_id)
    SELECT email, name, role, time_zone, active, calendar_id
    FROM planned WHERE good AND known_id IS NULL ORDER BY line
    ON CONFLICT ({folded_sql("email")}) DO NOTHING
"""
LOCK = """
    SELECT count(*) FROM (
        SELECT u.id FROM users u JOIN planned p ON p.known_id = u.id
        WHERE p.good AND p.differs ORDER BY u.id FOR NO KEY UPDATE OF u
    ) locked
"""
# A trigger ends the sessions and tokens of who becomes inactive.
UPDATE = f"""
    UPDATE users u
    SET email = p.email, name = p.name, role = p.role, time_zone = p.time_zone, active = p.active,
        calendar_id = p.calendar_id, manager_id = m.id
    FROM planned p LEFT JOIN users m ON {folded_sql("m.email")} = p.manager_key
    WHERE {folded_sql("u.email")} = p.key AND p.good
      AND (p.differs OR p.known_id IS NULL AND p.manager_key IS NOT NULL)
"""


def import_users(
    work: UnitOfWork, audit: Trail, actor_id: int, file: BinaryIO, query: PeopleQuery
) -> ImportResult:
    """Create and update people by `email`.

    Raises:
        NotImported: the file has errors, and its good lines were not asked for.
        Invalid: the columns that the query names do not fit the file.
        ImportRunning: another one is under way.
        LastAdmin: no active admin would be left.
    """
    tx = work.tx
    loaded = load(tx, file, PEOPLE, _parse, query)
    calendars = tx.execute(text(CALENDARS)).scalars().all() if "calendar" in loaded.columns else []
    tx.execute(text(_planned(loaded.columns)))
    loaded.errors.extend(_repeated(tx))
    loaded.leave_out(tx, list(_without_calendar(tx, calendars)))
    _check_managers(tx, loaded)
    leaving = tx.execute(text(LEAVING)).all() if "active" in loaded.columns else []
    loaded.leave_out(tx, list(_work_left(leaving, query)))
    loaded.refuse_errors()
    counts = count(tx)
    warnings = list(_warnings(tx)) if counts.updated else []
    if not query.dry_run:
        with _zones_of_the_database():
            for statement in (LOCK, INSERT, UPDATE):
                tx.execute(text(statement))
        ensure_active_admin(tx)
        if query.open_work == "manager":
            _hand_over(work, audit, actor_id, [row.known_id for row in leaving if row.has_manager])
    return loaded.result(counts, warnings=warnings, leaving=len(leaving))


def _planned(columns: Collection[str]) -> str:
    """The statement that plans what a file with these columns does."""
    given = {key: f"i.{key}" if column in columns else lacking for column, key, lacking in OPTIONAL}
    return PLANNED.format(**given, calendar_id="c.id" if "calendar" in columns else "u.calendar_id")


@contextmanager
def _zones_of_the_database() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) == "users_time_zone_known":
            raise Invalid("time_zone", NOT_IN_DATABASE) from None
        raise


def _parse(records: Records) -> Sequence[Sequence[Any]]:
    values = checked(records, CHECKS)
    managers = values["manager_email"]
    people = zip(records.lines, values["email"], managers, strict=True)
    for position, (line, email, manager) in enumerate(people):
        if email and manager and folded(email) == folded(manager):
            message = "manager_email is the person's own address: name somebody else, or leave it empty."
            records.refuse(line, "manager_email", message)
            managers[position] = None
    return list(values.values())


def _repeated(tx: Transaction) -> Iterator[tuple[int, str, str]]:
    for line, email, first_line in tx.execute(text(REPEATED)):
        yield line, "email", f"email {email!r} is on line {first_line} already: keep one of the two."


def _without_calendar(tx: Transaction, calendars: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Lines that name a calendar which is none, or is archived."""
    more = ", …" if len(calendars) > NAMED else ""
    use = (
        f"use {', '.join(calendars[:NAMED])}{more}, or nothing"
        if calendars
        else "add it first, or leave it empty"
    )
    for line, calendar in tx.execute(text(NO_CALENDAR)):
        yield line, "calendar", f"calendar {calendar!r} is no calendar in use: {use}."


def _work_left(leaving: Sequence[Row[Any]], query: PeopleQuery) -> Iterator[tuple[int, str, str]]:
    """Lines that would leave open work with somebody inactive, unless that is said to be meant."""
    for row in leaving:
        left = "one open follow-up" if row.open == 1 else f"{row.open:,} open follow-ups"
        if query.open_work is None:
            fix = "hand that over first, on the page People, or say open_work=manager or open_work=stays"
            yield row.line, "active", f"active is false, and this person has {left}: {fix}."
        elif query.open_work == "manager" and not row.has_manager:
            fix = "name one as manager_email, or hand that over first"
            yield row.line, "active", f"active is false, and no active manager gets their {left}: {fix}."


def _hand_over(work: UnitOfWork, audit: Trail, actor_id: int, leaving: Sequence[int]) -> None:
    """Give the open work of each to their manager, as the file has left both."""
    known = select(users.c.id, users.c.manager_id).where(among(users.c.id, leaving))
    for person in work.tx.execute(known.order_by(users.c.id)).all():
        hand_over_all(work, audit, actor_id, person.id, person.manager_id)


def _warnings(tx: Transaction) -> Iterator[str]:
    leads = tx.execute(text(LEADS)).one()
    if leads.demoted:
        yield (
            f"{_people(leads.demoted)} employee: they keep seeing the follow-ups of those who report to "
            "them. To change that, give the reports another manager_email."
        )
    if leads.deactivated:
        yield (
            f"{_people(leads.deactivated)} inactive: for the reports the next active person above is told."
        )


def _people(number: int) -> str:
    return f"{number:,} " + ("person with reports becomes" if number == 1 else "people with reports become")


def _check_managers(tx: Transaction, loaded: Loaded) -> None:
    entries = [Entry(*row) for row in tx.execute(text(LINES))]
    managers = {row.email: row.manager for row in tx.execute(text(MANAGERS))}
    wrong = list(manager_errors(entries, managers, partial=loaded.partial))
    loaded.leave_out(tx, wrong)
