"""What was changed about leads and clients, with the names of people in place of their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import users
from sqlalchemy import select

from followup_api.ids import among

u = users.c
Changes = Mapping[str, Mapping[str, Any]]


def with_names(tx: Transaction, entries: Sequence[Changes]) -> list[dict[str, Mapping[str, Any]]]:
    """Changes as they are read: `owner`, each a person or null, in place of `owner_id`."""
    ids = {id_ for changes in entries for id_ in changes.get("owner_id", {}).values() if id_ is not None}
    found = tx.execute(select(u.id, u.name).where(among(u.id, ids))).all() if ids else ()
    people = {row.id: {"id": row.id, "name": row.name} for row in found}
    named = []
    for changes in entries:
        said = dict(changes)
        if owner := said.pop("owner_id", None):
            said["owner"] = {side: people.get(id_) for side, id_ in owner.items()}
        named.append(said)
    return named
