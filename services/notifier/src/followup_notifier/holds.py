"""Holds that have ended by their time: who is to know is told once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from followup_common.contracts import HoldsEnded
from followup_common.db import Transaction
from followup_common.db.directory import load_directory
from followup_common.db.plans import find_by_index
from followup_common.db.wakeups import wake_inboxes
from followup_common.messaging.handlers import Emitted, handles
from followup_common.policy import HoldKind, Policy, Recipient, Severity, Step, recipients
from followup_common.policy.audiences import ASSIGNEE, MANAGER
from sqlalchemy import Row, text

from followup_notifier import inbox
from followup_notifier.settings import NotifierSettings

STEPS = {HoldKind.WAIT: -1, HoldKind.SNOOZE: -2, HoldKind.ACKNOWLEDGE: -3}
"""What the notifications of a hold's end have for a step; their repeat is the number of the hold."""

WAIT_OVER = Step(after=timedelta(), audience=(ASSIGNEE, MANAGER), label="wait", severity=Severity.OVERDUE)
"""Who is told that a wait is over, as a step says it."""
BOTH = Policy(steps=(WAIT_OVER,))

OF_HOLDS = text("""
    SELECT DISTINCT follow_up_id FROM holds WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY follow_up_id
""")
LOCK = text("SELECT FROM escalation_states_hold(CAST(:ids AS bigint[]))")

# The stop check, behind LOCK, in a statement of its own: so it sees what was committed until the states were
# free. Nothing is said of a hold whose follow-up was completed, moved or handed on since, that was undone, or
# that another one of its kind has taken the place of.
ENDED = text("""
    SELECT h.id, h.follow_up_id, h.number, h.kind, h.user_id, h.starts_at AS since, h.until, s.run,
        s.policy_version_id, f.due_at, f.assignee_id
    FROM holds h
    JOIN escalation_states s ON s.follow_up_id = h.follow_up_id
    JOIN follow_ups f ON f.id = h.follow_up_id
    WHERE h.id = ANY(CAST(:ids AS bigint[])) AND s.is_open AND h.end_reason = 'time'
      AND h.over_version IS NULL AND h.assignment = f.assignment
      AND NOT EXISTS (
        SELECT FROM holds o WHERE o.follow_up_id = h.follow_up_id AND o.kind = h.kind AND o.id > h.id
          AND o.ended_at IS NULL AND (h.kind = 'wait' OR o.user_id = h.user_id))
    ORDER BY h.follow_up_id, h.id
""")

# Once, whatever the run: that is looked up under the lock of the state; the unique key is about one run.
TELL = text("""
    WITH ended AS MATERIALIZED (
        SELECT e.* FROM jsonb_to_recordset(CAST(:ended AS jsonb)) AS e (
            follow_up_id bigint, run integer, step smallint, repeat smallint, policy_version_id bigint,
            due_at timestamptz, details jsonb)
        WHERE NOT EXISTS (
            SELECT FROM activities a
            WHERE a.follow_up_id = e.follow_up_id AND a.step = e.step AND a.repeat = e.repeat)
    ), logged AS (
        INSERT INTO activities (kind, follow_up_id, run, step, repeat, policy_version_id, details)
        SELECT 'hold_ended', follow_up_id, run, step, repeat, policy_version_id, details FROM ended
        ON CONFLICT (follow_up_id, run, step, repeat) WHERE step IS NOT NULL DO NOTHING
    )
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at,
                               user_id, audience, fallback, for_user_id, until, read_at)
    SELECT e.follow_up_id, e.run, e.step, e.repeat, e.policy_version_id, e.due_at,
        told.user_id, told.audience, told.fallback, told.for_user_id, told.until,
        CASE WHEN told.fallback = 'absent' THEN now() END
    FROM ended e, jsonb_to_recordset(e.details -> 'recipients')
        AS told (user_id bigint, audience text, fallback text, for_user_id bigint, until date)
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
    RETURNING user_id
""")


@handles(HoldsEnded)
def tell_of_ended_holds(event: HoldsEnded, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell assignee and manager that a wait is over, and people that what they held is."""
    given = {"ids": list(event.hold_ids)}
    find_by_index(tx)
    tx.execute(LOCK, {"ids": list(tx.execute(OF_HOLDS, given).scalars())})
    rows = tx.execute(ENDED, given).all()
    told = _told(tx, rows)
    ended = [_entry(row, told[row.id]) for row in rows if told[row.id]]
    if ended:
        people = set(tx.execute(TELL, {"ended": json.dumps(ended)}).scalars())
        wake_inboxes(tx, people)
    yield from ()


def _told(tx: Transaction, rows: Collection[Row[Any]]) -> Mapping[int, tuple[Recipient, ...]]:
    """Whom the end of each hold tells, by the holds' ids."""
    if not rows:
        return {}
    people = {row.assignee_id for row in rows} | {row.user_id for row in rows}
    directory = load_directory(tx, people, [BOTH], with_absences=True)
    found: dict[int, tuple[Recipient, ...]] = {}
    for row in rows:
        if row.kind == HoldKind.WAIT:
            found[row.id] = recipients(WAIT_OVER, row.assignee_id, directory)
        else:
            person = directory.people.get(row.user_id)
            found[row.id] = (Recipient(row.user_id, "holder"),) if person and person.active else ()
    return found


def _entry(row: Row[Any], told: Collection[Recipient]) -> Mapping[str, Any]:
    """A hold as an activity keeps its end."""
    due_at: datetime = row.due_at
    kept = json.loads(inbox.as_json(told))
    return {
        **{"follow_up_id": row.follow_up_id, "run": row.run, "step": STEPS[HoldKind(row.kind)]},
        **{"repeat": row.number, "policy_version_id": row.policy_version_id, "due_at": due_at.isoformat()},
        "details": {
            **{"hold": row.kind, "user_id": row.user_id, "since": row.since.isoformat()},
            **{"until": row.until.isoformat(), "due_at": due_at.isoformat(), "recipients": kept},
        },
    }
