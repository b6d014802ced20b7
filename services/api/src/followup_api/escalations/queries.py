"""SQL of the escalation dashboard. Everything here stands on the partial index of escalated follow-ups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, users
from sqlalchemy import TextClause, text, tuple_

from followup_api.escalations.schemas import (
    AgeGroup,
    EscalatedFollowUp,
    EscalationDay,
    EscalationLevel,
    EscalationQuery,
    TeamEscalations,
)
from followup_api.followups.queries import FOLLOW_UPS, searched, values_of
from followup_api.followups.schemas import PersonName
from followup_api.followups.scopes import Scope
from followup_api.pagination import Page, paginate

AGES = (0, 48, 72, 96, 168, 336)
"""Where groups of age begin, in hours: up to two, three, four, seven and fourteen days, and longer."""
DAYS = 30

# Counted by policy and level first, so that steps are looked up a few times rather than once a row.
BY_TEAM = """
    SELECT m.id, m.name, counted.admin, sum(counted.number)::bigint AS number
    FROM (
        SELECT grouped.manager_id, grouped.number,
               COALESCE((pv.steps -> (grouped.level - 1) ->> 'sla_breach')::boolean, false) AS admin
        FROM (
            SELECT f.policy_version_id, f.level, u.manager_id, count(*) AS number
            FROM follow_ups f JOIN users u ON u.id = f.assignee_id
            WHERE f.is_open AND f.level >= 2 {scope} GROUP BY 1, 2, 3
        ) grouped
        JOIN policy_versions pv ON pv.id = grouped.policy_version_id
    ) counted
    LEFT JOIN users m ON m.id = counted.manager_id
    GROUP BY 1, 2, 3
"""
BY_AGE = """
    SELECT width_bucket(extract(epoch FROM now() - f.due_at)::float8 / 3600, CAST(:ages AS float8[])) AS age,
           count(*) AS number
    FROM follow_ups f WHERE f.is_open AND f.level >= 2 {scope} GROUP BY 1
"""
BREACHES = text("""
    SELECT pv.id, step.number AS level
    FROM policy_versions pv, jsonb_array_elements(pv.steps) WITH ORDINALITY AS step (definition, number)
    WHERE (step.definition ->> 'sla_breach')::boolean
""")
UNROUTABLE = text("""
    SELECT count(*) FROM escalations e
    JOIN follow_ups f ON f.id = e.follow_up_id AND f.due_version = e.due_version AND f.is_open
    WHERE e.status = 'unroutable'
""")
# Each step raised lasts until the next step, or until its follow-up was completed or given another due
# time. For an earlier due version the history says when that was; should it not, the last edit stands in.
# A day has those that began on it or before, less those that ended on it or before.
OVER_TIME = """
    WITH days AS (
        SELECT (now() AT TIME ZONE :time_zone)::date - i AS day FROM generate_series(0, :days - 1) i
    ), steps AS (
        SELECT e.raised_at AS began,
               LEAST(lead(e.raised_at) OVER (PARTITION BY e.follow_up_id, e.due_version
                                             ORDER BY e.step, e.repeat),
                     CASE WHEN e.due_version = f.due_version THEN f.completed_at
                          ELSE COALESCE(moved.at, f.updated_at) END) AS ended,
               COALESCE((pv.steps -> (e.step - 1) ->> 'sla_breach')::boolean, false) AS admin
        FROM escalations e
        JOIN follow_ups f ON f.id = e.follow_up_id
        JOIN policy_versions pv ON pv.id = e.policy_version_id
        LEFT JOIN LATERAL (
            SELECT min(a.created_at) AS at FROM activities a
            WHERE e.due_version < f.due_version AND a.follow_up_id = e.follow_up_id
              AND a.created_at >= e.raised_at
              AND (a.kind = 'completed'
                   OR a.details -> 'changes' ?| ARRAY['due_at', 'completed_at'])
        ) moved ON true
        WHERE e.step >= 2 {scope}
    ), turns AS (
        SELECT began AS at, admin, 1 AS turn FROM steps
        UNION ALL
        SELECT ended, admin, -1 FROM steps WHERE ended IS NOT NULL
    ), by_day AS (
        SELECT GREATEST((at AT TIME ZONE :time_zone)::date, (SELECT min(day) FROM days)) AS day,
               sum(turn) FILTER (WHERE NOT admin) AS manager, sum(turn) FILTER (WHERE admin) AS admin
        FROM turns GROUP BY 1
    )
    SELECT day, COALESCE(sum(manager) OVER sofar, 0)::bigint AS manager,
           COALESCE(sum(admin) OVER sofar, 0)::bigint AS admin
    FROM days LEFT JOIN by_day USING (day) WINDOW sofar AS (ORDER BY day) ORDER BY day
"""


def page(tx: Transaction, query: EscalationQuery, scope: Scope) -> Page[EscalatedFollowUp]:
    """Open follow-ups that were escalated beyond their assignee, most overdue first."""
    f, managers = follow_ups.c, users.alias("managers")
    statement = (
        FOLLOW_UPS.add_columns(managers.c.id.label("manager_id"), managers.c.name.label("manager_name"))
        .join(managers, managers.c.id == users.c.manager_id, isouter=True)
        .where(f.is_open, f.level >= 2, scope.condition())
    )
    if query.level:
        # As pairs, so that PostgreSQL can tell from the row alone, before it joins anything to it.
        pairs = [(row.id, row.level) for row in tx.execute(BREACHES)]
        breached = tuple_(f.policy_version_id, f.level).in_(pairs)
        statement = statement.where(breached if query.level is EscalationLevel.ADMIN else ~breached)
    if query.q:
        statement = statement.where(searched(query.q))
    rows = paginate(tx, statement, (f.due_at, f.id), query)
    items = [
        EscalatedFollowUp(**values_of(row), manager=_person(row.manager_id, row.manager_name))
        for row in rows.rows
    ]
    return Page[EscalatedFollowUp](items=items, next_cursor=rows.next_cursor)


def by_team(tx: Transaction, scope: Scope) -> list[TeamEscalations]:
    """Open escalations of each team, most first."""
    teams: dict[int | None, TeamEscalations] = {}
    for id_, name, admin, number in tx.execute(_scoped(BY_TEAM, scope), _values(scope)):
        empty = TeamEscalations(manager=_person(id_, name), manager_level=0, admin_level=0)
        team = teams.setdefault(id_, empty)
        if admin:
            team.admin_level += number
        else:
            team.manager_level += number
    return sorted(teams.values(), key=lambda team: -team.manager_level - team.admin_level)


def by_age(tx: Transaction, scope: Scope) -> list[AgeGroup]:
    """How long open escalations have been overdue."""
    rows = tx.execute(_scoped(BY_AGE, scope), {**_values(scope), "ages": list(AGES)})
    numbers = {row.age: row.number for row in rows}
    return [
        AgeGroup(from_hours=begin, to_hours=end, count=numbers.get(group, 0))
        for group, (begin, end) in enumerate(zip_longest(AGES, AGES[1:]), start=1)
    ]


def over_time(tx: Transaction, scope: Scope, time_zone: str) -> Iterator[EscalationDay]:
    """Escalations that were open at the end of each of the last days."""
    values = {**_values(scope), "time_zone": time_zone, "days": DAYS}
    for row in tx.execute(_scoped(OVER_TIME, scope), values):
        yield EscalationDay(date=row.day, manager=row.manager, admin=row.admin)


def unroutable(tx: Transaction) -> int:
    """Steps of open follow-ups that wait until somebody can be told."""
    return int(tx.execute(UNROUTABLE).scalar_one())


def _scoped(statement: str, scope: Scope) -> TextClause:
    everyone = scope.user_ids is None
    return text(
        statement.format(scope="" if everyone else "AND f.assignee_id = ANY(CAST(:scope AS bigint[]))")
    )


def _values(scope: Scope) -> dict[str, Any]:
    return {} if scope.user_ids is None else {"scope": sorted(scope.user_ids)}


def _person(user_id: int | None, name: str | None) -> PersonName | None:
    return PersonName(id=user_id, name=name or "") if user_id is not None else None
