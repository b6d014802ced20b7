"""What people do with absences: plan, change, come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from followup_common.db import Transaction
from followup_common.db.absences import absences
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.absences import queries
from followup_api.absences.problems import (
    AbsenceOver,
    AbsencesOverlap,
    AbsenceStale,
    AlreadyBegun,
    AlreadyOver,
    NotTheirs,
    SubstituteUnfit,
)
from followup_api.absences.schemas import Absence, AbsenceChanges, AbsenceInput, refuse_wrong_days
from followup_api.audit import Action, Trail
from followup_api.etags import Tags
from followup_api.followups.scopes import Scope
from followup_api.problems import Invalid, constraint_of

a = absences.c


def plan(tx: Transaction, audit: Trail, actor_id: int, scope: Scope, body: AbsenceInput) -> Absence:
    """Plan an absence of oneself, or of somebody below.

    Raises:
        NotTheirs, SubstituteUnfit, AlreadyOver, AbsencesOverlap: it cannot be like that.
    """
    user_id = body.user_id or actor_id
    if user_id not in scope or not queries.is_active(tx, user_id):
        raise NotTheirs(user_id)
    _check_substitute(tx, user_id, body.substitute_id)
    _check_not_over(tx, user_id, body.last_day)
    values = {
        **body.model_dump(exclude={"user_id"}),
        "user_id": user_id,
        "set_by": actor_id,
        "source": "own" if user_id == actor_id else "manager",
    }
    with _named_errors():
        added = tx.execute(insert(absences).values(values).returning(a.id)).scalar_one()
    _log(audit, Action.ABSENCE_PLANNED, user_id, added, _plain(values))
    return queries.shown(queries.get(tx, added, scope))


def change(
    tx: Transaction, audit: Trail, absence_id: int, scope: Scope, body: AbsenceChanges, *, tags: Tags
) -> Absence:
    """Change an absence that is not over.

    Raises:
        AbsenceNotFound, AbsenceStale, AbsenceOver: it is not there, or not to be changed.
        SubstituteUnfit, AlreadyOver, AlreadyBegun, AbsencesOverlap, Invalid: it cannot be like that.
    """
    before = _locked(tx, absence_id, scope, tags)
    if before.over:
        raise AbsenceOver(absence_id)
    values = {name: value for name, value in body.changes().items() if value != getattr(before, name)}
    if not values:
        return queries.shown(before)
    last_day = values.get("last_day", before.last_day)
    try:
        refuse_wrong_days(values.get("first_day", before.first_day), last_day)
    except ValueError as error:
        raise Invalid("to", str(error)) from None
    if before.now and values.get("first_day", before.first_day) > queries.today_of(tx, before.user_id):
        raise AlreadyBegun
    if "last_day" in values:
        _check_not_over(tx, before.user_id, last_day)
    _check_substitute(tx, before.user_id, values.get("substitute_id"))
    with _named_errors():
        tx.execute(update(absences).where(a.id == absence_id).values(values))
    _log(audit, Action.ABSENCE_CHANGED, before.user_id, absence_id, _plain(values))
    return queries.shown(queries.get(tx, absence_id, scope))


def end(tx: Transaction, audit: Trail, absence_id: int, scope: Scope, tags: Tags) -> None:
    """Take back one that has not begun; end one that has: the person is back.

    Raises:
        AbsenceNotFound, AbsenceStale, AbsenceOver: it is not there, or not to be changed.
    """
    before = _locked(tx, absence_id, scope, tags)
    if before.over:
        raise AbsenceOver(absence_id)
    if before.now:
        tx.execute(update(absences).where(a.id == absence_id).values(ended_at=func.now()))
    else:
        tx.execute(delete(absences).where(a.id == absence_id))
    action = Action.ABSENCE_ENDED if before.now else Action.ABSENCE_CANCELLED
    _log(audit, action, before.user_id, absence_id, {})


def _locked(tx: Transaction, absence_id: int, scope: Scope, tags: Tags) -> Any:
    queries.get(tx, absence_id, scope)
    tx.execute(select(a.id).where(a.id == absence_id).with_for_update())
    row = queries.get(tx, absence_id, scope)
    if tags is not None and row.etag not in tags:
        raise AbsenceStale(queries.shown(row))
    return row


def _check_substitute(tx: Transaction, user_id: int, substitute_id: int | None) -> None:
    if substitute_id is None:
        return
    if substitute_id == user_id:
        raise SubstituteUnfit("is the person who is away: choose somebody else, or null.")
    if not queries.is_active(tx, substitute_id):
        raise SubstituteUnfit(f"{substitute_id} is nobody active: choose somebody else, or null.")


def _check_not_over(tx: Transaction, user_id: int, last_day: date) -> None:
    today = queries.today_of(tx, user_id)
    if last_day < today:
        raise AlreadyOver(today)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps: days and people, and no note."""
    kept = ("first_day", "last_day", "substitute_id")
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name in kept
    }


def _log(audit: Trail, action: Action, user_id: int, absence_id: int, values: Mapping[str, Any]) -> None:
    audit(action, f"users/{user_id}", absence=absence_id, **values)


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "ex_absences_one_at_a_time":
            raise
        raise AbsencesOverlap from None
