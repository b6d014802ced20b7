"""The admin API token in the data folder, with which the commands call the API."""

from __future__ import annotations

from datetime import timedelta

from followup_api.audit import sign
from followup_api.auth import secrets
from followup_api.auth.oidc.settings import OidcSettings
from followup_api.auth.queries import by_token_prefix
from followup_api.tokens.queries import add_token, latest_end
from followup_api.users.service import create_user
from followup_common.db import Database, Transaction
from followup_common.db.tables import api_tokens, users
from sqlalchemy import ColumnElement, delete, func, literal, or_, select, true

from followup_cli.local.folder import DataFolder

EMAIL = "admin@localhost"
NAME = "Local admin"
TOKEN_NAME = "followup run"  # noqa: S105 - a name


def ensure_admin_token(database: Database, folder: DataFolder, life: timedelta) -> None:
    """Make sure that the folder holds a token that works for a while; the one that it replaces is revoked.

    Each start looks, so that it ends only where nothing was started for half its life.

    Args:
        database: migrated.
        folder: where the commands find it.
        life: how long a new one works.

    It belongs to the first active admin. When there is none, the local admin is added, which is an account
    for commands: a person logs in as one who was added with `followup user create`.
    """
    token = folder.admin_token()
    with database.transaction() as tx:
        if token and _works(tx, token, life / 2):
            return
        sign(tx, by="followup run")
        admin = _first_admin(tx) or _local_admin(tx)
        tx.execute(delete(api_tokens).where(api_tokens.c.user_id == admin, api_tokens.c.name == TOKEN_NAME))
        made = secrets.new_api_token()
        add_token(tx, admin, TOKEN_NAME, made, expires_at=latest_end(tx, life, None))
    folder.keep_admin_token(made.token)


def somebody_can_log_in(database: Database, settings: OidcSettings) -> bool:
    """Whether there is anybody whom the settings let in."""
    ways: list[ColumnElement[bool]] = []
    if settings.password_log_in:
        ways.append(users.c.password_hash.is_not(None))
    if settings.oidc_issuer:  # no provider knows the local admin
        ways.append(true() if settings.oidc_create_users else users.c.email != EMAIL)
    somebody = select(users.c.id).where(users.c.active, or_(*ways)).limit(1)
    with database.transaction() as tx:
        return tx.execute(somebody).first() is not None


def _works(tx: Transaction, token: str, enough: timedelta) -> bool:
    prefix = secrets.prefix_of(token)
    row = by_token_prefix(tx, prefix) if prefix else None
    if row is None or row.role != "admin" or not secrets.same(row.token_hash, secrets.digest(token)):
        return False
    lasts = or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > func.now() + literal(enough))
    return bool(tx.execute(select(lasts).where(api_tokens.c.id == row.token_id)).scalar())


def _local_admin(tx: Transaction) -> int:
    made: int = create_user(tx, email=EMAIL, name=NAME, role="admin", is_person=False).id
    return made


def _first_admin(tx: Transaction) -> int | None:
    statement = (
        select(users.c.id).where(users.c.role == "admin", users.c.active).order_by(users.c.id).limit(1)
    )
    return tx.execute(statement).scalar()
