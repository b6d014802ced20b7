"""Undoing a merge of two leads or clients, for a day."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import (
    enrolment_steps,
    enrolments,
    follow_ups,
    subject_changes,
    subject_merge_items,
    subject_merges,
    subjects,
)
from sqlalchemy import Column, ColumnElement, Select, and_, func, insert, or_, select, update

from followup_api.audit import Action, Trail
from followup_api.merges import queries
from followup_api.merges.problems import MergeNotFound, MergeOver, UndoInMotion
from followup_api.merges.references import MOVED
from followup_api.merges.schemas import SubjectMerge
from followup_api.merges.service import CHANGED_BY, FIELDS, Moved, move, record, write_fields
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork

f, s, m, i = follow_ups.c, subjects.c, subject_merges.c, subject_merge_items.c


def undo(work: UnitOfWork, audit: Trail, actor_id: int, merge_id: int) -> SubjectMerge:
    """Make two of one again.

    What went over goes back where it is still on the survivor, and with a series or sequence what it made
    since. A field of the survivor gets back what it was, where it is still what was taken.

    Raises:
        MergeNotFound: there is none.
        MergeOver: it was undone, is too long ago, or another merge has to be undone first.
        UndoInMotion: more goes back than was locked.
    """
    tx = work.tx
    found = _undoable(tx, merge_id)
    back = {column: _goes_back(tx, column, found, lock=column.table is not subjects) for column in MOVED}
    kept, gone = _both(tx, found)
    if any(_goes_back(tx, column, found) != ids for column, ids in back.items()):
        raise UndoInMotion
    tx.execute(CHANGED_BY, {"actor_id": actor_id})
    changes = {
        name: {"from": change["to"], "to": change["from"]}
        for name, change in found.changes.items()
        if getattr(kept, name) == change["to"]
    }
    write_fields(tx, kept.id, {name: change["to"] for name, change in changes.items()})
    external = {"external_id": changes["external_id"]["from"]} if "external_id" in changes else {}
    write_fields(tx, gone.id, {"merged_into": None, **external})
    for column, ids in back.items():
        move(tx, column, ids, gone.id)
    ids = back[f.subject_id]
    record(tx, ids, Moved(actor_id, kept.id, gone.id, merge_id))
    ended = {"undone_at": func.now(), "undone_by": actor_id, "given_back": len(ids)}
    tx.execute(update(subject_merges).where(m.id == merge_id).values(ended))
    entry = {"subject_id": kept.id, "kind": "merge_undone", "actor_id": actor_id, "merge_id": merge_id}
    tx.execute(insert(subject_changes).values(**entry, changes=changes))
    names = {"name": gone.name, "into": kept.name}
    target = f"subjects/{kept.id}"
    audit(Action.MERGE_UNDONE, target, merged=gone.id, number=len(ids), merge=merge_id, **names)
    return queries.get(tx, merge_id)


def _undoable(tx: Transaction, merge_id: int) -> Record:
    young = (m.created_at > func.now() - queries.UNDOABLE_FOR).label("young")
    wanted = select(
        m.id, m.survivor_id, m.merged_id, m.changes, m.created_at, m.last_follow_up_id, m.undone_at, young
    )
    # What the trigger adds to its items does not wait for this lock, but for those of the two.
    locked = wanted.where(m.id == merge_id).with_for_update(key_share=True)
    found = tx.execute(locked).one_or_none()
    if found is None:
        raise MergeNotFound(merge_id)
    if found.undone_at is not None:
        raise MergeOver("It was undone already.")
    if not found.young:
        raise MergeOver(
            "It is more than a day ago: add the lead or client again, and put on it what is its own."
        )
    return found


def _goes_back(tx: Transaction, column: Column[Any], found: Record, *, lock: bool = False) -> list[int]:
    """What of a table goes back: it went over and is still there, or a series or sequence that went has
    made it since.

    Rows of `subjects` are locked with the two, all at once.
    """
    table = column.table
    back: ColumnElement[bool] = table.c.id.in_(_items(found.id, table.name))
    if table is follow_ups:
        steps = enrolment_steps.c
        made_of = or_(
            f.series_id.in_(_items(found.id, series.name)),
            f.id.in_(
                select(steps.follow_up_id).where(steps.enrolment_id.in_(_items(found.id, enrolments.name)))
            ),
        )
        last = found.last_follow_up_id
        # Times are those of beginnings: of a completion that waited for the merge as well. None: merged by
        # an API of before.
        since = f.created_at >= found.created_at if last is None else f.id > last
        back = or_(back, and_(made_of, since))
    wanted = select(table.c.id).where(back, column == found.survivor_id).order_by(table.c.id)
    return list(tx.execute(wanted.with_for_update() if lock else wanted).scalars())


def _items(merge_id: int, table: str) -> Select[int]:
    return select(i.row_id).where(i.merge_id == merge_id, i.table_name == table)


def _both(tx: Transaction, found: Record) -> tuple[Record, Record]:
    """The survivor and the one that went, locked.

    Raises:
        MergeOver: the survivor is not the last one by now.
    """
    wanted = select(s.id, s.merged_into, *FIELDS).where(
        or_(s.id.in_((found.survivor_id, found.merged_id)), s.id.in_(_items(found.id, subjects.name)))
    )
    rows = {row.id: row for row in tx.execute(wanted.order_by(s.id).with_for_update())}
    kept = rows[found.survivor_id]
    if kept.merged_into is not None:
        raise MergeOver(f"“{kept.name}” was merged into another one since: undo that first.")
    later = select(m.id).where(m.survivor_id == kept.id, m.id > found.id, m.undone_at.is_(None))
    if (newest := tx.execute(later.order_by(m.id.desc()).limit(1)).scalar()) is not None:
        raise MergeOver(f"Another one was merged into “{kept.name}” since: undo merge {newest} first.")
    return kept, rows[found.merged_id]
