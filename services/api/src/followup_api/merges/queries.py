"""Reading merges of leads and clients."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import subject_merges, subjects, users
from sqlalchemy import ColumnElement, Select, func, literal_column, select

from followup_api.ids import among
from followup_api.merges.schemas import SubjectMerge
from followup_api.users.queries import id_and_name

m = subject_merges.c
survivor, merged, actor = subjects.alias("survivor"), subjects.alias("merged"), users.alias("actor")
UNDOABLE_FOR: ColumnElement[Any] = literal_column("interval '1 day'")


def _named(subject: Any) -> ColumnElement[Any]:
    c = subject.c
    return func.json_build_object("id", c.id, "kind", c.kind, "name", c.name)


FOUND: Select[*tuple[Any, ...]] = (
    select(
        *(m.id, m.number, m.created_at, m.undone_at, m.given_back),
        (m.created_at + UNDOABLE_FOR).label("undoable_until"),
        *(_named(survivor).label("survivor"), _named(merged).label("merged")),
        id_and_name(actor).label("actor"),
    )
    .select_from(subject_merges)
    .join(survivor, survivor.c.id == m.survivor_id)
    .join(merged, merged.c.id == m.merged_id)
    .join(actor, actor.c.id == m.actor_id)
)


def get(tx: Transaction, merge_id: int) -> SubjectMerge:
    """One merge, which is there."""
    return SubjectMerge.model_validate(tx.execute(FOUND.where(m.id == merge_id)).one()._mapping)


def by_id(tx: Transaction, ids: Collection[int]) -> dict[int, SubjectMerge]:
    """Some merges by their ids."""
    rows = tx.execute(FOUND.where(among(m.id, ids))) if ids else ()
    return {row.id: SubjectMerge.model_validate(row._mapping) for row in rows}
