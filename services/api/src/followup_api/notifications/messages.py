"""What a notification says, and why its recipient got it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.policy import Severity, Step

from followup_api.followups.activities import Names, names_of, step_of, step_reached
from followup_api.followups.sentences import found_as, hours_between, overdue
from followup_api.notifications.schemas import HANDED_ON
from followup_api.rows import Record
from followup_api.visible import isolated


def told(tx: Transaction, rows: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """The fields of a `Notification` for each row of `queries.page`, as its recipient reads it."""
    seen = [row for row in rows if row.in_sight]
    mentioned = {user_id for row in seen for user_id in (row.assignee_id, row.actor_id) if user_id}
    names = names_of(tx, mentioned)
    for row in rows:
        if row.in_sight:
            yield _notification(row, _step(tx, row), names)
        else:
            yield _out_of_sight(row)


def _step(tx: Transaction, row: Record) -> Step | None:
    """The step that a notification announces; of an assignment, the one that had been reached by then."""
    if row.step == 0:
        return step_reached(tx, row.policy_version_id, row.due_at, row.created_at)
    return step_of(tx, row.policy_version_id, row.step)


def _out_of_sight(row: Record) -> dict[str, Any]:
    """That somebody was told, when and as what, and nothing of the follow-up or of whose it is."""
    return {
        **_kept(row),
        "follow_up": {
            "id": row.follow_up_id,
            "in_sight": False,
            "title": HANDED_ON,
            "status": "open",
            "subject": None,
        },
        "message": "A follow-up you were told about was handed on",
        "label": None,
        "sla_breach": False,
        "why": _why(row, hours=0.0, label=None, fallback=None, text="You do not see it any more."),
    }


def _notification(row: Record, step: Step | None, names: Names) -> dict[str, Any]:
    actor = isolated(names.of(row.actor_id).name) if row.actor_id else None
    title = isolated(row.title)
    hours = hours_between(row.due_at, row.created_at)
    assigned = row.step == 0
    label = step.label if step and not assigned else None
    breach = step.severity is Severity.BREACH if step else False
    said = f"{title} {overdue(hours)}"
    if assigned:
        said = _assignment(title, actor, hours, breach=breach)
    how = _how_assigned(actor) if assigned else _how_found(row, names.of(row.assignee_id).name)
    return {
        **_kept(row),
        "follow_up": _follow_up(row),
        "message": said,
        "label": label,
        "sla_breach": breach,
        "why": _why(row, hours=hours, label=label, fallback=row.fallback, text=how),
    }


def _kept(row: Record) -> dict[str, Any]:
    """What stays of a notification, whatever its recipient may see."""
    return {
        "id": row.id,
        "kind": "assignment" if row.step == 0 else "escalation",
        "created_at": row.created_at,
        "read_at": row.read_at,
    }


def _why(row: Record, *, hours: float, label: str | None, fallback: str | None, text: str) -> dict[str, Any]:
    return {
        "policy": row.policy,
        "policy_version": row.version,
        "step": row.step,
        "label": label,
        "hours_overdue": hours,
        "audience": row.audience,
        "fallback": fallback,
        "text": text,
    }


def _follow_up(row: Record) -> dict[str, Any]:
    subject = {"id": row.subject_id, "kind": row.subject_kind, "name": row.subject_name}
    return {
        "id": row.follow_up_id,
        "in_sight": True,
        "title": row.title,
        "status": "open" if row.is_open else "completed",
        "subject": None if row.subject_id is None else subject,
    }


def _assignment(title: str, actor: str | None, hours: float, *, breach: bool) -> str:
    """That it is theirs now, and, since this one notification is all they get, how late it is."""
    late = f", which {overdue(hours)}" if hours else ""
    said = f"{actor} handed you {title}" if actor else f"{title} is yours now"
    return said + late + (", an SLA breach" if breach else "")


def _how_assigned(actor: str | None) -> str:
    return f"{actor} made you the assignee." if actor else "You became the assignee."


def _how_found(row: Record, assignee: str) -> str:
    if row.fallback == "admins":
        return f"Nobody active is above {isolated(assignee)}, so the admins are told."
    if row.audience == "assignee" and row.fallback is None:
        return "You are the assignee."
    if row.audience == "admins":
        return "You are an admin: this step tells all admins."
    if row.audience in ("manager", "manager(1)") and row.fallback is None:
        return f"You manage {isolated(assignee)}."
    how = found_as(row.audience, row.fallback, assignee)
    return f"You are {how}." if how[0].isdigit() else f"You are the {how}."
