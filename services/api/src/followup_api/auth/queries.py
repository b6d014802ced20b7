"""SQL of log-ins: who is behind a session or an API token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from followup_common.db import Transaction, clock
from followup_common.db.slow_clock import slow_now
from followup_common.db.tables import api_tokens, sessions, users
from sqlalchemy import (
    ColumnElement,
    Interval,
    Table,
    and_,
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
from followup_api.users.queries import has_address

s, t, u = sessions.c, api_tokens.c, users.c
_reports = users.alias("reports")
CALLER = (
    *(u.id, u.email, u.name, u.role, u.manager_id, u.time_zone),
    *(u.clock, u.date_order, u.week_start),
    # Asked with the caller, so that the scope of those with no reports needs no query of its own.
    exists().where(_reports.c.manager_id == u.id).label("has_reports"),
)

TOKEN_USE_EVERY = timedelta(minutes=1)
RENEW_SESSION_EVERY = timedelta(days=1)
SESSION_USE_EVERY = timedelta(minutes=10)
SESSIONS_PER_PERSON = 100
"""Those that were not used for longest end when there are more."""
PROOF_LASTS = timedelta(minutes=15)
"""For so long after somebody showed that it is them, they are not asked again."""


_LIFE = bindparam("life", type_=Interval())
_MAX_LIFE = bindparam("max_life", type_=Interval())
_SESSION_END = func.least(func.now() + _LIFE, s.created_at + _MAX_LIFE)
# One that ends later than a session made now was made or renewed while the clock was ahead: it gets its due.
_RENEWAL_DUE = not_(
    s.expires_at.between(_SESSION_END - RENEW_SESSION_EVERY, func.now() + (_LIFE + clock.MAY_STEP))
)
_SESSION_LIVES = and_(s.expires_at > func.now(), s.created_at + _MAX_LIFE > func.now())


def _lately(moment: ColumnElement[Any], within: timedelta) -> ColumnElement[bool]:
    """Whether it is not longer ago; no to what was written while the clock was ahead."""
    return moment.between(func.now() - within, func.now() + clock.MAY_STEP)


_STALE_USE = func.coalesce(not_(_lately(t.last_used_at, TOKEN_USE_EVERY)), true())
BY_SESSION = (
    select(
        *CALLER,
        s.id.label("session_id"),
        _RENEWAL_DUE.label("renewal_due"),
        not_(_lately(s.last_used_at, SESSION_USE_EVERY)).label("use_is_news"),
        _lately(s.proved_at, PROOF_LASTS).label("proved"),
    )
    .join(users, u.id == s.user_id)
    .where(s.token_hash == bindparam("token_hash"), _SESSION_LIVES, u.active)
)
BY_TOKEN_PREFIX = (
    select(*CALLER, t.id.label("token_id"), t.token_hash, t.scopes, _STALE_USE.label("use_is_news"))
    .join(users, u.id == t.user_id)
    .where(t.prefix == bindparam("prefix"), or_(t.expires_at.is_(None), t.expires_at > func.now()), u.active)
)


def by_session(tx: Transaction, token_hash: bytes, *, life: timedelta, max_life: timedelta) -> Record | None:
    """The active person behind a session that has not expired.

    `renewal_due` and `use_is_news` say whether `renew_session` and `note_session_use` would write, `proved`
    whether it is not long ago that they showed that it is them.
    """
    return tx.execute(
        BY_SESSION, {"token_hash": token_hash, "life": life, "max_life": max_life}
    ).one_or_none()


def by_token_prefix(tx: Transaction, prefix: str) -> Record | None:
    """The active person behind an API token that has not expired; the caller compares `token_hash`.

    `use_is_news` says whether `note_token_use` would write.
    """
    return tx.execute(BY_TOKEN_PREFIX, {"prefix": prefix}).one_or_none()


def still_there(tx: Transaction, *, session_id: int | None, token_id: int | None) -> bool:
    """Whether what a caller is known by was not ended in the meantime; one or none of both is given."""
    session = exists().where(s.id == session_id)
    token = exists().where(t.id == token_id)
    found = select(or_(literal(session_id is None), session), or_(literal(token_id is None), token))
    return all(tx.execute(found).one())


def _update_unless_held(
    tx: Transaction,
    table: Table,
    id_: int,
    needed: ColumnElement[bool],
    values: Mapping[str, Any],
    **bound: Any,
) -> bool:
    """Write into a row where that is needed; not if another request holds it, which may take long."""
    free = select(table.c.id).where(table.c.id == id_, needed).with_for_update(skip_locked=True)
    statement = update(table).where(table.c.id == free.scalar_subquery()).values(**values)
    return tx.execute(statement, bound).rowcount == 1


def note_token_use(tx: Transaction, token_id: int) -> None:
    """Set `last_used_at`, at most once a minute."""
    _update_unless_held(tx, api_tokens, token_id, _STALE_USE, {"last_used_at": func.now()})


def renew_session(tx: Transaction, session_id: int, *, life: timedelta, max_life: timedelta) -> bool:
    """Let a session last `life` from now, but not past `max_life` from its log-in, at most once a day.

    Returns:
        Whether it did.
    """
    values = {"expires_at": _SESSION_END}
    return _update_unless_held(tx, sessions, session_id, _RENEWAL_DUE, values, life=life, max_life=max_life)


def note_session_use(tx: Transaction, session_id: int, address: str | None) -> None:
    """Set `last_used_at` and from where, at most once in ten minutes."""
    stale = not_(_lately(s.last_used_at, SESSION_USE_EVERY))
    _update_unless_held(tx, sessions, session_id, stale, {"last_used_at": func.now(), "address": address})


def note_proof(tx: Transaction, session_id: int) -> None:
    """The person behind a session has just shown that it is them."""
    tx.execute(update(sessions).where(s.id == session_id).values(proved_at=func.now()))


def proof_at(tx: Transaction, moment: float | None) -> tuple[datetime, bool]:
    """What a log-in elsewhere proves here.

    Args:
        tx: whose clock counts.
        moment: when somebody last had to show there that it is them, in seconds since 1970; None: not known.

    Returns:
        The moment, which is not in the future, and whether that is recent enough.
    """
    there = func.least(func.to_timestamp(moment or 0), func.now())
    at, recent = tx.execute(select(there, there > func.now() - PROOF_LASTS)).one()
    return at, recent


def by_email(tx: Transaction, email: str) -> Record | None:
    """An active person who may log in, with their password hash."""
    statement = select(*CALLER, u.password_hash).where(has_address(email), u.active)
    return tx.execute(statement).one_or_none()


def by_id(tx: Transaction, user_id: int) -> Record:
    """A person who is there and active."""
    return tx.execute(select(*CALLER).where(u.id == user_id, u.active)).one()


def opens(tx: Transaction, user_id: int, password_hash: str | None) -> bool:
    """Whether a password that was just checked still opens the account; waits for who is changing that."""
    person = select(u.id).where(u.id == user_id, u.active)
    same = person.where(u.password_hash == password_hash).with_for_update(read=True)
    return tx.execute(same).first() is not None


def add_session(tx: Transaction, user_id: int, token_hash: bytes, life: timedelta, **more: Any) -> None:
    """Keep a new session, and remove the person's expired ones.

    Args:
        tx: the transaction of the log-in.
        user_id: of the person.
        token_hash: the digest of its secret.
        life: how long it lasts without use.
        more: further columns.
    """
    mine = s.user_id == user_id
    used = select(s.id).where(mine).order_by(s.last_used_at.desc(), s.id.desc())
    forgotten = s.id.in_(used.offset(SESSIONS_PER_PERSON - 1))
    tx.execute(delete(sessions).where(mine, or_(s.expires_at <= slow_now(), forgotten)))
    values = {"user_id": user_id, "token_hash": token_hash, "expires_at": func.now() + life, **more}
    tx.execute(insert(sessions).values(values))


def end_session_of(tx: Transaction, token_hash: bytes) -> None:
    """End the session with a secret, if there is one."""
    tx.execute(delete(sessions).where(s.token_hash == token_hash))


def end_session(tx: Transaction, session_id: int) -> None:
    """End one session."""
    tx.execute(delete(sessions).where(s.id == session_id))


def end_session_of_person(tx: Transaction, user_id: int, session_id: int) -> bool:
    """End one session of a person; False when they have no such session."""
    statement = delete(sessions).where(s.id == session_id, s.user_id == user_id)
    return tx.execute(statement).rowcount == 1


def end_sessions(tx: Transaction, user_id: int, *, keep: int | None = None) -> int:
    """End every session of a person, except the one to keep; how many there were."""
    others = true() if keep is None else s.id != keep
    return tx.execute(delete(sessions).where(s.user_id == user_id, others)).rowcount


def password_hash_of(tx: Transaction, user_id: int) -> str | None:
    """What is kept of a person's password; None when they have none."""
    found: str | None = tx.execute(select(u.password_hash).where(u.id == user_id)).scalar()
    return found


def set_password_hash(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Keep another hash of the same password: nothing that anybody could see has changed."""
    tx.execute(select(func.set_config("followup.password", "rehashed", true())))
    tx.execute(update(users).where(u.id == user_id).values(password_hash=password_hash))
    tx.execute(select(func.set_config("followup.password", "", true())))
