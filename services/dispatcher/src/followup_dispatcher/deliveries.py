"""Taking deliveries that are due, and recording what became of them. PostgreSQL is queue and clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.policies import PolicyUnreadable, load_policies, policy_names
from followup_common.db.rules import rules_of
from followup_common.db.slow_clock import SLOW_NOW
from followup_common.policy import Severity, Step
from followup_common.policy.delivery import window
from sqlalchemy import Interval, Row, bindparam, text

from followup_dispatcher import days, digests, links, notices
from followup_dispatcher.circuits import TARGET, Circuits, Delayed
from followup_dispatcher.ended import Ended
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.stops import DELETED, READ, Told, out_of_reach, person_out_of_reach, stopped
from followup_dispatcher.telling import (
    Code,
    Day,
    Delivery,
    Digest,
    Line,
    Links,
    Message,
    Notification,
    Recipient,
    Summary,
    Trial,
)

LEASE = timedelta(minutes=10)
"""How long an attempt may take: each of the few answers that it waits for takes half a minute at most. What
has not ended by then had a process that did."""
KEPT_FOR = timedelta(days=3)
"""What could not be handed over by then is out of date. A clock that is ahead makes nothing older."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_HOLD = timedelta(days=15)
"""A weekly digest and quiet hours behind it hold nothing for longer."""

MOST_LINES = 50
"""Of so many follow-ups a summary has a line."""
FEW = 5
"""With so many, each line has the links by which one acts, as a mail of one follow-up has."""

HELD = "held by the rules of its reader"
NEVER = "by their own rules"
IN_DIGEST = "goes in a digest"
LEFT = "no outcome was recorded: the dispatcher ended, or lost the database"

# Most often nothing is crowded, and no other destination is read for it.
ELSEWHERE = f"""
    (CAST(:crowded AS text[]) = '{{}}' OR destination_id NOT IN (
        SELECT t.id FROM destinations t
        WHERE t.channel = :channel AND {TARGET} = ANY(CAST(:crowded AS text[]))))
"""

DUE = text(f"""
    SELECT now() - min(next_at) FROM (
        SELECT next_at FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND next_at <= now()
            AND id <> ALL(CAST(:under_way AS uuid[])) AND {ELSEWHERE}
        ORDER BY next_at LIMIT 1
    ) first
""")

# One, with all there is to know of where it goes.
TAKE = text(f"""
    SELECT d.id, d.notification_id, d.user_id, d.follow_up_id, d.destination_id, d.state, d.attempts,
        d.channel, d.digest_id, d.notice, COALESCE(d.severity, 'overdue') AS severity, d.created_at,
        d.held_until, now() AS now,
        GREATEST(d.retried_at, d.created_at, d.held_until) < {SLOW_NOW} - :kept_for AS is_old,
        num_nulls(n.id, t.id, u.id) > 0 AS is_deleted, n.read_at IS NOT NULL AS is_read, u.active,
        COALESCE(t.state = 'ok', false) AS is_open_to,
        t.address, u.name, u.time_zone, u.clock, u.date_order
    FROM (
        SELECT * FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND next_at <= now()
            AND id <> ALL(CAST(:under_way AS uuid[])) AND {ELSEWHERE}
        ORDER BY next_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    ) d
    LEFT JOIN users u ON u.id = d.user_id
    LEFT JOIN destinations t ON t.id = d.destination_id
    LEFT JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
""").bindparams(bindparam("kept_for", KEPT_FOR, Interval))

# Where it goes is read again: it may have changed while the state of its follow-up was waited for.
BEGIN = text("""
    WITH place AS (SELECT address, sealed FROM destinations WHERE id = :destination_id), begun AS (
        UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_at = now() + :lease
        WHERE id = :id AND EXISTS (SELECT FROM place) RETURNING id, attempts
    )
    INSERT INTO delivery_attempts (delivery_id, number) SELECT id, attempts FROM begun
    RETURNING number, (SELECT address FROM place) AS address, (SELECT sealed FROM place) AS sealed
""").bindparams(bindparam("lease", LEASE, Interval))

HOLD = text("""
    UPDATE deliveries SET state = CASE WHEN state = 'sending' THEN 'unknown' ELSE state END,
        next_at = :until, held_until = :until
    WHERE id = :id
""")

END_ATTEMPT = text("""
    UPDATE delivery_attempts SET ended_at = now(), outcome = :outcome, answer = :answer
    WHERE delivery_id = :id AND number = :number AND (outcome IS NULL OR outcome = 'unknown')
""")

END = text("""
    UPDATE deliveries SET state = :state, error = :error, ended_at = now()
    WHERE id = :id AND ended_at IS NULL AND attempts = :number
""")

# The common case, in one statement; what is well at its destination already is not written again.
SENT = text("""
    WITH attempt AS (
        UPDATE delivery_attempts SET ended_at = now(), outcome = 'sent', answer = :answer
        WHERE delivery_id = :id AND number = :number AND (outcome IS NULL OR outcome = 'unknown')
    ), place AS (
        UPDATE destinations SET problem = NULL, problem_since = NULL
        WHERE id = :destination_id AND problem IS NOT NULL
    )
    UPDATE deliveries SET state = 'sent', error = NULL, ended_at = now()
    WHERE id = :id AND ended_at IS NULL AND attempts = :number
""")

TRY_AGAIN = text("""
    UPDATE deliveries SET state = :state, error = :error,
        next_at = now()
            + GREATEST(LEAST(:first * power(2, LEAST(attempts - 1, 20)), :longest), LEAST(:asked, :longest))
    WHERE id = :id AND ended_at IS NULL AND attempts = :number
""").bindparams(
    bindparam("first", FIRST_WAIT, Interval),
    bindparam("longest", LONGEST_WAIT, Interval),
    bindparam("asked", type_=Interval),
)

READER = text("SELECT name, time_zone, clock, date_order FROM users WHERE id = :user_id")

TOLD = text("""
    SELECT n.follow_up_id, n.run, n.step, n.policy_version_id, n.due_at, n.created_at, n.audience, n.fallback,
        n.until, f.title, b.name AS subject, a.name AS assignee, w.name AS actor, i.name AS absent
    FROM notifications n
    JOIN follow_ups f ON f.id = n.follow_up_id
    JOIN users a ON a.id = f.assignee_id
    LEFT JOIN subjects b ON b.id = f.subject_id
    LEFT JOIN users w ON w.id = n.actor_id
    LEFT JOIN users i ON i.id = n.for_user_id
    WHERE n.user_id = :user_id AND n.id = ANY(CAST(:ids AS bigint[]))
    ORDER BY n.due_at, n.id
""")

# Chosen when it is sent, the longest overdue first.
BUNDLE = text("""
    SELECT n.id, n.follow_up_id FROM notifications n
    JOIN escalation_states s ON s.follow_up_id = n.follow_up_id AND s.is_open AND s.run = n.run
    WHERE n.user_id = :user_id AND n.bundle = :bundle ORDER BY n.due_at, n.id LIMIT :at_most
""")
SIZE = text("""
    SELECT count(*) AS number, bool_and(n.audience = 'assignee') AS own FROM notifications n
    JOIN escalation_states s ON s.follow_up_id = n.follow_up_id AND s.is_open AND s.run = n.run
    WHERE n.user_id = :user_id AND n.bundle = :bundle
""")
SUMMARY = text("""
    SELECT summary_of AS bundle, details ->> 'severity' AS severity, created_at FROM notifications
    WHERE user_id = :user_id AND id = :notification_id
""")

# What one happening tells many times is read in the transaction that writes it, and so are its deliveries.
DROP_READ = text("""
    UPDATE deliveries SET state = 'suppressed', error = :reason, ended_at = now() WHERE id IN (
        SELECT d.id FROM deliveries d
        JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
        WHERE d.channel = :channel AND d.ended_at IS NULL AND d.state = 'queued' AND d.next_at <= now()
            AND n.read_at IS NOT NULL
        LIMIT 1000 FOR NO KEY UPDATE OF d SKIP LOCKED
    )
""").bindparams(reason=READ)

# A time further ahead than any wait comes from a clock that was ahead.
BRING_BACK = text("""
    UPDATE deliveries SET next_at = now()
    WHERE webhook_id IS NULL AND ended_at IS NULL
        AND next_at > now() + CASE WHEN held_until = next_at THEN :longest_hold ELSE :longest END
""").bindparams(
    bindparam("longest", LONGEST_WAIT + LEASE, Interval), bindparam("longest_hold", LONGEST_HOLD, Interval)
)


class Held(NamedTuple):
    """A delivery does not begin before then."""

    until: datetime


@dataclass(frozen=True)
class Stopped:
    """A delivery that was due and was not begun."""

    reason: str


def waited(
    tx: Transaction, channel: str, under_way: Collection[UUID] = (), crowded: Collection[str] = ()
) -> timedelta | None:
    """How long the oldest delivery of a channel that is due, and not under way in this process, has waited,
    of those that go elsewhere than to `crowded` places; None: none is due."""
    values = {"channel": channel, "under_way": [*under_way], "crowded": [*crowded]}
    found: timedelta | None = tx.execute(DUE, values).scalar()
    return found


def take(
    tx: Transaction,
    channel: str,
    act_for: timedelta = timedelta(0),
    a_minute: int = 0,
    under_way: Collection[UUID] = (),
    *,
    crowded: Collection[str] = (),
) -> Delivery | Stopped | Delayed | None:
    """Take one delivery that is due, for this process alone; None: there is none.

    Args:
        tx: in which it begins.
        channel: by which it goes.
        act_for: how long the links in it work by which one acts; zero: it has none.
        a_minute: how many may go to one domain a minute; 0: as many as there are.
        under_way: what this process sends at the moment: a clock that is ahead says that its time is over.
        crowded: places to which nothing goes now.

    Its follow-up's state stays held until the transaction ends, so that a complete, reschedule, reassign,
    hold or delete comes either before, and stops it, or after: then it had begun.
    """
    values = {"channel": channel, "under_way": [*under_way], "crowded": [*crowded]}
    row = tx.execute(TAKE, values).one_or_none()
    if row is None:
        return None
    if row.state == "sending":
        left = {"id": row.id, "number": row.attempts, "outcome": Result.UNKNOWN, "answer": LEFT}
        tx.execute(END_ATTEMPT, left)
    told = _told(tx, row) if row.notice is None else notices.told(tx, row)
    if isinstance(told, Ended | Held | Stopped):
        return _not_begun(tx, row, told)
    if delayed := Circuits(channel, a_minute, LEASE).delay(tx, row.id, row.address):
        return delayed
    begun = tx.execute(BEGIN, {"id": row.id, "destination_id": row.destination_id}).one_or_none()
    if begun is None:
        return _not_begun(tx, row, Ended("suppressed", DELETED))
    return Delivery(
        id=row.id,
        attempt=begun.number,
        address=begun.address,
        recipient=Recipient(row.name, row.time_zone, row.clock, row.date_order),
        notification=told,
        links=_links(tx, row, told, act_for),
        destination_id=row.destination_id,
        sealed=begun.sealed,
    )


def _not_begun(tx: Transaction, row: Row[Any], why: Ended | Held | Stopped) -> Stopped:
    if isinstance(why, Stopped):
        return why
    if isinstance(why, Held):
        tx.execute(HOLD, {"id": row.id, "until": why.until})
        return Stopped(HELD)
    tx.execute(END, {"id": row.id, "number": row.attempts, "state": why.state, "error": why.reason})
    if why.reason == READ:
        tx.execute(DROP_READ, {"channel": row.channel})
    return Stopped(why.reason)


def retold(tx: Transaction, delivery_id: UUID, user_id: int, notification_id: int) -> Delivery | None:
    """A delivery that was sent, as it would tell now, without links; None: its follow-up was deleted."""
    told = tx.execute(TOLD, {"user_id": user_id, "ids": [notification_id]}).one_or_none()
    if told is None:
        return None
    reader = tx.execute(READER, {"user_id": user_id}).one()
    return Delivery(delivery_id, 1, "", Recipient(*reader), _notification(tx, told))


def record(tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
    """Record what an attempt came to. One that has been taken over meanwhile changes its own record only."""
    keys: Mapping[str, Any] = {"id": delivery.id, "number": delivery.attempt}
    if outcome.result is Result.SENT:
        place = {"destination_id": delivery.destination_id, "answer": outcome.answer}
        tx.execute(SENT, {**keys, **place})
        return
    tx.execute(END_ATTEMPT, {**keys, "outcome": outcome.result, "answer": outcome.answer})
    notices.note(tx, delivery.destination_id, outcome.answer)
    first = timedelta(0) if outcome.everywhere else FIRST_WAIT
    again: Mapping[str, Any] = {**keys, "error": outcome.answer, "asked": outcome.wait, "first": first}
    match outcome.result:
        case Result.REFUSED:
            tx.execute(END, {**keys, "state": "failed", "error": outcome.answer})
        case Result.PUT_OFF:
            tx.execute(TRY_AGAIN, {**again, "state": "queued"})
        case Result.UNKNOWN:
            tx.execute(TRY_AGAIN, {**again, "state": "unknown"})


def bring_back(tx: Transaction) -> None:
    """Let what waits for a time that no clock should have said be due."""
    tx.execute(BRING_BACK)


@dataclass(frozen=True)
class ForPeople:
    """The queue of what goes to people by a channel.

    Args:
        channel: its name.
        act_for: how long the links in a message work by which one acts; zero: it has none.
        a_minute: how many may go to one domain a minute; 0: as many as there are.
        unsubscribes: whether a message has a link by which its reader gets no more of the same kind.
        lines: how many are sent at once; where there are several, one is kept for others than those to whom
            all the rest go: a place that hangs keeps no other waiting.
        answered: whether its reader acts by answering it.
    """

    channel: str
    act_for: timedelta = timedelta(0)
    a_minute: int = 0
    unsubscribes: bool = False
    lines: int = 1
    answered: bool = False

    def waited(self, tx: Transaction, under_way: Collection[UUID] = ()) -> timedelta | None:
        """How long the oldest delivery that is due and could be taken has waited; None: there is none."""
        return waited(tx, self.channel, under_way, self._crowded(tx, under_way))

    def take(self, tx: Transaction, under_way: Collection[UUID] = ()) -> Delivery | Stopped | Delayed | None:
        """Take one that is due, for this process alone; None: there is none."""
        crowded = self._crowded(tx, under_way)
        taken = take(tx, self.channel, self.act_for, self.a_minute, under_way, crowded=crowded)
        if not isinstance(taken, Delivery):
            return taken
        return replace(
            taken,
            unsubscribing=links.to_unsubscribe(tx, taken.id) if self.unsubscribes else None,
            answering=links.to_answer(tx, taken.id, taken.notification) if self.answered else None,
        )

    def record(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Record what an attempt came to, and what that says of where it went."""
        record(tx, delivery, outcome)
        Circuits(self.channel).note(tx, delivery.address, outcome)

    def bring_back(self, tx: Transaction) -> None:
        """Let what waits for a time that no clock should have said be due, and plan what comes by itself."""
        bring_back(tx)
        days.plan(tx, self.channel)
        Circuits(self.channel).tidy(tx)

    def _crowded(self, tx: Transaction, under_way: Collection[UUID]) -> Collection[str]:
        return Circuits(self.channel).crowded(tx, under_way, most=self.lines - 1)


def _told(tx: Transaction, row: Row[Any]) -> Notification | Summary | Digest | Day | Ended | Held | Stopped:
    """What a delivery is to say, or why it is not to be said any more."""
    if row.is_old:
        return Ended("expired", f"could not be handed over for {KEPT_FOR.days} days")
    if row.notification_id is None:
        return _digest(tx, row)
    if reason := out_of_reach(row):
        return Ended("suppressed", reason)
    return _ruled(tx, row) or _standing(tx, row)


def _standing(tx: Transaction, row: Row[Any]) -> Notification | Summary | Ended:
    """What one that goes by itself says, unless something has stopped it."""
    if row.follow_up_id is None:
        return _summary(tx, row)
    found = stopped(tx, row.user_id, [Told(row.notification_id, row.follow_up_id)])
    if reason := found.get(row.notification_id):
        return Ended("suppressed", reason)
    told = tx.execute(TOLD, {"user_id": row.user_id, "ids": [row.notification_id]}).one()
    return _notification(tx, told)


def _digest(tx: Transaction, row: Row[Any]) -> Digest | Day | Ended | Held:
    """What a digest says, unless its time, as that of another try, is a quiet one."""
    if reason := person_out_of_reach(row):
        return Ended("suppressed", reason)
    rules = rules_of(tx, row.user_id, row.channel)
    quiet_until = rules.quiet_until(row.now)
    if quiet_until > row.now:
        return Held(quiet_until)
    day = days.of(tx, row.digest_id)
    found = days.chosen(tx, row, day, rules.zone) if day else digests.chosen(tx, row)
    return Ended("suppressed", found) if isinstance(found, str) else found


def _ruled(tx: Transaction, row: Row[Any]) -> Ended | Held | Stopped | None:
    """Why a delivery does not go by itself now, by its reader's rules; None: it does.

    What comes behind its digest goes in the next one. What was tried already goes by itself.
    """
    rules, severity = rules_of(tx, row.user_id, row.channel), Severity(row.severity)
    turn = rules.when(severity, since=_due_since(row), now=row.now)
    if turn is None:
        return Ended("suppressed", NEVER)
    if turn.at > row.now:
        return Held(turn.at)
    if not turn.in_digest or row.attempts:
        return None
    if digests.join(tx, row, window(rules.of(severity), rules.zone, row.now)):
        return Stopped(IN_DIGEST)
    later = rules.when(severity, since=row.now, now=row.now)
    return Held(later.at) if later else None


def _due_since(row: Row[Any]) -> datetime:
    """When a delivery was due. What a clock that was ahead has written is due since now, and once it was held
    until its time, since then: else it would be held from one time to the next."""
    created_at: datetime = row.created_at
    now: datetime = row.now
    if created_at <= now:
        return created_at
    return now - LONGEST_HOLD if row.held_until and row.held_until <= now else now


def _links(tx: Transaction, row: Row[Any], told: Message, life: timedelta) -> Mapping[int, Links]:
    """Links of their own for each attempt, as only their hashes are kept. Where nobody knows the outcome of
    one, all before go on: somebody may have them."""
    if row.state == "queued" and row.attempts:
        links.forget(tx, row.id)
    if isinstance(told, Code | Day | Digest | Trial):
        return {}
    each_told = (told,) if isinstance(told, Notification) else told.lines if told.number <= FEW else ()
    made = ((each.follow_up_id, links.make(tx, row.id, row.user_id, each, life)) for each in each_told)
    return {follow_up_id: found for follow_up_id, found in made if found}


def _notification(tx: Transaction, row: Row[Any]) -> Notification:
    step = _step(tx, row.policy_version_id, row.step)
    return Notification(
        follow_up_id=row.follow_up_id,
        run=row.run,
        step=row.step,
        title=row.title,
        subject=row.subject,
        due_at=row.due_at,
        told_at=row.created_at,
        assignee=row.assignee,
        audience=row.audience,
        fallback=row.fallback,
        severity=step.severity if step else None,
        label=step.label if step else None,
        policy=policy_names(tx, [row.policy_version_id]).get(row.policy_version_id),
        actor=row.actor,
        absent=row.absent,
        until=row.until,
        first=step is not None and not step.names_assignee,
    )


def _summary(tx: Transaction, row: Row[Any]) -> Summary | Ended:
    """What a summary says now: of those it lists, none that was stopped, and how many there are besides."""
    keys = {"user_id": row.user_id, "notification_id": row.notification_id}
    summary = tx.execute(SUMMARY, keys).one()
    bundle = {"user_id": row.user_id, "bundle": summary.bundle}
    members = [Told(*found) for found in tx.execute(BUNDLE, {**bundle, "at_most": MOST_LINES})]
    gone = stopped(tx, row.user_id, members)
    standing = [each.id for each in members if each.id not in gone]
    if not standing:
        return Ended("suppressed", "nothing is left of what it sums up")
    size = tx.execute(SIZE, bundle).one()
    lines = tx.execute(TOLD, {"user_id": row.user_id, "ids": standing})
    return Summary(
        severity=summary.severity,
        number=max(size.number - len(gone), len(standing)),
        own=size.own,
        lines=tuple(
            Line(
                *(each.follow_up_id, each.step, each.audience),
                *(each.title, each.subject, each.due_at, each.assignee),
            )
            for each in lines
        ),
        told_at=summary.created_at,
    )


def _step(tx: Transaction, policy_version_id: int, number: int) -> Step | None:
    """The step of a policy that is told; None where it is none, or the policy cannot be read."""
    policy = load_policies(tx, [policy_version_id])[policy_version_id]
    if isinstance(policy, PolicyUnreadable) or not 1 <= number <= len(policy.steps):
        return None
    return policy.steps[number - 1]
