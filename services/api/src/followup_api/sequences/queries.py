"""Reading sequences."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import enrolments, sequences, users
from sqlalchemy import Select, func, select

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.sequences.problems import SequenceNotFound
from followup_api.sequences.schemas import Sequence

q, e = sequences.c, enrolments.c
GOING_ON = (
    select(func.count())
    .select_from(enrolments)
    .where(e.sequence_id == q.id, e.ended_at.is_(None))
    .scalar_subquery()
)
FOUND: Select[*tuple[Any, ...]] = select(
    *(q.id, q.name, q.steps, q.stops_on, q.version, q.created_at, q.updated_at),
    GOING_ON.label("going_on"),
    func.jsonb_build_object("id", users.c.id, "name", users.c.name).label("created_by"),
    tag_of(sequences).label("etag"),
).join(users, users.c.id == q.created_by)


def page(tx: Transaction, query: PageQuery) -> Page[Sequence]:
    """All, by name."""
    found = paginate(tx, FOUND, (as_read(q.name), q.id), query)
    return Page[Sequence].of(found, map(Sequence.model_validate, found.rows))


def get(tx: Transaction, sequence_id: int) -> Sequence:
    """One of them.

    Raises:
        SequenceNotFound: there is none.
    """
    row = tx.execute(FOUND.where(q.id == sequence_id)).one_or_none()
    if row is None:
        raise SequenceNotFound(sequence_id)
    return Sequence.model_validate(row)
