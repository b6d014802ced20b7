"""Who looks after leads and clients: who may, and to whom theirs go."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import subject_changes, subjects
from sqlalchemy import insert, select, update

from followup_api.followups.problems import NotAssignable
from followup_api.followups.scopes import Scope
from followup_api.followups.service import check_assignable
from followup_api.ids import among
from followup_api.problems import Invalid

s = subjects.c


def check_owner(tx: Transaction, owner_id: int | None, scope: Scope) -> None:
    """Make sure that leads and clients may be given to somebody: as follow-ups may.

    Raises:
        Invalid: they may not; null is allowed.
    """
    if owner_id is None:
        return
    try:
        check_assignable(tx, owner_id, scope)
    except NotAssignable as refused:
        [(_, message)] = refused.errors
        message = message.replace("assignee_id", "owner_id")
        said = message.replace("assign follow-ups", "give leads and clients")
        raise Invalid("owner_id", said) from None


def give_subjects(tx: Transaction, actor_id: int, from_user_id: int, to: int) -> int:
    """Give all leads and clients that somebody owns to another one; returns how many.

    Each has an entry in its history. Those merged into another one are given, too: an undo shows them again.
    They have no entry: the survivor's history would show it as its own.
    """
    theirs = select(s.id, s.merged_into).where(s.owner_id == from_user_id).order_by(s.id).with_for_update()
    owned = tx.execute(theirs).all()
    if not owned:
        return 0
    tx.execute(update(subjects).where(among(s.id, [row.id for row in owned])).values(owner_id=to))
    change = {"owner_id": {"from": from_user_id, "to": to}}
    entry = {"kind": "edited", "actor_id": actor_id, "changes": change}
    entries = [{**entry, "subject_id": row.id} for row in owned if row.merged_into is None]
    if entries:
        tx.execute(insert(subject_changes), entries)
    return len(owned)
