"""Log in through the provider: there, and back. Whatever goes wrong, people land on the log-in page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse
from followup_common.db import Transaction
from sqlalchemy.exc import DataError

from followup_api.audit import Action, Trail, sign
from followup_api.auth import browser, sessions
from followup_api.auth.oidc.flow import HOME, LIFE, Flow
from followup_api.auth.oidc.people import BY, Visitor
from followup_api.auth.oidc.problems import LogInFailed, Reason
from followup_api.auth.oidc.schemas import LogInOptions
from followup_api.auth.queries import proof_at
from followup_api.dependencies import App
from followup_api.permissions import Permission, require
from followup_api.routing import api_router
from followup_api.unit_of_work import WRITES, UnitOfWork, Work

if TYPE_CHECKING:
    from followup_api.auth.oidc.claims import Claims

router = api_router(prefix="/session", tags=["Session"], dependencies=[require(Permission.PUBLIC)])

log = structlog.get_logger()

LAST_MOMENT = 10**11
"""Seconds since 1970; more are some other unit."""
AWAY: dict[str, Any] = {"status_code": 303, "response_class": RedirectResponse}
Text = Annotated[str, Query()]


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and what it is to keep."""

    url: str
    flow: Flow


@dataclass(frozen=True)
class Arrival:
    """Who came back from the provider, and where they wanted to go."""

    claims: Claims
    return_to: str
    fresh: bool

    @property
    def proved(self) -> float | None:
        """When the provider last had them log in, in seconds since 1970; None: it does not say."""
        moment = self.claims.get("auth_time")
        if isinstance(moment, bool) or not isinstance(moment, int | float):
            return None
        return float(moment) if 0 <= moment < LAST_MOMENT else None


@dataclass(frozen=True)
class Refusal:
    """Why somebody stays on the log-in page, and where they wanted to go."""

    reason: Reason
    return_to: str = HOME


async def _departure(
    app: App,
    return_to: Annotated[str, Query(description="Page of this site to show after the log-in.")] = HOME,
    fresh: Annotated[
        bool, Query(description="Whether the provider has to ask who it is, although it knows them.")
    ] = False,
) -> Departure | Refusal:
    """Ask the provider where it wants people to come: before anything of the database is held."""
    if app.oidc is None:
        return Refusal(Reason.OFF)
    flow = Flow.start(return_to, fresh=fresh)
    try:
        return Departure(await app.oidc.ask(app.oidc.log_in_url, flow), flow)
    except LogInFailed as failed:
        return Refusal(failed.reason, flow.return_to)


async def _arrival(
    request: Request, app: App, *, code: Text = "", state: Text = "", error: Text = ""
) -> Arrival | Refusal:
    """Ask the provider who came back: before anything of the database is held."""
    if app.oidc is None:
        return Refusal(Reason.OFF)
    flow = Flow.resume(browser.flow_of(request, app.settings), state)
    if flow is None:
        return Refusal(Reason.ELSEWHERE)
    if error or not code:
        log.info("oidc_refused", error=error[:100])
        return Refusal(Reason.CANCELLED, flow.return_to)
    try:
        return Arrival(await app.oidc.ask(app.oidc.identify, code, flow), flow.return_to, flow.fresh)
    except LogInFailed as failed:
        return Refusal(failed.reason, flow.return_to)


@router.get(
    "/options", summary="How people can log in", description="For the log-in page: what it should offer."
)
def read_log_in_options(app: App) -> LogInOptions:
    settings = app.settings
    return LogInOptions(
        password=settings.password_log_in, provider=settings.oidc_name if settings.oidc_issuer else None
    )


@router.get(
    "/oidc",
    summary="Log in through the provider",
    description="For browsers: leads to the OpenID Connect provider, and back to the log-in page if that is "
    "not possible.",
    **AWAY,
)
def log_in_with_provider(
    request: Request, app: App, departure: Annotated[Departure | Refusal, Depends(_departure)]
) -> RedirectResponse:
    if isinstance(departure, Refusal):
        return _log_in_page(departure)
    answer = RedirectResponse(departure.url, status_code=303)
    browser.set_flow(request, answer, app.settings, departure.flow.cookie, LIFE)
    return answer


@router.get(
    "/oidc/callback",
    summary="Come back from the provider",
    description="For browsers: where the provider sends people. Sets the session cookie and leads to the "
    "page where the log-in began, or to the log-in page with what went wrong.",
    dependencies=[WRITES],
    **AWAY,
)
def return_from_provider(
    request: Request, app: App, arrival: Annotated[Arrival | Refusal, Depends(_arrival)], work: Work
) -> RedirectResponse:
    if isinstance(arrival, Refusal):
        answer = _log_in_page(arrival)
    else:
        try:
            with work.tx.begin_nested():
                answer = _let_in(request, app, arrival, work)
        except (DataError, UnicodeEncodeError):  # a claim says what no database can keep
            log.warning("oidc_claims_refused")
            answer = _log_in_page(Refusal(Reason.NOT_VALID, arrival.return_to))
    browser.clear_flow(request, answer, app.settings)
    return answer


def _let_in(request: Request, app: App, arrival: Arrival, work: UnitOfWork) -> RedirectResponse:
    tx, audit = work.tx, Trail(work, request)
    sign(tx, request, by=BY)
    try:
        with tx.begin_nested():
            user_id = Visitor(tx, audit, app.settings, arrival.claims).admit()
            proved_at = _proved_at(tx, arrival, user_id)
    except LogInFailed as failed:
        target = f"users/{failed.user_id}" if failed.user_id else None
        audit(Action.LOG_IN_FAILED, target, by=BY, reason=failed.reason, subject=arrival.claims["sub"])
        return _log_in_page(Refusal(failed.reason, arrival.return_to))
    answer = RedirectResponse(arrival.return_to, status_code=303)
    sessions.begin(request, answer, app.settings, audit, user_id, proved_at=proved_at, by=BY)
    return answer


def _proved_at(tx: Transaction, arrival: Arrival, user_id: int) -> datetime:
    """When somebody showed that it is them.

    Raises:
        LogInFailed: it should have been just now, and the provider does not say so.
    """
    proved_at, recent = proof_at(tx, arrival.proved)
    if arrival.fresh and not recent:
        raise LogInFailed(Reason.NOT_FRESH, user_id)
    return proved_at


def _log_in_page(refusal: Refusal) -> RedirectResponse:
    query = {"problem": refusal.reason} | ({"next": refusal.return_to} if refusal.return_to != HOME else {})
    return RedirectResponse(f"/login?{urlencode(query)}", status_code=303)
