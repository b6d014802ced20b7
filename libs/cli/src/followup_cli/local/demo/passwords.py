"""The demo people's passwords: one that everybody knows, or random ones, which are shown once.

The published password is for a machine of one's own. Wherever others reach the demo, everybody in it has
a random password of their own; only its hash is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from followup_api.auth.passwords import matches
from followup_api.auth.queries import end_sessions
from followup_api.users.service import change_user
from followup_common.db import Transaction
from followup_common.db.tables import api_tokens, users
from sqlalchemy import Row, delete, select

from followup_cli.local.demo.company import people

PUBLISHED = "followup-demo"
RANDOM_BYTES = 12

Passwords = Mapping[str, str]
"""By e-mail address; of nobody whose password is not known."""


def random_password() -> str:
    """One that nobody guesses."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def published_passwords(tx: Transaction) -> Passwords:
    """The demo people who still have the published password."""
    return {person.email: PUBLISHED for person in _with_published(tx)}


def replace_published(tx: Transaction) -> Passwords:
    """Give the demo people who still have the published password one of their own.

    What anybody opened with the published one ends: sessions and API tokens.

    Returns:
        The new passwords, for this once.
    """
    replaced: dict[str, str] = {}
    for person in _with_published(tx):
        replaced[person.email] = random_password()
        change_user(tx, person.id, {"password": replaced[person.email]})
        end_sessions(tx, person.id)
        tx.execute(delete(api_tokens).where(api_tokens.c.user_id == person.id))
    return replaced


def _with_published(tx: Transaction) -> Sequence[Row[*tuple[Any, ...]]]:
    """Of the demo people, who were all added at one moment: their addresses may have been changed since."""
    c = users.c
    moment = select(c.created_at).where(c.email.in_([person.email for person in people()]))
    added = select(c.id, c.email, c.password_hash).where(
        c.created_at.in_(moment), c.password_hash.is_not(None)
    )
    return [row for row in tx.execute(added.order_by(c.id)).all() if matches(row.password_hash, PUBLISHED)]
