"""The next one of a series, where the completion that made it is undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import activities, follow_ups
from sqlalchemy import BigInteger, Date, and_, bindparam, cast, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from followup_api.followups.next_ones import NEXT_IN_SERIES, completions
from followup_api.ids import among
from followup_api.rows import Record

f, a, s = follow_ups.c, activities.c, series.c


def take_back_next(tx: Transaction, ids: Collection[int]) -> set[int]:
    """Delete what completions have made of their series, where nobody has changed it, so that they can be
    undone; returns those whose series is as it was before.

    Args:
        tx: the transaction that undoes them; rolled back where one cannot be undone.
        ids: of follow-ups, whatever they are.
    """
    locked = select(f.id).where(among(f.id, ids), f.series_id.is_not(None), ~f.is_open).order_by(f.id)
    completed = tx.execute(locked.with_for_update()).scalars().all()
    if not completed:
        return set()
    rows = tx.execute(
        select(
            f.id,
            f.series_id,
            f.occurs_on,
            NEXT_IN_SERIES.label("next_id"),
            func.coalesce(a.details["missed"].as_integer(), 0).label("missed"),
        )
        .select_from(activities.join(follow_ups, f.id == a.follow_up_id))
        .where(among(a.follow_up_id, completed), a.id.in_(completions(completed)))
        .where(NEXT_IN_SERIES.is_not(None) | a.details.has_key("series_over"))
        .order_by(f.id)
    ).all()
    # All follow-ups, then all series, each by their ids: as everywhere.
    next_ids = [row.next_id for row in rows if row.next_id is not None]
    tx.execute(select(f.id).where(among(f.id, next_ids)).order_by(f.id).with_for_update())
    of_them = among(s.id, {row.series_id for row in rows})
    tx.execute(select(s.id).where(of_them).order_by(s.id).with_for_update())
    gone = _deleted(tx, [row for row in rows if row.next_id is not None])
    again = [row for row in rows if row.next_id is None or row.next_id in gone]
    if again:
        tx.execute(
            update(series)
            .where(s.id == bindparam("number"), s.ended_by.is_(None))
            .values(
                made=s.made - bindparam("gone"),
                missed=s.missed - bindparam("passed"),
                last_on=bindparam("day"),
                ended_at=null(),
            ),
            [
                {
                    "number": row.series_id,
                    "gone": int(row.next_id is not None),
                    "passed": row.missed,
                    "day": row.occurs_on,
                }
                for row in again
            ],
        )
    return {row.id for row in again}


def _deleted(tx: Transaction, rows: Sequence[Record]) -> set[int]:
    """Delete what nobody has changed of the next ones that completions have made."""
    if not rows:
        return set()
    ended = func.unnest(
        cast([row.next_id for row in rows], ARRAY(BigInteger)),
        cast([row.series_id for row in rows], ARRAY(BigInteger)),
        cast([row.occurs_on for row in rows], ARRAY(Date)),
    ).table_valued("next_id", "series_id", "occurs_on")
    ended = ended.render_derived(name="ended")
    unchanged = delete(follow_ups).where(f.id == ended.c.next_id, f.version == 1, f.is_open)
    # Another rule counts from the next one: by that there is nothing before it.
    same_rule = and_(s.made > 1, s.starts_on <= ended.c.occurs_on)
    of_its_series = unchanged.where(f.series_id == ended.c.series_id, s.id == f.series_id, same_rule)
    return set(tx.execute(of_its_series.returning(f.id)).scalars())
