"""What the end of a follow-up did to its sequence, where that is undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from followup_common.db import Transaction
from followup_common.db.tables import activities, deleted_follow_ups, enrolment_steps, enrolments, follow_ups
from sqlalchemy import any_, delete, exists, select, text, update

from followup_api.followups.next_ones import completions
from followup_api.ids import among

f, a, e, m, d = follow_ups.c, activities.c, enrolments.c, enrolment_steps.c, deleted_follow_ups.c
RESTORE = text("""
    SELECT wanted.id FROM unnest(CAST(:ids AS bigint[])) AS wanted (id), follow_ups_restore(wanted.id) r
    WHERE r.outcome = 'restored' ORDER BY 1
""")


class TakenBack(NamedTuple):
    """The follow-ups of which something was taken back, and what was restored by that."""

    of: frozenset[int] = frozenset()
    restored: Sequence[int] = ()


def take_back(tx: Transaction, ids: Collection[int]) -> TakenBack:
    """Delete what completions have made of their sequences, where nobody has changed it, and let those go on
    that they have stopped, with what was deleted by that.

    Args:
        tx: the transaction that undoes them; rolled back where one cannot be undone.
        ids: of follow-ups, whatever they are.
    """
    rows = tx.execute(
        select(m.follow_up_id, m.enrolment_id, a.details)
        .select_from(enrolment_steps.join(activities, a.follow_up_id == m.follow_up_id))
        .join(follow_ups, f.id == m.follow_up_id)
        .where(among(m.follow_up_id, ids), among(a.follow_up_id, ids), ~f.is_open)
        .where(a.id.in_(completions(ids)))
        .where(a.details.has_key("next_in_sequence") | a.details.has_key("sequence_over"))
        .order_by(m.follow_up_id)
    ).all()
    if not rows:
        return TakenBack()
    made = {number for row in rows for number in row.details.get("next_in_sequence", ())}
    tx.execute(select(f.id).where(among(f.id, {*made, *ids})).order_by(f.id).with_for_update())
    enrolment_ids = {row.enrolment_id for row in rows}
    tx.execute(select(e.id).where(among(e.id, enrolment_ids)).order_by(e.id).with_for_update())
    gone = forget(tx, made)
    stopped = {row.enrolment_id for row in rows if row.details.get("sequence_over") == "outcome"}
    again = _going_on_again(tx, stopped, ids)
    removed = {
        number
        for row in rows
        if row.enrolment_id in again
        for number in row.details.get("removed_of_sequence", ())
    }
    restored = tx.execute(RESTORE, {"ids": sorted(removed)}).scalars().all() if removed else []
    touched = {
        row.follow_up_id
        for row in rows
        if row.enrolment_id in again or not gone.isdisjoint(row.details.get("next_in_sequence", ()))
    }
    return TakenBack(frozenset(touched), restored)


def take_back_deletion(tx: Transaction, follow_up_id: int) -> None:
    """Delete what the deletion of a follow-up has made of its sequence, where nobody has changed it."""
    of_it = select(m.enrolment_id).where(m.follow_up_id == follow_up_id).scalar_subquery()
    then = select(d.deleted_at).where(d.id == follow_up_id).scalar_subquery()
    made = tx.execute(
        select(f.id)
        .join(enrolment_steps, m.follow_up_id == f.id)
        .where(m.enrolment_id == of_it, f.created_at == then, m.made_at == then)
        .order_by(f.id)
        .with_for_update(of=follow_ups)
    )
    ids = set(made.scalars())
    if ids:
        tx.execute(select(e.id).where(e.id == of_it).with_for_update())
        forget(tx, ids)


def forget(tx: Transaction, made: Collection[int]) -> set[int]:
    """Delete what nobody has changed of what was made, and let it be made again; returns what was deleted.

    Args:
        tx: a transaction that has locked them and where they belong.
        made: together, of whatever sequences.
    """
    if not made:
        return set()
    of_steps = exists().where(m.follow_up_id == f.id)
    unchanged = delete(follow_ups).where(among(f.id, made), f.version == 1, f.is_open, of_steps)
    gone = set(tx.execute(unchanged.returning(f.id)).scalars())
    if gone:
        # Those of the same part that somebody has deleted before come again with it.
        parts = select(m.enrolment_id).where(among(m.follow_up_id, gone)).scalar_subquery()
        there = exists().where(f.id == m.follow_up_id)
        tx.execute(
            delete(enrolment_steps).where(among(m.follow_up_id, made), m.enrolment_id.in_(parts), ~there)
        )
    return gone


def _going_on_again(tx: Transaction, enrolment_ids: Collection[int], ids: Collection[int]) -> set[int]:
    """Let those go on that were stopped by completions which are undone, and by no others."""
    if not enrolment_ids:
        return set()
    others = exists().where(
        m.enrolment_id == e.id,
        m.follow_up_id == f.id,
        ~among(f.id, ids),
        f.outcome == any_(e.stops_on),
    )
    goes_on = {"ended_at": None, "ended_because": None, "ended_by": None}
    stopped = (among(e.id, enrolment_ids), e.ended_because == "outcome", ~others)
    return set(tx.execute(update(enrolments).where(*stopped).values(goes_on).returning(e.id)).scalars())
