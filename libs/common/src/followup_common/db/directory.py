"""The people that a batch may have to tell: the lines above its assignees, and those with a role."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import text

from followup_common.db.database import Transaction
from followup_common.policy import Absence, Directory, Person, Policy

# UNION, not UNION ALL: a cycle in old data ends the walk instead of turning in it for ever.
LINES = text("""
    WITH RECURSIVE line AS (
        SELECT id, manager_id, active, calendar_id FROM users WHERE id = ANY(CAST(:assignees AS bigint[]))
        UNION
        SELECT u.id, u.manager_id, u.active, u.calendar_id FROM users u JOIN line ON u.id = line.manager_id
    )
    SELECT id, manager_id, active, calendar_id FROM line
""")

# Everybody who is away now, not only those on these lines: a substitute may be anybody, and be away as well.
AWAY = text("""
    SELECT a.user_id, a.last_day, a.substitute_id, s.manager_id, s.active
    FROM absent_now a LEFT JOIN users s ON s.id = a.substitute_id
""")

# An account that commands use hears only what nobody else would.
OF_ROLE = text("""
    SELECT id FROM users u WHERE role = :role AND active AND (is_person OR NOT EXISTS (
        SELECT FROM users p WHERE p.role = u.role AND p.active AND p.is_person))
    ORDER BY id
""")
ORGANISATIONS = text("SELECT calendar_id FROM organisation")


def load_directory(
    tx: Transaction,
    assignees: Collection[int],
    policies: Iterable[Policy] = (),
    *,
    with_calendars: bool = False,
    with_absences: bool = False,
) -> Directory:
    """Read who is above these assignees, and whom these policies name beside them, as it is now.

    Args:
        tx: where to read.
        assignees: ids of people.
        policies: by which somebody is told.
        with_calendars: also the calendar of the organisation, which else is read only where a policy goes by
            calendars.
        with_absences: also who is away now, for those who tell somebody.
    """
    given = list(policies)
    named = {user_id for policy in given for user_id in policy.named_users}
    rows = tx.execute(LINES, {"assignees": list({*assignees, *named})})
    people = {row.id: Person(row.id, row.manager_id, row.active, row.calendar_id) for row in rows}
    managers = any(policy.names_managers for policy in given)
    counts = with_calendars or any(
        policy.counts_working_time or policy.tells_in_working_hours for policy in given
    )
    return Directory(
        people,
        _of_role(tx, "admin"),
        _of_role(tx, "manager") if managers else (),
        tx.execute(ORGANISATIONS).scalar() if counts else None,
        _absent(tx, people) if with_absences else {},
    )


def _absent(tx: Transaction, people: dict[int, Person]) -> dict[int, Absence]:
    """Who is away; adds those who stand in for them to the people."""
    absent = {}
    for row in tx.execute(AWAY):
        absent[row.user_id] = Absence(row.last_day, row.substitute_id)
        if row.substitute_id is not None:
            people.setdefault(row.substitute_id, Person(row.substitute_id, row.manager_id, row.active))
    return absent


def _of_role(tx: Transaction, role: str) -> list[int]:
    return list(tx.execute(OF_ROLE, {"role": role}).scalars())
