"""SQL of one's own sessions and password."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import sessions, users
from sqlalchemy import Select, func, literal, select, update

s, u = sessions.c, users.c
COLUMNS = (s.id, s.created_at, s.last_used_at, s.expires_at, s.address, s.browser)


def sessions_of(user_id: int, current: int | None) -> Select[*tuple[object, ...]]:
    """The sessions of a person that have not expired; `current` marks one of them."""
    is_current = func.coalesce(s.id == literal(current), False).label("current")
    statement = select(*COLUMNS, is_current)
    return statement.where(s.user_id == user_id, s.expires_at > func.now())


def replace_password(tx: Transaction, user_id: int, *, before: str, after: str) -> bool:
    """Keep the hash of another password; False when it is not the one from before any more."""
    mine = (u.id == user_id, u.password_hash == before)
    statement = update(users).where(*mine).values(password_hash=after)
    return tx.execute(statement).rowcount == 1
