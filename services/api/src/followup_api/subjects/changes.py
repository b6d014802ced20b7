"""Changing leads and clients: each change has an entry in their history, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import subject_changes, subjects, users
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.etags import Tags
from followup_api.followups.schemas import PersonName
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.problems import constraint_of
from followup_api.rows import Record
from followup_api.subjects.problems import SubjectTaken
from followup_api.subjects.queries import TAG
from followup_api.subjects.schemas import SubjectChange, SubjectPatch

s, h = subjects.c, subject_changes.c
EDITABLE = (s.name, s.external_id, s.url)


def edit(tx: Transaction, subject_id: int, body: SubjectPatch, tags: Tags, actor_id: int) -> bool:
    """Change what the body names, and note it in the history.

    Args:
        tx: where to do it.
        subject_id: which lead or client.
        body: what to change.
        tags: those that `If-Match` allows; None allows any.
        actor_id: who does it.

    Returns:
        Whether there is such a lead or client, as the caller has seen it.

    Raises:
        SubjectTaken: another one of its kind has the external id.
    """
    seen = [] if tags is None else [TAG.in_(tags)]
    locked = select(s.id, s.kind, *EDITABLE).where(s.id == subject_id, *seen).with_for_update()
    before = tx.execute(locked).one_or_none()
    if before is None:
        return False
    changes = _differences(before, body.changes())
    if changes:
        _write(tx, before, {name: change["to"] for name, change in changes.items()})
        entry = {"subject_id": subject_id, "kind": "edited", "actor_id": actor_id, "changes": changes}
        tx.execute(insert(subject_changes).values(entry))
    return True


def history(tx: Transaction, subject_id: int, query: PageQuery) -> Page[SubjectChange]:
    """What was changed about a lead or client, newest first."""
    columns = (h.id, h.kind, h.actor_id, users.c.name, h.created_at, h.changes)
    statement = select(*columns).join(users, users.c.id == h.actor_id).where(h.subject_id == subject_id)
    found = paginate(tx, statement, (h.id.desc(),), query)
    items = [
        SubjectChange(
            id=row.id,
            kind=row.kind,
            actor=PersonName(id=row.actor_id, name=row.name),
            created_at=row.created_at,
            changes=row.changes,
        )
        for row in found.rows
    ]
    return Page[SubjectChange].of(found, items)


def _differences(before: Record, wanted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {"from": getattr(before, name), "to": value}
        for name, value in wanted.items()
        if getattr(before, name) != value
    }


def _write(tx: Transaction, before: Record, values: Mapping[str, Any]) -> None:
    try:
        tx.execute(update(subjects).where(s.id == before.id).values(**values))
    except IntegrityError as error:
        if constraint_of(error) != "uq_subjects_kind_external_id":
            raise
        raise SubjectTaken(before.kind, values.get("external_id")) from None
