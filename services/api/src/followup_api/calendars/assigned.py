"""Who counts by a calendar: people, the organisation, and the policies in force."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.db import Transaction
from followup_common.db.calendars import calendars
from followup_common.db.tables import organisation, policies, policy_versions, users
from sqlalchemy import func, select, text

from followup_api.problems import Invalid

c, pv = calendars.c, policy_versions.c
FIELD = "calendar_id"
# By versions of policies that are out of force, or of archived ones: their follow-ups go on by them.
COUNTING_STILL = text("""
    SELECT count(*) FROM policy_versions v JOIN escalation_states s ON s.policy_version_id = v.id
    WHERE v.calendar_id = :calendar_id AND s.is_open
""")


def refuse_unusable(tx: Transaction, calendar_id: int | None) -> None:
    """Let only a calendar that is in use be given to somebody; it is not archived before this commits.

    Raises:
        Invalid: there is none with this id, or it is archived.
    """
    if calendar_id is None:
        return
    held = select(c.archived_at).where(c.id == calendar_id).with_for_update(read=True)
    found = tx.execute(held).one_or_none()
    if found is None:
        raise Invalid(FIELD, f"{FIELD} {calendar_id} is not a calendar: use the id of one, or null.")
    if found.archived_at is not None:
        raise Invalid(FIELD, f"{FIELD} {calendar_id} is a calendar that was archived: use another, or null.")


def users_of(tx: Transaction, calendar_id: int) -> Iterator[str]:
    """Who would count by a calendar that is archived, in words; nobody: it may be."""
    people = tx.execute(select(func.count()).where(users.c.calendar_id == calendar_id)).scalar_one()
    if people:
        yield "1 person" if people == 1 else f"{people:,} people"
    if tx.execute(select(organisation.c.calendar_id)).scalar_one() == calendar_id:
        yield "the organisation"
    latest = (
        select(pv.calendar_id)
        .where(pv.policy_id == policies.c.id)
        .order_by(pv.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    counting = select(policies.c.name).where(policies.c.archived_at.is_(None), latest == calendar_id)
    yield from (f"the policy “{name}”" for name in tx.execute(counting.order_by(policies.c.name)).scalars())
    if left := tx.execute(COUNTING_STILL, {"calendar_id": calendar_id}).scalar_one():
        yield "1 open follow-up" if left == 1 else f"{left:,} open follow-ups"
