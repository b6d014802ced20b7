"""Deliveries to Slack: where each message is, and to which member it went, so that a click is known."""

from __future__ import annotations

from dataclasses import dataclass

from followup_common.db import Transaction
from sqlalchemy import text

from followup_dispatcher.chat_deliveries import ForChats
from followup_dispatcher.outcomes import Outcome
from followup_dispatcher.stops import HOLD
from followup_dispatcher.telling import Delivery, Notification

KEEP_MEMBER = text("""
    INSERT INTO slack_members (destination_id, team_id, member_id)
    SELECT id, :team_id, :member_id FROM destinations WHERE id = :destination_id
    ON CONFLICT (destination_id) DO UPDATE SET team_id = EXCLUDED.team_id, member_id = EXCLUDED.member_id
    WHERE (slack_members.team_id, slack_members.member_id) <> (EXCLUDED.team_id, EXCLUDED.member_id)
""")

# Of one that was posted again the last message counts. Whose the follow-up was is what its links know.
KEEP_MESSAGE = text("""
    INSERT INTO slack_messages (delivery_id, follow_up_id, run, assignee_id, conversation, ts)
    SELECT :delivery_id, :follow_up_id, :run, assignee_id, :conversation, :ts FROM (
        SELECT COALESCE(
            (SELECT assignee_id FROM action_links WHERE delivery_id = :delivery_id LIMIT 1),
            (SELECT assignee_id FROM escalation_states WHERE follow_up_id = :follow_up_id)
        ) AS assignee_id
    ) found WHERE assignee_id IS NOT NULL
    ON CONFLICT (delivery_id) DO UPDATE SET conversation = EXCLUDED.conversation, ts = EXCLUDED.ts
""")
LOCK = text("SELECT FROM deliveries WHERE id = :id FOR NO KEY UPDATE")

# What has changed since it was taken.
LOOK_AGAIN = text("""
    UPDATE slack_messages m SET due_at = now() WHERE delivery_id = :id AND NOT EXISTS (
        SELECT FROM escalation_states s
        WHERE s.follow_up_id = m.follow_up_id AND s.is_open
            AND (s.run, s.assignee_id) = (m.run, m.assignee_id))
""")


@dataclass(frozen=True)
class Posted(Outcome):
    """A message that Slack has posted.

    Args:
        team_id: of the workspace; None: nobody asked which it is.
        member_id: to whom it went.
        conversation: where it is, as Slack calls it.
        ts: which one it is there.
    """

    team_id: str | None = None
    member_id: str = ""
    conversation: str = ""
    ts: str = ""


@dataclass(frozen=True)
class ForSlack(ForChats):
    """What goes to people by Slack's bot."""

    def record(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Record what an attempt came to, and where its message is."""
        told = delivery.notification
        if isinstance(outcome, Posted) and isinstance(told, Notification):
            # In the order in which it was taken: what changes meanwhile waits for this, or is seen.
            tx.execute(LOCK, {"id": delivery.id})
            tx.execute(HOLD, {"follow_up_ids": [told.follow_up_id]})
        super().record(tx, delivery, outcome)
        if not isinstance(outcome, Posted):
            return
        if outcome.team_id is not None:
            member = {"team_id": outcome.team_id, "member_id": outcome.member_id}
            tx.execute(KEEP_MEMBER, {"destination_id": delivery.destination_id, **member})
        if isinstance(told, Notification):
            where = {"conversation": outcome.conversation, "ts": outcome.ts}
            about = {"follow_up_id": told.follow_up_id, "run": told.run}
            tx.execute(KEEP_MESSAGE, {"delivery_id": delivery.id, **about, **where})
            tx.execute(LOOK_AGAIN, {"id": delivery.id})
