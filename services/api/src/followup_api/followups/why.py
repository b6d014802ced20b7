"""Why somebody was told of a follow-up, in words: the one place for the inbox, the history and the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from followup_common.wording import (
    day,
    in_place_of,
    in_words,
    isolated,
    listed,
    of_recipient,
    overdue,
    you,
    you_as_assignee,
    you_as_holder,
    you_in_place_of,
)

from followup_api.followups.activity_schemas import ActivityEscalation, ActivityRecipient

__all__ = [
    "announcement",
    "day",
    "in_place_of",
    "of_recipient",
    "of_step",
    "you",
    "you_as_assignee",
    "you_as_holder",
    "you_in_place_of",
    "you_of_many",
]

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
