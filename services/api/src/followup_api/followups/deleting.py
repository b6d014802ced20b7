"""Deleting and restoring follow-ups: what is deleted is kept for 30 days, with all that belonged to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from followup_common.db.tables import deleted_follow_ups, follow_ups, users
from sqlalchemy import ColumnElement, Select, delete, func, select, text

from followup_api.followups import activities
from followup_api.followups.announcements import go_on
from followup_api.followups.changes import Target
from followup_api.followups.problems import ExternalIdTaken, NotDeleted
from followup_api.followups.schemas import Assignee, DeletedFollowUp, FollowUp, PersonName
from followup_api.followups.scopes import Scope
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork

f, d = follow_ups.c, deleted_follow_ups.c
deleter = users.alias("deleter")

KEPT = timedelta(days=30)
"""As long as `follow_ups_restore` and the escalator's housekeeping say."""

RESTORE = text("SELECT outcome FROM follow_ups_restore(:id)")
LOST = (d.external_id, d.assignee_id, d.step.label("level"), d.notifications, d.activities)
"""What the audit log keeps of a deletion: no title, no notes."""


def remove(target: Target) -> dict[str, Any]:
    """Delete a follow-up; returns what was lost with it, for the audit log.

    Raises:
        FollowUpNotFound: there is none, or the caller may not see it.
        FollowUpStale: it is not as the caller has seen it.
    """
    statement = delete(follow_ups).where(f.id == target.id, target.scope.condition(), *target.seen())
    if target.tx.execute(statement).rowcount == 0:
        target.current()
    row = target.tx.execute(select(*LOST).where(d.id == target.id)).one()
    return dict(row._mapping)


def restore(
    work: UnitOfWork, follow_up_id: int, scope: Scope, actor_id: int
) -> tuple[FollowUp, dict[str, Any]]:
    """Bring a deleted follow-up back as it was; returns it, and what the audit log keeps of it.

    What an escalation or an assignment would have told while it was away is told now; nobody hears anything
    again.

    Raises:
        NotDeleted: nothing of that id is kept that the caller may see.
        ExternalIdTaken: another one has its external id by now.
    """
    visible = (d.id == follow_up_id, _in_scope(scope))
    lost = work.tx.execute(select(*LOST).where(*visible)).first()
    if lost is None:
        raise NotDeleted(follow_up_id)
    outcome = work.tx.execute(RESTORE, {"id": follow_up_id}).scalar_one()
    if outcome == "taken":
        raise ExternalIdTaken(str(lost.external_id))
    if outcome != "restored":  # somebody else was quicker, or its time is up
        raise NotDeleted(follow_up_id)
    activities.record(work.tx, actor_id, [(follow_up_id, "restored", {})])
    go_on(work, [follow_up_id])
    return Target(work, follow_up_id, scope, None, actor_id).found(), dict(lost._mapping)


def page(work: UnitOfWork, scope: Scope, query: PageQuery) -> Page[DeletedFollowUp]:
    """What a caller may restore, latest deletion first."""
    rows = paginate(work.tx, _kept(scope), (d.deleted_at.desc(), d.id.desc()), query)
    return Page[DeletedFollowUp].of(rows, map(_deleted, rows.rows))


def _kept(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(d.id, d.external_id, d.title, d.due_at, d.deleted_at, d.deleted_by),
            *(users.c.id.label("assignee_id"), users.c.name, users.c.email, users.c.active),
            deleter.c.name.label("deleter_name"),
        )
        .join(users, users.c.id == d.assignee_id)
        .join(deleter, deleter.c.id == d.deleted_by, isouter=True)
        .where(_in_scope(scope), d.deleted_at > func.now() - KEPT)
    )


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    return scope.condition(d.assignee_id)


def _deleted(row: Record) -> DeletedFollowUp:
    known = row.deleted_by is not None and row.deleter_name is not None
    return DeletedFollowUp(
        id=row.id,
        external_id=row.external_id,
        title=row.title,
        due_at=row.due_at,
        assignee=Assignee(id=row.assignee_id, name=row.name, email=row.email, active=row.active),
        deleted_at=row.deleted_at,
        deleted_by=PersonName(id=row.deleted_by, name=row.deleter_name) if known else None,
        kept_until=row.deleted_at + KEPT,
    )
