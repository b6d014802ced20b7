"""SQL of the links by which recipients of mails act."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction, clock
from followup_common.db.tables import action_links, escalation_states, follow_ups, users
from sqlalchemy import Select, and_, func, not_, select, update

from followup_api.rows import Record

al, u, f, es = action_links.c, users.c, follow_ups.c, escalation_states.c
ANSWER = "answer"
# One from further ahead was made while PostgreSQL's clock was: it would last too long.
WORKS = and_(al.expires_at > func.now(), al.created_at <= func.now() + clock.MAY_STEP)

LINK: Select[*tuple[Any, ...]] = select(
    *(al.token_hash, al.act, al.user_id, al.follow_up_id, al.run, al.assignee_id, al.delivery_id),
    *(al.expires_at, al.used_at),
    *(u.name, u.active, u.time_zone, u.clock, u.date_order),
    not_(WORKS).label("is_expired"),
).join_from(action_links, users, u.id == al.user_id)

STATE = (
    select(f.assignee_id, u.name.label("assignee"), f.due_at, f.completed_at, es.run)
    .join_from(follow_ups, escalation_states, es.follow_up_id == f.id)
    .join(users, u.id == f.assignee_id)
)


def by_digest(tx: Transaction, digest: bytes, *, for_use: bool) -> Record | None:
    """A link, and as whom it acts.

    Args:
        tx: where to look.
        digest: of what it carries.
        for_use: whether nobody else is to use it before the transaction ends.
    """
    found = LINK.where(al.token_hash == digest, al.act != ANSWER)
    return tx.execute(found.with_for_update(of=action_links) if for_use else found).one_or_none()


def of_answer(tx: Transaction, digest: bytes) -> Record:
    """What an answer to a mail carries: like a link, of which nobody else makes use before the transaction
    ends."""
    return tx.execute(LINK.where(al.token_hash == digest).with_for_update(of=action_links)).one()


def state_of(tx: Transaction, follow_up_id: int) -> Record | None:
    """How a follow-up is now; None: it was deleted."""
    return tx.execute(STATE.where(f.id == follow_up_id)).one_or_none()


def use(tx: Transaction, digest: bytes) -> None:
    """Say that a link was used."""
    tx.execute(update(action_links).where(al.token_hash == digest).values(used_at=func.now()))
