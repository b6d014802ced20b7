"""SQL of links by which people set a password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from followup_common.db import Transaction, clock
from followup_common.db.tables import identities, password_links, users
from sqlalchemy import Select, and_, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from followup_api.password_links.schemas import Purpose
from followup_api.rows import Record

li, u = password_links.c, users.c
# One from further ahead was made while PostgreSQL's clock was: it would last too long.
WORKS = and_(li.expires_at > func.now(), li.created_at <= func.now() + clock.MAY_STEP)
CANNOT_LOG_IN = and_(
    u.active, u.is_person, u.password_hash.is_(None), ~exists().where(identities.c.user_id == u.id)
)
_PERSON = (u.id.label("user_id"), u.name, u.email)


def not_yet_in() -> Select[*tuple[Any, ...]]:
    """Active people who cannot log in yet, and their invitations that work."""
    columns = (*_PERSON, li.created_at.label("invited_at"), li.expires_at)
    joined = users.outerjoin(password_links, and_(li.user_id == u.id, WORKS))
    return select(*columns).select_from(joined).where(CANNOT_LOG_IN)


def locked_not_yet_in(tx: Transaction, user_ids: Sequence[int] | None, limit: int) -> list[Record]:
    """Those of them to invite, whom nobody else changes until the transaction ends.

    Args:
        tx: where to look.
        user_ids: those who are named; None: all, the ones without an invitation first.
        limit: how many at most.
    """
    if user_ids is None:
        joined = users.outerjoin(password_links, and_(li.user_id == u.id, WORKS))
        uninvited_first = select(u.id).select_from(joined).where(CANNOT_LOG_IN)
        order = (li.created_at.is_not(None), u.name, u.id)
        user_ids = tx.execute(uninvited_first.order_by(*order).limit(limit)).scalars().all()
    chosen = select(*_PERSON).where(u.id.in_(user_ids), CANNOT_LOG_IN)
    return list(tx.execute(chosen.order_by(u.id).with_for_update(key_share=True, of=users)).all())


def count_uninvited(tx: Transaction) -> int:
    """How many cannot log in yet and have no invitation that works."""
    invited = exists().where(li.user_id == u.id, WORKS)
    statement = select(func.count()).select_from(users).where(CANNOT_LOG_IN, ~invited)
    return int(tx.execute(statement).scalar_one())


def has_password(tx: Transaction, user_id: int) -> bool:
    """Whether a person has a password."""
    return bool(tx.execute(select(u.password_hash.is_not(None)).where(u.id == user_id)).scalar())


def keep_links(tx: Transaction, purpose: Purpose, digests: Mapping[int, bytes], life: timedelta) -> datetime:
    """Keep a new link for each of some people, in the place of the one that they had.

    Args:
        tx: where they are locked.
        purpose: what the links are for.
        digests: of each person's secret, by their id.
        life: how long the links work.

    Returns:
        Until when.
    """
    until = func.now() + life
    values = [
        {"user_id": user_id, "purpose": purpose.value, "token_hash": digest, "expires_at": until}
        for user_id, digest in digests.items()
    ]
    new = insert(password_links).values(values)
    kept = ("purpose", "token_hash", "expires_at")
    replaced = {**{name: new.excluded[name] for name in kept}, "created_at": func.now()}
    tx.execute(new.on_conflict_do_update(index_elements=[li.user_id], set_=replaced))
    found: datetime = tx.execute(select(until)).scalar_one()
    return found


def by_digest(tx: Transaction, digest: bytes) -> Record | None:
    """The link with a secret, and whose it is; None: it cannot be used (any more)."""
    columns = (*_PERSON, li.purpose, li.expires_at)
    found = select(*columns).join_from(password_links, users, u.id == li.user_id)
    return tx.execute(found.where(li.token_hash == digest, WORKS, u.active)).one_or_none()


def use(tx: Transaction, user_id: int, digest: bytes) -> bool:
    """Take a link away, once its person is locked; False: somebody else has used or replaced it."""
    statement = delete(password_links).where(li.user_id == user_id, li.token_hash == digest)
    return tx.execute(statement).rowcount == 1
