"""What happened to follow-ups, as far as policies ask about it: read from their history, back from now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.tables import activities, follow_ups, subjects
from sqlalchemy import and_, select

from followup_api.ids import among
from followup_api.policies.rules import FactKey

a, f, s = activities.c, follow_ups.c, subjects.c
PEOPLE_DID = ("imported", "edited", "rescheduled", "reassigned", "completed", "reopened", "undone")
"""Kinds of activities after which a follow-up is another than before."""
FIELDS = ("due_at", "assignee_id", "subject_id", "kind", "priority", "tags", "value")
COMPLETED, OPEN = True, False


class Moment(NamedTuple):
    """How a follow-up was from a time on.

    Attributes:
        at: from when.
        is_open: whether it was to be done.
        due_at: by when.
        facts: what conditions ask.
        undone: it was put back as it had been before the moment before.
        restarted: the person who changed it let the clock start over, should it get another policy.
    """

    at: datetime
    is_open: bool
    due_at: datetime
    facts: FactKey
    undone: bool = False
    restarted: bool = False


class Life(NamedTuple):
    """A follow-up, and its moments in their order; the first is when it was made."""

    id: int
    moments: Sequence[Moment]


def lives(tx: Transaction, ids: Sequence[int]) -> list[Life]:
    """What happened to follow-ups, by their ids."""
    columns = (f.id, f.created_at, f.completed_at, f.is_open, *(f[name] for name in FIELDS[:-1]))
    rows = tx.execute(select(*columns, f.value_amount, f.value_currency).where(among(f.id, ids))).all()
    entries = _entries(tx, ids)
    kinds = _subject_kinds(tx, rows, entries)
    return [Life(row.id, _moments(row, entries.get(row.id, []), kinds)) for row in rows]


def _entries(tx: Transaction, ids: Sequence[int]) -> dict[int, list[Any]]:
    """What people did with each, in the order in which they did it."""
    restarted = and_(a.kind == "policy_changed", a.details["restarted"].as_boolean())
    did = (
        select(a.follow_up_id, a.created_at, a.kind, a.details)
        .where(among(a.follow_up_id, ids), a.kind.in_(PEOPLE_DID) | restarted)
        .order_by(a.follow_up_id, a.id)
    )
    found: dict[int, list[Any]] = {}
    for row in tx.execute(did):
        found.setdefault(row[0], []).append(row)
    return found


def _subject_kinds(tx: Transaction, rows: Iterable[Any], entries: Mapping[int, list[Any]]) -> dict[int, str]:
    """Whether each lead or client that they are or were about is one or the other."""
    wanted = {row.subject_id for row in rows}
    for each in entries.values():
        for entry in each:
            wanted.update(entry.details.get("changes", {}).get("subject_id", {}).values())
    known = select(s.id, s.kind).where(among(s.id, [number for number in wanted if number is not None]))
    return {row.id: row.kind for row in tx.execute(known)}


def _moments(row: Any, entries: Sequence[Any], kinds: Mapping[int, str]) -> list[Moment]:
    """From how it is now back to how it was made: each entry says what was before it."""
    now = {name: row._mapping[name] for name in FIELDS[:-1]}
    now["value"] = row.value_currency and {"amount": row.value_amount, "currency": row.value_currency}
    now["completed"] = not row.is_open
    found = []
    if row.completed_at and row.completed_at > row.created_at and not any(map(_ends, entries)):
        found.append(_moment(row.completed_at, now, kinds))  # its history does not say so
        now["completed"] = False
    together = [(at, list(group)) for at, group in groupby(entries, key=itemgetter(1))]
    for at, group in reversed(together):
        before = {**now, **_before(group)}
        if before != now:
            undone = any(entry.kind == "undone" for entry in group)
            restarted = any(entry.kind == "policy_changed" for entry in group)
            found.append(_moment(at, now, kinds)._replace(undone=undone, restarted=restarted))
        now = before
    found.append(_moment(row.created_at, now, kinds))
    return found[::-1]


def _ends(entry: Any) -> bool:
    return entry.kind == "completed" or "completed_at" in entry.details.get("changes", {})


def _before(group: Iterable[Any]) -> dict[str, Any]:
    """What the entries of one moment say about how it was before."""
    found: dict[str, Any] = {}
    for entry in group:
        found |= dict(_said_before(entry))
    return found


def _said_before(entry: Any) -> Iterator[tuple[str, Any]]:
    if entry.kind in ("completed", "reopened"):
        yield "completed", entry.kind == "reopened"
    for name, change in entry.details.get("changes", {}).items():
        was = change.get("from")
        if name == "completed_at":
            yield "completed", was is not None
        elif name == "due_at":
            yield name, datetime.fromisoformat(was)
        elif name == "value":
            yield name, was and {"amount": Decimal(was["amount"]), "currency": was["currency"]}
        elif name in FIELDS:
            yield name, was


def _moment(at: datetime, was: Mapping[str, Any], kinds: Mapping[int, str]) -> Moment:
    value = was["value"] or {"amount": None, "currency": None}
    about = kinds.get(was["subject_id"], "none")
    facts = (was["assignee_id"], about, was["kind"], was["priority"], tuple(was["tags"]))
    return Moment(at, not was["completed"], was["due_at"], (*facts, value["amount"], value["currency"]))
