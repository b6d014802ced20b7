"""SQL of which account of the provider is which person."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import identities, users
from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from followup_api.auth.queries import CALLER
from followup_api.rows import Record
from followup_api.users.queries import has_address


def one_at_a_time(tx: Transaction) -> None:
    """Let first log-ins wait for each other: two of them may be about one person."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("identities"))))


def by_subject(tx: Transaction, issuer: str, subject: str) -> Record | None:
    """The person to whom an account of the provider is bound, active or not."""
    return _person(tx, issuer, identities.c.subject == subject)


def by_email(tx: Transaction, issuer: str, email: str) -> Record | None:
    """The person with an address, active or not, with the `subject` to which they are bound, if any."""
    return _person(tx, issuer, has_address(email))


def hold(tx: Transaction, user_id: int) -> None:
    """Let nobody else change a person before this transaction ends; waits for anyone who does right now."""
    tx.execute(select(users.c.id).where(users.c.id == user_id).with_for_update(key_share=True))


def bind(tx: Transaction, issuer: str, subject: str, user_id: int) -> None:
    """From now on this account of the provider is this person, whatever becomes of e-mail addresses."""
    tx.execute(insert(identities).values(issuer=issuer, subject=subject, user_id=user_id))


def unbind(tx: Transaction, user_id: int) -> bool:
    """Forget which accounts of providers are a person; says whether there were any."""
    return tx.execute(delete(identities).where(identities.c.user_id == user_id)).rowcount > 0


def _person(tx: Transaction, issuer: str, condition: ColumnElement[bool]) -> Record | None:
    bound = and_(identities.c.user_id == users.c.id, identities.c.issuer == issuer)
    people = users.join(identities, bound, isouter=True)
    statement = select(*CALLER, users.c.active, identities.c.subject).select_from(people).where(condition)
    return tx.execute(statement).one_or_none()
