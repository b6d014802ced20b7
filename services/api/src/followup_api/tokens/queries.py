"""SQL of API tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from followup_common.db import Transaction
from followup_common.db.slow_clock import slow_now
from followup_common.db.tables import api_tokens, users
from sqlalchemy import Select, delete, func, insert, literal, or_, select

from followup_api.auth.secrets import ApiToken
from followup_api.permissions import ALL_SCOPES, Scope
from followup_api.rows import Record

t, u = api_tokens.c, users.c
COLUMNS = (
    *(t.id, t.name, (literal("fu_") + t.prefix).label("prefix"), t.scopes),
    *(t.created_at, t.expires_at, t.last_used_at, t.made_with),
)

_WORKS = or_(t.expires_at.is_(None), t.expires_at > func.now())


def tokens_of(user_id: int) -> Select[*tuple[object, ...]]:
    """The tokens of a person, expired ones as well."""
    return select(*COLUMNS).where(t.user_id == user_id)


def lock_owner(tx: Transaction, user_id: int) -> bool:
    """Let one change of a person's tokens wait for another, and for a reset or deactivation of them.

    Returns:
        Whether they are active, now that it is their turn.
    """
    active = select(u.active).where(u.id == user_id).with_for_update(key_share=True)
    return bool(tx.execute(active).scalar())


def count_working(tx: Transaction, user_id: int) -> int:
    """How many tokens of a person work."""
    statement = select(func.count()).where(t.user_id == user_id, _WORKS)
    return int(tx.execute(statement).scalar_one())


def forget_ended(tx: Transaction, user_id: int, *, keep: int) -> None:
    """Delete a person's expired tokens but for the last few, so that nobody fills the table."""
    ended = select(t.id).where(t.user_id == user_id, t.expires_at <= slow_now())
    old = ended.order_by(t.expires_at.desc()).offset(keep)
    tx.execute(delete(api_tokens).where(t.id.in_(old)))


def latest_end(tx: Transaction, life: timedelta, made_with: int | None) -> datetime:
    """Until when a new token may work: for `life`, and not longer than the token that asks for it."""
    by_life = func.now() + literal(life)
    own = select(t.expires_at).where(t.id == made_with).scalar_subquery()
    found: datetime = tx.execute(select(func.least(by_life, own))).scalar_one()
    return found


def add_token(
    tx: Transaction,
    user_id: int,
    name: str,
    token: ApiToken,
    *,
    expires_at: datetime | None = None,
    scopes: Iterable[Scope] = ALL_SCOPES,
    made_with: int | None = None,
) -> Record:
    """Keep a new token, which ends with the one that it is made with; of its secret only the digest."""
    values = {
        "user_id": user_id,
        "name": name,
        "prefix": token.prefix,
        "token_hash": token.digest,
        "expires_at": expires_at,
        "made_with": made_with,
        "scopes": [each.value for each in Scope if each in set(scopes)],
    }
    return tx.execute(insert(api_tokens).values(values).returning(*COLUMNS)).one()


def is_past(tx: Transaction, moment: datetime) -> bool:
    """Whether a moment has passed by the database's clock."""
    return bool(tx.execute(select(literal(moment) <= func.now())).scalar())


def revoke_token(tx: Transaction, user_id: int, token_id: int) -> str | None:
    """Delete one of a person's tokens, and those made with it: its name; None without such a token."""
    lock_owner(tx, user_id)  # or one could be made with it meanwhile
    statement = delete(api_tokens).where(t.id == token_id, t.user_id == user_id)
    name: str | None = tx.execute(statement.returning(t.name)).scalar()
    return name


def revoke_tokens(tx: Transaction, user_id: int) -> int:
    """Delete all tokens of a person; how many there were."""
    return tx.execute(delete(api_tokens).where(t.user_id == user_id)).rowcount
