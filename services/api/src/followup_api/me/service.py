"""What people change about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import Request

from followup_api.audit import Action, Trail
from followup_api.auth import passwords
from followup_api.auth.attempts import attempt_of
from followup_api.auth.queries import end_sessions, note_proof, password_hash_of
from followup_api.dependencies import AppContext
from followup_api.me import queries
from followup_api.me.schemas import Me, PasswordChange
from followup_api.permissions import Caller, Preferences
from followup_api.problems import Conflict, Invalid


class NoPassword(Conflict):
    """Somebody wants to change the password that they do not have."""

    detail = "You have no password that could be changed: ask an admin to set one."


class PasswordChanged(Conflict):
    """Somebody else set another password at the same moment."""

    detail = "Your password was changed in the meantime, and not by this: log in again."


def me_of(caller: Caller) -> Me:
    """The caller as they see themselves."""
    return Me(
        id=caller.user_id,
        email=caller.email,
        name=caller.name,
        role=caller.role,
        manager_id=caller.manager_id,
        active=True,  # nobody else can log in
        time_zone=caller.time_zone,
        **caller.preferences._asdict(),
        permissions=sorted(caller.permissions),
    )


def with_changes(caller: Caller, changes: Mapping[str, Any]) -> Caller:
    """The caller after a change of themselves."""
    written = {name: value for name, value in changes.items() if name in Preferences._fields}
    others = {name: value for name, value in changes.items() if name not in written}
    return replace(caller, preferences=caller.preferences._replace(**written), **others)


def change_password(
    request: Request, app: AppContext, audit: Trail, caller: Caller, change: PasswordChange
) -> Invalid | None:
    """Change the caller's own password and end their other sessions.

    Args:
        request: says where it comes from.
        app: its settings say whether there are passwords.
        audit: takes the entry, and the change with it.
        caller: who changes it.
        change: both passwords.

    Returns:
        What to answer when the current one is wrong. It is not raised: that it was has to be committed.

    Raises:
        PasswordsOff, TooManyTries: no password is looked at.
        NoPassword, PasswordChanged: there is none to change, or another one by now.
        Invalid: the new one is the old one.
    """
    tx, target = audit.work.tx, f"users/{caller.user_id}"
    attempt = attempt_of(request, app, audit.work, caller.email)
    kept = password_hash_of(tx, caller.user_id)
    if kept is None:
        raise NoPassword
    current, new = (each.get_secret_value() for each in (change.current_password, change.new_password))
    if not passwords.matches(kept, current):
        attempt.failed()
        audit(Action.LOG_IN_FAILED, target, by="password change")
        return Invalid("current_password", "current_password is wrong: type the one with which you log in.")
    if passwords.prepared(new) == passwords.prepared(current):
        raise Invalid("new_password", "new_password is the one that you have: choose another.")
    attempt.succeeded()
    if not queries.replace_password(tx, caller.user_id, before=kept, after=passwords.hashed(new)):
        raise PasswordChanged
    ended = end_sessions(tx, caller.user_id, keep=caller.session_id)
    if caller.session_id:
        note_proof(tx, caller.session_id)
    if ended:
        audit(Action.SESSION_ENDED, target, sessions=ended)
    return None
