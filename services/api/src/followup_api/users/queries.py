"""SQL of people, and the rules about them that the database keeps, as named errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from followup_common.addresses import folded, folded_sql
from followup_common.db import Transaction
from followup_common.db.tables import users
from sqlalchemy import ColumnElement, Select, Text, exists, func, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.auth.passwords import hashed
from followup_api.etags import Tags, tag_of
from followup_api.problems import Invalid, constraint_of
from followup_api.rows import Record
from followup_api.searching import has_words
from followup_api.time_zones import NOT_IN_DATABASE
from followup_api.users.problems import EmailTaken, LastAdmin, UserNotFound, UserStale
from followup_api.users.schemas import User

TAG = tag_of(users)
_address = literal_column(folded_sql("users.email"), Text())
_SAID = func.searchable(users.c.name + " " + users.c.email, type_=Text())
_reports = users.alias("reports")
# Correlated by hand: within RETURNING, SQLAlchemy does not see which table is the outer one.
_REPORTS = (
    select(func.count())
    .select_from(_reports)
    .where(_reports.c.manager_id == users.c.id)
    .correlate(users)
    .scalar_subquery()
)
COLUMNS = (
    users.c.id,
    users.c.email,
    users.c.name,
    users.c.role,
    users.c.manager_id,
    users.c.active,
    users.c.time_zone,
    _REPORTS.label("reports"),
    users.c.version,
    TAG.label("etag"),
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
) -> Select[*tuple[Any, ...]]:
    """People by any mix of filters."""
    statement = select(*COLUMNS)
    if q:
        statement = statement.where(has_words(_SAID, q))
    wanted = {"role": role, "active": active, "manager_id": manager_id}
    return statement.where(*(users.c[name] == value for name, value in wanted.items() if value is not None))


def get_user(tx: Transaction, user_id: int) -> Record:
    """One person.

    Raises:
        UserNotFound: there is none with this id.
    """
    row = tx.execute(select(*COLUMNS).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise UserNotFound(user_id)
    return row


def create_user(
    tx: Transaction,
    *,
    email: str,
    name: str,
    role: str = "employee",
    manager_id: int | None = None,
    active: bool = True,
    time_zone: str = "UTC",
    password: str | None = None,
) -> Record:
    """Add a person.

    Raises:
        EmailTaken, Invalid: the e-mail address is taken; the manager does not fit.
    """
    values = {
        "email": email,
        "name": name,
        "role": role,
        "manager_id": manager_id,
        "active": active,
        "time_zone": time_zone,
        "password_hash": password and hashed(password),
    }
    with _named_errors(values):
        return tx.execute(insert(users).values(values).returning(*COLUMNS)).one()


def change_user(tx: Transaction, user_id: int, changes: dict[str, Any], tags: Tags = None) -> Record:
    """Change a person; a `password` among the changes is hashed.

    Args:
        tx: where to.
        user_id: of the person.
        changes: new values by column.
        tags: entity tags that the person may have; None: whatever was changed meanwhile.

    Raises:
        UserNotFound, UserStale, EmailTaken, Invalid, LastAdmin: the change is not possible.
    """
    before = lock_user(tx, user_id, tags)
    if not changes:
        return before
    values = dict(changes)
    if "password" in values:
        values["password_hash"] = hashed(values.pop("password"))
    statement = update(users).where(users.c.id == user_id).values(values).returning(*COLUMNS)
    with _named_errors(changes):
        row = tx.execute(statement).one()
    if {"role", "active"} & changes.keys():
        ensure_active_admin(tx, field="role" if "role" in changes else "active")
    return row


def lock_user(tx: Transaction, user_id: int, tags: Tags = None) -> Record:
    """A person whom nobody else changes until the transaction ends.

    Raises:
        UserNotFound: there is none with this id.
        UserStale: they have none of these tags any more.
    """
    statement = select(*COLUMNS).where(users.c.id == user_id).with_for_update(key_share=True)
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise UserNotFound(user_id)
    if tags is not None and row.etag not in tags:
        raise UserStale(User.model_validate(row))
    return row


def ensure_active_admin(tx: Transaction, *, field: str = "role") -> None:
    """Call it after writes that may take admins away.

    Args:
        tx: where the writes were made.
        field: what the error names.

    Raises:
        LastAdmin: no active admin would be left.
    """
    # One at a time: two admins who demote each other at once must not both see the other one.
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("users.admins"))))
    if not has_active_admin(tx):
        raise LastAdmin(field)


def has_active_admin(tx: Transaction) -> bool:
    """Whether there is an active admin."""
    return bool(tx.execute(select(exists().where(users.c.role == "admin", users.c.active))).scalar())


@contextmanager
def _named_errors(values: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        match constraint_of(error):
            case "uq_users_address":
                raise EmailTaken(values.get("email")) from None
            case "users_time_zone_known":
                raise Invalid("time_zone", NOT_IN_DATABASE) from None
            case "fk_users_manager_id":
                message = f"manager_id {values.get('manager_id')} is not a user: use the id of one, or null."
            case "users_no_manager_cycle" | "ck_users_not_own_manager":
                message = "manager_id would make this person their own manager: choose somebody else."
            case _:
                raise
        raise Invalid("manager_id", message) from None
