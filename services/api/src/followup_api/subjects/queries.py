"""SQL of leads and clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import SEARCHABLE_SUBJECT, follow_ups, subjects, users
from sqlalchemy import Select, Text, case, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import insert

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.followups.queries import FOLLOW_UPS, follow_up
from followup_api.followups.schemas import FollowUp, SubjectInput
from followup_api.followups.scopes import Scope
from followup_api.pagination import Rows, paginate
from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.searching import has_words
from followup_api.subjects.problems import SubjectInMotion
from followup_api.subjects.schemas import SubjectCreate, SubjectQuery

s, f = subjects.c, follow_ups.c
TAG = tag_of(subjects)
COLUMNS = (s.id, s.kind, s.external_id, s.name, s.url, s.version, TAG.label("etag"))
TRIES = 3
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
    statement = _with_counts(scope)
    if query.kind:
        statement = statement.where(s.kind == query.kind)
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
    rows = tx.execute(statement.order_by(f.is_open.desc(), f.due_at, f.id).limit(limit))
    return [follow_up(row) for row in rows]


def add(tx: Transaction, body: SubjectCreate) -> int | None:
    """Write a new lead or client; None when its external id is taken."""
    statement = insert(subjects).values(body.model_dump()).on_conflict_do_nothing().returning(s.id)
    return tx.execute(statement).scalar()


def keep_subject(tx: Transaction, subject: SubjectInput) -> int:
    """The id of the lead or client that a follow-up names; one with an unknown external id is added.

    A known one is only found: it keeps its name and link, whatever the follow-up calls it. Changing it is a
    permission of its own, see `subjects.changes`.

    Raises:
        Invalid: there is none with the id given.
        SubjectInMotion: its external id is given and taken away all the time.
    """
    if subject.id is not None:
        if tx.execute(select(s.id).where(s.id == subject.id)).scalar() is None:
            message = f"There is no lead or client {subject.id}: choose another subject.id, or give its data."
            raise Invalid("subject.id", message)
        return subject.id
    values = subject.model_dump(exclude={"id"})
    # Without an external id there is no conflict: NULLs differ, and each is a new lead or client.
    added = insert(subjects).values(values).on_conflict_do_nothing(index_elements=[s.kind, s.external_id])
    known = select(s.id).where(s.kind == subject.kind, s.external_id == subject.external_id)
    for _ in range(TRIES):
        # What is in the way of the one may have got another external id before it is looked for.
        found = tx.execute(added.returning(s.id)).scalar() or tx.execute(known).scalar()
        if found is not None:
            return int(found)
    raise SubjectInMotion(subject.external_id)


def _with_counts(scope: Scope) -> Select[*tuple[Any, ...]]:
    planned = (
        select(
            func.count().label("open"),
            func.count().filter(f.due_at <= func.now()).label("overdue"),
        )
        .where(f.subject_id == s.id, f.is_open, scope.condition())
        .lateral("planned")
    )
    # Told only to those who see none there themselves, and would plan another one.
    colleagues = case((planned.c.open == 0, FIRST_PLANNED)).label("first_planned")
    columns = (*COLUMNS, *TIMES, planned.c.open, planned.c.overdue, colleagues)
    return select(*columns).join(planned, true())
