"""The next one of a series, where the completion that made it is undone."""

from __future__ import annotations

from collections.abc import Collection

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import activities, follow_ups
from sqlalchemy import delete, exists, func, null, select, update

from followup_api.followups.next_ones import NEXT_IN_SERIES, completions
from followup_api.ids import among

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
    taken_back = set()
    for row in rows:
        if row.next_id is not None:
            # Another rule counts from the next one: by that there is nothing before it.
            same_rule = exists().where(s.id == row.series_id, s.made > 1, s.starts_on <= row.occurs_on)
            next_one = delete(follow_ups).where(f.id == row.next_id, f.series_id == row.series_id)
            unchanged = next_one.where(f.version == 1, f.is_open, same_rule)
            if tx.execute(unchanged).rowcount == 0:
                continue
        before = {"made": s.made - 1, "missed": s.missed - row.missed} if row.next_id is not None else {}
        again = update(series).where(s.id == row.series_id, s.ended_by.is_(None))
        tx.execute(again.values(**before, last_on=row.occurs_on, ended_at=null()))
        taken_back.add(row.id)
    return taken_back
