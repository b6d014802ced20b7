"""SQL of leads and clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import (
    SEARCHABLE_SUBJECT,
    follow_ups,
    subject_changes,
    subject_merges,
    subjects,
    users,
)
from sqlalchemy import Select, Text, case, func, literal_column, or_, select, true

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.followups.queries import FOLLOW_UPS
from followup_api.followups.queries import follow_ups_of as shown_follow_ups
from followup_api.followups.schemas import FollowUp
from followup_api.followups.scopes import Scope
from followup_api.merges import queries as merges
from followup_api.pagination import Page, PageQuery, Rows, paginate
from followup_api.rows import Record
from followup_api.searching import has_words
from followup_api.subjects.named import with_names
from followup_api.subjects.schemas import SubjectChange, SubjectQuery
from followup_api.users.queries import id_and_name

owners = users.alias("owner")
s, f, h = subjects.c, follow_ups.c, subject_changes.c
TAG = tag_of(subjects)
COLUMNS = (
    *(s.id, s.kind, s.external_id, s.name, s.url, s.phone, s.email),
    *(id_and_name(owners).label("owner"), s.version, TAG.label("etag")),
)
SAID = ("id", "kind", "actor", "created_at")
TIMES = (s.created_at, s.updated_at)
FIRST_PLANNED = (
    select(func.json_build_object("due_at", f.due_at, "assignee_name", users.c.name))
    .join(users, users.c.id == f.assignee_id)
    .where(f.subject_id == s.id, f.is_open)
    .order_by(f.due_at, f.id)
    .limit(1)
    .correlate(subjects)
    .scalar_subquery()
)
"""SQL of whose open follow-up on a lead or client is due first and when, no matter who asks."""


def page(tx: Transaction, query: SubjectQuery, scope: Scope) -> Rows:
    """Leads and clients by name."""
    statement = _with_counts(scope).where(s.merged_into.is_(None))
    if query.kind:
        statement = statement.where(s.kind == query.kind)
    if query.owner_id is not None:
        statement = statement.where(s.owner_id == query.owner_id)
    if query.has_owner is not None:
        # An owner who has left looks after nothing.
        statement = statement.where(func.coalesce(owners.c.active, False) == query.has_owner)
    if query.q:
        statement = statement.where(has_words(literal_column(SEARCHABLE_SUBJECT, Text()), query.q))
    return paginate(tx, statement, (as_read(s.name), s.id), query)


def find(tx: Transaction, subject_id: int, scope: Scope) -> Record | None:
    """One lead or client."""
    anybody = select(f.id).where(f.subject_id == subject_id, f.is_open).exists()
    statement = _with_counts(scope).add_columns(anybody.label("has_open")).where(s.id == subject_id)
    return tx.execute(statement).one_or_none()


def follow_ups_of(tx: Transaction, subject_id: int, scope: Scope, limit: int = 50) -> Sequence[FollowUp]:
    """The follow-ups on a lead or client: open ones first, most overdue first."""
    statement = FOLLOW_UPS.where(f.subject_id == subject_id, scope.condition())
    rows = tx.execute(statement.order_by(f.is_open.desc(), f.due_at, f.id).limit(limit)).all()
    return shown_follow_ups(tx, rows)


def history(tx: Transaction, subject_id: int, query: PageQuery) -> Page[SubjectChange]:
    """What was changed about a lead or client and those merged into it, newest first."""
    actor = func.json_build_object("id", h.actor_id, "name", users.c.name).label("actor")
    columns = (h.id, h.kind, actor, h.created_at, h.changes, h.merge_id)  # `SAID`, and of which merge
    theirs = or_(
        h.subject_id.in_(select(s.id).where(or_(s.id == subject_id, s.merged_into == subject_id))),
        h.merge_id.in_(select(subject_merges.c.id).where(subject_merges.c.merged_id == subject_id)),
    )
    statement = select(*columns).join(users, users.c.id == h.actor_id).where(theirs)
    found = paginate(tx, statement, (h.id.desc(),), query)
    known = merges.by_id(tx, {row.merge_id for row in found.rows if row.merge_id is not None})
    changed = with_names(tx, [row.changes for row in found.rows])
    entries = [
        {
            **{name: row._mapping[name] for name in SAID},
            "changes": changes,
            "merge": known.get(row.merge_id),
        }
        for row, changes in zip(found.rows, changed, strict=True)
    ]
    return Page[SubjectChange].of(found, entries)


def _with_counts(scope: Scope) -> Select[*tuple[Any, ...]]:
    planned = (
        select(func.count().label("open"), func.count().filter(f.due_at <= func.now()).label("overdue"))
        .where(f.subject_id == s.id, f.is_open, scope.condition())
        .lateral("planned")
    )
    # Told only to those who see none there themselves, and would plan another one.
    colleagues = case((planned.c.open == 0, FIRST_PLANNED)).label("first_planned")
    columns = (*COLUMNS, *TIMES, planned.c.open, planned.c.overdue, colleagues)
    with_owner = subjects.outerjoin(owners, owners.c.id == s.owner_id)
    return select(*columns).select_from(with_owner).join(planned, true())
