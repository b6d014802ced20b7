"""What happened to a lead or client: the histories of its follow-ups in one."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import activities, follow_ups
from sqlalchemy import select

from followup_api.followups.activities import ENTRIES, told
from followup_api.followups.activity_schemas import StoryEntry
from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.pagination import Page, PageQuery, paginate

f, a = follow_ups.c, activities.c


def page(
    tx: Transaction, subject_id: int, scope: Scope, query: PageQuery, time_zone: str
) -> Page[StoryEntry]:
    """The histories of the follow-ups that somebody may see, newest first.

    Args:
        tx: where to read.
        subject_id: the lead or client.
        scope: whose follow-ups the reader may see.
        query: which page.
        time_zone: on whose clock times are told.
    """
    about_it = select(f.id, f.title).where(f.subject_id == subject_id, scope.condition())
    titles = {row.id: row.title for row in tx.execute(about_it)}
    rows = paginate(tx, ENTRIES.where(among(a.follow_up_id, titles)), (a.id.desc(),), query)
    entries = [
        {**dict(entry), "follow_up": {"id": row.follow_up_id, "title": titles[row.follow_up_id]}}
        for row, entry in zip(rows.rows, told(tx, rows.rows, time_zone), strict=True)
    ]
    return Page[StoryEntry].of(rows, map(StoryEntry.model_validate, entries))
