"""People: everybody reads, admins write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response
from followup_common.db import Transaction
from followup_common.db.tables import users

from followup_api.audit import Action, Audit, Trail
from followup_api.auth.oidc.queries import unbind
from followup_api.auth.proof import require_proof, require_session
from followup_api.auth.queries import end_sessions
from followup_api.dependencies import AppParts, Parts
from followup_api.etags import IfMatch
from followup_api.fields import as_read
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, paginate
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import Invalid, documented
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.schemas import PathId
from followup_api.tokens.queries import revoke_tokens
from followup_api.unit_of_work import Work
from followup_api.users import queries
from followup_api.users.schemas import NewUser, User, UserChanges, UserQuery

router = api_router(prefix="/users", tags=["Users"])

WITH_PROOF = ("role", "email", "password", "manager_id")
"""What decides who can log in as somebody, what they may do, and what they see, which follows the reporting
line: not for anyone who finds an open browser."""
OF_ONE_LOG_IN = frozenset({"email", "password"})
"""By what somebody logs in: one's own is not for tokens."""

Reader = require(Permission.USERS_READ)
Admin = Annotated[Caller, require(Permission.USERS_WRITE)]


@router.get("", summary="List people", description="By name.", dependencies=[Reader])
def list_users(query: Annotated[UserQuery, Query()], work: Work) -> Page[User]:
    wanted = queries.find_users(q=query.q, role=query.role, active=query.active, manager_id=query.manager_id)
    found = paginate(work.tx, wanted, (as_read(users.c.name), users.c.id), query)
    return Page[User].of(found)


@router.post(
    "",
    status_code=201,
    summary="Add a person",
    description="Managers may not form a cycle.",
    responses=documented(409),
)
def create_user(
    new: NewUser, response: Response, *, app: AppParts, work: Work, caller: Admin, _once: Idempotent
) -> User:
    require_proof(caller)  # anyone who is added can log in
    if new.password:
        _refuse_without_passwords(app)
    values = new.model_dump(exclude={"password"})
    password = new.password.get_secret_value() if new.password else None
    row = queries.create_user(work.tx, **values, password=password)
    response.headers["Location"] = f"/api/v1/users/{row.id}"
    return _tagged(row, response)


@router.get(
    "/{user_id}",
    summary="Read a person",
    description="Inactive ones as well.",
    dependencies=[Reader],
    responses=documented(404),
)
def read_user(user_id: PathId, work: Work, response: Response) -> User:
    return _tagged(queries.get_user(work.tx, user_id), response)


@router.patch(
    "/{user_id}",
    summary="Change a person",
    description="A new password for somebody else, and a deactivation, end all their sessions and API tokens "
    "for good. One's own new password ends one's other sessions. One's own password and address are for who "
    "has logged in, not for tokens. The last active admin can neither be deactivated nor get another role. "
    "Mind `reports`: another role does not take the sight of their follow-ups away, only another "
    "`manager_id` of theirs does.",
    responses=documented(404, 409, 412),
)
def change_user(
    user_id: PathId,
    changed: UserChanges,
    response: Response,
    *,
    tags: IfMatch,
    app: AppParts,
    work: Work,
    audit: Audit,
    caller: Admin,
) -> User:
    changes = changed.changes()
    if "password" in changes:
        _refuse_without_passwords(app)
        changes["password"] = changed.password.get_secret_value()
    before = queries.lock_user(work.tx, user_id, tags)
    if user_id == caller.user_id and OF_ONE_LOG_IN & _changed(changes, before):
        require_session(caller)
    if _lets_in_or_shows_more(changes, before):
        require_proof(caller)
    row = queries.change_user(work.tx, user_id, changes, tags)
    if "password" in changes:
        _end_access(work.tx, audit, user_id, caller)
    return _tagged(row, response)


@router.delete(
    "/{user_id}/identities",
    status_code=204,
    summary="Unbind a person from the provider",
    description="Forgets which account of the OpenID Connect provider is theirs and ends their sessions. "
    "Their next log-in there binds them again, by e-mail address.",
    responses=documented(404, 412),
)
def unbind_user(user_id: PathId, work: Work, audit: Audit, caller: Admin, tags: IfMatch) -> None:
    queries.lock_user(work.tx, user_id, tags)
    if user_id == caller.user_id:
        require_session(caller)
    require_proof(caller)
    if unbind(work.tx, user_id):
        end_sessions(work.tx, user_id, keep=caller.session_id)
        audit(Action.IDENTITY_UNBOUND, f"users/{user_id}")


def _lets_in_or_shows_more(changes: Mapping[str, Any], before: Record) -> bool:
    """Whether a change needs a proof. A deactivation needs none: it hurries, and only takes away."""
    changed = _changed(changes, before)
    return bool(changed & {*WITH_PROOF}) or ("active" in changed and bool(changes["active"]))


def _changed(changes: Mapping[str, Any], before: Record) -> set[str]:
    """What gets another value; a password always does, because nobody can read the one that is there."""
    return {name for name, value in changes.items() if value != getattr(before, name, None)}


def _tagged(row: Record, response: Response) -> User:
    user = User.model_validate(row)
    response.headers["ETag"] = user.etag
    return user


def _refuse_without_passwords(app: Parts) -> None:
    if not app.settings.password_log_in:
        message = f"password is of no use: people log in with {app.settings.oidc_name} only. Leave it out."
        raise Invalid("password", message)


def _end_access(tx: Transaction, audit: Trail, user_id: int, caller: Caller) -> None:
    """End what the old password may have opened.

    Who changes their own keeps their tokens: they know best whether somebody else has them.
    """
    end_sessions(tx, user_id, keep=caller.session_id)
    revoked = 0 if user_id == caller.user_id else revoke_tokens(tx, user_id)
    if revoked:
        audit(Action.TOKEN_REVOKED, f"users/{user_id}", tokens=revoked)
