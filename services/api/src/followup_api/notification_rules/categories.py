"""Categories of mail: what of one somebody gets, and their rules without it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from followup_api.notification_rules.schemas import (
    DayInput,
    NotificationRule,
    NotificationRules,
    NotificationRulesInput,
    QuietHoursInput,
    RuleInput,
)

MAIL = "email"
NEVER: Final = "never"
DIGEST = "digest"
"""What comes in digests, of whatever severity."""
DAY = "day"
"""What one's day brings."""
IN_DIGESTS = ("hourly", "daily", "weekly")


class Kept(StrEnum):
    """Why somebody goes on to get a mail, whatever they want."""

    LOCKED = "locked"
    LAST = "last"
    """Admins are the last who hear of a breach."""


@dataclass(frozen=True)
class Mails:
    """The mails of a category that somebody gets.

    Args:
        ends: those that they may switch off: severities, or their day.
        stays: those that they may not, and why.
    """

    ends: tuple[str, ...]
    stays: tuple[tuple[str, Kept], ...]


def mails(rules: NotificationRules, category: str, *, is_admin: bool) -> Mails:
    """The mails of a category that somebody gets.

    Args:
        rules: how they are told.
        category: a severity, `DIGEST` or `DAY`.
        is_admin: whether they are an admin.
    """
    found = list(_sent(rules, category, is_admin=is_admin))
    ends = tuple(name for name, kept in found if kept is None)
    return Mails(ends, tuple((name, kept) for name, kept in found if kept is not None))


def without(rules: NotificationRules, ended: Collection[str]) -> NotificationRulesInput:
    """Rules as they are, but for mails that their owner wants no more.

    Args:
        rules: how they are told.
        ended: what `mails` says that they may switch off.
    """
    day, quiet = rules.your_day, rules.quiet_hours
    kept_day = DayInput(mode=day.mode, at=day.at) if day.own else None
    return NotificationRulesInput(
        rules=[_rule(each, ended) for each in rules.rules if each.own or _is_of(each, ended)],
        your_day=DayInput(mode=NEVER) if DAY in ended else kept_day,
        quiet_hours=QuietHoursInput(**quiet.model_dump()) if quiet else None,
        breaches_pass=rules.breaches_pass,
    )


def _sent(rules: NotificationRules, category: str, *, is_admin: bool) -> Iterator[tuple[str, Kept | None]]:
    for rule in rules.rules:
        in_category = rule.mode in IN_DIGESTS if category == DIGEST else rule.severity == category
        if rule.channel == MAIL and rule.mode != NEVER and in_category:
            last = Kept.LAST if is_admin and rule.severity == "breach" else None
            yield rule.severity, Kept.LOCKED if rule.locked else last
    if category == DAY and rules.your_day.mode != NEVER:
        yield DAY, Kept.LOCKED if rules.your_day.locked else None


def _is_of(rule: NotificationRule, ended: Collection[str]) -> bool:
    return rule.channel == MAIL and rule.severity in ended


def _rule(rule: NotificationRule, ended: Collection[str]) -> RuleInput:
    if _is_of(rule, ended):
        return RuleInput(channel=rule.channel, severity=rule.severity, mode=NEVER)
    return RuleInput(**rule.model_dump(include=set(RuleInput.model_fields)))
