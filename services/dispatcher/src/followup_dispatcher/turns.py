"""Whether a delivery that is due goes now, by its reader's rules and what has happened, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from followup_common.db import Transaction
from followup_common.db.rules import rules_of, rules_stay
from followup_common.policy import Severity
from followup_common.policy.delivery import Rules, window
from sqlalchemy import Row, text

from followup_dispatcher import days, digests, notices
from followup_dispatcher.circuits import Circuits, target_of
from followup_dispatcher.ended import Ended, Held, Stopped
from followup_dispatcher.inbox import notifications, summary
from followup_dispatcher.stops import Told, hold, out_of_reach, person_out_of_reach, reasons
from followup_dispatcher.telling import Day, Digest, Message, Notification

KEPT_FOR = timedelta(days=3)
"""What could not be handed over by then is out of date. A clock that is ahead makes nothing older."""
LONGEST_HOLD = timedelta(days=15)
"""A weekly digest and quiet hours behind it hold nothing for longer."""


NEVER = "by their own rules"
IN_DIGEST = "goes in a digest"
CHANGING = "the rules of its reader are being changed"

SOON = text("""
    UPDATE deliveries SET state = CASE WHEN state = 'sending' THEN 'unknown' ELSE state END,
        next_at = now() + interval '1 second'
    WHERE id = :id
""")


def told(
    tx: Transaction, rows: Sequence[Row[Any]], circuits: Circuits
) -> Sequence[tuple[Row[Any], Message | Ended | Held | Stopped]]:
    """What the first of some deliveries is to say, or why it is not to be said any more; where it goes by
    itself, also what those say that go with it."""
    first = rows[0]
    if said := _said_anyway(tx, first):
        return [(first, said)]
    along = [row for row in rows[1:] if _is_plain(row)] if _is_plain(first) else []
    rules = rules_of(tx, [row.user_id for row in (first, *along)], first.channel)
    if why := _ruled(tx, first, rules[first.user_id]):
        return [(first, why)]
    if first.follow_up_id is None:
        return [(first, summary(tx, first))]
    if along and circuits.is_open(tx, first.address):
        along = []
    place = target_of(first.address)
    along = [row for row in along if target_of(row.address) == place and _goes(row, rules[row.user_id])]
    return _standing(tx, [first, *along])


def _said_anyway(tx: Transaction, row: Row[Any]) -> Message | Ended | Held | Stopped | None:
    """What a delivery that tells no notification is to say, or why one is not to be sent whatever it says;
    None: it tells a notification."""
    if row.notice is not None:
        return notices.told(tx, row)
    if row.is_old:
        return Ended("expired", f"could not be handed over for {KEPT_FOR.days} days")
    if row.notification_id is None:
        return _digest(tx, row)
    reason = out_of_reach(row)
    return Ended("suppressed", reason) if reason else None


def _is_plain(row: Row[Any]) -> bool:
    """Whether a delivery tells of one follow-up, and nobody wonders whether it was sent already."""
    is_of_one = row.notification_id is not None and row.follow_up_id is not None and row.notice is None
    return is_of_one and row.state == "queued" and not row.is_old and not out_of_reach(row)


def _goes(row: Row[Any], rules: Rules) -> bool:
    """Whether one goes by itself now, by its reader's rules."""
    turn = rules.when(Severity(row.severity), since=_due_since(row), now=row.now)
    return turn is not None and turn.at <= row.now and (not turn.in_digest or row.attempts > 0)


def _standing(tx: Transaction, rows: Sequence[Row[Any]]) -> Sequence[tuple[Row[Any], Notification | Ended]]:
    """What the first of those says that go by themselves, and the others that nobody is about to change,
    unless something has stopped them."""
    held = hold(tx, rows[0].follow_up_id, {row.follow_up_id for row in rows[1:]})
    rows = [row for row in rows if row.follow_up_id in held]
    told = [Told(row.user_id, row.notification_id, row.follow_up_id) for row in rows]
    gone = reasons(tx, told)
    said = notifications(tx, [each for each in told if each.id not in gone])
    return [
        (
            row,
            Ended("suppressed", gone[row.notification_id])
            if row.notification_id in gone
            else said[row.notification_id],
        )
        for row in rows
    ]


def _digest(tx: Transaction, row: Row[Any]) -> Digest | Day | Ended | Held | Stopped:
    """What a digest says, unless its time, as that of another try, is a quiet one."""
    if reason := person_out_of_reach(row):
        return Ended("suppressed", reason)
    rules = rules_of(tx, [row.user_id], row.channel)[row.user_id]
    if rules.quiet_until(row.now) > row.now:
        latest = _latest_rules(tx, row)
        if latest is None:
            return Stopped(CHANGING)
        rules = latest
    quiet_until = rules.quiet_until(row.now)
    if quiet_until > row.now:
        return Held(quiet_until)
    day = days.of(tx, row.digest_id)
    found = days.chosen(tx, row, day, rules.zone) if day else digests.chosen(tx, row)
    return Ended("suppressed", found) if isinstance(found, str) else found


def _ruled(tx: Transaction, row: Row[Any], rules: Rules) -> Ended | Held | Stopped | None:
    """Why a delivery does not go by itself now, by its reader's rules; None: it does."""
    why = _turn(tx, row, rules)
    if not isinstance(why, Held):
        return why
    latest = _latest_rules(tx, row)
    return _turn(tx, row, latest) if latest else Stopped(CHANGING)


def _latest_rules(tx: Transaction, row: Row[Any]) -> Rules | None:
    """The rules by which one may be held; None: they are being changed, and it is asked again soon."""
    if rules_stay(tx):
        return rules_of(tx, [row.user_id], row.channel)[row.user_id]
    tx.execute(SOON, {"id": row.id})
    return None


def _turn(tx: Transaction, row: Row[Any], rules: Rules) -> Ended | Held | Stopped | None:
    """As `_ruled`, by given rules.

    What comes behind its digest goes in the next one. What was tried already goes by itself.
    """
    severity = Severity(row.severity)
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
