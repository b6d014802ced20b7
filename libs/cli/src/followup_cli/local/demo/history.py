"""What the demo company was told in the months before now, as the services would have told it.

Their own functions place each follow-up at each sweep; only the owner of the tables can say that it was then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.clocks import Clocks, load_clocks
from followup_common.db.directory import load_directory
from followup_common.db.policies import load_policies
from followup_common.policy import NOWHERE, Directory, Policy, Reached, passed, place, recipients
from sqlalchemy import text

from followup_cli.local.demo.company import QUARTER

BEGAN, ENDED = timedelta(days=100), timedelta(days=13)
"""From when to when there were sweeps, before now. What is open now, no sweep has looked at."""

BEGIN = text("""
    INSERT INTO sweeps (trigger, slot, status, requested_at, started_at, finished_at)
    SELECT 'schedule', at, 'completed', at, at, at FROM generate_series(CAST(:began AS timestamptz),
        CAST(:ended AS timestamptz), interval '15 minutes') at
""")
FOLLOW_UPS = text("""
    SELECT f.id, f.assignee_id, f.created_at, f.completed_at, s.anchor_at, s.policy_version_id
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
    WHERE f.completed_at < :ended ORDER BY f.id
""")
RECORD = (
    """
    INSERT INTO escalations (follow_up_id, run, step, repeat, policy_version_id, sweep_id, status, severity,
                             raised_at, ended_at)
    SELECT t.id, 1, t.step, t.repeat, t.version, s.id, t.status, t.severity, t.at, t.until
    FROM told t JOIN sweeps s ON s.slot = t.at
    """,
    """
    INSERT INTO activities (follow_up_id, kind, run, step, repeat, policy_version_id, details, created_at)
    SELECT t.id, 'escalated', 1, t.step, t.repeat, t.version,
        jsonb_build_object('due_at', s.anchor_at, 'recipients', t.people), t.at
    FROM told t JOIN escalation_states s ON s.follow_up_id = t.id WHERE t.status = 'raised' ORDER BY t.at
    """,
    """
    INSERT INTO notifications (user_id, follow_up_id, run, step, repeat, policy_version_id, due_at, audience,
                               fallback, created_at, read_at)
    SELECT p.user_id, t.id, 1, t.step, t.repeat, t.version, s.anchor_at, p.audience, p.fallback, t.at,
        t.at + interval '40 minutes'
    FROM told t JOIN escalation_states s ON s.follow_up_id = t.id,
        jsonb_to_recordset(t.people) AS p (user_id bigint, audience text, fallback text)
    WHERE t.status = 'raised' ORDER BY t.at
    """,
    """
    UPDATE escalation_states s SET step = t.step, repeat = t.repeat, severity = t.severity
    FROM (SELECT DISTINCT ON (id) * FROM told ORDER BY id, step DESC, repeat DESC) t
    WHERE s.follow_up_id = t.id
    """,
    """
    UPDATE sweeps s SET escalated = t.number, delivered = t.number, notified = t.people
    FROM (
        SELECT at, count(*) AS number, sum(jsonb_array_length(people)) AS people
        FROM told WHERE status = 'raised' GROUP BY at
    ) t
    WHERE s.slot = t.at
    """,
)
TOLD = """
    CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT * FROM jsonb_to_recordset(CAST(:told AS jsonb)) AS t (id bigint, step smallint, repeat smallint,
        version bigint, status text, severity text, at timestamptz, until timestamptz, people jsonb)
"""


class Lived(NamedTuple):
    """A follow-up that was done before now."""

    id: int
    assignee_id: int
    created_at: datetime
    completed_at: datetime
    anchor_at: datetime
    version_id: int


def record_history(tx: Transaction, now: datetime) -> None:
    """Write what sweeps told of what was done by then, as the owner of the tables.

    Args:
        tx: a transaction of the owner's, in which everything lies at its time already.
        now: when the company is added.
    """
    times = {"began": _quarter(now - BEGAN), "ended": _quarter(now - ENDED)}
    tx.execute(BEGIN, times)
    lived = [Lived._make(row) for row in tx.execute(FOLLOW_UPS, {"ended": times["ended"]})]
    versions = {each.version_id for each in lived}
    policies = {
        number: policy
        for number, policy in load_policies(tx, versions).items()
        if isinstance(policy, Policy) and number in versions
    }
    people = {each.assignee_id for each in lived}
    directory = load_directory(tx, people, policies.values())
    clocks = load_clocks(tx, policies.values(), people, directory)
    told = [entry for each in lived for entry in _told(each, policies[each.version_id], clocks, directory)]
    tx.execute(text(TOLD), {"told": json.dumps(told, default=str)})
    for statement in RECORD:
        tx.execute(text(statement))


def _told(lived: Lived, policy: Policy, clocks: Clocks, directory: Directory) -> Iterator[dict[str, Any]]:
    """What each sweep took of a follow-up until it was done."""
    calendar = clocks.of(policy, lived.assignee_id)
    reached: Reached = NOWHERE
    wake_at: datetime | None = lived.created_at
    while wake_at is not None and (at := _next_quarter(wake_at)) < lived.completed_at:
        here = place(policy, calendar, lived.anchor_at, at, reached=reached)
        ends = min(_next_quarter(here.wake_at), lived.completed_at) if here.wake_at else lived.completed_at
        for step, repeat in passed(policy, calendar, lived.anchor_at, at, reached=reached):
            said = policy.tells(step, first=reached == NOWHERE)
            found = recipients(said, lived.assignee_id, directory)
            last = (step, repeat) == here.reached
            yield {
                **{"id": lived.id, "step": step, "repeat": repeat, "version": lived.version_id, "at": at},
                "status": "raised" if last else "skipped",
                "severity": policy.steps[step - 1].severity,
                "until": ends if last else at,
                "people": _people(found),
            }
        reached, wake_at = here.reached, here.wake_at


def _people(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"user_id": each.user_id, "audience": each.audience}
        | ({"fallback": each.fallback} if each.fallback else {})
        for each in found
    ]


def _quarter(moment: datetime) -> datetime:
    return moment - (moment - datetime.min.replace(tzinfo=UTC)) % QUARTER


def _next_quarter(moment: datetime) -> datetime:
    """When a sweep comes, at a time or after it."""
    return -((datetime.min.replace(tzinfo=UTC) - moment) // QUARTER) * QUARTER + datetime.min.replace(
        tzinfo=UTC
    )
