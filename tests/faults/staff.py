"""What people do with absences, with the work of others, and with those who leave: as the API does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from followup_api.absences import service as absences
from followup_api.absences.schemas import AbsenceChanges, AbsenceInput
from followup_api.followups.scopes import Scope
from followup_api.handovers import service as hand_overs
from followup_api.handovers.leaving import leave_work
from followup_api.handovers.schemas import HandOverInput
from followup_api.unit_of_work import UnitOfWork
from followup_api.users.schemas import UserChanges
from followup_api.users.service import change_user
from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults.established import AUDIT, note
from tests.faults.journal import Kind
from tests.faults.people import People

EVERYBODY = Scope(None)
LONG = timedelta(days=60)
"""Absences last longer than any jump of the clock."""
HAS_BEGUN = text("SELECT id FROM absences WHERE user_id = :user_id AND ended_at IS NULL")
ALL = text("SELECT id, user_id FROM absences WHERE ended_at IS NULL ORDER BY id")
ACTIVE = text("SELECT active FROM users WHERE id = :id")
GIVEN = text("SELECT max(id) FROM hand_overs WHERE created_at = now()")
UNDOABLE = text("SELECT id FROM hand_overs WHERE ended_at IS NULL ORDER BY id DESC LIMIT 5")
NOTE_GIVEN = text("""
    INSERT INTO public.fault_journal (follow_up_id, kind, assignee_id, actor_id)
    SELECT i.follow_up_id, :kind, h.to_user_id, h.actor_id
    FROM hand_overs h JOIN hand_over_items i ON i.hand_over_id = h.id WHERE h.id = :id
""")
NOTE_GIVEN_BACK = text("""
    INSERT INTO public.fault_journal (follow_up_id, kind, assignee_id)
    SELECT a.follow_up_id, :kind, h.from_user_id
    FROM hand_overs h JOIN hand_over_items i ON i.hand_over_id = h.id JOIN activities a USING (follow_up_id)
    WHERE h.id = :id AND a.kind = 'reassigned' AND a.created_at = now()
        AND a.details ->> 'hand_over' = CAST(:id AS text)
""")


def be_away(tx: Transaction, people: People, rng: Random) -> str:
    """Somebody goes, comes back, or gets another substitute: anybody, also one who is away or may leave."""
    user_id = rng.choice([*people.assignable, *people.admins])
    others = [each for each in (*people.assignable, *people.leavers) if each != user_id]
    # Few of them, so that they are each other's substitutes.
    substitute = rng.choice((None, rng.choice(others), *rng.sample([*others[:8], *people.leavers], 3)))
    substitute = None if substitute == user_id else substitute
    found = tx.execute(HAS_BEGUN, {"user_id": user_id}).scalar()
    if found is None:
        today = datetime.now(UTC).date()
        body = {"user_id": user_id, "substitute_id": substitute}
        days = {"from": today - timedelta(days=rng.randint(0, 9)), "to": today + LONG}
        absences.plan(tx, AUDIT, people.admins[0], EVERYBODY, AbsenceInput.model_validate(body | days))
        note(tx, "away", user_id, {"away": True, "substitute": substitute})
        return "went away"
    if rng.random() < 0.6:
        _return(tx, found, user_id)
        return "came back"
    changes = AbsenceChanges(substitute_id=substitute)
    absences.change(tx, AUDIT, found, EVERYBODY, changes, tags=None)
    note(tx, "away", user_id, {"away": True, "substitute": substitute})
    return "got another substitute"


def all_return(tx: Transaction) -> None:
    """Everybody is back."""
    for row in tx.execute(ALL).all():
        _return(tx, row.id, row.user_id)


def hand_over(work: UnitOfWork, people: People, rng: Random) -> str:
    """All that is open of somebody's goes to another one, or goes back."""
    found = work.tx.execute(UNDOABLE).scalars().all()
    if found and rng.random() < 0.4:
        number = rng.choice(found)
        hand_overs.undo(work, AUDIT, people.admins[0], EVERYBODY, number)
        work.tx.execute(NOTE_GIVEN_BACK, {"id": number, "kind": Kind.GIVEN_BACK})
        return "gave work back"
    giver, taker = rng.sample([*people.by_id], 1)[0], rng.choice(people.assignable)
    counted = hand_overs.hand_over(
        work, AUDIT, people.admins[0], EVERYBODY, giver, body=HandOverInput(to=taker, dry_run=True)
    )
    body = HandOverInput(to=taker, expected=counted.count)
    hand_overs.hand_over(work, AUDIT, people.admins[0], EVERYBODY, giver, body=body)
    _note_given(work.tx)
    return "handed work over"


def leave(work: UnitOfWork, people: People, rng: Random) -> str:
    """Somebody is deactivated, with or without a word on their open work; or they are there again."""
    user_id = rng.choice(people.leavers)
    active = not work.tx.execute(ACTIVE, {"id": user_id}).scalar_one()
    person = change_user(work.tx, user_id, {"active": active})
    note(work.tx, "active", user_id, {"active": active})
    if active:
        return "was activated again"
    to = rng.choice((None, None, "manager", rng.choice(people.assignable)))
    if to is not None:
        open_work = {"hand_over_to": None if to == "manager" else to}
        changes = UserChanges.model_validate({"active": False, "open_work": open_work})
        leave_work(work, AUDIT, people.admins[0], person, changes)
        _note_given(work.tx)
    return "left"


def _return(tx: Transaction, absence_id: int, user_id: int) -> None:
    absences.end(tx, AUDIT, absence_id, EVERYBODY, None)
    note(tx, "away", user_id, {"away": False, "substitute": None})


def _note_given(tx: Transaction) -> None:
    given = tx.execute(GIVEN).scalar()
    if given is not None:
        tx.execute(NOTE_GIVEN, {"id": given, "kind": Kind.REASSIGNED})
