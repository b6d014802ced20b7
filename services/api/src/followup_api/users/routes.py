"""People: everybody reads, admins write."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from followup_common.db.tables import users

from followup_api.audit import Audit
from followup_api.dependencies import App
from followup_api.etags import IfMatch
from followup_api.fields import as_read
from followup_api.handovers.leaving import leave_work
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, paginate
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work
from followup_api.users import queries, service
from followup_api.users.schemas import NewUser, User, UserChanges, UserQuery

router = api_router(prefix="/users", tags=["Users"])

Reader = require(Permission.USERS_READ)
Admin = Annotated[Caller, require(Permission.USERS_WRITE)]


@router.get("", summary="List people", description="By name.", dependencies=[Reader])
def list_users(query: Annotated[UserQuery, Query()], work: Work) -> Page[User]:
    filters = query.model_dump(include={"q", "role", "active", "manager_id", "has_open_work"})
    wanted = queries.find_users(**filters)
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
    new: NewUser, response: Response, *, app: App, work: Work, caller: Admin, _once: Idempotent
) -> User:
    row = service.add(work.tx, caller, app.settings, new)
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
    "`manager_id` of theirs does. Who has open follow-ups is deactivated only with `open_work`: they go to "
    "somebody else in the same transaction, or stay.",
    responses=documented(404, 409, 412),
)
def change_user(
    user_id: PathId,
    changed: UserChanges,
    response: Response,
    *,
    tags: IfMatch,
    app: App,
    work: Work,
    audit: Audit,
    caller: Admin,
) -> User:
    row = service.edit(work.tx, audit, caller, user_id, changed, tags=tags, settings=app.settings)
    leave_work(work, audit, caller.user_id, row, changed)
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
    service.unbind_provider(work.tx, audit, caller, user_id, tags)


def _tagged(row: Record, response: Response) -> User:
    user = User.model_validate(row)
    response.headers["ETag"] = user.etag
    return user
