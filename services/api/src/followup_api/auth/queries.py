"""SQL of log-ins: who is behind a session or an API token."""

from __future__ import annotations

from datetime import timedelta

from followup_common.db import Transaction, clock
from followup_common.db.prepared import Prepared
from followup_common.db.tables import api_tokens, sessions, users
from sqlalchemy import (
    Interval,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)

from followup_api.rows import Record

_reports = users.alias("reports")
CALLER = (
    *(users.c.id, users.c.email, users.c.name, users.c.role, users.c.manager_id, users.c.time_zone),
    # Asked with the caller, so that the scope of those with no reports needs no query of its own.
    exists().where(_reports.c.manager_id == users.c.id).label("has_reports"),
)

TOKEN_USE_EVERY = timedelta(minutes=1)
RENEW_SESSION_EVERY = timedelta(days=1)


_JUST_USED = api_tokens.c.last_used_at.between(func.now() - TOKEN_USE_EVERY, func.now() + clock.MAY_STEP)
_STALE_USE = func.coalesce(not_(_JUST_USED), true())
_LIFE = bindparam("life", type_=Interval())
# One that ends later than a session made now was made or renewed while the clock was ahead: it gets its due.
_RENEWAL_DUE = not_(
    sessions.c.expires_at.between(
        func.now() + (_LIFE - RENEW_SESSION_EVERY), func.now() + (_LIFE + clock.MAY_STEP)
    )
)
BY_SESSION = Prepared(
    select(*CALLER, sessions.c.id.label("session_id"), _RENEWAL_DUE.label("renewal_due"))
    .join(users, users.c.id == sessions.c.user_id)
    .where(
        sessions.c.token_hash == bindparam("token_hash"), sessions.c.expires_at > func.now(), users.c.active
    )
)
BY_TOKEN_PREFIX = Prepared(
    select(
        *CALLER,
        api_tokens.c.id.label("token_id"),
        api_tokens.c.token_hash,
        api_tokens.c.scopes,
        _STALE_USE.label("use_is_news"),
    )
    .join(users, users.c.id == api_tokens.c.user_id)
    .where(
        api_tokens.c.prefix == bindparam("prefix"),
        or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > func.now()),
        users.c.active,
    )
)


def by_session(tx: Transaction, token_hash: bytes, life: timedelta) -> Record | None:
    """The active person behind a session that has not expired, and whether `renew_session` would do any."""
    return BY_SESSION.first(tx, token_hash=token_hash, life=life)


def by_token_prefix(tx: Transaction, prefix: str) -> Record | None:
    """The active person behind an API token that has not expired; the caller compares `token_hash`.

    `use_is_news` says whether `note_token_use` would write.
    """
    return BY_TOKEN_PREFIX.first(tx, prefix=prefix)


def still_there(tx: Transaction, *, session_id: int | None, token_id: int | None) -> bool:
    """Whether what a caller is known by was not ended in the meantime; one or none of both is given."""
    session = exists().where(sessions.c.id == session_id)
    token = exists().where(api_tokens.c.id == token_id)
    found = select(or_(literal(session_id is None), session), or_(literal(token_id is None), token))
    return all(tx.execute(found).one())


def note_token_use(tx: Transaction, token_id: int) -> None:
    """Set `last_used_at`, at most once a minute.

    Skips a row that another request holds: a long import must not make the token's other requests wait.
    """
    stale = select(api_tokens.c.id).where(api_tokens.c.id == token_id, _STALE_USE)
    free = stale.with_for_update(skip_locked=True)
    tx.execute(
        update(api_tokens).where(api_tokens.c.id == free.scalar_subquery()).values(last_used_at=func.now())
    )


def renew_session(tx: Transaction, session_id: int, life: timedelta) -> bool:
    """Let a session last `life` from now, at most once a day; says whether it did."""
    due = select(sessions.c.id).where(sessions.c.id == session_id, _RENEWAL_DUE)
    free = due.with_for_update(skip_locked=True)
    statement = (
        update(sessions).where(sessions.c.id == free.scalar_subquery()).values(expires_at=func.now() + life)
    )
    return tx.execute(statement, {"life": life}).rowcount == 1


def by_email(tx: Transaction, email: str) -> Record | None:
    """An active person who may log in, with their password hash."""
    statement = select(*CALLER, users.c.password_hash).where(
        func.lower(users.c.email) == func.lower(email), users.c.active
    )
    return tx.execute(statement).one_or_none()


def add_session(tx: Transaction, user_id: int, token_hash: bytes, life: timedelta) -> None:
    """Keep a new session, and remove the person's expired ones."""
    tx.execute(delete(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at <= func.now()))
    tx.execute(insert(sessions).values(user_id=user_id, token_hash=token_hash, expires_at=func.now() + life))


def end_session(tx: Transaction, session_id: int) -> None:
    """End one session."""
    tx.execute(delete(sessions).where(sessions.c.id == session_id))


def end_sessions(tx: Transaction, user_id: int, *, keep: int | None = None) -> None:
    """End every session of a person, except the one to keep."""
    others = true() if keep is None else sessions.c.id != keep
    tx.execute(delete(sessions).where(sessions.c.user_id == user_id, others))


def set_password_hash(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Keep another hash of the same password: nothing that anybody could see has changed."""
    tx.execute(select(func.set_config("followup.password", "rehashed", true())))
    tx.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))
    tx.execute(select(func.set_config("followup.password", "", true())))
