"""What the notifier is to tell: that a follow-up is somebody's now, and what a stop kept it from telling."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from followup_common.contracts import EscalationKey, EscalationsRaised, FollowUpReassigned
from sqlalchemy import text

from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork

# Where a step tells each person in working hours of their own, those whose hours began during the stop
# have heard nothing: the announced step is told again, to those who have not been told.
DROPPED = text("""
    SELECT e.follow_up_id, e.run, e.step, e.repeat
    FROM escalations e
    JOIN escalation_states es ON es.follow_up_id = e.follow_up_id AND es.run = e.run AND es.is_open
    JOIN policy_versions v ON v.id = es.policy_version_id
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[])) AND CASE
        WHEN EXISTS (
            SELECT FROM activities a
            WHERE a.follow_up_id = e.follow_up_id AND a.run = e.run AND a.step = e.step
              AND a.repeat = e.repeat)
        THEN (e.step, e.repeat) = (es.step, es.repeat)
            AND v.steps -> (e.step - 1) ->> 'tell' = 'working_hours'
        ELSE e.status = 'raised' END
    ORDER BY e.follow_up_id, e.step, e.repeat
""")
# Given to somebody by somebody else, and never heard of; or taken, at a step that others are to hear of. What
# has come back to them by undoing is what they were given then, under another number: each change of the
# assignee since, and each that was undone, has counted one further. So has a hand-over that went back. Where
# they heard of it in a later run, which was taken back since, only others are to hear, whom that run had no
# step for.
UNTOLD = text("""
    SELECT f.id, f.assignee_id, f.assignment,
        CASE WHEN heard.run IS NULL THEN given.actor_id ELSE f.assignee_id END AS actor_id
    FROM follow_ups f JOIN escalation_states es ON es.follow_up_id = f.id CROSS JOIN LATERAL (
        SELECT a.id, a.actor_id FROM activities a
        WHERE a.follow_up_id = f.id AND a.kind IN ('reassigned', 'imported')
          AND a.details #>> '{changes,assignee_id,to}' = CAST(f.assignee_id AS text)
          AND NOT EXISTS (
              SELECT FROM hand_overs h
              WHERE h.id = CAST(a.details ->> 'hand_over' AS bigint) AND h.from_user_id = f.assignee_id)
        ORDER BY a.id DESC LIMIT 1
    ) given CROSS JOIN LATERAL (
        SELECT count(*) AS changes FROM activities a
        WHERE a.follow_up_id = f.id AND a.id > given.id AND a.details -> 'changes' ? 'assignee_id'
    ) since CROSS JOIN LATERAL (
        SELECT min(n.run) AS run FROM notifications n
        WHERE n.user_id = f.assignee_id AND n.follow_up_id = f.id AND n.step = 0
          AND n.repeat >= f.assignment - since.changes
    ) heard
    WHERE f.id = ANY(CAST(:ids AS bigint[])) AND f.is_open
      AND CASE WHEN heard.run IS NULL THEN given.actor_id <> f.assignee_id OR es.step > 0
          ELSE heard.run > es.run AND es.step > 0 END
    ORDER BY f.id
""")


def reassigned(row: Record, actor_id: int) -> FollowUpReassigned:
    """The event of a row whose assignee has changed."""
    return FollowUpReassigned(
        follow_up_id=row.id, assignee_id=row.assignee_id, assignment=row.assignment, actor_id=actor_id
    )


def given_back(row: Mapping[str, Any]) -> FollowUpReassigned:
    """The event of a row that an undo has given back: as if its assignee had taken it, who is not told.

    Of the others whom the step reached tells, those hear of it who have not yet.
    """
    return FollowUpReassigned(
        follow_up_id=row["id"],
        assignee_id=row["assignee_id"],
        assignment=row["assignment"],
        actor_id=row["assignee_id"],
    )


def go_on(work: UnitOfWork, ids: Collection[int], again: Collection[EscalationKey] = ()) -> None:
    """Tell what would have been told, had the follow-ups not been stopped at that moment; nothing else.

    Of the steps that were raised and not announced the notifier announces the last, and drops the others.

    Args:
        work: the unit of work of the request.
        ids: of follow-ups that go on as they were.
        again: steps that were announced, but perhaps not to everybody whom they concern now.
    """
    rows = work.tx.execute(DROPPED, {"ids": list(ids)}).mappings()
    keys = dict.fromkeys([*(EscalationKey.model_validate(dict(row)) for row in rows), *again])
    if keys:
        work.emit(EscalationsRaised.of(None, keys))
    for row in work.tx.execute(UNTOLD, {"ids": list(ids)}):
        work.emit(reassigned(row, row.actor_id))
