"""What an answer to a mail does: to the follow-up that the mail tells of, as the one who was told.

It acts by the verbs of links in mails, with the rights that its person has at that moment; once, as the
transaction that acts is the one that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from followup_common.db import Transaction
from followup_common.wording import isolated
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from followup_api.action_links import queries as links
from followup_api.action_links import service as action_links
from followup_api.action_links import words
from followup_api.action_links.service import BY, Ready, Stale
from followup_api.audit import Action, Trail, sign
from followup_api.dependencies import AppContext
from followup_api.field_errors import field_errors
from followup_api.followups import completing, holding
from followup_api.followups.completing_schemas import Completion, LogEntry
from followup_api.followups.hold_schemas import Snooze
from followup_api.followups.own_clock import clock_of
from followup_api.mail_answers import commands, queries
from followup_api.mail_answers.commands import Done, Noted, Snoozed
from followup_api.permissions import NotPermitted, Permission
from followup_api.problems import NotValid, Problem
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork, transaction

log = structlog.get_logger()

Wish = Done | Snoozed | Noted


class WhyNot(NamedTuple):
    """Why an answer did not do what it says.

    Args:
        reason: as the audit log has it.
        but: what its person is told; empty: they are told nothing.
        why: and what to do, or what has changed.
    """

    reason: str
    but: str = ""
    why: str = ""


ACTED = "acted"
UNDONE = "it could not be done"
OTHER_ADDRESS = WhyNot(
    "sender",
    "it came from an address that is not yours",
    "Answer from the address at which you are told. If you have not sent it, somebody else has that mail.",
)
MISREAD = WhyNot(
    "misread",
    "it names no time, and was kept as a note",
    "Write “snooze 2d”, “snooze 3h”, “snooze 1w”, “snooze tomorrow” or “snooze monday”.",
)
ACTS: Mapping[type, str] = {Done: "complete", Snoozed: "snooze", Noted: "note"}
SHOWN = 60
"""Letters of an answer that say which one it was."""


def handle_next(app: AppContext) -> bool:
    """Do what the oldest answer says that waits; returns whether there was one.

    What goes wrong with one keeps no other waiting: its person is told.

    Raises:
        SQLAlchemyError: the database is away; the answer waits.
    """
    with transaction(app.database, app.publisher, app.tracing) as work:
        answer = queries.take(work.tx)
        if answer is not None:
            _handle(app, work, answer)
    return answer is not None


def _handle(app: AppContext, work: UnitOfWork, answer: Record) -> None:
    """Do what an answer says, and record what became of it."""
    link = links.of_answer(work.tx, answer.token_hash)
    wish = commands.read(answer.said) if answer.said is not None else None
    why_not = _outcome(app, work, answer, link, wish)
    told = why_not or (MISREAD if isinstance(wish, Noted) and wish.misread else None)
    in_inbox = _told(link, answer, told) if told and told.but else None
    queries.end(work.tx, answer.id, why_not.reason if why_not else ACTED, in_inbox)
    action = Action.MAIL_ANSWER_REFUSED if why_not else Action.MAIL_ANSWER_FOLLOWED
    details = {
        **({"act": ACTS[type(wish)]} if wish else {}),
        **({"reason": why_not.reason} if why_not else {}),
    }
    Trail(work, None)(action, f"follow-ups/{link.follow_up_id}", actor_id=link.user_id, **details)


def _outcome(
    app: AppContext, work: UnitOfWork, answer: Record, link: Record, wish: Wish | None
) -> WhyNot | None:
    """Do what an answer asks for; returns why it was not done, or None: it was."""
    if wish is None:
        return WhyNot(answer.refused)
    if not queries.is_theirs(work.tx, link.user_id, answer.sender):
        return OTHER_ADDRESS
    events = len(work.events)
    try:
        with work.tx.begin_nested():  # what is refused half-way leaves nothing
            found = action_links.opened(app, work, link, lock=True)
            if isinstance(found, Stale):
                headline, why = words.stale(found)
                return WhyNot(found.reason, f"{headline[:1].lower()}{headline[1:]}", why)
            _act(work.tx, found, wish)
            return None
    except OperationalError:  # the database is away, or somebody holds the follow-up: it waits
        raise
    except ValidationError as error:
        why_not = WhyNot(NotValid.kind, UNDONE, field_errors([dict(each) for each in error.errors()])[0][1])
    except Problem as problem:
        why_not = WhyNot(problem.kind, UNDONE, problem.detail)
    except Exception:
        log.exception("answer_failed")
        why_not = WhyNot("failed", UNDONE, "Open the follow-up to do it there.")
    del work.events[events:]
    return why_not


def _act(tx: Transaction, ready: Ready, wish: Wish) -> None:
    """Do what an answer asks for, as who was told."""
    sign(tx, actor_id=ready.caller.user_id, by=BY)
    if Permission.FOLLOW_UPS_WRITE not in ready.caller.entitled:
        raise NotPermitted(ready.caller.role, Permission.FOLLOW_UPS_WRITE)
    match wish:
        case Done(note=note):
            completing.complete(ready.target, Completion(note=note))
        case Snoozed(preset=preset, reason=reason):
            _, zone, now = clock_of(tx, ready.caller.user_id)
            until = wish.until(zone, now)
            holding.snooze(ready.target, Snooze(until=until, preset=preset, reason=reason))
        case Noted(note=note):
            completing.log(ready.target, LogEntry(note=note))


def _told(link: Record, answer: Record, told: WhyNot) -> Mapping[str, Any]:
    """What a person finds in their inbox whose answer did not do what it says."""
    first = str(answer.said or "").partition("\n")[0]
    said = commands.shortened(isolated(first), SHOWN)
    return {"follow_up_id": link.follow_up_id, "said": said, "but": told.but, "why": told.why}
