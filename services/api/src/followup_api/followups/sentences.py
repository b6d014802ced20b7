"""What happened, as sentences for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from followup_api.followups.schemas import ActivityEscalation, ActivityRecipient, PersonName
from followup_api.visible import isolated

FIELDS = {
    "external_id": "external id",
    "subject_id": "lead or client",
    "due_at": "due time",
    "assignee_id": "assignee",
    "completed_at": "status",
}


def hours_between(earlier: datetime | str, later: datetime) -> float:
    """Hours from one moment to another, cut to one decimal; never negative."""
    start = datetime.fromisoformat(earlier) if isinstance(earlier, str) else earlier
    return max(0, int((later - start).total_seconds() // 360)) / 10


def in_words(hours: float) -> str:
    """A length of time as people say it: "2 days 3 h", "5 h", "20 min"."""
    minutes = int(hours * 60 + 1e-6)
    days, rest = divmod(minutes // 60, 24)
    if days:
        return f"{days} {'day' if days == 1 else 'days'}" + (f" {rest} h" if rest else "")
    return f"{rest} h" if rest else f"{minutes} min"


def overdue(hours: float) -> str:
    """How late something is: "is 2 days 3 h overdue", or "is due now"."""
    return "is due now" if hours * 60 < 1 else f"is {in_words(hours)} overdue"


def told(escalation: ActivityEscalation, assignee: str) -> str:
    """Who was told that a follow-up is overdue, and how they were found."""
    groups = groupby(escalation.recipients, key=lambda told: (told.audience, told.fallback))
    people = [_told_group(list(group), assignee) for _, group in groups]
    breach = ", an SLA breach" if escalation.sla_breach else ""
    return f"Told {listed(people) or 'nobody'} that it {overdue(escalation.hours_overdue)}{breach}"


def done(
    kind: str,
    actor: str | None,
    details: Mapping[str, Any],
    person: Callable[[int], PersonName],
    time_zone: str,
) -> str:
    """What somebody did to a follow-up; for a kind of a later version, the kind itself."""
    who = isolated(actor) if actor else "The system"
    changes: Mapping[str, Mapping[str, Any]] = details.get("changes", {})
    match kind:
        case "created" if "due_at" in details:
            said = f"created it, due {at(details['due_at'], time_zone)}"
        case "imported":
            said = f"changed {fields(changes)} by an import" if changes else "imported it"
        case "edited":
            said = f"changed {fields(changes)}"
        case "rescheduled":
            moved = changes["due_at"]
            said = f"moved it from {at(moved['from'], time_zone)} to {at(moved['to'], time_zone)}"
            said += f": “{isolated(details['reason'])}”" if details.get("reason") else ""
        case "reassigned":
            moved = changes["assignee_id"]
            giver, taker = (isolated(person(moved[side]).name) for side in ("from", "to"))
            said = f"handed it from {giver} to {taker}"
        case "undone":
            said = f"undid {listed(list(_undone(changes, person, time_zone)))}"
        case "created" | "completed" | "reopened" | "restored":
            said = f"{kind} it"
        case _:
            said = f"noted: {kind.replace('_', ' ')}"
    return f"{who} {said}"


def _undone(
    changes: Mapping[str, Mapping[str, Any]], person: Callable[[int], PersonName], time_zone: str
) -> Iterator[str]:
    """What was undone, in the words of what had been done."""
    if ended := changes.get("completed_at"):
        yield "its reopening" if ended["to"] else "its completion"
    if edited := sorted(set(changes) - {"completed_at", "due_at", "assignee_id"}):
        yield f"the change of {fields(edited)}"
    if moved := changes.get("due_at"):
        yield f"its move (due {at(moved['to'], time_zone)} again)"
    if handed := changes.get("assignee_id"):
        yield f"its reassignment ({isolated(person(handed['to']).name)}'s again)"


def fields(changes: Iterable[str]) -> str:
    """The names of changed fields: "the title and the due time"."""
    return listed([f"the {FIELDS.get(name, name)}" for name in changes])


def at(moment: str, time_zone: str) -> str:
    """A moment on somebody's own clock: "2 Mar 2026, 10:00"."""
    local = datetime.fromisoformat(moment).astimezone(_zone(time_zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "Ann, Bob and Cy"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def found_as(audience: str, fallback: str | None, assignee: str, *, several: bool = False) -> str:
    """How a recipient was found: "manager of Amir Patel". Empty for the assignee."""
    assignee = isolated(assignee)
    if fallback == "admins":
        return f"{'admins' if several else 'admin'}, as nobody active is above {assignee}"
    if audience == "assignee":
        return f"next above {assignee}, who is inactive" if fallback else ""
    if fallback == "up_the_line":
        return f"next active above {assignee}, whose manager is missing or inactive"
    if audience == "admins":
        return "admins" if several else "admin"
    levels = re.search(r"\d", audience)
    if levels is None or levels[0] == "1":
        return f"manager of {assignee}"
    return f"{levels[0]} levels above {assignee}"


def _told_group(recipients: Sequence[ActivityRecipient], assignee: str) -> str:
    names = listed([isolated(recipient.user.name) for recipient in recipients])
    first = recipients[0]
    how = found_as(first.audience, first.fallback, assignee, several=len(recipients) > 1)
    return f"{names} ({how})" if how else names


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ):  # PostgreSQL knows it, and this machine does not
        return UTC
