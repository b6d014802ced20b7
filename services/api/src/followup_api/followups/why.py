"""Why somebody was told of a follow-up, in words: the one place for the inbox, the history and the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from followup_api.followups.activity_schemas import ActivityEscalation, ActivityRecipient
from followup_api.followups.sentences import in_words, listed, overdue
from followup_api.visible import isolated

AWAY = "away"
"""Of somebody who is not told now, to put after their name."""


def announcement(escalation: ActivityEscalation, assignee: str) -> str:
    """Who was told that a follow-up is overdue, and how they were found."""
    told = [each for each in escalation.recipients if each.fallback != "absent"]
    away = [isolated(each.user.name) for each in escalation.recipients if each.fallback == "absent"]
    groups = groupby(told, key=lambda recipient: (recipient.audience, recipient.fallback, recipient.why))
    people = [_group(list(group), assignee) for _, group in groups]
    breach = ", an SLA breach" if escalation.sla_breach else ""
    found = f"; {listed(away)}, who {'is' if len(away) == 1 else 'are'} away, will find it" if away else ""
    return f"Told {listed(people) or 'nobody'} that it {overdue(escalation.hours_overdue)}{breach}{found}"


def _group(recipients: Sequence[ActivityRecipient], assignee: str) -> str:
    names = listed([isolated(recipient.user.name) for recipient in recipients])
    first = recipients[0]
    if first.audience == "assignee" and first.fallback is None:
        return names
    if first.fallback == "substitute":
        return f"{names} ({first.why})"
    return f"{names} ({of_recipient(first.audience, first.fallback, assignee, several=len(recipients) > 1)})"


def of_step(number: int, label: str, policy: str, version: int, hours: float, *, breach: bool) -> str:
    """The rule behind an escalation.

    Args:
        number: of the step, from 1.
        label: of the step.
        policy: its name.
        version: of the policy.
        hours: how long it was overdue then.
        breach: whether the step is an SLA breach.
    """
    late = f"{in_words(hours)} overdue" if hours * 60 >= 1 else "due"
    rule = f"Step {number} ({label}) of policy “{policy}”, version {version}, when it was {late}"
    return f"{rule}: an SLA breach." if breach else f"{rule}."


def in_place_of(absent: str, until: date) -> str:
    """How somebody was found who stands in, to put after their name: "for Anna Berg, away until 3 Dec"."""
    return f"for {isolated(absent)}, away until {day(until)}"


def day(of: date) -> str:
    """A day as people say it: "3 Dec"."""
    return f"{of.day} {of:%b}"


def of_recipient(audience: str, fallback: str | None, assignee: str, *, several: bool = False) -> str:
    """How a recipient was found, to put after their name: "manager of Amir Patel"."""
    assignee = isolated(assignee)
    if fallback == "admins":
        return f"{'admins' if several else 'admin'}, as nobody active is above {assignee}"
    if audience == "assignee":
        return f"next above {assignee}, who is inactive" if fallback else "assignee"
    if fallback == "up_the_line":
        return f"next active above {assignee}, whose manager is missing or inactive"
    if audience == "admins":
        return "admins" if several else "admin"
    levels = re.search(r"\d", audience)
    if levels is None or levels[0] == "1":
        return f"manager of {assignee}"
    return f"{levels[0]} levels above {assignee}"


def you_in_place_of(absent: str, until: date) -> str:
    """Why somebody was told who stands in, as a sentence to them."""
    return f"You stand in for {isolated(absent)}, who is away until {day(until)}."


def you(audience: str, fallback: str | None, assignee: str) -> str:
    """The same as a sentence to the recipient: "You manage Amir Patel."."""
    if fallback == "admins":
        return f"Nobody active is above {isolated(assignee)}, so the admins are told."
    if fallback == "absent":
        return "You were away, so it came without a sound."
    if audience == "admins":
        return "You are an admin: this step tells all admins."
    if audience in ("manager", "manager(1)") and fallback is None:
        return f"You manage {isolated(assignee)}."
    how = of_recipient(audience, fallback, assignee)
    return f"You are {how}." if how[0].isdigit() else f"You are the {how}."


def you_of_many(reasons: Sequence[str]) -> str:
    """Why somebody was told of many at once: "You manage the assignees."

    Args:
        reasons: how they were found, each once: fallbacks, and else audiences.
    """
    said = dict.fromkeys(_MANY.get(reason.partition("(")[0], "are above the assignees") for reason in reasons)
    return f"You {' or '.join(said)}." if said else "They are gone."


_MANY = {
    "assignee": "are the assignee",
    "manager": "manage the assignees",
    "admins": "are an admin",
    "substitute": "stand in for somebody who is away",
    "user": "are named by a policy",
    "role": "are named by a policy",
}


def you_as_assignee(actor: str | None) -> str:
    """Why the assignee was told of an assignment, as a sentence to them."""
    return f"{isolated(actor)} made you the assignee." if actor else "You became the assignee."


def you_as_holder(step: int) -> str:
    """Why somebody was told that their hold is over, as a sentence to them."""
    return "You snoozed it until now." if step == -2 else "You said that you have it."
