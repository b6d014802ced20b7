"""SQL of the links by which recipients of mails get no more of them."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import unsubscribe_links, users
from sqlalchemy import Select, select

from followup_api.rows import Record

ul, u = unsubscribe_links.c, users.c

LINK: Select[*tuple[Any, ...]] = select(ul.category, ul.user_id, u.name, u.active).join_from(
    unsubscribe_links, users, u.id == ul.user_id
)


def by_digest(tx: Transaction, digest: bytes) -> Record | None:
    """A link, and whose mails it ends.

    Args:
        tx: where to look.
        digest: of what it carries.
    """
    return tx.execute(LINK.where(ul.token_hash == digest)).one_or_none()
