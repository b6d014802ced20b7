"""What a mail says: the words of the inbox, for somebody who may not have it before them."""

from __future__ import annotations

from datetime import datetime

from followup_common import wording
from followup_common.comments import COMMENTED, MENTIONED
from followup_common.policy import Command, Fallback, Severity
from followup_common.wording import (
    hours_between,
    isolated,
    overdue,
    told_of_many,
    you,
    you_as_assignee,
    you_as_holder,
    you_in_place_of,
)

from followup_dispatcher.mailboxes import in_one_line
from followup_dispatcher.telling import (
    Code,
    Day,
    Digest,
    Group,
    Line,
    Message,
    Notification,
    Recipient,
    Section,
    Summary,
    Trial,
)

ENDED = {
    -1: "The wait of {title} is over",
    -2: "You wanted to be reminded of {title} now",
    -3: "{title} is still open: the time is over for which you had it",
    MENTIONED: "{actor} mentioned you in {title}",
    COMMENTED: "{actor} commented on {title}",
}
"""By the step of a notification, what has ended, or what somebody did."""
LONGEST_FACT = 500
"""So much of a comment is a fact among others."""


COUNTED = {"overdue": "{:,} overdue", "today": "{:,} due today", "came_in": "{:,} new"}
HEADINGS = {"overdue": "Overdue", "today": "Due today", "came_in": "Came in since your last one"}
"""Of a day, by the kind of a section."""

ACTS = {Command.COMPLETE: "Complete", Command.SNOOZE: "Snooze", Command.ACKNOWLEDGE: "I have it"}
"""What the links say by which one acts."""


ANSWERS = (
    "You can answer this mail: “done” on the first line completes it; “snooze 2d”, “snooze 3h”, “snooze 1w” "
    "or “snooze tomorrow” snoozes it; anything else is kept as a note."
)
"""What an answer does."""


def headline(told: Message) -> str:
    """What has happened, as the inbox says it."""
    match told:
        case Code():
            return f"Your code is {code(told)}"
        case Trial():
            return "It works: Followup reaches you here"
        case Day():
            return f"Your day: {', '.join(_counted(each) for each in told.sections)}"
        case Digest():
            return f"Your digest: {told.number:,} follow-up{'s' if told.number > 1 else ''}"
        case Summary():
            return told_of_many(told.severity, told.number, own=told.own)
        case _:
            return _happened(told)


def _happened(told: Notification) -> str:
    title = isolated(told.title)
    hours = hours_between(told.due_at, told.told_at)
    breach = told.severity == Severity.BREACH
    if told.step < 0:
        actor = isolated(told.actor or "Somebody")
        return ENDED.get(told.step, "{title}").format(title=title, actor=actor)
    if told.step == 0:
        given = f"{isolated(told.actor)} handed you {title}" if told.actor else f"{title} is yours now"
        return f"{given}, which {overdue(hours)}" if hours else given
    late = f"{title} {overdue(hours)}"
    return f"SLA breach: {late}" if breach else late


def code(told: Code) -> str:
    """A code as it is read: in two halves."""
    half = len(told.code) // 2
    return f"{told.code[:half]} {told.code[half:]}"


def of_notice(told: Code | Trial, recipient: Recipient) -> str:
    """What there is to know of a code or a test."""
    name = isolated(recipient.name)
    if isinstance(told, Code):
        return (
            f"{name} wants to be told of follow-ups here. If that is you, type the code in your settings in "
            f"Followup until {moment(told.until, recipient)}. If it is not, do nothing: nothing more is sent."
        )
    return f"{name} has sent this test from their settings in Followup. There is nothing to do."


def facts(told: Notification, recipient: Recipient, *, whole: bool = False) -> list[tuple[str, str]]:
    """What there is to know of a follow-up, each with its name.

    Args:
        told: what is told of it.
        recipient: who reads it.
        whole: whether a comment is elsewhere, with all its lines.
    """
    found = [
        *([("Comment", _cut(told.comment))] if told.comment and not whole else []),
        ("Due", moment(told.due_at, recipient)),
        ("Lead or client", told.subject),
        ("Assignee", told.assignee),
        ("Step", f"{told.label}, of the policy “{told.policy}”" if told.label else None),
    ]
    return [(name, in_one_line(isolated(value))) for name, value in found if value]


def why(told: Notification) -> str:
    """Why they are told."""
    if told.step <= MENTIONED:
        return "A comment mentions you." if told.step == MENTIONED else "You are the assignee."
    if told.audience == "holder":
        return you_as_holder(told.step)
    if told.fallback == Fallback.SUBSTITUTE and told.absent and told.until:
        return you_in_place_of(told.absent, told.until)
    if told.step == 0:
        return you_as_assignee(told.actor)
    return you(told.audience, told.fallback, told.assignee, first=told.first)


def for_whom(recipient: Recipient, why: str | None = None) -> str:
    """Who is told, where others read it too, and why."""
    name = isolated(recipient.name)
    return f"For {name}: {why}" if why else f"For {name}."


def moment(at: datetime, recipient: Recipient) -> str:
    """On the recipient's clock: "Tue 3 Mar 2026, 10:00 (Europe/Berlin)"."""
    return wording.moment(at, recipient.time_zone, recipient.clock, recipient.date_order)


def about(line: Line, recipient: Recipient, *, whose: bool = True) -> str:
    """What a summary says of one follow-up below its title."""
    found = (
        *_mentions(line),
        f"due {moment(line.due_at, recipient)}",
        line.subject,
        line.assignee if whose else None,
    )
    return ", ".join(in_one_line(isolated(each)) for each in found if each)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"


def _counted(section: Section) -> str:
    return COUNTED[section.kind].format(section.number)


def about_section(section: Section, line: Line, recipient: Recipient) -> str:
    """What a day says of one follow-up below its title; one's own do not say whose they are."""
    return about(line, recipient, whose=section.kind == "came_in")


def heading(group: Group) -> str:
    """What a group of a digest is about."""
    return in_one_line(isolated(group.name)) if group.name else "Without a lead or client"


def within(group: Group, line: Line, recipient: Recipient) -> str:
    """What a digest says of one follow-up below its title: all but what its group says."""
    besides = line.subject if group.by_person else None
    found = (*_mentions(line), f"due {moment(line.due_at, recipient)}", besides)
    return ", ".join(in_one_line(isolated(each)) for each in found if each)


def _mentions(line: Line) -> tuple[str, ...]:
    return ("a comment mentions you",) if line.step == MENTIONED else ()


def more(told: Summary | Digest | Section) -> str | None:
    """How many have no line."""
    shown = sum(len(each.lines) for each in told.groups) if isinstance(told, Digest) else len(told.lines)
    left = told.number - shown
    return f"and {left:,} more" if left > 0 else None


def of_links(until: datetime, recipient: Recipient, what: str = "mail") -> str:
    """What to know of the links by which one acts."""
    return (
        f"Each of these asks first, and then acts as {isolated(recipient.name)}, once and without a log-in, "
        f"until {moment(until, recipient)}: do not pass this {what} on."
    )


def of_buttons(until: datetime, recipient: Recipient) -> str:
    """What to know of buttons that act at once."""
    return f"They act as {isolated(recipient.name)} at once, until {moment(until, recipient)}."


DELETED = "This follow-up was deleted"
OUT_OF_SIGHT = "You cannot see this follow-up any more"
HANDED_ON = "It was handed on: it is somebody else's now."


def completed(by: str | None, at: datetime, recipient: Recipient) -> str:
    """That somebody has completed a follow-up."""
    who = f"{isolated(by)} completed it" if by else "It was completed"
    return f"{who} on {moment(at, recipient)}."


def started_over(due_at: datetime, recipient: Recipient) -> str:
    """That a follow-up was moved."""
    return f"Its escalation has started over: it is due on {moment(due_at, recipient)} now."
