"""SQL of API tokens."""

from __future__ import annotations

from datetime import datetime

from followup_common.db import Transaction
from followup_common.db.tables import api_tokens
from sqlalchemy import Select, delete, func, insert, literal, select

from followup_api.auth.secrets import ApiToken
from followup_api.rows import Record

COLUMNS = (
    api_tokens.c.id,
    api_tokens.c.name,
    (literal("fu_") + api_tokens.c.prefix).label("prefix"),
    api_tokens.c.created_at,
    api_tokens.c.expires_at,
    api_tokens.c.last_used_at,
)


def tokens_of(user_id: int) -> Select[*tuple[object, ...]]:
    """The tokens of a person, expired ones as well."""
    return select(*COLUMNS).where(api_tokens.c.user_id == user_id)


def add_token(
    tx: Transaction, user_id: int, name: str, token: ApiToken, expires_at: datetime | None = None
) -> Record:
    """Keep a new token; of its secret only the digest."""
    values = {
        "user_id": user_id,
        "name": name,
        "prefix": token.prefix,
        "token_hash": token.digest,
        "expires_at": expires_at,
    }
    return tx.execute(insert(api_tokens).values(values).returning(*COLUMNS)).one()


def is_past(tx: Transaction, moment: datetime) -> bool:
    """Whether a moment has passed by the database's clock."""
    return bool(tx.execute(select(literal(moment) <= func.now())).scalar())


def revoke_token(tx: Transaction, user_id: int, token_id: int) -> bool:
    """Delete one of a person's tokens; False when they have no such token."""
    statement = delete(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.user_id == user_id)
    return tx.execute(statement).rowcount == 1
