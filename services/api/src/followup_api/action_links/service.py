"""What a link in a mail does: one act on one run of a follow-up, as the one who got the mail, once.

To look at it does nothing: mail scanners follow every link. It acts by the verbs that the API has, with the
rights that its person has at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fastapi import Request
from followup_common.db import Transaction
from followup_common.policy import Command
from followup_common.policy.presets import Preset
from pydantic import ValidationError

from followup_api.action_links import queries
from followup_api.audit import Action, Trail, sign
from followup_api.auth.browser import address_of
from followup_api.auth.queries import by_id
from followup_api.auth.secrets import digest
from followup_api.auth.throttle import Attempt, network_of
from followup_api.dependencies import AppContext
from followup_api.field_errors import field_errors
from followup_api.followups import completing, holding
from followup_api.followups.completing_schemas import Completion
from followup_api.followups.hold_schemas import Snooze
from followup_api.followups.problems import FollowUpNotFound
from followup_api.followups.schemas import FollowUp
from followup_api.followups.service import Target
from followup_api.permissions import Caller, NotPermitted, Permission, caller_of
from followup_api.problems import NotValid, Problem
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork

BY = "mail"
"""What makes the changes, as the audit log has it."""


class Reason(StrEnum):
    """Why a link does nothing (any more)."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    INACTIVE = "inactive"
    DELETED = "deleted"
    COMPLETED = "completed"
    REASSIGNED = "reassigned"
    RESTARTED = "restarted"


class Stale(NamedTuple):
    """A link that does nothing.

    Args:
        reason: why.
        link: which one; None: there is none.
        state: how its follow-up is now, as far as that is the reason.
    """

    reason: Reason
    link: Record | None = None
    state: Record | None = None


@dataclass(frozen=True)
class Ready:
    """A link that does what it says.

    Args:
        link: which one.
        target: the follow-up, as its person may act on it.
        follow_up: how it is now.
        caller: as whom it acts.
    """

    link: Record
    target: Target
    follow_up: FollowUp
    caller: Caller


@dataclass(frozen=True)
class Refused:
    """A link whose act cannot be done like that; it can be tried again."""

    ready: Ready
    problem: Problem


@dataclass(frozen=True)
class Done:
    """What a link has done."""

    ready: Ready
    follow_up: FollowUp


def look(request: Request, app: AppContext, work: UnitOfWork, token: str) -> Ready | Stale:
    """What a link would do. Nothing but a guess that failed is written.

    Raises:
        TooManyTries, TriesInProgress: the address has guessed, and has to wait.
    """
    attempt = attempt_by(request, app, work, token)
    attempt.check()
    link = queries.by_digest(work.tx, digest(token), for_use=False)
    if link is None:
        attempt.failed()
        return Stale(Reason.UNKNOWN)
    return opened(app, work, link)


def act(
    request: Request, app: AppContext, audit: Trail, token: str, given: Mapping[str, str]
) -> Done | Refused | Stale:
    """Do what a link says, once; what is refused has an entry in the audit log.

    Args:
        request: what came.
        app: the application.
        audit: the audit log of the request.
        token: what the link carries.
        given: what its person says with it: a note, until when, why.

    Raises:
        TooManyTries, TriesInProgress: the address has guessed, or used this link in vain, and has to wait.
    """
    attempt = attempt_by(request, app, audit.work, token)
    attempt.check()
    tx = audit.work.tx
    link = queries.by_digest(tx, digest(token), for_use=True)
    if link is None:
        attempt.failed()
        audit(Action.ACTION_LINK_REFUSED, reason=Reason.UNKNOWN)
        return Stale(Reason.UNKNOWN)
    request.state.user_id = link.user_id
    outcome = by_link(request, app, audit, link, given)
    if not isinstance(outcome, Done):
        attempt.in_vain()
    return outcome


def by_link(
    request: Request,
    app: AppContext,
    audit: Trail,
    link: Record,
    given: Mapping[str, str],
    *,
    by: str = BY,
) -> Done | Refused | Stale:
    """Do what a link says that nobody else uses meanwhile, once.

    Args:
        request: what came.
        app: the application.
        audit: the audit log of the request.
        link: which one.
        given: what its person says with it: a note, until when, why.
        by: where the link was.
    """
    found = opened(app, audit.work, link, lock=True)
    if isinstance(found, Stale):
        outcome: Done | Refused | Stale = found
    else:
        sign(audit.work.tx, request, actor_id=link.user_id, by=by)
        outcome = _done(audit.work.tx, found, given)
    _note(audit, link, outcome, by)
    return outcome


def attempt_by(request: Request, app: AppContext, work: UnitOfWork, token: str) -> Attempt:
    """A guess counts for its address, and not as a wrong password: old mails keep nobody from logging in."""
    origin = f"links {network_of(address_of(request))}"
    name = f"action link {digest(token).hex()}"
    return Attempt(work.tx, name, origin, app.settings.log_in_failures_per_address)


def opened(app: AppContext, work: UnitOfWork, link: Record, *, lock: bool = False) -> Ready | Stale:
    """What a link is about, as its person may act on it now; or why it does nothing.

    Args:
        app: the application.
        work: in which it acts.
        link: which one.
        lock: whether nobody else is to change the follow-up before the transaction ends.
    """
    if link.used_at is not None:
        return Stale(Reason.USED, link)
    if link.is_expired:
        return Stale(Reason.EXPIRED, link)
    if not link.active:
        return Stale(Reason.INACTIVE, link)
    caller = caller_of(by_id(work.tx, link.user_id)).under(app.settings)
    target = Target.of(work, caller, link.follow_up_id, None)
    try:
        if lock:
            target.lock()
        stale = _changed(work.tx, link)
        return stale or Ready(link, target, target.read(), caller)
    except FollowUpNotFound:
        return _changed(work.tx, link) or Stale(Reason.REASSIGNED, link)


def _changed(tx: Transaction, link: Record) -> Stale | None:
    """What has changed since the mail, so that the link does nothing."""
    state = queries.state_of(tx, link.follow_up_id)
    if state is None:
        return Stale(Reason.DELETED, link)
    reasons = {
        Reason.COMPLETED: state.completed_at is not None,
        Reason.REASSIGNED: state.assignee_id != link.assignee_id,
        Reason.RESTARTED: state.run != link.run,
    }
    return next((Stale(reason, link, state) for reason, applies in reasons.items() if applies), None)


def _done(tx: Transaction, ready: Ready, given: Mapping[str, str]) -> Done | Refused:
    try:
        if Permission.FOLLOW_UPS_WRITE not in ready.caller.entitled:
            raise NotPermitted(ready.caller.role, Permission.FOLLOW_UPS_WRITE)
        with (
            tx.begin_nested()
        ):  # what is refused half-way leaves nothing, and its entry in the audit log stays
            follow_up = _acted(ready, given)
            queries.use(tx, ready.link.token_hash)
    except ValidationError as error:
        errors = field_errors([dict(each) for each in error.errors()])
        return Refused(ready, NotValid(errors[0][1], errors=errors))
    except Problem as problem:
        return Refused(ready, problem)
    return Done(ready, follow_up)


def _acted(ready: Ready, given: Mapping[str, str]) -> FollowUp:
    match Command(ready.link.act):
        case Command.COMPLETE:
            return completing.complete(ready.target, Completion(note=given.get("note")))
        case Command.SNOOZE:
            preset = Preset(given["preset"]) if given.get("preset") in set(Preset) else Preset.TOMORROW
            return holding.snooze(ready.target, Snooze(preset=preset, reason=given.get("reason")))
        case _:
            return holding.acknowledge(ready.target)


def _note(audit: Trail, link: Record, outcome: Done | Refused | Stale, by: str) -> None:
    said = {"act": link.act} if by == BY else {"act": link.act, "by": by}
    match outcome:
        case Stale(reason=reason):
            said["reason"] = reason
        case Refused(problem=problem):
            said["reason"] = problem.kind
    action = Action.ACTION_LINK_USED if isinstance(outcome, Done) else Action.ACTION_LINK_REFUSED
    audit(action, f"follow-ups/{link.follow_up_id}", actor_id=link.user_id, **said)
