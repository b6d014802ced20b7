"""When the steps and repeats of a policy come, of a follow-up that is due at some time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from followup_common.db import Transaction
from followup_common.db.working_time import load_calendars
from followup_common.policy import ALWAYS_OPEN, NOWHERE, Calendar, Policy
from followup_common.policy.clock import ahead
from followup_common.policy.foresight import coming

from followup_api.calendars.problems import BeforeTheHorizon
from followup_api.policies.checks import check_steps, invalid
from followup_api.policies.schemas import Coming, Ladder, LadderInput, Turn

EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def ladder(tx: Transaction, body: LadderInput) -> Ladder:
    """Place a whole ladder on real days, by the function that places follow-ups.

    Raises:
        Invalid: a policy cannot have such steps, or there is no such calendar.
        BeforeTheHorizon: the calendar has not been worked out for the due time.
    """
    check_steps(body.steps)
    policy = Policy(steps=tuple(body.steps))
    if body.calendar_id is None or not policy.counts_working_time:
        return _placed(policy, ALWAYS_OPEN, body.due_at, *EVER)
    calendar = load_calendars(tx, {body.calendar_id}).get(body.calendar_id)
    if calendar is None:
        raise invalid("calendar_id", f"there is no calendar {body.calendar_id}: see GET /api/v1/calendars")
    if body.due_at < calendar.since:
        raise BeforeTheHorizon("due_at", calendar.since)
    return _placed(policy, calendar, body.due_at, calendar.since, calendar.until - INSTANT)


def _placed(policy: Policy, calendar: Calendar, due_at: datetime, since: datetime, until: datetime) -> Ladder:
    """What comes within the time that is known."""
    comes = coming(policy, calendar, due_at, since, until)
    return Ladder(
        comes=[Coming(step=step, repeat=repeat, at=at) for at, step, repeat in comes],
        turns=_turns(policy, calendar, due_at, until),
    )


def _turns(policy: Policy, calendar: Calendar, begins: datetime, until: datetime) -> list[Turn]:
    """Which steps would come before one above them, of what is due at the same time of one of seven days."""
    if len({step.length[0] for step in policy.steps}) == 1:
        return []
    once = Policy(steps=tuple(step.model_copy(update={"repeat": None}) for step in policy.steps))
    found: dict[tuple[int, int], list[datetime]] = {}
    week = (begins + day * DAY for day in range(7))
    for due_at in (one for one in week if one <= until):
        latest, above = EVER[0], 0
        for at, step, _ in ahead(once, calendar, due_at, due_at, NOWHERE):
            if at < latest:
                found.setdefault((step, above), []).append(due_at)
            else:
                latest, above = at, step
    return [Turn(step=step, above=above, due_at=due) for (step, above), due in sorted(found.items())]
