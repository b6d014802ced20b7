"""What is done to people, and the rules about them that the database keeps, as named errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import users
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Action, Trail
from followup_api.auth.oidc.queries import unbind
from followup_api.auth.passwords import hashed
from followup_api.auth.proof import require_proof, require_session
from followup_api.auth.queries import end_sessions
from followup_api.calendar_feeds import service as calendar_feeds
from followup_api.calendars.assigned import refuse_unusable
from followup_api.etags import Tags
from followup_api.permissions import Caller
from followup_api.problems import Invalid, constraint_of
from followup_api.rows import Record
from followup_api.settings import ApiSettings
from followup_api.time_zones import NOT_IN_DATABASE
from followup_api.tokens.queries import revoke_tokens
from followup_api.users.problems import EmailTaken, LastAdmin, UserNotFound, UserStale
from followup_api.users.queries import COLUMNS, has_active_admin
from followup_api.users.schemas import NewUser, User, UserChanges

WITH_PROOF = ("role", "email", "password", "manager_id")
"""What decides who can log in as somebody, what they may do, and what they see, which follows the reporting
line: not for anyone who finds an open browser."""
OF_ONE_LOG_IN = frozenset({"email", "password"})
"""By what somebody logs in: one's own is not for tokens."""


def add(tx: Transaction, caller: Caller, settings: ApiSettings, new: NewUser) -> Record:
    """Add the person whom an admin describes.

    Raises:
        ProofNeeded: anyone who is added can log in, so it has to be the admin who adds them.
        EmailTaken, Invalid: the e-mail address is taken; the manager or the password does not fit.
    """
    require_proof(caller)
    if new.password:
        _refuse_without_passwords(settings)
    password = new.password.get_secret_value() if new.password else None
    return create_user(tx, **new.model_dump(exclude={"password"}), password=password)


def edit(
    tx: Transaction,
    audit: Trail,
    caller: Caller,
    user_id: int,
    changed: UserChanges,
    *,
    tags: Tags,
    settings: ApiSettings,
) -> Record:
    """Change the person whom an admin names.

    Raises:
        ProofNeeded: the change decides who can log in or what they see.
        UserNotFound, UserStale, EmailTaken, Invalid, LastAdmin: as `change_user`.
    """
    changes = changed.changes()
    changes.pop("open_work", None)
    if "password" in changes:
        _refuse_without_passwords(settings)
        changes["password"] = changed.password.get_secret_value()
    before = lock_user(tx, user_id, tags)
    if user_id == caller.user_id and OF_ONE_LOG_IN & _changed(changes, before):
        require_session(caller)
    if _lets_in_or_shows_more(changes, before):
        require_proof(caller)
    row = change_user(tx, user_id, changes, tags)
    if "password" in changes:
        _end_access(tx, audit, user_id, caller)
    return row


def unbind_provider(tx: Transaction, audit: Trail, caller: Caller, user_id: int, tags: Tags) -> None:
    """Forget which account of the provider is a person's, and end their sessions.

    Raises:
        ProofNeeded: their next log-in binds another account.
        UserNotFound, UserStale: as `lock_user`.
    """
    lock_user(tx, user_id, tags)
    if user_id == caller.user_id:
        require_session(caller)
    require_proof(caller)
    if unbind(tx, user_id):
        end_sessions(tx, user_id, keep=caller.session_id)
        audit(Action.IDENTITY_UNBOUND, f"users/{user_id}")


def create_user(
    tx: Transaction,
    *,
    email: str,
    name: str,
    role: str = "employee",
    manager_id: int | None = None,
    active: bool = True,
    time_zone: str = "UTC",
    calendar_id: int | None = None,
    password: str | None = None,
    is_person: bool = True,
) -> Record:
    """Add a person, or an account that commands use.

    Raises:
        EmailTaken, Invalid: the e-mail address is taken; the manager or the calendar does not fit.
    """
    refuse_unusable(tx, calendar_id)
    values = {
        "email": email,
        "name": name,
        "role": role,
        "manager_id": manager_id,
        "active": active,
        "time_zone": time_zone,
        "calendar_id": calendar_id,
        "password_hash": password and hashed(password),
        "is_person": is_person,
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
    if changes.get("calendar_id") != before.calendar_id:
        refuse_unusable(tx, changes.get("calendar_id"))
    values = dict(changes)
    if "password" in values:
        values |= {"password_hash": hashed(values.pop("password")), "is_person": True}
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


def _lets_in_or_shows_more(changes: Mapping[str, Any], before: Record) -> bool:
    """Whether a change needs a proof. A deactivation needs none: it hurries, and only takes away."""
    changed = _changed(changes, before)
    return bool(changed & {*WITH_PROOF}) or ("active" in changed and bool(changes["active"]))


def _changed(changes: Mapping[str, Any], before: Record) -> set[str]:
    """What gets another value; a password always does, because nobody can read the one that is there."""
    return {name for name, value in changes.items() if value != getattr(before, name, None)}


def _refuse_without_passwords(settings: ApiSettings) -> None:
    if not settings.password_log_in:
        message = f"password is of no use: people log in with {settings.oidc_name} only. Leave it out."
        raise Invalid("password", message)


def _end_access(tx: Transaction, audit: Trail, user_id: int, caller: Caller) -> None:
    """End what the old password may have opened.

    Who changes their own keeps their tokens and feeds: they know best whether somebody else has them.
    """
    end_sessions(tx, user_id, keep=caller.session_id)
    revoked = 0 if user_id == caller.user_id else revoke_tokens(tx, user_id)
    if revoked:
        audit(Action.TOKEN_REVOKED, f"users/{user_id}", tokens=revoked)
    if user_id != caller.user_id:
        calendar_feeds.revoke_all(audit, user_id)


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
