"""Links by which people set a password: made by admins, used by those for whom they are."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from followup_common.db.tables import users

from followup_api.audit import Audit
from followup_api.auth import browser, queries, sessions
from followup_api.dependencies import App
from followup_api.fields import as_read
from followup_api.formulas import harmless
from followup_api.me.schemas import Me
from followup_api.me.service import me_of
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.password_links import service
from followup_api.password_links.problems import LinkUnusable
from followup_api.password_links.queries import not_yet_in
from followup_api.password_links.schemas import (
    InvitationFormat,
    InvitationQuery,
    Invitations,
    Invite,
    LinkOf,
    LinkToken,
    NotYetIn,
    PasswordByLink,
    PasswordLink,
    Purpose,
)
from followup_api.password_links.service import Maker
from followup_api.permissions import Caller, Permission, caller_of, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/invitations", tags=["Users"])
of_people = api_router(prefix="/users/{user_id}", tags=["Users"])
by_link = api_router(prefix="/session/password-link", tags=["Session"])

Admin = Annotated[Caller, require(Permission.USERS_WRITE)]
COLUMNS = ("name", "email", "link", "expires_at")
AS_FILE: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The links.",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": ",".join(COLUMNS)}},
    }
}
FOR_ONE = (
    " The answer shows the link, this once: hand it to this person alone, who sets their password with it, "
    "once. A newer one takes its place, and it ends when their address, password or active state changes. "
)


async def maker(request: Request, app: App, audit: Audit, caller: Admin) -> Maker:
    """The admin who asks for links."""
    return Maker(request, app, audit, caller)


Making = Annotated[Maker, Depends(maker)]


@router.get(
    "",
    summary="List people who cannot log in yet",
    description="Active ones without a password and without an account at the log-in provider, by name, and "
    "whether they have an invitation that works.",
)
def list_not_yet_in(page: Annotated[PageQuery, Query()], work: Work, _: Admin) -> Page[NotYetIn]:
    found = paginate(work.tx, not_yet_in(), (as_read(users.c.name), users.c.id), page)
    return Page[NotYetIn].of(found)


@router.post(
    "",
    status_code=201,
    summary="Invite people",
    description="Makes a link for each, by which they set their first password within 7 days. It is shown "
    "this once; a newer one takes its place.",
    response_model=Invitations,
    responses=AS_FILE,
)
def create_invitations(
    whom: Invite, query: Annotated[InvitationQuery, Query()], making: Making
) -> Invitations | Response:
    made = service.invite(making, whom.user_ids)
    return _as_csv(made) if query.format is InvitationFormat.CSV else made


@of_people.post(
    "/invitation",
    status_code=201,
    summary="Invite a person",
    description="For somebody without a password." + FOR_ONE + "It works for 7 days.",
    responses=documented(404, 409),
)
def create_invitation(user_id: PathId, making: Making) -> PasswordLink:
    return service.make_one(making, user_id, Purpose.INVITATION)


@of_people.post(
    "/password-reset",
    status_code=201,
    summary="Let a person set a new password",
    description="For somebody who has forgotten theirs." + FOR_ONE + "It works for an hour. Until it is used "
    "everything stays as it is; then their sessions and API tokens end. One's own needs a log-in.",
    responses=documented(404, 409),
)
def create_password_reset(user_id: PathId, making: Making) -> PasswordLink:
    return service.make_one(making, user_id, Purpose.RESET)


@by_link.post(
    "",
    summary="Look at a link",
    description="Whose it is, before they set their password. A link that cannot be used counts as a wrong "
    "password of its address.",
    dependencies=[require(Permission.PUBLIC)],
    response_model=LinkOf,
    responses=documented(403, 404, 429),
)
def look_at_link(carried: LinkToken, request: Request, *, app: App, audit: Audit) -> LinkOf | Response:
    browser.refuse_other_origins(request, app.settings, by_cookie=False)
    attempt, found = service.opened(request, app, audit, carried.token.get_secret_value())
    if found is None:
        return LinkUnusable().response()  # not raised: what was counted has to be committed
    attempt.succeeded()
    return LinkOf.model_validate({name: getattr(found, name) for name in LinkOf.model_fields})


@by_link.put(
    "",
    status_code=201,
    summary="Set a password by a link, and log in",
    description="Uses the link up and sets the session cookie, as a log-in does. After a reset all other "
    "sessions of the person, and their API tokens, have ended.",
    dependencies=[require(Permission.PUBLIC)],
    response_model=Me,
    responses=documented(403, 404, 429),
)
def use_link(
    carried: PasswordByLink, request: Request, response: Response, *, app: App, audit: Audit
) -> Me | Response:
    browser.refuse_other_origins(request, app.settings, by_cookie=False)
    browser.refuse_plain_http(request, app.settings)
    token, password = (each.get_secret_value() for each in (carried.token, carried.password))
    found = service.set_password(request, app, audit, token, password)
    if isinstance(found, LinkUnusable):
        return found.response()  # not raised: what was counted has to be committed
    sessions.begin(request, response, app.settings, audit, found.user_id, by=found.purpose)
    return me_of(caller_of(queries.by_id(audit.work.tx, found.user_id)).under(app.settings))


def _as_csv(made: Invitations) -> Response:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for each in made.items:
        writer.writerow([harmless(each.name), harmless(each.email), each.link, each.expires_at.isoformat()])
    headers = {"Content-Disposition": 'attachment; filename="invitations.csv"'}
    # With a byte order mark, or Excel takes it for something else than UTF-8.
    return Response(text.getvalue().encode("utf-8-sig"), 201, headers, "text/csv; charset=utf-8")
