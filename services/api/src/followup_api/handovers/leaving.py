"""What becomes of the open work of somebody who is deactivated."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups
from sqlalchemy import func, select

from followup_api.audit import Trail
from followup_api.enrolments.giving import give_enrolments
from followup_api.followups.scopes import Scope
from followup_api.handovers.schemas import HandOverInput
from followup_api.handovers.service import hand_over
from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.series.giving import give_series
from followup_api.subjects.owners import give_subjects
from followup_api.unit_of_work import UnitOfWork
from followup_api.users.problems import WorkLeft
from followup_api.users.schemas import UserChanges

EVERYONES = Scope(None)
"""Only admins deactivate people, and they see everybody's."""


def leave_work(work: UnitOfWork, audit: Trail, actor_id: int, person: Record, changed: UserChanges) -> None:
    """Do with the open work of somebody who is being deactivated what the change says.

    Args:
        work: the unit of work of the request, in which they were deactivated.
        audit: where it is kept.
        actor_id: who deactivates them.
        person: as they are now.
        changed: what is changed about them.

    Raises:
        WorkLeft: there is open work, and nothing is said about it.
        Invalid: they are not deactivated, or nobody like that can get the work.
    """
    said = changed.open_work
    if said is None:
        if changed.active is False and (count := _open_work(work.tx, person.id)):
            raise WorkLeft(person.name, count)
        return
    if changed.active is not False:
        raise Invalid("open_work", "open_work belongs to `active: false`: leave it out, or use a hand-over.")
    if said.stays:
        return
    to = said.hand_over_to
    if to is None:
        to = person.manager_id
        if to is None:
            raise Invalid(
                "open_work.hand_over_to",
                "open_work.hand_over_to: this person reports to nobody: name somebody by id.",
            )
    try:
        hand_over_all(work, audit, actor_id, person.id, to)
    except Invalid as refused:
        [(_, message)] = refused.errors
        raise Invalid("open_work.hand_over_to", f"open_work.hand_over_to: {message}") from None


def hand_over_all(work: UnitOfWork, audit: Trail, actor_id: int, user_id: int, to: int) -> None:
    """Hand all open work of somebody over for good, without counting it first, all series and started
    sequences that go on, and the leads and clients that they own.

    Raises:
        Invalid: nobody like that can get it.
        TooManyFound: it is too much for one hand-over.
    """
    counted = hand_over(work, audit, actor_id, EVERYONES, user_id, body=HandOverInput(to=to, dry_run=True))
    body = HandOverInput(to=to, expected=counted.count)
    hand_over(work, audit, actor_id, EVERYONES, user_id, body=body)
    give_series(work.tx, user_id, to)
    give_enrolments(work.tx, user_id, to)
    give_subjects(work.tx, actor_id, user_id, to)


def _open_work(tx: Transaction, user_id: int) -> int:
    wanted = select(func.count()).where(follow_ups.c.assignee_id == user_id, follow_ups.c.is_open)
    return tx.execute(wanted).scalar_one()
