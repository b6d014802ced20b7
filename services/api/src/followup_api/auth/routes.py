"""Log in, log out, who am I."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from followup_api.audit import Action, Audit, address_of
from followup_api.auth import browser, passwords, queries, sessions
from followup_api.auth.schemas import LogIn, Me
from followup_api.auth.throttle import Attempt
from followup_api.dependencies import AppParts, Work
from followup_api.permissions import Caller, Permission, caller_of, require
from followup_api.problems import Forbidden, Unauthenticated, documented
from followup_api.routing import api_router

router = api_router(tags=["Session"])


class WrongCredentials(Unauthenticated):
    """Unknown e-mail address, wrong password, or an inactive person: the answer does not say which."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class PasswordsOff(Forbidden):
    """People log in through the provider only."""

    def __init__(self, provider: str) -> None:
        super().__init__(f"Passwords are switched off here: log in with {provider}.")


@router.post(
    "/session",
    status_code=201,
    summary="Log in",
    description="Sets the session cookie, which lasts 14 days from its last use. After several wrong "
    "passwords the address that sends them has to wait, twice as long each time, 15 minutes at the most.",
    dependencies=[require(Permission.PUBLIC)],
    response_model=Me,
    responses=documented(401, 403, 429),
)
def log_in(
    credentials: LogIn, request: Request, response: Response, *, app: AppParts, work: Work, audit: Audit
) -> Me | Response:
    browser.refuse_other_origins(request, app.settings, by_cookie=False)
    if not app.settings.password_log_in:
        raise PasswordsOff(app.settings.oidc_name)
    attempt = Attempt(
        work.tx, credentials.email, address_of(request), app.settings.log_in_failures_per_address
    )
    attempt.check()
    person = queries.by_email(work.tx, credentials.email)
    password = credentials.password.get_secret_value()
    kept = person.password_hash if person else None
    if not passwords.matches(kept, password) or person is None:
        attempt.failed()
        # Who was tried, if there is such a person; else not what was typed: some type their password there.
        audit(Action.LOG_IN_FAILED, f"users/{person.id}" if person else None)
        return WrongCredentials().response()  # not raised: what was counted has to be committed
    attempt.succeeded()
    if kept and passwords.outdated(kept):
        queries.set_password_hash(work.tx, person.id, passwords.hashed(password))
    sessions.begin(request, response, app.settings, audit, person.id)
    return _me(caller_of(person))


@router.delete(
    "/session",
    status_code=204,
    summary="Log out",
    description="Ends the session of the cookie. With an API token there is no session, and nothing happens.",
)
def log_out(
    request: Request,
    response: Response,
    *,
    app: AppParts,
    work: Work,
    audit: Audit,
    caller: Annotated[Caller, require(Permission.SELF_WRITE)],
) -> None:
    if caller.session_id:
        queries.end_session(work.tx, caller.session_id)
        audit(Action.LOGGED_OUT, f"users/{caller.user_id}")
        browser.clear_session(request, response, app.settings)


@router.get("/me", summary="Who is logged in", description="The caller and what their role lets them do.")
def read_me(caller: Annotated[Caller, require(Permission.SELF)]) -> Me:
    return _me(caller)


def _me(caller: Caller) -> Me:
    return Me(
        id=caller.user_id,
        email=caller.email,
        name=caller.name,
        role=caller.role,
        manager_id=caller.manager_id,
        active=True,  # nobody else can log in
        time_zone=caller.time_zone,
        permissions=sorted(caller.permissions),
    )
