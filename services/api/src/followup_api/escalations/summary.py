"""SQL of the numbers and charts of the escalation dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import text

from followup_api.escalations.schemas import AgeGroup, EscalationDay, TeamEscalations
from followup_api.followups.schemas import PersonName
from followup_api.followups.scopes import Scope

AGES = (0, 48, 72, 96, 168, 336)
"""Where groups of age begin, in hours: up to two, three, four, seven and fourteen days, and longer."""
DAYS = 30

# The number of a group of age. Comparing is all that is done a row: reckoning with hours took longer.
AGE = " + ".join(f"(f.due_at <= now() - interval '{hours} hours')::int" for hours in AGES[1:])
# Counted from the index alone; steps are looked up a few times rather than once a row.
OPEN_NOW = """
    SELECT m.id, m.name, counted.admin, counted.age, sum(counted.number)::bigint AS number
    FROM (
        SELECT grouped.assignee_id, grouped.age, grouped.number,
               COALESCE((pv.steps -> (grouped.level - 1) ->> 'sla_breach')::boolean, false) AS admin
        FROM (
            SELECT f.policy_version_id, f.level, f.assignee_id, count(*) AS number,
                   {ages} AS age
            FROM follow_ups f WHERE f.is_open AND f.level >= 2 {scope} GROUP BY 1, 2, 3, 5
        ) grouped
        JOIN policy_versions pv ON pv.id = grouped.policy_version_id
    ) counted
    JOIN users u ON u.id = counted.assignee_id
    LEFT JOIN users m ON m.id = u.manager_id
    GROUP BY 1, 2, 3, 4
"""
MOVED = "(a.kind IN ('rescheduled', 'reopened', 'undone') OR a.kind = 'imported' AND a.details ? 'changes')"
# What was escalated in these days still is, or was completed or moved since: so no follow-up of others has to
# be looked up to see whose it is.
THEIRS = """
    AND e.follow_up_id IN (
        SELECT f.id FROM follow_ups f WHERE f.is_open AND f.level >= 2 {scope}
        UNION ALL
        SELECT f.id FROM follow_ups f
        WHERE NOT f.is_open AND f.level >= 2 AND f.completed_at >= {start} {scope}
        UNION ALL
        SELECT f.id FROM activities a JOIN follow_ups f ON f.id = a.follow_up_id
        WHERE a.created_at >= {start} AND {moved} {scope}
    )
"""
START = "((now() AT TIME ZONE :time_zone)::date - (:days - 1))::timestamp AT TIME ZONE :time_zone"
# Reckoned backwards from what is open now, so that only what began or ended within these days is read.
# A step begins when it is raised, and the one before it ends with that. The last one ends when its follow-up
# is completed or gets another due time. For another due version the history says when that was (after the
# last undo that went back to it), and which follow-ups have one is told by the moves of these days; should it
# not, the last edit stands in.
# All in one statement: between two, a sweep could raise what the one counts and the other does not.
SUMMARY = """
    WITH open_now AS MATERIALIZED ({open_now}), raised AS MATERIALIZED (
        SELECT e.follow_up_id, e.raised_at, e.policy_version_id, e.step
        FROM escalations e WHERE e.raised_at >= {start} AND e.repeat = 0 AND e.step >= 2
    ), turns AS (
        SELECT e.raised_at AS at, e.policy_version_id, turned.step, turned.by
        FROM raised e CROSS JOIN LATERAL (VALUES (e.step, 1), (e.step - 1, -1)) AS turned (step, by)
        WHERE turned.step >= 2 {theirs}
        UNION ALL
        SELECT f.completed_at, f.policy_version_id, f.level, -1
        FROM follow_ups f
        WHERE NOT f.is_open AND f.level >= 2 AND f.completed_at >= {start} {scope}
        UNION ALL
        SELECT ended, policy_version_id, step, -1 FROM (
            SELECT DISTINCT ON (e.follow_up_id, e.due_version) e.policy_version_id, e.step,
                   COALESCE(moved.at, f.updated_at) AS ended
            FROM (
                SELECT DISTINCT a.follow_up_id FROM activities a
                WHERE a.created_at >= {start} AND {moved}
            ) candidates
            JOIN follow_ups f ON f.id = candidates.follow_up_id
            JOIN escalations e ON e.follow_up_id = f.id AND e.due_version <> f.due_version AND e.step >= 2
            LEFT JOIN LATERAL (
                SELECT min(a.created_at) AS at FROM activities a
                WHERE a.follow_up_id = e.follow_up_id AND a.created_at >= e.raised_at
                  AND a.id > COALESCE((
                      SELECT max(u.id) FROM activities u
                      WHERE u.follow_up_id = e.follow_up_id AND u.kind = 'undone'
                        AND u.details -> 'due_version' = to_jsonb(e.due_version)
                  ), 0)
                  AND (a.kind = 'completed'
                       OR a.details -> 'changes' ?| ARRAY['due_at', 'completed_at'])
            ) moved ON true
            WHERE true {scope}
            ORDER BY e.follow_up_id, e.due_version, e.step DESC, e.repeat DESC
        ) earlier WHERE ended >= {start}
    ), by_day AS (
        SELECT day, sum(by) FILTER (WHERE NOT admin) AS manager, sum(by) FILTER (WHERE admin) AS admin
        FROM (
            SELECT day, by, COALESCE((pv.steps -> (step - 1) ->> 'sla_breach')::boolean, false) AS admin
            FROM (
                SELECT (at AT TIME ZONE :time_zone)::date AS day, policy_version_id, step, sum(by) AS by
                FROM turns GROUP BY 1, 2, 3
            ) counted JOIN policy_versions pv ON pv.id = policy_version_id
        ) told GROUP BY 1
    ), days AS (
        SELECT (now() AT TIME ZONE :time_zone)::date - i AS day FROM generate_series(0, :days - 1) i
    ), over_time AS (
        SELECT day AS date,
               ((SELECT COALESCE(sum(number), 0) FROM open_now o WHERE NOT o.admin)
                - COALESCE(sum(by_day.manager) OVER later, 0))::bigint AS manager,
               ((SELECT COALESCE(sum(number), 0) FROM open_now o WHERE o.admin)
                - COALESCE(sum(by_day.admin) OVER later, 0))::bigint AS admin
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
        open_now: counted by team, level and age.
        days: how many were open at the end of each of the last days.
    """

    open_now: Sequence[Mapping[str, Any]]
    days: Sequence[EscalationDay]

    def at(self, *, admin: bool) -> int:
        """How many there are at manager or at admin level."""
        return sum(group["number"] for group in self.open_now if group["admin"] is admin)

    def by_team(self) -> list[TeamEscalations]:
        """Those of each team, most first."""
        teams: dict[int | None, TeamEscalations] = {}
        for group in self.open_now:
            id_ = group["id"]
            manager = PersonName(id=id_, name=group["name"]) if id_ is not None else None
            empty = TeamEscalations(manager=manager, manager_level=0, admin_level=0)
            team = teams.setdefault(id_, empty)
            if group["admin"]:
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


def summary(tx: Transaction, scope: Scope, time_zone: str) -> Summary:
    """Open escalations as they are now, and as they were at the end of each of the last days there."""
    everyone = scope.user_ids is None
    parts = {
        "scope": "" if everyone else "AND f.assignee_id = ANY(CAST(:scope AS bigint[]))",
        "start": START,
        "moved": MOVED,
        "ages": AGE,
    }
    theirs = "" if everyone else THEIRS.format(**parts)
    statement = SUMMARY.format(open_now=OPEN_NOW.format(**parts), theirs=theirs, **parts)
    values = {"scope": sorted(scope.user_ids or ()), "time_zone": time_zone, "days": DAYS}
    row = tx.execute(text(statement), values).one()
    return Summary(row.open_now, [EscalationDay(**day) for day in row.over_time])
