"""What a link to unsubscribe does: its person gets no more mails of one category, however often it is used.

To look at it does nothing: mail scanners follow every link. It changes that person's rules and nothing else,
as far as an admin leaves them the choice; they switch it on again in their settings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from fastapi import Request

from followup_api.action_links.service import BY, attempt_by
from followup_api.audit import Action, Trail, sign
from followup_api.auth.queries import by_id
from followup_api.auth.secrets import digest
from followup_api.auth.throttle import Attempt
from followup_api.dependencies import AppContext
from followup_api.notification_rules import service as rules
from followup_api.notification_rules.categories import Mails, mails, without
from followup_api.permissions import Caller, caller_of
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork
from followup_api.unsubscribing import queries

ACT = "unsubscribe"
"""As the audit log has it."""


class Reason(StrEnum):
    """Why a link does nothing."""

    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    KEPT = "kept"


class Stale(NamedTuple):
    """A link that does nothing.

    Args:
        reason: why.
        link: which one; None: there is none.
    """

    reason: Reason
    link: Record | None = None


class Offer(NamedTuple):
    """A link that does what it says.

    Args:
        link: which one.
        caller: whose mails it ends.
        found: which of them they get.
    """

    link: Record
    caller: Caller
    found: Mails


class Done(NamedTuple):
    """What a link has done: nothing, where its person got no such mails any more."""

    offer: Offer


def look(request: Request, app: AppContext, work: UnitOfWork, token: str) -> Offer | Stale:
    """What a link would do. Nothing but a guess that failed is written.

    Raises:
        TooManyTries, TriesInProgress: the address has guessed, and has to wait.
    """
    link = _found(attempt_by(request, app, work, token), work, token)
    if link is None:
        return Stale(Reason.UNKNOWN)
    return _opened(work, link) if link.active else Stale(Reason.INACTIVE, link)


def stop(request: Request, app: AppContext, audit: Trail, token: str) -> Done | Offer | Stale:
    """Let a link's person get no more mails of its category; an offer comes back where they have no choice.

    Args:
        request: what came.
        app: the application.
        audit: the audit log of the request.
        token: what the link carries.

    Raises:
        TooManyTries, TriesInProgress: the address has guessed, or used this link in vain, and has to wait.
    """
    attempt = attempt_by(request, app, audit.work, token)
    link = _found(attempt, audit.work, token)
    if link is None:
        audit(Action.ACTION_LINK_REFUSED, act=ACT, reason=Reason.UNKNOWN)
        return Stale(Reason.UNKNOWN)
    request.state.user_id = link.user_id
    if not link.active:
        _refuse(audit, attempt, link, Reason.INACTIVE)
        return Stale(Reason.INACTIVE, link)
    rules.hold(audit.work.tx, link.user_id)
    offer = _opened(audit.work, link)
    if offer.found.ends:
        _end(request, audit, offer)
    elif offer.found.stays:
        _refuse(audit, attempt, link, Reason.KEPT)
        return offer
    return Done(offer)


def _found(attempt: Attempt, work: UnitOfWork, token: str) -> Record | None:
    attempt.check()
    link = queries.by_digest(work.tx, digest(token))
    if link is None:
        attempt.failed()
    return link


def _opened(work: UnitOfWork, link: Record) -> Offer:
    caller = caller_of(by_id(work.tx, link.user_id))
    shown = rules.read(work.tx, caller)
    return Offer(link, caller, mails(shown, link.category, is_admin=caller.role == "admin"))


def _end(request: Request, audit: Trail, offer: Offer) -> None:
    tx, caller, ends = audit.work.tx, offer.caller, offer.found.ends
    sign(tx, request, actor_id=caller.user_id, by=BY)
    rules.replace(tx, audit, caller, without(rules.read(tx, caller), ends))
    audit(Action.ACTION_LINK_USED, f"users/{caller.user_id}", act=ACT, mails=list(ends))


def _refuse(audit: Trail, attempt: Attempt, link: Record, reason: Reason) -> None:
    attempt.in_vain()
    said = {"act": ACT, "category": link.category, "reason": reason}
    audit(Action.ACTION_LINK_REFUSED, f"users/{link.user_id}", **said)
