"""What a notification says, and why its recipient got it."""

from __future__ import annotations

from followup_common.db import Transaction

from followup_api.followups.activities import Names, names_of, step_of
from followup_api.followups.sentences import found_as, hours_between, overdue
from followup_api.notifications.schemas import Notification, NotifiedFollowUp, SubjectName, Why
from followup_api.pagination import Page, Rows
from followup_api.rows import Record


def told(tx: Transaction, rows: Rows) -> Page[Notification]:
    """A page of `queries.page` as its recipient reads it."""
    mentioned = {user_id for row in rows.rows for user_id in (row.assignee_id, row.actor_id) if user_id}
    names = names_of(tx, mentioned)
    items = [_notification(tx, row, names) for row in rows.rows]
    return Page[Notification](items=items, next_cursor=rows.next_cursor)


def _notification(tx: Transaction, row: Record, names: Names) -> Notification:
    step = step_of(tx, row.policy_version_id, row.step)
    actor = names.of(row.actor_id).name if row.actor_id else None
    hours = hours_between(row.due_at, row.created_at)
    assigned = row.step == 0
    return Notification(
        id=row.id,
        kind="assignment" if assigned else "escalation",
        created_at=row.created_at,
        read_at=row.read_at,
        follow_up=_follow_up(row),
        message=_assignment(row.title, actor) if assigned else f"{row.title} {overdue(hours)}",
        label=step.label if step else None,
        sla_breach=step.sla_breach if step else False,
        why=Why(
            policy=row.policy,
            policy_version=row.version,
            step=row.step,
            label=step.label if step else None,
            hours_overdue=hours,
            audience=row.audience,
            fallback=row.fallback,
            text=_how_assigned(actor) if assigned else _how_found(row, names.of(row.assignee_id).name),
        ),
    )


def _follow_up(row: Record) -> NotifiedFollowUp:
    subject = None
    if row.subject_id is not None:
        subject = SubjectName(id=row.subject_id, kind=row.subject_kind, name=row.subject_name)
    status = "open" if row.is_open else "completed"
    return NotifiedFollowUp(id=row.follow_up_id, title=row.title, status=status, subject=subject)


def _assignment(title: str, actor: str | None) -> str:
    return f"{actor} handed you {title}" if actor else f"{title} is yours now"


def _how_assigned(actor: str | None) -> str:
    return f"{actor} made you the assignee." if actor else "You became the assignee."


def _how_found(row: Record, assignee: str) -> str:
    if row.fallback == "admins":
        return f"Nobody active stands above {assignee}, so the admins are told."
    if row.audience == "assignee" and row.fallback is None:
        return "You are the assignee."
    if row.audience == "admins":
        return "You are an admin: this step tells all admins."
    if row.audience in ("manager", "manager(1)") and row.fallback is None:
        return f"You manage {assignee}."
    how = found_as(row.audience, row.fallback, assignee)
    return f"You are {how}." if how[0].isdigit() else f"You are the {how}."
