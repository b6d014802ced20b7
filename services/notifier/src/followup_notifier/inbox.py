"""Writing notifications and activities, set by set.

What somebody is to find when they are back is written as read: it is in their list, and makes no sound. So is
what a summary tells (`summaries`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.optimistic_insert import OptimisticInsert
from followup_common.db.wakeups import wake_inboxes
from followup_common.policy import Recipient, Severity

from followup_notifier.summaries import ALONE, Bundle, Told, sum_up

# A route is who is told, by everyone at the same step with the same assignee: a batch of a thousand
# has few, so they travel once and each row names its own. "Nothing is said twice": the unique keys say
# so, not a look before. Steps of a first run count from the due time; where the clock has started over since,
# only the follow-up knows when it was due.
STATEMENT = """
    WITH announced AS MATERIALIZED (
        SELECT s.follow_up_id, s.run, a.step, a.repeat, s.policy_version_id,
            COALESCE(f.due_at, s.anchor_at) AS due_at, a.route
        FROM unnest(CAST(:ids AS bigint[]), CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]),
                    CAST(:routes AS integer[])) AS a (follow_up_id, step, repeat, route)
        JOIN escalation_states s
            ON s.follow_up_id = a.follow_up_id AND s.follow_up_id = ANY(CAST(:ids AS bigint[]))
        LEFT JOIN follow_ups f ON f.id = s.follow_up_id AND f.id = ANY(CAST(:started_over AS bigint[]))
    ), told AS MATERIALIZED (
        SELECT route - 1 AS route, person.*,
            CASE WHEN person.fallback IS DISTINCT FROM 'absent'
                THEN (CAST(:bundles AS bigint[]))[route] END AS bundle
        FROM jsonb_array_elements(CAST(:recipients AS jsonb)) WITH ORDINALITY AS r (people, route),
            jsonb_to_recordset(r.people)
                AS person (user_id bigint, audience text, fallback text, for_user_id bigint, until date,
                           tells_at timestamptz)
    ), logged AS (
        INSERT INTO activities (kind, follow_up_id, run, step, repeat, policy_version_id, details)
        SELECT 'escalated', follow_up_id, run, step, repeat, policy_version_id,
            jsonb_build_object('due_at', due_at, 'recipients', CAST(:recipients AS jsonb) -> route)
            {first_hours}
        FROM announced
        {unless_logged}
    ), fresh AS MATERIALIZED (
        SELECT a.follow_up_id, a.run, a.step, a.repeat, a.policy_version_id, a.due_at,
            told.user_id, told.audience, told.fallback, told.for_user_id, told.until, told.bundle
        FROM announced a JOIN told USING (route)
        WHERE told.tells_at IS NULL {and_untold}
    ), many AS (
        SELECT user_id, bundle FROM fresh WHERE bundle IS NOT NULL GROUP BY user_id, bundle
        HAVING count(*) > :alone OR EXISTS (
            SELECT FROM notifications s
            WHERE s.user_id = fresh.user_id AND s.audience = 'bundle' AND s.summary_of = fresh.bundle)
    ), notified AS (
        INSERT INTO notifications
            (follow_up_id, run, step, repeat, policy_version_id, due_at, user_id, audience, fallback,
             for_user_id, until, bundle, summed_up, read_at)
        SELECT f.*, CASE WHEN summed_up OR fallback = 'absent' THEN now() END
        FROM (
            SELECT fresh.*, bundle IS NOT NULL AND (user_id, bundle) IN (SELECT user_id, bundle FROM many)
                AS summed_up
            FROM fresh
        ) f
        {unless_told}
        RETURNING step, user_id, bundle
    )
    SELECT step, user_id, bundle, count(*) AS number FROM notified GROUP BY step, user_id, bundle
"""
UNLESS = {
    "unless_logged": "ON CONFLICT (follow_up_id, run, step, repeat) WHERE step IS NOT NULL DO NOTHING",
    "and_untold": """AND NOT EXISTS (
            SELECT FROM notifications n
            WHERE (n.follow_up_id, n.run, n.step, n.repeat, n.user_id)
                = (a.follow_up_id, a.run, a.step, a.repeat, told.user_id))""",
    "unless_told": "ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING",
}
ANNOUNCE = OptimisticInsert(STATEMENT.replace("{first_hours}", ""), **UNLESS)
ANNOUNCE_IN_HOURS = OptimisticInsert(
    STATEMENT.replace("{first_hours}", "|| (CAST(:hours AS jsonb) -> route)"), **UNLESS
)


@dataclass(eq=False)
class Route:
    """Who is told: everyone at the same step with the same assignee shares one of these.

    Attributes:
        recipients: all of them.
        severity: of the step.
        opens: when working hours of those begin who are told only then; the others are told now.
    """

    recipients: tuple[Recipient, ...]
    severity: Severity
    opens: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def told_now(self) -> list[int]:
        """Who is told now."""
        return [told.user_id for told in self.recipients if told.user_id not in self.opens]


class Announcement(NamedTuple):
    """An escalation to write, and whom to tell of it."""

    follow_up_id: int
    run: int
    step: int
    repeat: int
    route: Route


def as_json(recipients: Iterable[Recipient], opens: Mapping[int, datetime] | None = None) -> str:
    """How activities keep who was told: id and audience of each, the fallback where there was one, and when
    they are told where that is later."""
    return json.dumps([_kept(told, (opens or {}).get(told.user_id)) for told in recipients])


def write(tx: Transaction, announced: Sequence[Announcement], happening: str) -> Mapping[int, int]:
    """Write one activity an escalation and one notification a recipient; sum up what is many.

    Returns how many notifications are new, by step; summaries do not count.

    Args:
        tx: the transaction of the batch.
        announced: what to write, and whom to tell.
        happening: what brought it: what one happening tells somebody belongs together.

    The follow-ups' states must be held by this transaction: what is written is read from them.
    """
    if not announced:
        return {}
    ids, runs, steps, repeats, routes = zip(*announced, strict=True)
    numbers = {route: number for number, route in enumerate(dict.fromkeys(routes))}
    bundles = [Bundle(happening, route.severity) for route in numbers]
    parameters = {
        "ids": int_array(ids),
        "steps": int_array(steps),
        "repeats": int_array(repeats),
        "started_over": int_array(id_ for id_, run in zip(ids, runs, strict=True) if run > 1),
        "routes": int_array([numbers[route] for route in routes]),
        "bundles": int_array(bundle.number for bundle in bundles),
        "alone": ALONE,
        "recipients": f"[{','.join(as_json(route.recipients, route.opens) for route in numbers)}]",
    }
    announce = ANNOUNCE
    if any(route.opens for route in numbers):
        announce, parameters["hours"] = ANNOUNCE_IN_HOURS, json.dumps([_first(route) for route in numbers])
    notified, told = Counter[int](), Counter[Told]()
    for row in announce(tx, parameters):
        notified[row.step] += row.number
        if row.bundle is not None:
            told[Told(row.user_id, row.bundle)] += row.number
    sum_up(tx, told, bundles)
    wake_inboxes(tx, {user_id for route in numbers for user_id in route.told_now})
    return notified


def _first(route: Route) -> dict[str, str]:
    """When the first of those who wait is told."""
    return {"tells_at": min(route.opens.values()).isoformat()} if route.opens else {}


def _kept(told: Recipient, tells_at: datetime | None) -> dict[str, int | str]:
    kept: dict[str, int | str] = {"user_id": told.user_id, "audience": told.audience}
    if told.fallback:
        kept["fallback"] = told.fallback
    if told.for_user_id is not None:
        kept["for_user_id"] = told.for_user_id
    if told.until is not None:
        kept["until"] = told.until.isoformat()
    return {**kept, "tells_at": tells_at.isoformat()} if tells_at else kept
