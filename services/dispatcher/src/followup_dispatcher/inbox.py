"""What a delivery tells, as the inbox has it, and what a summary says of many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from followup_common.comments import mentioned, said
from followup_common.db import Transaction
from followup_common.db.policies import PolicyUnreadable, load_policies, policy_names
from followup_common.policy import Step
from sqlalchemy import Row, text

from followup_dispatcher.ended import Ended
from followup_dispatcher.stops import Told, stopped
from followup_dispatcher.telling import Delivery, Line, Notification, Recipient, Summary

MOST_LINES = 50
"""Of so many follow-ups a summary has a line."""

READER = text("SELECT name, time_zone, clock, date_order FROM users WHERE id = :user_id")

TOLD = text("""
    SELECT n.id, n.follow_up_id, n.run, n.step, n.policy_version_id, n.due_at, n.created_at, n.audience,
        n.fallback, n.until, c.body, f.title, b.name AS subject, a.name AS assignee, w.name AS actor,
        i.name AS absent
    FROM unnest(CAST(:user_ids AS bigint[]), CAST(:ids AS bigint[])) AS told (user_id, id)
    JOIN notifications n ON (n.user_id, n.id) = (told.user_id, told.id)
    JOIN follow_ups f ON f.id = n.follow_up_id
    JOIN users a ON a.id = f.assignee_id
    LEFT JOIN subjects b ON b.id = f.subject_id
    LEFT JOIN users w ON w.id = n.actor_id
    LEFT JOIN users i ON i.id = n.for_user_id
    LEFT JOIN comments c ON n.step <= -4 AND (c.follow_up_id, c.number) = (n.follow_up_id, n.repeat)
    ORDER BY n.due_at, n.id
""")

NAMES = text("SELECT id, name FROM users WHERE id = ANY(CAST(:ids AS bigint[]))")

# Chosen when it is sent, the longest overdue first.
BUNDLE = text("""
    SELECT n.id, n.follow_up_id FROM notifications n
    JOIN escalation_states s ON s.follow_up_id = n.follow_up_id AND s.is_open AND s.run = n.run
    WHERE n.user_id = :user_id AND n.bundle = :bundle ORDER BY n.due_at, n.id LIMIT :at_most
""")
SIZE = text("""
    SELECT count(*) AS number, bool_and(n.audience = 'assignee') AS own FROM notifications n
    JOIN escalation_states s ON s.follow_up_id = n.follow_up_id AND s.is_open AND s.run = n.run
    WHERE n.user_id = :user_id AND n.bundle = :bundle
""")
SUMMARY = text("""
    SELECT summary_of AS bundle, details ->> 'severity' AS severity, created_at FROM notifications
    WHERE user_id = :user_id AND id = :notification_id
""")


def retold(tx: Transaction, delivery_id: UUID, user_id: int, notification_id: int) -> Delivery | None:
    """A delivery that was sent, as it would tell now, without links; None: its follow-up was deleted."""
    told = tx.execute(TOLD, {"user_ids": [user_id], "ids": [notification_id]}).one_or_none()
    if told is None:
        return None
    reader = tx.execute(READER, {"user_id": user_id}).one()
    return Delivery(delivery_id, 1, "", Recipient(*reader), _notification(tx, told))


def notifications(tx: Transaction, told: Sequence[Told]) -> Mapping[int, Notification]:
    """What notifications say, by their ids."""
    keys = {"user_ids": [each.user_id for each in told], "ids": [each.id for each in told]}
    return {row.id: _notification(tx, row) for row in tx.execute(TOLD, keys)}


def _notification(tx: Transaction, row: Row[Any]) -> Notification:
    step = _step(tx, row.policy_version_id, row.step)
    return Notification(
        follow_up_id=row.follow_up_id,
        run=row.run,
        step=row.step,
        title=row.title,
        subject=row.subject,
        due_at=row.due_at,
        told_at=row.created_at,
        assignee=row.assignee,
        audience=row.audience,
        fallback=row.fallback,
        severity=step.severity if step else None,
        label=step.label if step else None,
        policy=policy_names(tx, [row.policy_version_id]).get(row.policy_version_id),
        actor=row.actor,
        absent=row.absent,
        until=row.until,
        first=step is not None and not step.names_assignee,
        comment=row.body and said(row.body, _names(tx, mentioned(row.body))),
    )


def summary(tx: Transaction, row: Row[Any]) -> Summary | Ended:
    """What a summary says now: of those it lists, none that was stopped, and how many there are besides."""
    keys = {"user_id": row.user_id, "notification_id": row.notification_id}
    found = tx.execute(SUMMARY, keys).one()
    bundle = {"user_id": row.user_id, "bundle": found.bundle}
    members = [Told(row.user_id, *each) for each in tx.execute(BUNDLE, {**bundle, "at_most": MOST_LINES})]
    gone = stopped(tx, members)
    standing = [each.id for each in members if each.id not in gone]
    if not standing:
        return Ended("suppressed", "nothing is left of what it sums up")
    size = tx.execute(SIZE, bundle).one()
    lines = tx.execute(TOLD, {"user_ids": [row.user_id] * len(standing), "ids": standing})
    return Summary(
        severity=found.severity,
        number=max(size.number - len(gone), len(standing)),
        own=size.own,
        lines=tuple(
            Line(
                *(each.follow_up_id, each.step, each.audience),
                *(each.title, each.subject, each.due_at, each.assignee),
            )
            for each in lines
        ),
        told_at=found.created_at,
    )


def _names(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    return {row.id: row.name for row in tx.execute(NAMES, {"ids": [*ids]})} if ids else {}


def _step(tx: Transaction, policy_version_id: int, number: int) -> Step | None:
    """The step of a policy that is told; None where it is none, or the policy cannot be read."""
    policy = load_policies(tx, [policy_version_id])[policy_version_id]
    if isinstance(policy, PolicyUnreadable) or not 1 <= number <= len(policy.steps):
        return None
    return policy.steps[number - 1]
