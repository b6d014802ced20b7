"""What is done to leads and clients: each change has an entry in their history, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import subject_changes, subjects
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from followup_api.etags import Tags
from followup_api.followups.schemas import SubjectInput
from followup_api.problems import Invalid, constraint_of
from followup_api.rows import Record
from followup_api.subjects.problems import SubjectInMotion, SubjectTaken
from followup_api.subjects.queries import TAG
from followup_api.subjects.schemas import SubjectCreate, SubjectPatch

s = subjects.c
TRIES = 3
SURVIVOR = func.coalesce(s.merged_into, s.id)
EDITABLE = (s.name, s.external_id, s.url, s.phone, s.email, s.owner_id)


def add(tx: Transaction, body: SubjectCreate) -> int | None:
    """Write a new lead or client; None when its external id is taken."""
    statement = insert(subjects).values(body.model_dump()).on_conflict_do_nothing().returning(s.id)
    return tx.execute(statement).scalar()


def keep_subject(tx: Transaction, subject: SubjectInput) -> int:
    """The id of the lead or client that a follow-up names; one with an unknown external id is added.

    A known one is only found: it keeps its name and link, whatever the follow-up calls it. Changing it is a
    permission of its own, see `edit`. Where it was merged into another one, that one is found.

    Raises:
        Invalid: there is none with the id given.
        SubjectInMotion: its external id is given and taken away all the time.
    """
    if subject.id is not None:
        survivor = tx.execute(select(SURVIVOR).where(s.id == subject.id)).scalar()
        if survivor is None:
            message = f"There is no lead or client {subject.id}: choose another subject.id, or give its data."
            raise Invalid("subject.id", message)
        return int(survivor)
    values = subject.model_dump(exclude={"id"})
    # Without an external id there is no conflict: NULLs differ, and each is a new lead or client.
    added = insert(subjects).values(values).on_conflict_do_nothing(index_elements=[s.kind, s.external_id])
    known = select(SURVIVOR).where(s.kind == subject.kind, s.external_id == subject.external_id)
    for _ in range(TRIES):
        # What is in the way of the one may have got another external id before it is looked for.
        found = tx.execute(added.returning(s.id)).scalar() or tx.execute(known).scalar()
        if found is not None:
            return int(found)
    raise SubjectInMotion(subject.external_id)


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
