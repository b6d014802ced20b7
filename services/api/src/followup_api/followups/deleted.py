"""Reading what was deleted: it is kept for 30 days, with all that belonged to it."""

from __future__ import annotations

from datetime import timedelta

from followup_common.db import Transaction
from followup_common.db.tables import deleted_follow_ups, users
from sqlalchemy import func, select

from followup_api.followups.schemas import Assignee, DeletedFollowUp, PersonName
from followup_api.followups.scopes import Scope
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.rows import Record

d = deleted_follow_ups.c
deleter = users.alias("deleter")

KEPT = timedelta(days=30)
"""As long as `follow_ups_restore` and the escalator's housekeeping say."""

DELETED = (
    select(
        *(d.id, d.external_id, d.title, d.due_at, d.deleted_at, d.deleted_by),
        *(users.c.id.label("assignee_id"), users.c.name, users.c.email, users.c.active),
        deleter.c.name.label("deleter_name"),
    )
    .join(users, users.c.id == d.assignee_id)
    .join(deleter, deleter.c.id == d.deleted_by, isouter=True)
    .where(d.deleted_at > func.now() - KEPT)
)


def page(tx: Transaction, scope: Scope, query: PageQuery) -> Page[DeletedFollowUp]:
    """What a caller may restore, latest deletion first."""
    wanted = DELETED.where(scope.condition(d.assignee_id))
    rows = paginate(tx, wanted, (d.deleted_at.desc(), d.id.desc()), query)
    return Page[DeletedFollowUp].of(rows, map(_deleted, rows.rows))


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
