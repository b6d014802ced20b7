"""Oneself: who one is, one's password, and where one is logged in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from followup_common.db.tables import sessions

from followup_api.audit import Action, Audit
from followup_api.auth import browser
from followup_api.auth.proof import require_session
from followup_api.auth.queries import end_session_of_person, end_sessions
from followup_api.dependencies import App
from followup_api.me import queries
from followup_api.me.schemas import Me, MeChanges, PasswordChange, Session
from followup_api.me.service import change_password, me_of, with_changes
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import NotFound, documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work
from followup_api.users.queries import get_user
from followup_api.users.service import change_user

router = api_router(prefix="/me", tags=["Session"])
of_people = api_router(prefix="/users/{user_id}/sessions", tags=["Session"])

Self = Annotated[Caller, require(Permission.SELF)]
Writer = Annotated[Caller, require(Permission.SELF_WRITE)]
LoggedIn = Annotated[Caller, require(Permission.SELF, session=True)]
Admin = Annotated[Caller, require(Permission.USERS_WRITE)]
LoggedInWriter = Annotated[Caller, require(Permission.SELF_WRITE, session=True)]


class SessionNotFound(NotFound):
    """The person has no such session."""

    def __init__(self, session_id: int, whose: str = "You have") -> None:
        super().__init__(f"{whose} no session {session_id}: it may have ended by itself.")
        self.session_id = session_id


@router.get("", summary="Who is logged in", description="The caller and what their role lets them do.")
def read_me(caller: Self) -> Me:
    return me_of(caller)


@router.patch(
    "",
    summary="Change oneself",
    description="One's name and time zone, and how times are written; admins change the rest.",
)
def change_me(changed: MeChanges, work: Work, caller: Writer) -> Me:
    changes = changed.changes()
    change_user(work.tx, caller.user_id, changes)
    return me_of(with_changes(caller, changes))


@router.put(
    "/password",
    status_code=204,
    summary="Change one's password",
    description="Asks for the current one, and ends one's other sessions. API tokens go on working: revoke "
    "those that somebody else may have. Wrong ones count as for a log-in. Needs a log-in, not a token.",
    response_model=None,
    responses=documented(409, 429),
)
def change_my_password(
    change: PasswordChange, request: Request, *, app: App, audit: Audit, _: Work, caller: LoggedInWriter
) -> Response | None:
    wrong = change_password(request, app, audit, caller, change)
    return wrong.response() if wrong else None


@router.get(
    "/sessions",
    summary="List one's sessions",
    description="Where one is logged in, the newest log-in first. API tokens are listed by themselves. Needs "
    "a log-in, not a token.",
)
def list_my_sessions(page: Annotated[PageQuery, Query()], work: Work, caller: LoggedIn) -> Page[Session]:
    mine = queries.sessions_of(caller.user_id, caller.session_id)
    found = paginate(work.tx, mine, (sessions.c.id.desc(),), page)
    return Page[Session].of(found)


@router.delete(
    "/sessions",
    status_code=204,
    summary="Log out everywhere else",
    description="Ends all of one's sessions but the one of this request. Needs a log-in, not a token.",
)
def end_my_other_sessions(work: Work, audit: Audit, caller: LoggedInWriter) -> None:
    ended = end_sessions(work.tx, caller.user_id, keep=caller.session_id)
    if ended:
        audit(Action.SESSION_ENDED, f"users/{caller.user_id}", sessions=ended)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    summary="End one of one's sessions",
    description="Logs out there at once. The one of this request may be it. Needs a log-in, not a token.",
    responses=documented(404),
)
def end_my_session(
    session_id: PathId,
    request: Request,
    response: Response,
    *,
    app: App,
    work: Work,
    audit: Audit,
    caller: LoggedInWriter,
) -> None:
    if not end_session_of_person(work.tx, caller.user_id, session_id):
        raise SessionNotFound(session_id)
    audit(Action.SESSION_ENDED, f"users/{caller.user_id}", session=session_id)
    if session_id == caller.session_id:
        browser.clear_session(request, response, app.settings)


@of_people.get(
    "",
    summary="List a person's sessions",
    description="Where they are logged in, the newest log-in first. One's own need a log-in, not a token.",
    responses=documented(404),
)
def list_sessions_of(
    user_id: PathId, page: Annotated[PageQuery, Query()], work: Work, caller: Admin
) -> Page[Session]:
    _refuse_own_by_token(caller, user_id)
    get_user(work.tx, user_id)
    theirs = queries.sessions_of(user_id, caller.session_id)
    return Page[Session].of(paginate(work.tx, theirs, (sessions.c.id.desc(),), page))


@of_people.delete(
    "",
    status_code=204,
    summary="Log a person out everywhere",
    description="Ends all their sessions, of oneself all others. Their API tokens go on working. It only "
    "takes away, so the password is not asked for again.",
    responses=documented(404),
)
def end_sessions_of(user_id: PathId, work: Work, audit: Audit, caller: Admin) -> None:
    _refuse_own_by_token(caller, user_id)
    get_user(work.tx, user_id)
    ended = end_sessions(work.tx, user_id, keep=caller.session_id)
    if ended:
        audit(Action.SESSION_ENDED, f"users/{user_id}", sessions=ended)


@of_people.delete(
    "/{session_id}",
    status_code=204,
    summary="End one of a person's sessions",
    description="Logs them out there at once.",
    responses=documented(404),
)
def end_session_of(user_id: PathId, session_id: PathId, work: Work, audit: Audit, caller: Admin) -> None:
    _refuse_own_by_token(caller, user_id)
    get_user(work.tx, user_id)
    if not end_session_of_person(work.tx, user_id, session_id):
        raise SessionNotFound(session_id, f"User {user_id} has")
    audit(Action.SESSION_ENDED, f"users/{user_id}", session=session_id)


def _refuse_own_by_token(caller: Caller, user_id: int) -> None:
    if user_id == caller.user_id:
        require_session(caller)
