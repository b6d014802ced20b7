"""What the pages of links in mails say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from followup_common.policy import Command
from followup_common.policy.presets import Preset
from followup_common.wording import SNOOZES, isolated
from followup_common.wording import moment as written

from followup_api.action_links.service import Done, Ready, Reason, Stale
from followup_api.rows import Record

ASKS = {
    Command.COMPLETE: "Complete “{title}”?",
    Command.SNOOZE: "Snooze “{title}”?",
    Command.ACKNOWLEDGE: "Do you have “{title}”?",
}
BUTTONS = {
    Command.COMPLETE: "Complete it",
    Command.SNOOZE: "Snooze it",
    Command.ACKNOWLEDGE: "I have it",
}
WILL = {
    Command.COMPLETE: "It is marked as done, and nobody is told of it any more.",
    Command.SNOOZE: "You are not reminded of it before that time; its escalation goes on.",
    Command.ACKNOWLEDGE: "The next step of its escalation waits for you, as long as its policy allows.",
}
STALE = {
    Reason.UNKNOWN: (
        "This link does not work",
        "It is not complete, or too old to be known. Open the follow-up in Followup.",
    ),
    Reason.USED: ("You have used this link already", "That was on {at}. Nothing was done again."),
    Reason.EXPIRED: ("This link is too old", "It worked until {at}. Nothing was done."),
    Reason.INACTIVE: ("This link does not work any more", "{name} is not active. Nothing was done."),
    Reason.DELETED: ("It was deleted meanwhile", "There is nothing left to do. Nothing was done."),
    Reason.COMPLETED: ("It is completed already", "It was completed on {at}. Nothing was done."),
    Reason.REASSIGNED: ("It was handed on meanwhile", "It is somebody else's now. Nothing was done."),
    Reason.RESTARTED: (
        "It has changed since this mail",
        "Its escalation has started over: it is due on {at} now. Nothing was done.",
    ),
}


def moment(at: datetime, reader: Record) -> str:
    """On the reader's clock."""
    return written(at, reader.time_zone, reader.clock, reader.date_order)


def asks(ready: Ready) -> str:
    """What the link is about to do, as a question."""
    return ASKS[Command(ready.link.act)].format(title=isolated(ready.follow_up.title))


def as_whom(ready: Ready) -> str:
    """As whom it acts, and that it has not yet."""
    return f"You act as {isolated(ready.link.name)}. Nothing has been done yet."


def until(ready: Ready) -> str:
    """How long the link works."""
    return f"This link works once, until {moment(ready.link.expires_at, ready.link)}."


def facts(ready: Ready) -> Iterator[tuple[str, str]]:
    """What there is to know of the follow-up, each with its name."""
    follow_up = ready.follow_up
    if follow_up.subject:
        yield "Lead or client", isolated(follow_up.subject.name)
    yield "Due", moment(follow_up.due_at, ready.link)
    yield "Assignee", isolated(follow_up.assignee.name)


def choices(found: Iterable[tuple[Preset, datetime]], reader: Record) -> list[tuple[Preset, str]]:
    """Until when one can snooze."""
    return [(preset, f"{SNOOZES[preset]}: {moment(at, reader)}") for preset, at in found if preset in SNOOZES]


def stale(found: Stale) -> tuple[str, str]:
    """A headline, and what has changed."""
    headline, said = STALE[found.reason]
    link, state = found.link, found.state
    at = {
        Reason.USED: link and link.used_at,
        Reason.EXPIRED: link and link.expires_at,
        Reason.COMPLETED: state and state.completed_at,
        Reason.RESTARTED: state and state.due_at,
    }.get(found.reason)
    named = {"name": isolated(link.name) if link else "", "at": moment(at, link) if at and link else ""}
    return headline, said.format(**named)


def done(outcome: Done) -> tuple[str, str]:
    """A headline, and what was done."""
    link, title = outcome.ready.link, isolated(outcome.follow_up.title)
    name = isolated(link.name)
    act = Command(link.act)
    if act is Command.COMPLETE:
        return (
            f"“{title}” is completed",
            f"{name} has completed it. On its page you can take that back for 10 minutes.",
        )
    held = [
        each.until
        for each in outcome.follow_up.holds
        if each.kind == act.value and each.user.id == link.user_id
    ]
    at = f" until {moment(held[0], link)}" if held else ""
    if act is Command.SNOOZE:
        return f"“{title}” is snoozed", f"{name} is not reminded of it{at}. Its escalation goes on."
    return f"You have “{title}”", f"{name} has it{at}: the next step of its escalation waits so long."
