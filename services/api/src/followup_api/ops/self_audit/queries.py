"""SQL of the self-audit: each check reads a partial index of what is unsettled, up to a bound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from followup_common.db import Transaction, clock
from followup_common.db.tables import (
    Time,
    audit_log,
    escalation_states,
    escalations,
    follow_ups,
    log_in_failures,
    outbox,
    sweeps,
    users,
)
from followup_common.messaging.outbox import LONGEST_DELAY
from sqlalchemy import Select, Subquery, Text, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy import cast as sql_cast

from followup_api.ops.self_audit.schemas import Check, Example

COUNT_AT_MOST = 10_000
EXAMPLES = 5
REDRIVE_LATE = timedelta(minutes=5)
"""The redrive comes each minute: what it has not taken after this waits for somebody who is not there."""
SENT_IN_VAIN = 3
OUTBOX_AHEAD = LONGEST_DELAY + timedelta(days=1)
"""Further ahead than any setting lets an event wait."""
NEWEST = 1_000
"""So many entries of what is written all the time tell whether the clock was ahead lately."""
STEPS_LOOKED_AT = 2 * COUNT_AT_MOST
"""Of the steps that are due, those due longest: after an import of a million old ones, no look is long."""

f, o, s, e, es = follow_ups.c, outbox.c, sweeps.c, escalations.c, escalation_states.c


@dataclass(frozen=True)
class Explanation:
    """What a finding means, and the fix."""

    means: str
    fix: str


EXPLANATIONS = {
    Check.OVERDUE_STEPS: Explanation(
        "Follow-ups passed a step of their policy long ago, and no sweep has recorded it: nobody was told. "
        "An old due time counts from when it was written, since no sweep could know of it before.",
        "See that a scheduler and an escalator run, and that FOLLOWUP_ESCALATIONS_PER_MINUTE allows enough; "
        "POST /api/v1/sweeps starts a sweep now. Nothing is lost: the next sweep takes them.",
    ),
    Check.OUTBOX_OVERDUE: Explanation(
        "Events wait although they were sent several times, or the redrive has not sent them when it should.",
        "See that scheduler, escalator, notifier and RabbitMQ run, and read the error of the examples. "
        "The redrive sends them again by itself, at least each hour.",
    ),
    Check.SWEEPS_STUCK: Explanation(
        "Sweeps were asked for long ago and have not ended.",
        "Look at outbox-overdue and dead-letters: a sweep ends once its events are handled or given up. "
        "With FOLLOWUP_ESCALATIONS_PER_MINUTE a large one may just take long. Others are not held up by it.",
    ),
    Check.DEAD_LETTERS: Explanation(
        "Events were given up: what they should have caused did not happen.",
        "Fix the cause that the reason names, then replay them, or discard them with a note: "
        "/api/v1/ops/dead-letters, or `followup dead-letters list`.",
    ),
    Check.UNROUTABLE: Explanation(
        "Escalations found nobody active to tell: neither the assignee, nor a manager, nor an admin.",
        "Activate an admin, or reassign the follow-ups; the next sweep raises them again.",
    ),
    Check.TIMES_AHEAD: Explanation(
        "Rows were written later than PostgreSQL's clock says it is now: it was ahead, and was set back. "
        "What came due meanwhile was announced, and stays so.",
        "See that NTP keeps the clock of PostgreSQL's machine: `followup doctor` compares it with another. "
        "Events, sweeps and waits of that time are worked off by themselves. The finding ends once the time "
        "of the examples has come.",
    ),
    Check.LEFT_BEHIND: Explanation(
        "Open follow-ups are of people who are inactive: for these the next active person above is told.",
        "Hand their work over, on the page People or with POST /api/v1/users/{user_id}/hand-over. The detail "
        "names the person.",
    ),
}


def statement_of(check: Check, late: timedelta) -> Select[*tuple[Any, ...]]:  # noqa: PLR0911 - one of each
    """What a check looks for: columns `subject`, `since`, `detail`.

    Args:
        check: which one.
        late: how long something may take before it counts.
    """
    match check:
        case Check.OVERDUE_STEPS:
            steps = steps_due(late)
            return _found("follow-ups", steps.c.id, steps.c.since, null()).where(
                steps.c.since < func.now() - late
            )
        case Check.OUTBOX_OVERDUE:
            return _found("outbox", o.id, o.created_at, o.error).where(
                o.handled_at.is_(None),
                o.failed_at.is_(None),
                or_(o.available_at < func.now() - REDRIVE_LATE, o.attempts >= SENT_IN_VAIN),
            )
        case Check.SWEEPS_STUCK:
            return _found("sweeps", s.id, s.requested_at, s.status).where(
                s.finished_at.is_(None), s.requested_at < func.now() - late
            )
        case Check.DEAD_LETTERS:
            return _found("dead-letters", o.id, o.failed_at, o.error).where(
                o.failed_at.is_not(None), o.handled_at.is_(None)
            )
        case Check.UNROUTABLE:
            current = and_(es.follow_up_id == e.follow_up_id, es.run == e.run, es.step == e.step)
            return (
                _found("follow-ups", e.follow_up_id, e.raised_at, null())
                .join_from(escalations, escalation_states, current)
                .where(e.status == "unroutable", es.is_open)
            )
        case Check.TIMES_AHEAD:
            return _times_ahead()
        case Check.LEFT_BEHIND:
            return _left_behind()


def _left_behind() -> Select[*tuple[Any, ...]]:
    """What is open and of somebody inactive."""
    found = _found("follow-ups", f.id, f.due_at, users.c.name)
    return found.join_from(users, follow_ups, f.assignee_id == users.c.id).where(~users.c.active, f.is_open)


def _times_ahead() -> Select[*tuple[Any, ...]]:
    """What waits for a time that no right clock gave it, and what was written lately in the future."""
    now = func.now() + clock.MAY_STEP
    swept = select(s.id, s.requested_at.label("at")).order_by(s.id.desc()).limit(NEWEST).subquery().c
    noted = select(audit_log.c.id, audit_log.c.at).order_by(audit_log.c.id.desc()).limit(NEWEST).subquery().c
    failed_at = log_in_failures.c.failed_at
    waiting = and_(o.handled_at.is_(None), o.failed_at.is_(None), o.available_at > func.now() + OUTBOX_AHEAD)
    found = union_all(
        _found("outbox", o.id, o.available_at, o.error).where(waiting),
        _found("sweeps", swept.id, swept.at, null()).where(swept.at > now),
        _found("audit-log", noted.id, noted.at, null()).where(noted.at > now),
        _found("log-in-failures", func.encode(log_in_failures.c.key, "hex"), failed_at, null()).where(
            failed_at > now
        ),
    ).subquery()
    return select(found.c.subject, found.c.since, found.c.detail)


def steps_due(late: timedelta = timedelta(0)) -> Subquery:
    """Steps that have been due for longer than `late`, and `since` when a sweep could have known of each.

    Not before somebody last wrote the follow-up: created, imported or reopened it, or moved its due time. A
    time ahead of now, from a clock that was set back, says nothing of it. What the notifier has passed over
    waits for the next sweep only, and has been waiting for no longer than that.
    """
    longest = (
        select(es.follow_up_id, es.wake_at)
        .where(es.wake_at > clock.AT_ONCE, es.wake_at < func.now() - late)
        .order_by(es.wake_at)
        .limit(STEPS_LOOKED_AT)
        .subquery("longest")
    )
    written = case((f.updated_at <= func.now(), f.updated_at))
    return (
        select(f.id, func.greatest(longest.c.wake_at, written, type_=Time).label("since"))
        .join(longest, longest.c.follow_up_id == f.id)
        .subquery("steps")
    )


def count(tx: Transaction, check: Check, late: timedelta) -> int:
    """How many a check finds, up to `COUNT_AT_MOST`."""
    found = statement_of(check, late).limit(COUNT_AT_MOST).subquery()
    return int(tx.execute(select(func.count()).select_from(found)).scalar_one())


def examples(tx: Transaction, check: Check, late: timedelta) -> list[Example]:
    """Those that have waited longest."""
    statement = statement_of(check, late).order_by("since").limit(EXAMPLES)
    return [Example.model_validate(row) for row in tx.execute(statement)]


def _found(kind: str, number: Any, since: Any, detail: Any) -> Select[*tuple[Any, ...]]:
    subject = literal(f"{kind}/") + sql_cast(number, Text)
    return select(subject.label("subject"), since.label("since"), sql_cast(detail, Text).label("detail"))
