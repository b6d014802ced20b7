"""Links by which the recipient of a delivery acts on its follow-up, or gets no more of its kind, without a
log-in: what they may do, and what is kept of them. The API answers them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from followup_common.db import Transaction
from followup_common.policy import Command
from followup_common.policy.audiences import Admins, OnTheLine, audience_of
from sqlalchemy import Interval, bindparam, text

from followup_dispatcher.answers import new_token
from followup_dispatcher.telling import Line, Links, Message, Notification

TOKEN_BYTES = 32
HAD_IT = -3
"""The step of a notification that the time is over for which its recipient had it."""

# The follow-up's state is held: it is as it was found.
KEEP = text("""
    INSERT INTO action_links
        (token_hash, act, delivery_id, user_id, follow_up_id, run, assignee_id, expires_at)
    SELECT link.token_hash, link.act, :delivery_id, :user_id, s.follow_up_id, s.run, s.assignee_id,
        now() + :life
    FROM escalation_states s,
        unnest(CAST(:hashes AS bytea[]), CAST(:acts AS text[])) AS link (token_hash, act)
    WHERE s.follow_up_id = :follow_up_id RETURNING expires_at
""").bindparams(bindparam("life", type_=Interval))

# What a mail tells of: a severity, or a digest or a day, which tell of several. A code or a test is nothing
# that comes again.
KEEP_TO_UNSUBSCRIBE = text("""
    INSERT INTO unsubscribe_links (token_hash, category, delivery_id, user_id)
    SELECT :hash, CASE WHEN d.notification_id IS NOT NULL THEN COALESCE(d.severity, 'overdue')
        WHEN g.kind = 'day' THEN 'day' ELSE 'digest' END, d.id, d.user_id
    FROM deliveries d LEFT JOIN digests g ON g.id = d.digest_id
    WHERE d.id = :delivery_id AND d.notice IS NULL RETURNING true
""")

# An answer is to what tells of one follow-up.
KEEP_TO_ANSWER = text("""
    INSERT INTO action_links
        (token_hash, act, delivery_id, user_id, follow_up_id, run, assignee_id, expires_at)
    SELECT :hash, 'answer', d.id, d.user_id, s.follow_up_id, s.run, s.assignee_id, now() + :life
    FROM deliveries d JOIN escalation_states s ON s.follow_up_id = d.follow_up_id WHERE d.id = :delivery_id
    RETURNING true
""").bindparams(bindparam("life", type_=Interval))
ANSWERED_FOR = timedelta(days=7)
"""How long an answer does what it says."""

# Nothing says of which attempt a link is.
FORGET = text("""
    WITH reached_nobody AS (
        SELECT CAST(:delivery_id AS uuid) AS id WHERE NOT EXISTS (
            SELECT FROM delivery_attempts WHERE delivery_id = :delivery_id AND outcome = 'unknown')
    ), to_unsubscribe AS (
        DELETE FROM unsubscribe_links WHERE delivery_id IN (SELECT id FROM reached_nobody)
    )
    DELETE FROM action_links WHERE delivery_id IN (SELECT id FROM reached_nobody)
""")


def acts_on(told: Notification | Line) -> Sequence[Command]:
    """What whom a notification tells can do about it at once.

    Who is named by a policy may only read what is nobody's below them, and has no such links.
    """
    if told.step > 0 and not isinstance(audience_of(told.audience), OnTheLine | Admins):
        return ()
    if told.step > 0 or told.step == HAD_IT:
        return (Command.COMPLETE, Command.SNOOZE, Command.ACKNOWLEDGE)
    return (Command.COMPLETE, Command.SNOOZE)  # nobody has been told of it: there is nothing to acknowledge


def make(
    tx: Transaction, delivery_id: UUID, user_id: int, told: Notification | Line, life: timedelta
) -> Links | None:
    """Make links for one attempt of a delivery; None: there are none.

    Args:
        tx: the transaction in which the attempt begins.
        delivery_id: of what they are in.
        user_id: as whom they act.
        told: what they act on.
        life: how long they work.
    """
    acts = acts_on(told)
    if not acts or life <= timedelta(0):
        return None
    tokens = {act: secrets.token_urlsafe(TOKEN_BYTES) for act in acts}
    keys = {"delivery_id": delivery_id, "user_id": user_id, "follow_up_id": told.follow_up_id}
    kept = {"hashes": [_digest(token) for token in tokens.values()], "acts": list(tokens)}
    expires_at = tx.execute(KEEP, {**keys, **kept, "life": life}).scalars().first()
    return Links(tokens, expires_at) if expires_at else None


def to_unsubscribe(tx: Transaction, delivery_id: UUID) -> str | None:
    """Make what a link carries by which the recipient of a delivery gets no more of the same kind; None: what
    it tells never comes by itself.

    Args:
        tx: the transaction in which the attempt begins.
        delivery_id: of what it is in.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    kept = tx.execute(KEEP_TO_UNSUBSCRIBE, {"hash": _digest(token), "delivery_id": delivery_id}).scalar()
    return token if kept else None


def to_answer(tx: Transaction, delivery_id: UUID, told: Message) -> str | None:
    """Make what the address carries at which the recipient of a delivery answers it; None: there is nothing
    that an answer could do.

    Args:
        tx: the transaction in which the attempt begins.
        delivery_id: of what is answered.
        told: what it tells.
    """
    if not isinstance(told, Notification) or not acts_on(told):
        return None
    token = new_token()
    kept = {"hash": _digest(token), "delivery_id": delivery_id, "life": ANSWERED_FOR}
    return token if tx.execute(KEEP_TO_ANSWER, kept).scalar() else None


def forget(tx: Transaction, delivery_id: UUID) -> None:
    """End the links of a delivery, unless an attempt of it may have reached somebody."""
    tx.execute(FORGET, {"delivery_id": delivery_id})


def _digest(token: str) -> bytes:
    """What is kept of a token: it is 32 random bytes, of which nobody finds another one with that hash."""
    return hashlib.sha256(token.encode()).digest()
