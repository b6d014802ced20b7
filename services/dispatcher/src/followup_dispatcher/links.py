"""Links by which the recipient of a delivery acts on its follow-up, or gets no more of its kind, without a
log-in: what they may do, and what is kept of them. The API answers them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from followup_common.comments import MENTIONED
from followup_common.db import Transaction
from followup_common.policy import Command
from followup_common.policy.audiences import Admins, OnTheLine, audience_of
from sqlalchemy import Interval, bindparam, text

from followup_dispatcher.answers import new_token
from followup_dispatcher.telling import Line, Links, Notification

TOKEN_BYTES = 32
HAD_IT = -3
"""The step of a notification that the time is over for which its recipient had it."""

# The follow-up's state is held: it is as it was found.
KEEP = text("""
    INSERT INTO action_links
        (token_hash, act, delivery_id, user_id, follow_up_id, run, assignee_id, expires_at)
    SELECT link.token_hash, link.act, d.id, d.user_id, s.follow_up_id, s.run, s.assignee_id, now() + :life
    FROM unnest(
        CAST(:hashes AS bytea[]), CAST(:acts AS text[]), CAST(:delivery_ids AS uuid[]),
        CAST(:follow_up_ids AS bigint[])
    ) AS link (token_hash, act, delivery_id, follow_up_id)
    JOIN deliveries d ON d.id = link.delivery_id
    JOIN escalation_states s ON s.follow_up_id = link.follow_up_id
    RETURNING token_hash, expires_at
""").bindparams(bindparam("life", type_=Interval))

# What a mail tells of: a severity, or a digest or a day, which tell of several. A code or a test is nothing
# that comes again.
KEEP_TO_UNSUBSCRIBE = text("""
    INSERT INTO unsubscribe_links (token_hash, category, delivery_id, user_id)
    SELECT link.token_hash, CASE WHEN d.notification_id IS NOT NULL THEN COALESCE(d.severity, 'overdue')
        WHEN g.kind = 'day' THEN 'day' ELSE 'digest' END, d.id, d.user_id
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:delivery_ids AS uuid[])) AS link (token_hash, delivery_id)
    JOIN deliveries d ON d.id = link.delivery_id LEFT JOIN digests g ON g.id = d.digest_id
    WHERE d.notice IS NULL RETURNING delivery_id
""")

ANSWER = "answer"
ANSWERED_FOR = timedelta(days=7)
"""How long an answer does what it says."""

# Nothing says of which attempt a link is.
FORGET = text("""
    WITH reached_nobody AS (
        SELECT id FROM unnest(CAST(:delivery_ids AS uuid[])) AS id WHERE NOT EXISTS (
            SELECT FROM delivery_attempts WHERE delivery_id = id AND outcome = 'unknown')
    ), to_unsubscribe AS (
        DELETE FROM unsubscribe_links WHERE delivery_id IN (SELECT id FROM reached_nobody)
    )
    DELETE FROM action_links WHERE delivery_id IN (SELECT id FROM reached_nobody)
""")


def acts_on(told: Notification | Line) -> Sequence[Command]:
    """What whom a notification tells can do about it at once.

    Who is named by a policy, or mentioned, may only read what is nobody's below them, and has no such links.
    """
    if told.step <= MENTIONED:
        return ()
    if told.step > 0 and not isinstance(audience_of(told.audience), OnTheLine | Admins):
        return ()
    if told.step > 0 or told.step == HAD_IT:
        return (Command.COMPLETE, Command.SNOOZE, Command.ACKNOWLEDGE)
    return (Command.COMPLETE, Command.SNOOZE)  # nobody has been told of it: there is nothing to acknowledge


class Wanted(NamedTuple):
    """Links to be made for one attempt of a delivery.

    Args:
        delivery_id: of what they are in; they act as its recipient.
        told: what they act on.
    """

    delivery_id: UUID
    told: Notification | Line


def make(tx: Transaction, wanted: Sequence[Wanted], life: timedelta) -> Mapping[UUID, Mapping[int, Links]]:
    """Make links by which one acts: by delivery and follow-up, as far as there are any.

    Args:
        tx: the transaction in which the attempts begin.
        wanted: those that are to have some.
        life: how long they work.
    """
    if life <= timedelta(0):
        return {}
    tokens = [(each, {act: _token() for act in acts_on(each.told)}) for each in wanted]
    kept = _keep(tx, [(each, act, token) for each, acts in tokens for act, token in acts.items()], life)
    made: dict[UUID, dict[int, Links]] = {}
    for each, acts in tokens:
        until = next((kept[_digest(token)] for token in acts.values() if _digest(token) in kept), None)
        if until is not None:
            made.setdefault(each.delivery_id, {})[each.told.follow_up_id] = Links(acts, until)
    return made


def to_answer(tx: Transaction, wanted: Sequence[Wanted]) -> Mapping[UUID, str]:
    """Make what the address carries at which the recipient of a delivery answers it, by delivery: an answer
    is to what tells of one follow-up of which one can do something.

    Args:
        tx: the transaction in which the attempts begin.
        wanted: those that are answered.
    """
    tokens = [(each, ANSWER, new_token()) for each in wanted if acts_on(each.told)]
    kept = _keep(tx, tokens, ANSWERED_FOR)
    return {each.delivery_id: token for each, _, token in tokens if _digest(token) in kept}


def to_unsubscribe(tx: Transaction, delivery_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Make what a link carries by which the recipient of a delivery gets no more of the same kind, by
    delivery: what never comes by itself has none.

    Args:
        tx: the transaction in which the attempts begin.
        delivery_ids: of what they are in.
    """
    tokens = {id_: _token() for id_ in delivery_ids}
    keys = {"hashes": [_digest(token) for token in tokens.values()], "delivery_ids": [*tokens]}
    kept = tx.execute(KEEP_TO_UNSUBSCRIBE, keys).scalars()
    return {id_: tokens[id_] for id_ in kept}


def forget(tx: Transaction, delivery_ids: Sequence[UUID]) -> None:
    """End the links of deliveries, unless an attempt of theirs may have reached somebody."""
    tx.execute(FORGET, {"delivery_ids": [*delivery_ids]})


def _keep(
    tx: Transaction, tokens: Sequence[tuple[Wanted, str, str]], life: timedelta
) -> Mapping[bytes, datetime]:
    """Keep what each token may do; returns when it ends, by its hash."""
    if not tokens:
        return {}
    keys = {
        "hashes": [_digest(token) for _, _, token in tokens],
        "acts": [act for _, act, _ in tokens],
        "delivery_ids": [each.delivery_id for each, _, _ in tokens],
        "follow_up_ids": [each.told.follow_up_id for each, _, _ in tokens],
        "life": life,
    }
    return {bytes(row.token_hash): row.expires_at for row in tx.execute(KEEP, keys)}


def _token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def _digest(token: str) -> bytes:
    """What is kept of a token: it is 32 random bytes, of which nobody finds another one with that hash."""
    return hashlib.sha256(token.encode()).digest()
