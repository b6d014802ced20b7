"""SQL of people."""

from __future__ import annotations

from typing import Any

from followup_common.addresses import folded, folded_sql
from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, users
from sqlalchemy import ColumnElement, Select, Text, case, exists, func, literal_column, select

from followup_api.etags import tag_of
from followup_api.rows import Record
from followup_api.searching import has_words
from followup_api.users.problems import UserNotFound

u = users.c
TAG = tag_of(users)
_address = literal_column(folded_sql("users.email"), Text())
_SAID = func.searchable(u.name + " " + u.email, type_=Text())
_reports = users.alias("reports")
# Correlated by hand: within RETURNING, SQLAlchemy does not see which table is the outer one.
_REPORTS = (
    select(func.count())
    .select_from(_reports)
    .where(_reports.c.manager_id == u.id)
    .correlate(users)
    .scalar_subquery()
)
COLUMNS = (
    *(u.id, u.email, u.name, u.role, u.manager_id, u.active, u.time_zone, u.calendar_id, u.is_person),
    *(_REPORTS.label("reports"), u.version, TAG.label("etag")),
)


def has_address(address: str) -> ColumnElement[bool]:
    """SQL that finds the person whose e-mail address this is."""
    return _address == folded(address)


def find_users(
    *,
    q: str | None = None,
    role: str | None = None,
    active: bool | None = None,
    manager_id: int | None = None,
    has_open_work: bool | None = None,
) -> Select[*tuple[Any, ...]]:
    """People by any mix of filters."""
    statement = select(*COLUMNS)
    if q:
        statement = statement.where(has_words(_SAID, q))
    if has_open_work is not None:
        open_work = exists().where(follow_ups.c.assignee_id == u.id, follow_ups.c.is_open)
        statement = statement.where(open_work if has_open_work else ~open_work)
    wanted = {"role": role, "active": active, "manager_id": manager_id}
    return statement.where(*(users.c[name] == value for name, value in wanted.items() if value is not None))


def get_user(tx: Transaction, user_id: int) -> Record:
    """One person.

    Raises:
        UserNotFound: there is none with this id.
    """
    row = tx.execute(select(*COLUMNS).where(u.id == user_id)).one_or_none()
    if row is None:
        raise UserNotFound(user_id)
    return row


def has_active_admin(tx: Transaction) -> bool:
    """Whether there is an active admin."""
    return bool(tx.execute(select(exists().where(u.role == "admin", u.active))).scalar())


def id_and_name(person: Any) -> ColumnElement[Any]:
    """SQL of a person as other things name them: id and name; null where nobody was joined.

    Args:
        person: an alias of `users`.
    """
    named = func.json_build_object("id", person.c.id, "name", person.c.name)
    return case((person.c.id.is_not(None), named))
