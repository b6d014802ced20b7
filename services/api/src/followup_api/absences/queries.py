"""Reading absences."""

from __future__ import annotations

from datetime import date
from typing import Any

from followup_common.db import Transaction
from followup_common.db.absences import absences, absent_now
from followup_common.db.tables import users
from sqlalchemy import Date, Select, and_, cast, exists, false, func, or_, select

from followup_api.absences.problems import AbsenceNotFound
from followup_api.absences.schemas import Absence, AbsenceQuery, Away
from followup_api.etags import tag_of
from followup_api.followups.scopes import Scope
from followup_api.pagination import Page, paginate
from followup_api.users.queries import id_and_name

a = absences.c
person, substitute, setter = users.alias("person"), users.alias("substitute"), users.alias("setter")
TODAY = cast(func.timezone(person.c.time_zone, func.now()), Date)
"""SQL of the day that it is for the person."""
IS_OVER = or_(a.ended_at.is_not(None), a.last_day < TODAY)


FOUND: Select[*tuple[Any, ...]] = (
    select(
        *(a.id, a.user_id, a.first_day, a.last_day, a.substitute_id, a.note, a.source, a.ended_at, a.version),
        *(id_and_name(person).label("user"), id_and_name(substitute).label("substitute")),
        id_and_name(setter).label("set_by"),
        and_(a.ended_at.is_(None), TODAY.between(a.first_day, a.last_day)).label("now"),
        IS_OVER.label("over"),
        tag_of(absences).label("etag"),
    )
    .select_from(absences)
    .join(person, person.c.id == a.user_id)
    .join(substitute, substitute.c.id == a.substitute_id, isouter=True)
    .join(setter, setter.c.id == a.set_by, isouter=True)
)


def page(tx: Transaction, scope: Scope, query: AbsenceQuery) -> Page[Absence]:
    """Absences of those whose follow-ups the caller may see, those that begin first at the top."""
    wanted = FOUND.where(scope.condition(a.user_id), ~IS_OVER | (query.past or false()))
    if query.user_id is not None:
        wanted = wanted.where(a.user_id == query.user_id)
    found = paginate(tx, wanted, (a.id.desc(),), query)
    return Page[Absence].of(found, [shown(row) for row in found.rows])


def get(tx: Transaction, absence_id: int, scope: Scope) -> Any:
    """The row of one absence.

    Raises:
        AbsenceNotFound: there is none, or the caller may not see it.
    """
    row = tx.execute(FOUND.where(a.id == absence_id, scope.condition(a.user_id))).one_or_none()
    if row is None:
        raise AbsenceNotFound(absence_id)
    return row


def shown(row: Any) -> Absence:
    """An absence as the API says it."""
    return Absence.model_validate(
        {name: getattr(row, name) for name in Absence.model_fields}, by_name=True, by_alias=False
    )


def away_now(tx: Transaction) -> list[Away]:
    """Everybody who is away now, and until when."""
    columns = absent_now.c
    statement = select(columns.user_id, columns.last_day.label("until"), columns.substitute_id)
    return [Away.model_validate(row) for row in tx.execute(statement.order_by(columns.user_id))]


def away_until(tx: Transaction, user_id: int) -> date | None:
    """The last day of the absence that somebody is on now; None: they are there."""
    found = select(absent_now.c.last_day).where(absent_now.c.user_id == user_id)
    return tx.execute(found).scalar()


def is_active(tx: Transaction, user_id: int) -> bool:
    """Whether there is such an active person; an account that commands use is none."""
    there = exists().where(users.c.id == user_id, users.c.active, users.c.is_person)
    return bool(tx.execute(select(there)).scalar())


def today_of(tx: Transaction, user_id: int) -> date:
    """Which day it is for somebody who is there."""
    return tx.execute(select(TODAY).select_from(person).where(person.c.id == user_id)).scalar_one()
