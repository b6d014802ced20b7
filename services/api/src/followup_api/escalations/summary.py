"""SQL of the numbers and charts of the escalation dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.tables import BEYOND_THE_ASSIGNEE, escalation_states, follow_ups
from followup_common.policy import Severity
from sqlalchemy import Executable, column, or_, select, text

from followup_api.escalations.counts import EVERYTHING, Narrowing
from followup_api.escalations.schemas import AgeGroup, EscalationDay, TeamEscalations
from followup_api.followups.schemas import PersonName
from followup_api.followups.scopes import Scope

es, f = escalation_states.c, follow_ups.c
AGES = (0, 48, 72, 96, 168, 336)
"""Where groups of age begin, in hours: up to two, three, four, seven and fourteen days, and longer."""
DAYS = 30

# The number of a group of age. Comparing is all that is done a row: counting in hours took longer.
AGE = " + ".join(f"(es.anchor_at <= now() - interval '{hours} hours')::int" for hours in AGES[1:])
# Counted from the index alone.
OPEN_NOW = """
    SELECT m.id, m.name, counted.severity, counted.age, sum(counted.number)::bigint AS number
    FROM (
        SELECT es.severity, es.assignee_id, count(*) AS number, {ages} AS age
        FROM escalation_states es WHERE es.is_open AND es.{beyond} {theirs} {narrowed} GROUP BY 1, 2, 4
    ) counted
    JOIN users u ON u.id = counted.assignee_id
    LEFT JOIN users m ON m.id = u.manager_id
    GROUP BY 1, 2, 3, 4
"""
# What was escalated in these days is open, or was completed since: both from indexes alone, so that no
# follow-up of others has to be looked up to see whose it is.
OF_THEIRS = """
    JOIN (
        SELECT f.id FROM follow_ups f WHERE f.is_open {theirs}
        UNION ALL
        SELECT f.id FROM follow_ups f WHERE NOT f.is_open AND f.completed_at >= {start} {theirs}
    ) of_theirs ON of_theirs.id = e.follow_up_id
"""
OF_NARROWED = "JOIN narrowed ON narrowed.id = e.follow_up_id"
START = "((now() AT TIME ZONE :time_zone)::date - (:days - 1))::timestamp AT TIME ZONE :time_zone"
# Counted backwards from what is open now, so that only what began or ended within these days is read. All in
# one statement: between two, a sweep could raise what the one counts and the other does not.
SUMMARY = """
    WITH open_now AS MATERIALIZED ({open_now}), turns AS (
        SELECT e.raised_at AS at, e.severity, 1 AS by FROM escalations e {of_theirs} {of_narrowed}
        WHERE e.raised_at >= {start} AND e.{beyond}
        UNION ALL
        SELECT e.ended_at, e.severity, -1 FROM escalations e {of_theirs} {of_narrowed}
        WHERE e.ended_at >= {start} AND e.{beyond}
    ), by_day AS (
        SELECT (at AT TIME ZONE :time_zone)::date AS day,
               sum(by) FILTER (WHERE severity = 'escalated') AS escalated,
               sum(by) FILTER (WHERE severity = 'breach') AS breach
        FROM turns GROUP BY 1
    ), days AS (
        SELECT (now() AT TIME ZONE :time_zone)::date - i AS day FROM generate_series(0, :days - 1) i
    ), over_time AS (
        SELECT day AS date,
               ((SELECT COALESCE(sum(number), 0) FROM open_now o WHERE o.severity = 'escalated')
                - COALESCE(sum(by_day.escalated) OVER later, 0))::bigint AS manager,
               ((SELECT COALESCE(sum(number), 0) FROM open_now o WHERE o.severity = 'breach')
                - COALESCE(sum(by_day.breach) OVER later, 0))::bigint AS admin
        FROM days LEFT JOIN by_day USING (day)
        WINDOW later AS (ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
    SELECT (SELECT COALESCE(jsonb_agg(o), '[]') FROM open_now o) AS open_now,
           (SELECT jsonb_agg(d ORDER BY d.date) FROM over_time d) AS over_time
"""


@dataclass(frozen=True)
class Summary:
    """Open escalations of one moment.

    Args:
        open_now: counted by team, severity and age.
        days: how many were open at the end of each of the last days.
    """

    open_now: Sequence[Mapping[str, Any]]
    days: Sequence[EscalationDay]

    def of(self, severity: Severity) -> int:
        """How many there are of a severity."""
        return sum(group["number"] for group in self.open_now if group["severity"] == severity)

    def by_team(self) -> list[TeamEscalations]:
        """Those of each team, most first."""
        teams: dict[int | None, TeamEscalations] = {}
        for group in self.open_now:
            id_ = group["id"]
            manager = PersonName(id=id_, name=group["name"]) if id_ is not None else None
            empty = TeamEscalations(manager=manager, manager_level=0, admin_level=0)
            team = teams.setdefault(id_, empty)
            if group["severity"] == Severity.BREACH:
                team.admin_level += group["number"]
            else:
                team.manager_level += group["number"]
        return sorted(teams.values(), key=lambda team: -team.manager_level - team.admin_level)

    def by_age(self) -> list[AgeGroup]:
        """How long they have been overdue."""
        numbers = [0] * len(AGES)
        for group in self.open_now:
            numbers[group["age"]] += group["number"]
        return [
            AgeGroup(from_hours=begin, to_hours=end, count=numbers[age])
            for age, (begin, end) in enumerate(zip_longest(AGES, AGES[1:]))
        ]


def summary(tx: Transaction, scope: Scope, time_zone: str, narrowing: Narrowing = EVERYTHING) -> Summary:
    """Open escalations as they are now, and as they were at the end of each of the last days there.

    Args:
        tx: where to count.
        scope: whose.
        time_zone: in which days begin.
        narrowing: what else they are narrowed to, as follow-ups are now.
    """
    everyone = scope.user_ids is None
    theirs = "" if everyone else "AND assignee_id = ANY(CAST(:scope AS bigint[]))"
    parts = {"theirs": theirs, "start": START, "ages": AGE, "beyond": BEYOND_THE_ASSIGNEE}
    parts |= {"narrowed": "AND es.follow_up_id IN (SELECT id FROM narrowed)", "of_narrowed": OF_NARROWED}
    if not narrowing:
        parts |= {"narrowed": "", "of_narrowed": ""}
    of_theirs = "" if everyone else OF_THEIRS.format(**parts)
    statement = SUMMARY.format(open_now=OPEN_NOW.format(**parts), of_theirs=of_theirs, **parts)
    values = {"scope": int_array(scope.user_ids or ()), "time_zone": time_zone, "days": DAYS}
    row = tx.execute(_among(statement, scope, narrowing), values).one()
    return Summary(row.open_now, [EscalationDay(**day) for day in row.over_time])


def _among(statement: str, scope: Scope, narrowing: Narrowing) -> Executable:
    """A statement that may ask `narrowed` for what a narrowing leaves of what is open or completed since."""
    if not narrowing:
        return text(statement)
    since = select(f.id).where(~f.is_open, f.completed_at >= text(START))
    ids = select(es.follow_up_id.label("id")).where(
        scope.condition(es.assignee_id), or_(es.is_open, es.follow_up_id.in_(since))
    )
    found = text(f"SELECT * FROM ({statement}) summed_up").columns(column("open_now"), column("over_time"))
    return found.add_cte(narrowing.of(ids).cte("narrowed"))
