"""Messages in Slack that are to say something else: what came of a click, or of their follow-up elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from sqlalchemy import Interval, Row, bindparam, text

from followup_dispatcher import links, words
from followup_dispatcher.circuits import EVERYWHERE, Circuits
from followup_dispatcher.ended import Stopped
from followup_dispatcher.inbox import retold
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.stops import HOLD
from followup_dispatcher.telling import Delivery, Notification, Recipient

LEASE = timedelta(minutes=1)
"""How long a change may take: one answer, which takes a quarter of that at most."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 12
"""In a row, within some hours: behind them a message stays as it is."""
TAKEN = "taken elsewhere"
NOBODY = "its reader is told there no more"
SAYS_SO = "it says so already"

CIRCUITS = Circuits("slack_changes")
IS_DUE = """
    due_at <= now() AND delivery_id <> ALL(CAST(:under_way AS uuid[])) AND NOT EXISTS (
        SELECT FROM circuits WHERE channel = 'slack_changes' AND target = '' AND free_at > now())
"""
DUE = text(f"SELECT now() - min(due_at) FROM slack_messages WHERE {IS_DUE}")
CANDIDATE = text(f"""
    SELECT delivery_id, follow_up_id FROM slack_messages WHERE {IS_DUE}
    ORDER BY answer IS NULL, due_at LIMIT 1
""")
BEGIN = text("""
    UPDATE slack_messages m SET due_at = now() + :lease, attempts = m.attempts + 1 FROM deliveries d
    WHERE m.delivery_id = :delivery_id AND m.due_at <= now() AND d.id = m.delivery_id
    RETURNING m.*, d.user_id, d.notification_id, EXISTS (
        SELECT FROM destinations t JOIN users u ON u.id = t.user_id
        WHERE t.id = d.destination_id AND t.user_id = d.user_id AND t.verified_at IS NOT NULL AND u.active
    ) AS is_told
""").bindparams(bindparam("lease", LEASE, Interval))

# What was handed on is nothing of its reader's, whatever became of it then. Who is neither on the line above
# its assignee nor an admin may read only what they were told of by name, or in place of somebody.
STATE = text("""
    SELECT CASE WHEN s.follow_up_id IS NULL THEN 'deleted'
            WHEN s.assignee_id <> m.assignee_id THEN 'reassigned'
            WHEN NOT s.is_open THEN 'completed' WHEN s.run <> m.run THEN 'restarted' ELSE 'open' END AS state,
        f.completed_at, f.due_at, (
            SELECT u.name FROM activities c JOIN users u ON u.id = c.actor_id
            WHERE c.follow_up_id = m.follow_up_id AND c.kind = 'completed' ORDER BY c.id DESC LIMIT 1
        ) AS completed_by, EXISTS (
            WITH RECURSIVE line AS (
                SELECT u.id, u.manager_id FROM users u WHERE u.id = s.assignee_id
                UNION
                SELECT u.id, u.manager_id FROM line JOIN users u ON u.id = line.manager_id
            )
            SELECT FROM users r WHERE r.id = :user_id AND (r.role = 'admin' OR r.id IN (SELECT id FROM line))
        ) OR EXISTS (
            SELECT FROM notifications n WHERE n.user_id = :user_id AND n.follow_up_id = m.follow_up_id
                AND (n.audience ~ '^(user|role)[(]' OR n.fallback = 'substitute')
        ) AS is_seen
    FROM slack_messages m
    LEFT JOIN escalation_states s ON s.follow_up_id = m.follow_up_id
    LEFT JOIN follow_ups f ON f.id = m.follow_up_id
    WHERE m.delivery_id = :delivery_id
""")
LINKS_LAST = text("SELECT min(expires_at) - now() FROM action_links WHERE delivery_id = :delivery_id")

# A click meanwhile has more to say: then it is changed again.
SAID = text("""
    UPDATE slack_messages SET shows = :shows, attempts = 0,
        due_at = CASE WHEN changes <> :changes THEN now() END
    WHERE delivery_id = :id
""")
TRY_AGAIN = text("""
    UPDATE slack_messages SET attempts = attempts - CASE WHEN :asked > interval '0' THEN 1 ELSE 0 END,
        due_at = now() + GREATEST(LEAST(:first * power(2, attempts - 1), :longest), LEAST(:asked, :longest))
    WHERE delivery_id = :id AND (attempts < :most OR :asked > interval '0')
""").bindparams(
    bindparam("first", FIRST_WAIT, Interval),
    bindparam("longest", LONGEST_WAIT, Interval),
    bindparam("asked", type_=Interval),
    most=MOST_ATTEMPTS,
)
GIVE_UP = text("DELETE FROM slack_messages WHERE delivery_id = :id")

BRING_BACK = text("UPDATE slack_messages SET due_at = now() WHERE due_at > now() + :longest").bindparams(
    bindparam("longest", LONGEST_WAIT + LEASE, Interval)
)


@dataclass(frozen=True)
class Change:
    """A message that is to say something else.

    Args:
        id: of the delivery that posted it.
        number: which change of it this is.
        conversation: where it is, as Slack calls it.
        ts: which one it is there.
        delivery: what it told; None: that was deleted, or its reader may not see it any more.
        shows: how its follow-up is, as it is kept.
        ended: why nothing can be done by it any more; None: something can.
        answer: what came of the last click.
    """

    id: UUID
    number: int
    conversation: str
    ts: str
    delivery: Delivery | None = field(repr=False)
    shows: str
    ended: str | None
    answer: str | None


class Changes:
    """The queue of messages that are to be changed."""

    def waited(self, tx: Transaction, under_way: Collection[UUID] = ()) -> timedelta | None:
        """How long the oldest change has waited; None: none is due."""
        found: timedelta | None = tx.execute(DUE, {"under_way": [*under_way]}).scalar()
        return found

    def take(self, tx: Transaction, under_way: Collection[UUID] = ()) -> Change | Stopped | None:
        """Take one that is due, for this process alone; None: there is none.

        The state of its follow-up is held first, as a click holds it before it says what came of it.
        """
        candidate = tx.execute(CANDIDATE, {"under_way": [*under_way]}).one_or_none()
        if candidate is None:
            return None
        tx.execute(HOLD, {"follow_up_ids": [candidate.follow_up_id]})
        row = tx.execute(BEGIN, {"delivery_id": candidate.delivery_id}).one_or_none()
        if row is None:
            return Stopped(TAKEN)
        if not row.is_told:
            tx.execute(GIVE_UP, {"id": candidate.delivery_id})
            return Stopped(NOBODY)
        change = _change(tx, row)
        if change.delivery and change.shows == row.shows and change.answer is None and row.attempts == 1:
            self.record(tx, change, Outcome(Result.SENT, SAYS_SO))
            return Stopped(SAYS_SO)
        return change

    def record(self, tx: Transaction, change: Change, outcome: Outcome, /) -> None:
        """Record what an attempt came to. It may be repeated: a message that says so already stays so."""
        if outcome.result is Result.SENT:
            tx.execute(SAID, {"id": change.id, "shows": change.shows, "changes": change.number})
            return
        if outcome.everywhere:
            CIRCUITS.note(tx, EVERYWHERE, outcome)
        again = {"id": change.id, "asked": outcome.wait}
        if outcome.result is Result.REFUSED or not tx.execute(TRY_AGAIN, again).rowcount:
            tx.execute(GIVE_UP, {"id": change.id})

    def bring_back(self, tx: Transaction) -> None:
        """Let what no clock should have said be due."""
        tx.execute(BRING_BACK)


def _change(tx: Transaction, row: Row[Any]) -> Change:
    state = tx.execute(STATE, {"delivery_id": row.delivery_id, "user_id": row.user_id}).one()
    told = retold(tx, row.delivery_id, row.user_id, row.notification_id)
    delivery = told if state.is_seen or state.state == "reassigned" else None
    if delivery is not None and state.state == "open":
        delivery = _with_links(tx, row, delivery)
    if delivery is not None:
        ended = _ended(state, delivery.recipient)
    else:
        ended = words.OUT_OF_SIGHT if told else words.DELETED
    return Change(
        id=row.delivery_id,
        number=row.changes,
        conversation=row.conversation,
        ts=row.ts,
        delivery=delivery,
        shows=state.state,
        ended=ended,
        answer=row.answer,
    )


def _ended(state: Row[Any], reader: Recipient) -> str | None:
    match state.state:
        case "completed":
            return words.completed(state.completed_by, state.completed_at, reader)
        case "reassigned":
            return words.HANDED_ON
        case "restarted":
            return words.started_over(state.due_at, reader)
    return None


def _with_links(tx: Transaction, row: Row[Any], delivery: Delivery) -> Delivery:
    """With links of its own: only hashes of those before are kept. None works for longer than those."""
    life = tx.execute(LINKS_LAST, {"delivery_id": row.delivery_id}).scalar() or timedelta(0)
    told = delivery.notification
    if not isinstance(told, Notification):
        return delivery
    wanted = [links.Wanted(row.delivery_id, told)]
    return replace(delivery, links=links.make(tx, wanted, life).get(row.delivery_id, {}))
