"""Log in, log out, who am I."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from followup_api.audit import Action, Audit, sign
from followup_api.auth import browser, passwords, queries, sessions
from followup_api.auth.attempts import attempt_of
from followup_api.auth.schemas import LogIn, Proof
from followup_api.dependencies import App
from followup_api.me.schemas import Me
from followup_api.me.service import me_of
from followup_api.permissions import Caller, Permission, caller_of, require
from followup_api.problems import Invalid, Unauthenticated, documented
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/session", tags=["Session"])


class WrongCredentials(Unauthenticated):
    """Unknown e-mail address, wrong password, or an inactive person: the answer does not say which."""

    detail = "The e-mail address or the password is wrong."


Self = Annotated[Caller, require(Permission.SELF_WRITE)]


@router.post(
    "",
    status_code=201,
    summary="Log in",
    description="Sets the session cookie, which lasts 14 days from its last use and 90 days at most. "
    "After several wrong passwords the address that sends them has to wait, twice as long each time, at most "
    "15 minutes.",
    dependencies=[require(Permission.PUBLIC)],
    response_model=Me,
    responses=documented(401, 403, 429),
)
def log_in(
    credentials: LogIn, request: Request, response: Response, *, app: App, work: Work, audit: Audit
) -> Me | Response:
    browser.refuse_other_origins(request, app.settings, by_cookie=False)
    browser.refuse_plain_http(request, app.settings)
    attempt = attempt_of(request, app, work, credentials.email)
    person = queries.by_email(work.tx, credentials.email)
    password = credentials.password.get_secret_value()
    kept = person.password_hash if person else None
    right = passwords.matches(kept, password) and person is not None
    if not right or person is None or not queries.opens(work.tx, person.id, kept):
        attempt.failed()
        # Who was tried, if there is such a person; else not what was typed: some type their password there.
        audit(Action.LOG_IN_FAILED, f"users/{person.id}" if person else None)
        return WrongCredentials().response()  # not raised: what was counted has to be committed
    attempt.succeeded()
    if kept and passwords.outdated(kept, password):
        sign(work.tx, request, actor_id=person.id)
        queries.set_password_hash(work.tx, person.id, passwords.hashed(password))
    sessions.begin(request, response, app.settings, audit, person.id)
    return me_of(caller_of(person).under(app.settings))


@router.delete(
    "",
    status_code=204,
    summary="Log out",
    description="Ends the session of the cookie. With an API token there is no session, and nothing happens.",
)
def log_out(
    request: Request, response: Response, *, app: App, work: Work, audit: Audit, caller: Self
) -> None:
    if caller.session_id:
        queries.end_session(work.tx, caller.session_id)
        audit(Action.LOGGED_OUT, f"users/{caller.user_id}")
        browser.clear_session(request, response, app.settings)


@router.post(
    "/proof",
    status_code=204,
    summary="Confirm that it is you",
    description="Takes the password again. For 15 minutes the session may then do what is answered with 403 "
    "`reauthentication-needed` otherwise: add, activate and import people, change their roles, addresses and "
    "managers, set passwords of others, make API tokens and revoke those of others. A log-in confirms it as "
    "well. Wrong passwords count as for a log-in. With an API token there is nothing to confirm.",
    response_model=None,
    responses=documented(403, 429),
)
def confirm(
    proof: Proof, request: Request, *, app: App, work: Work, audit: Audit, caller: Self
) -> Response | None:
    if caller.session_id is None:
        return None
    attempt = attempt_of(request, app, work, caller.email)
    kept = queries.password_hash_of(work.tx, caller.user_id)
    if not passwords.matches(kept, proof.password.get_secret_value()):
        attempt.failed()
        audit(Action.LOG_IN_FAILED, f"users/{caller.user_id}", by="proof")
        message = "password is wrong: type the one with which you log in."
        return Invalid("password", message).response()  # not raised: the count has to be committed
    attempt.succeeded()
    queries.note_proof(work.tx, caller.session_id)
    return None
