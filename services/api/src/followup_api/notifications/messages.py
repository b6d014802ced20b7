"""What a notification says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from followup_common.comments import COMMENTED, MENTIONED
from followup_common.db import Transaction
from followup_common.policy import Fallback, Severity, Step
from followup_common.wording import day, hours_between, listed, overdue, told_of_many

from followup_api.comments import queries as comments
from followup_api.comments.schemas import Comment
from followup_api.followups import summed_up, why
from followup_api.followups.activities import Names, names_of, step_of
from followup_api.followups.scopes import TAKEN, Scope
from followup_api.followups.working_overdue import Late, counted
from followup_api.notifications import queries
from followup_api.notifications.queries import Bundle
from followup_api.notifications.schemas import FEW, HANDED_ON
from followup_api.rows import Record
from followup_api.visible import isolated

NAMED = re.compile(r"substitute|user\(|role\(")
"""How somebody was found who sees what they were told of in no list."""
ASSIGNED = "assigned"
"""In place of a severity: of follow-ups that became somebody's."""
COMMENTS = {MENTIONED: "mention", COMMENTED: "comment"}
"""Kinds of what tells of a comment, by the step."""
GONE = "Follow-ups that you were told about have been deleted"
SIDES = ("from", "to")
"""Between whom work was handed over."""


def notifications_of(tx: Transaction, rows: Sequence[Record], scope: Scope) -> Iterator[dict[str, Any]]:
    """The fields of a `Notification` for each row of `queries.page`, as its recipient reads it.

    Args:
        tx: where to read.
        rows: of one page.
        scope: what their recipient may see now.
    """
    in_sight = [row for row in rows if row.in_sight]
    mentioned = (
        {
            user_id
            for row in in_sight
            for user_id in (row.assignee_id, row.actor_id, row.for_user_id)
            if user_id
        }
        | {row.actor_id for row in rows if row.summary_of and row.actor_id}
        | {row.details[side] for row in rows if row.summary_of and "from" in row.details for side in SIDES}
    )
    names = names_of(tx, mentioned)
    bundles = _bundles(tx, rows)
    few = _few(tx, rows, bundles, scope)
    worked = _working_overdue(tx, in_sight)
    said = comments.by_number(
        tx, ((row.follow_up_id, row.repeat) for row in in_sight if row.step in COMMENTS)
    )
    for row in rows:
        if row.summary_of is not None:
            match row.audience:
                case "bundle":
                    told = few.get(row.summary_of, ())
                    yield _bundle(row, bundles[row.summary_of], names) | {"follow_ups": [*map(_named, told)]}
                case summed_up.WEBHOOK:
                    yield _webhook(row)
                case summed_up.DESTINATION:
                    yield _destination(row)
                case summed_up.ANSWER:
                    yield _answer(row)
                case _:
                    yield _summary(row, names)
            continue
        yield {
            "id": row.id,
            "kind": _kind(row),
            "created_at": row.created_at,
            "read_at": row.read_at,
            **(
                _out_of_sight(row)
                if not row.in_sight
                else _commented(row, names, said.get((row.follow_up_id, row.repeat)))
                if row.step in COMMENTS
                else _in_sight(row, _step(tx, row), names, worked.get(row.id))
            ),
        }


def _bundles(tx: Transaction, rows: Sequence[Record]) -> Mapping[int, Bundle]:
    numbers = [row.summary_of for row in rows if row.summary_of is not None and row.audience == "bundle"]
    return queries.bundles(tx, rows[0].user_id, numbers) if numbers else {}


def _few(
    tx: Transaction, rows: Sequence[Record], bundles: Mapping[int, Bundle], scope: Scope
) -> Mapping[int, Sequence[Record]]:
    """What those sum up that hold few."""
    numbers = [number for number, bundle in bundles.items() if bundle.number <= FEW]
    return queries.members(tx, rows[0].user_id, scope, numbers) if numbers else {}


def _kind(row: Record) -> str:
    if row.step in COMMENTS:
        return COMMENTS[row.step]
    if row.step < 0:
        return "hold"
    return "escalation" if row.step else "assignment"


def _summary(row: Record, names: Names) -> dict[str, Any]:
    """What one notification says of many that came without a sound."""
    if not row.audience.startswith("handed"):
        return _of_many(row, "absence", *_while_away(row.details))
    own = row.audience == TAKEN or row.user_id == row.details["to"]
    return {
        **_of_many(row, "hand_over", _handed_over(row, names), row.details["number"]),
        "in_lists": own or row.details.get("in_lists", False),
        "reason": _handed_over_by(row, names),
    }


def _bundle(row: Record, bundle: Bundle, names: Names) -> dict[str, Any]:
    """What one notification says of many that one happening has told."""
    severity = row.details["severity"]
    if severity == ASSIGNED:
        actor = names.of(row.actor_id).name if row.actor_id else None
        many = _of_many(row, "assignment", _given(actor, bundle), bundle.number)
        many["reason"] = why.you_as_assignee(actor)
    else:
        said = {"severity": severity, "sla_breach": severity == Severity.BREACH}
        many = _of_many(row, "escalation", _told_of(severity, bundle), bundle.number) | said
        many["reason"] = why.you_of_many(bundle.reasons)
    return {
        **many,
        "in_lists": not any(map(NAMED.match, bundle.reasons)),
        "completed": bundle.completed,
    }


def _webhook(row: Record) -> dict[str, Any]:
    """That a webhook fails, or was switched off."""
    host, off, reason = (row.details.get(name) for name in ("host", "off", "reason"))
    named = f"The webhook to {isolated(str(host))}"
    message = f"{named} was switched off: {reason}" if off else f"{named} fails: {reason}"
    next_ = (
        "It hears nothing until somebody switches it on again."
        if off
        else "What happens waits; it is switched off once it has failed for days."
    )
    whose = "You made it." if row.details.get("own") else "Who made it is no admin any more."
    about = {"number": None, "sums_up": None, "kind": "webhook", "webhook_id": row.summary_of}
    return {**_of_many(row, "webhook", message, 0), **about, "reason": f"{whose} {next_}"}


def _destination(row: Record) -> dict[str, Any]:
    """That an address of theirs takes no messages, and was switched off."""
    details, address = row.details, isolated(str(row.details.get("address")))
    is_mail = details.get("channel", "email") == "email"
    failed = f"Mail to {address} came back" if is_mail else f"{address} takes no more messages"
    message = f"{failed}: {details.get('reason')}"
    fix = "ask an admin to correct it" if details.get("by_default") else "add the right one"
    again = "mail" if is_mail else "messages"
    next_ = (
        f"Nothing is sent there any more. If it takes {again} again, switch it on in your settings; "
        f"else {fix}."
    )
    about = {"number": None, "sums_up": None, "kind": "destination", "destination_id": row.summary_of}
    return {**_of_many(row, "destination", message, 0), **about, "reason": next_}


def _answer(row: Record) -> dict[str, Any]:
    """That an answer of theirs to a mail did not do what it says."""
    said = f" “{row.details['said']}”" if row.details.get("said") else ""
    message = f"Your answer{said} to a mail: {row.details.get('but')}"
    about = {"number": None, "sums_up": None, "kind": "answer"}
    details = {"answered_id": row.details.get("follow_up_id"), "reason": row.details.get("why")}
    return {**_of_many(row, "answer", message, 0), **about, **details}


def _given(actor: str | None, bundle: Bundle) -> str:
    if not bundle.number:
        return GONE
    if actor is None:
        return told_of_many(ASSIGNED, bundle.number, own=True)
    return f"{isolated(actor)} handed you {bundle.number:,} follow-up{'' if bundle.number == 1 else 's'}"


def _told_of(severity: str, bundle: Bundle) -> str:
    if not bundle.number:
        return GONE
    return told_of_many(severity, bundle.number, own=bundle.reasons == ("assignee",))


def _of_many(row: Record, sums_up: str, message: str, number: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": "summary",
        "created_at": row.created_at,
        "read_at": row.read_at,
        "follow_up": None,
        "message": message,
        "label": None,
        "sla_breach": False,
        "why": None,
        "number": number,
        "sums_up": sums_up,
    }


def _handed_over(row: Record, names: Names) -> str:
    number, until = row.details["number"], row.details.get("until")
    giver, taker = (isolated(names.of(row.details[side]).name) for side in SIDES)
    back = " back" if row.details["back"] else ""
    what = "1 follow-up" if number == 1 else f"{number:,} follow-ups"
    for_now = f" until {day(date.fromisoformat(until))}" if until and not back else ""
    if row.audience == TAKEN:
        own = what if back else f"{number:,} of your follow-ups"
        return f"{own} went{back} to {taker}{for_now or ('' if back else ' for good')}"
    if row.details["to"] == row.user_id:
        return f"{what} came{back} to you from {giver}{for_now}"
    return f"{what} that escalated went{back} from {giver} to {taker}{for_now}"


def _handed_over_by(row: Record, names: Names) -> str:
    """Who did it, or that it was its day."""
    if row.actor_id is None:
        return "The time was over for which work had been handed over."
    did = "took the hand-over back" if row.details.get("undone") else "handed work over"
    return f"{isolated(names.of(row.actor_id).name)} {did}."


def _while_away(details: Mapping[str, int]) -> tuple[str, int]:
    escalated, assigned = details["escalated"], details["assigned"]
    parts = []
    if escalated:
        parts.append(f"{escalated} follow-up{'' if escalated == 1 else 's'} escalated")
    if assigned:
        parts.append(f"{assigned} became yours")
    if commented := details.get("commented", 0):
        parts.append(f"{commented} comment{'' if commented == 1 else 's'} for you")
    return f"While you were away: {listed(parts)}", escalated + assigned + commented


def _step(tx: Transaction, row: Record) -> Step | None:
    """The step that a notification announces; of an assignment, the one that had been reached by then."""
    return step_of(tx, row.policy_version_id, max(row.step, 0) or row.step_by_then or 0)


def _named(row: Record) -> dict[str, Any]:
    """The follow-up of a row, as its reader may see it."""
    subject = {"id": row.subject_id, "kind": row.subject_kind, "name": row.subject_name}
    return {
        "id": row.follow_up_id,
        "in_sight": bool(row.in_sight),
        "title": row.title if row.in_sight else HANDED_ON,
        "status": "completed" if row.in_sight and not row.is_open else "open",
        "subject": subject if row.in_sight and row.subject_id is not None else None,
    }


def _out_of_sight(row: Record) -> dict[str, Any]:
    """That somebody was told, and as what, and nothing of the follow-up or of whose it is."""
    return {
        "follow_up": _named(row),
        "message": "A follow-up you were told about was handed on",
        "label": None,
        "sla_breach": False,
        "why": _why(row, text="You do not see it any more."),
    }


def _working_overdue(tx: Transaction, rows: Sequence[Record]) -> Mapping[int, dict[str, Any]]:
    """How long each was overdue when it was written, by the calendar that applies."""
    late = [row for row in rows if row.summary_of is None and row.due_at < row.created_at]
    return counted(
        tx,
        [Late(row.id, row.assignee_id, row.policy_calendar_id, row.due_at, row.created_at) for row in late],
    )


def _in_sight(row: Record, step: Step | None, names: Names, worked: dict[str, Any] | None) -> dict[str, Any]:
    actor = names.of(row.actor_id).name if row.actor_id else None
    hours = hours_between(row.due_at, row.created_at)
    label = step.label if step and row.step > 0 else None
    breach = step is not None and step.severity is Severity.BREACH
    if row.step < 0:
        message = _over(row)
        own = row.audience == "holder"
        text = (
            why.you_as_holder(row.step)
            if own
            else why.you_in_place_of(names.of(row.for_user_id).name, row.until)
            if row.fallback == Fallback.SUBSTITUTE
            else why.you(row.audience, row.fallback, names.of(row.assignee_id).name)
        )
    elif row.step == 0 and row.fallback == Fallback.ABSENT:
        message, text = _assignment(row.title, actor, hours, breach=breach), why.you("assignee", "absent", "")
    elif row.step == 0:
        message, text = _assignment(row.title, actor, hours, breach=breach), why.you_as_assignee(actor)
    elif row.fallback == Fallback.SUBSTITUTE:
        absent = names.of(row.for_user_id).name
        message = f"{isolated(row.title)} {overdue(hours)} ({why.in_place_of(absent, row.until)})"
        text = why.you_in_place_of(absent, row.until)
    else:
        message = f"{isolated(row.title)} {overdue(hours)}"
        first = step is not None and not step.names_assignee
        text = why.you(row.audience, row.fallback, names.of(row.assignee_id).name, first=first)
    return {
        "follow_up": _named(row),
        "message": message,
        "label": label,
        "severity": step.severity if step and row.step > 0 else None,
        "sla_breach": breach,
        "why": {
            **_why(row, text=text, hours=hours, label=label, fallback=row.fallback),
            "working_overdue": worked,
        },
    }


def _commented(row: Record, names: Names, comment: Comment | None) -> dict[str, Any]:
    """That somebody has said something, and what."""
    mentions = row.step == MENTIONED
    did = "mentioned you in" if mentions else "commented on"
    text = "A comment mentions you." if mentions else "You are the assignee."
    return {
        "follow_up": _named(row),
        "message": f"{isolated(names.of(row.actor_id).name)} {did} {isolated(row.title)}",
        "label": None,
        "sla_breach": False,
        "comment": comment,
        "why": _why(row, text=text, fallback=row.fallback),
    }


def _why(
    row: Record, *, text: str, hours: float = 0.0, label: str | None = None, fallback: str | None = None
) -> dict[str, Any]:
    return {
        "policy": row.policy,
        "policy_version": row.version,
        "step": row.step,
        "label": label,
        "hours_overdue": hours,
        "audience": "mentioned" if row.step == MENTIONED else row.audience,
        "fallback": fallback,
        "text": text,
    }


def _over(row: Record) -> str:
    """What has ended by its time."""
    title = isolated(row.title)
    match row.step:
        case -1:
            return f"The wait of {title} is over"
        case -2:
            return f"You wanted to be reminded of {title} now"
        case _:
            return f"{title} is still open: the time is over for which you had it"


def _assignment(title: str, actor: str | None, hours: float, *, breach: bool) -> str:
    """That it is theirs now, and, since this one notification is all they get, how late it is."""
    given = f"{isolated(actor)} handed you {isolated(title)}" if actor else f"{isolated(title)} is yours now"
    late = f", which {overdue(hours)}" if hours else ""
    return given + late + (", an SLA breach" if breach else "")
