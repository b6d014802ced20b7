"""Handing a person's open work over, and undoing that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from followup_common.contracts import FollowUpsHandedOver
from followup_common.db import Transaction
from followup_common.db.absences import hand_over_items, hand_overs
from followup_common.db.series import series
from followup_common.db.tables import activities as activities_table
from followup_common.db.tables import enrolment_steps, enrolments, follow_ups
from sqlalchemy import Select, func, insert, select, text, update

from followup_api.absences.problems import AlreadyOver
from followup_api.absences.queries import away_until, today_of
from followup_api.audit import Action, Trail
from followup_api.enrolments.giving import give_enrolments
from followup_api.enrolments.going_on import enrolments_of
from followup_api.followups import activities
from followup_api.followups.announcements import go_on
from followup_api.followups.bulk_schemas import AT_ONCE
from followup_api.followups.problems import NotAssignable, TooManyFound
from followup_api.followups.reasons import with_reason
from followup_api.followups.scopes import Scope
from followup_api.followups.service import check_assignable
from followup_api.handovers import queries
from followup_api.handovers.problems import HandOverOver, NotCounted, SamePerson, WorkCounted
from followup_api.handovers.schemas import HandOver, HandOverInput, HandOverResult, OpenWorkFilter
from followup_api.ids import among
from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.series.giving import give_series
from followup_api.subjects.survivors import survivor_of
from followup_api.unit_of_work import UnitOfWork
from followup_api.users.problems import UserNotFound

f, a = follow_ups.c, activities_table.c
GIVE_BACK = text("SELECT hand_over_give_back(:id, :actor_id)")
GIVEN_BACK = text("""
    SELECT f.id FROM hand_over_items i JOIN follow_ups f ON f.id = i.follow_up_id
    WHERE i.hand_over_id = :id AND f.assignee_id = :giver AND f.version = i.version + 1
""")


def hand_over(
    work: UnitOfWork, audit: Trail, actor_id: int, scope: Scope, user_id: int, *, body: HandOverInput
) -> HandOverResult:
    """Give a person's open follow-ups to somebody else, all in one transaction; or only count them.

    Raises:
        UserNotFound: there is nobody like that whose follow-ups the caller may see.
        SamePerson, Invalid, AlreadyOver: it cannot be like that.
        NotCounted, WorkCounted, TooManyFound: it was not counted first, or there are others by now.
    """
    if user_id not in scope:
        raise UserNotFound(user_id)
    _check_taker(work.tx, user_id, body.to, scope)
    if body.until is not None and body.until < (today := today_of(work.tx, user_id)):
        raise AlreadyOver(today, "until")
    rows = _locked(work.tx, user_id, body.filter)
    overdue = sum(row.overdue for row in rows)
    absent_until = away_until(work.tx, body.to)
    if body.dry_run:
        return HandOverResult(
            count=len(rows), overdue=overdue, hand_over=None, assignee_absent_until=absent_until
        )
    if body.expected is None:
        raise NotCounted
    if len(rows) != body.expected:
        raise WorkCounted(body.expected, len(rows))
    given = _give(work, actor_id, user_id, body, rows) if rows else None
    if given:
        audit(Action.WORK_HANDED_OVER, f"users/{user_id}", to=body.to, number=len(rows), hand_over=given)
    shown = queries.shown(queries.get(work.tx, given, scope)) if given else None
    return HandOverResult(
        count=len(rows), overdue=overdue, hand_over=shown, assignee_absent_until=absent_until
    )


def undo(work: UnitOfWork, audit: Trail, actor_id: int, scope: Scope, hand_over_id: int) -> HandOver:
    """Give back what was handed over and not changed since, for a day.

    Raises:
        HandOverNotFound: there is none that the caller may see.
        HandOverOver: it went back, or is too long ago, or who gave it is inactive by now.
    """
    found = queries.get(work.tx, hand_over_id, scope)
    if found.ended_at is None and not found.undoable:
        raise HandOverOver("It is more than a day ago: hand the work over again, the other way.")
    if not found.giver_active:
        raise HandOverOver("The person whose work it was is inactive by now.")
    given_back = work.tx.execute(GIVE_BACK, {"id": hand_over_id, "actor_id": actor_id}).scalar()
    if given_back is None:
        raise HandOverOver("It went back already.")
    if given_back:
        work.emit(FollowUpsHandedOver(hand_over_id=hand_over_id, back=True, silent=True, actor_id=actor_id))
        # Who was given one just before has not heard of it, if the hand-over came in between.
        ids = work.tx.execute(GIVEN_BACK, {"id": hand_over_id, "giver": found.from_user_id}).scalars().all()
        theirs = series.c.id.in_(_series_that_went(ids, hand_over_id))
        give_series(work.tx, found.to_user_id, found.from_user_id, theirs)
        went = enrolments.c.id.in_(_enrolments_that_went(ids, hand_over_id))
        give_enrolments(work.tx, found.to_user_id, found.from_user_id, went)
        go_on(work, ids)
    target = f"users/{found.from_user_id}"
    audit(Action.HAND_OVER_UNDONE, target, to=found.to_user_id, number=given_back, hand_over=hand_over_id)
    return queries.shown(queries.get(work.tx, hand_over_id, scope))


def _series_that_went(ids: Collection[int], hand_over_id: int) -> Select[int]:
    """SQL of the series that a hand-over gave with some follow-ups."""
    given = (a.kind == "reassigned", a.details["hand_over"].as_integer() == hand_over_id)
    return (
        select(f.series_id)
        .join(activities_table, a.follow_up_id == f.id)
        .where(among(a.follow_up_id, ids), *given, a.details.has_key("with_series"))
    )


def _enrolments_that_went(ids: Collection[int], hand_over_id: int) -> Select[int]:
    """SQL of the started sequences that a hand-over gave with some follow-ups."""
    given = (a.kind == "reassigned", a.details["hand_over"].as_integer() == hand_over_id)
    m = enrolment_steps.c
    return (
        select(m.enrolment_id)
        .join(activities_table, a.follow_up_id == m.follow_up_id)
        .where(among(a.follow_up_id, ids), *given, a.details.has_key("with_sequence"))
    )


def _check_taker(tx: Transaction, user_id: int, to: int, scope: Scope) -> None:
    if to == user_id:
        raise SamePerson
    try:
        check_assignable(tx, to, scope)
    except NotAssignable as refused:
        [(_, message)] = refused.errors
        raise Invalid("to", message.replace("assignee_id", "to")) from None


def _locked(tx: Transaction, user_id: int, filters: OpenWorkFilter) -> Sequence[Record]:
    about = None if filters.subject_id is None else survivor_of(tx, filters.subject_id)
    theirs = queries.open_work(user_id, filters, about)
    wanted = select(f.id, (f.due_at <= func.now()).label("overdue")).where(*theirs)
    rows = tx.execute(wanted.order_by(f.id).limit(AT_ONCE + 1).with_for_update()).all()
    if len(rows) > AT_ONCE:
        raise TooManyFound(AT_ONCE)
    return rows


def _give(work: UnitOfWork, actor_id: int, user_id: int, body: HandOverInput, rows: Sequence[Record]) -> int:
    """Write all of it; returns the number of the hand-over. Whom it concerns is told once, by its event."""
    ids = [row.id for row in rows]
    values: dict[str, int | date | None] = {
        "from_user_id": user_id,
        "to_user_id": body.to,
        "actor_id": actor_id,
        "until": body.until,
        "number": len(ids),
    }
    number: int = work.tx.execute(insert(hand_overs).values(values).returning(hand_overs.c.id)).scalar_one()
    statement = update(follow_ups).where(among(f.id, ids)).values(assignee_id=body.to)
    changed = work.tx.execute(statement.returning(f.id, f.version, f.assignment, f.series_id)).all()
    series_of_them = {row.id: row.series_id for row in changed}
    with_series: Collection[int] = ()
    with_sequence: Collection[int] = ()
    if body.until is None:
        theirs = among(series.c.id, set(filter(None, series_of_them.values())))
        with_series = give_series(work.tx, user_id, body.to, theirs)
        with_sequence = _give_enrolments(work.tx, user_id, body.to, ids)
    work.tx.execute(
        insert(hand_over_items),
        [
            {
                "hand_over_id": number,
                "follow_up_id": row.id,
                "version": row.version,
                "assignment": row.assignment,
            }
            for row in changed
        ],
    )
    change = {"changes": {"assignee_id": {"from": user_id, "to": body.to}}, "hand_over": number}
    details = with_reason(change, body.reason)
    also = {
        id_: ({"with_series": True} if series_of_them[id_] in with_series else {})
        | ({"with_sequence": True} if id_ in with_sequence else {})
        for id_ in ids
    }
    activities.record(work.tx, actor_id, [(id_, "reassigned", details | also[id_]) for id_ in ids])
    work.emit(FollowUpsHandedOver(hand_over_id=number))
    return number


def _give_enrolments(tx: Transaction, from_user_id: int, to: int, ids: Collection[int]) -> Collection[int]:
    """Give the started sequences with some of their follow-ups; returns which of these are of one."""
    of_them = enrolments_of(tx, ids)
    given = set(give_enrolments(tx, from_user_id, to, among(enrolments.c.id, set(of_them.values()))))
    return {id_ for id_, number in of_them.items() if number in given}
