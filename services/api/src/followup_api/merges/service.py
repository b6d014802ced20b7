"""Merging two leads or clients: what is on the one goes over to the other, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import (
    follow_ups,
    subject_changes,
    subject_merge_items,
    subject_merges,
    subjects,
)
from sqlalchemy import Column, func, insert, select, text, update

from followup_api.audit import Action, Trail
from followup_api.etags import Tags
from followup_api.followups import activities
from followup_api.followups.bulk_schemas import AT_ONCE
from followup_api.ids import among
from followup_api.merges import queries
from followup_api.merges.problems import (
    ExternalIdsDiffer,
    MergeInMotion,
    NoOther,
    SameSubject,
    TooManyOn,
)
from followup_api.merges.references import MOVED
from followup_api.merges.schemas import TAKEABLE, SubjectMergeInput, SubjectMergeResult
from followup_api.rows import Record
from followup_api.subjects.problems import SubjectNotFound
from followup_api.subjects.queries import TAG
from followup_api.subjects.survivors import survivor_of
from followup_api.unit_of_work import UnitOfWork

f, s = follow_ups.c, subjects.c
FIELDS = (s.external_id, *(s[name] for name in TAKEABLE))
CHANGED_BY = text("SELECT set_config('followup.actor_id', CAST(:actor_id AS text), true)")
"""Who brings another policy, where a follow-up gets one by this."""
Change = Mapping[str, Any]


class Moved(NamedTuple):
    """Who put follow-ups from one lead or client on another one, by which merge or its undo."""

    actor_id: int
    before: int
    after: int
    merge_id: int


class ChangedSince(Exception):
    """Somebody has changed one of the two since the caller read it."""

    def __init__(self, subject_id: int) -> None:
        super().__init__(subject_id)
        self.subject_id = subject_id


def merge(
    work: UnitOfWork, audit: Trail, actor_id: int, subject_id: int, body: SubjectMergeInput, *, tags: Tags
) -> SubjectMergeResult:
    """Merge another lead or client into this one; or only count what would go over.

    Args:
        work: the unit of work of the request.
        audit: where it is noted.
        actor_id: who does it.
        subject_id: the one that stays.
        body: the one that goes, and what is taken from it.
        tags: of the one that stays, those that `If-Match` allows; None allows any.

    Raises:
        SubjectNotFound, NoOther, SameSubject: there are no two like that.
        ChangedSince: one of them was changed since the caller read it.
        ExternalIdsDiffer, TooManyOn, MergeInMotion: it cannot be (now).
    """
    tx = work.tx
    kept_id, gone_id = survivor_of(tx, subject_id), survivor_of(tx, body.other.id)
    moved = {} if body.dry_run else _lock(tx, gone_id)
    kept, gone = _both(tx, kept_id, gone_id, body, tags)
    if moved:
        # What was merged into it until now: nobody can merge into it while it is locked.
        moved[s.merged_into] = _ids_on(tx, s.merged_into, gone_id)
    if kept.kind == gone.kind and None not in (kept.external_id, gone.external_id):
        raise ExternalIdsDiffer(kept.kind, kept.external_id, gone.external_id)
    counts = _counts(tx, gone_id)
    if max(counts.follow_ups, counts.series) > AT_ONCE:
        raise TooManyOn(AT_ONCE)
    if body.dry_run:
        return SubjectMergeResult.model_validate({**counts._mapping, "merge": None})
    if any(_ids_on(tx, column, gone_id) != ids for column, ids in moved.items()):
        raise MergeInMotion
    changes = _taken(kept, gone, body.take)
    merge_id = _write(tx, actor_id, (kept, gone), changes, moved)
    target = f"subjects/{kept_id}"
    names = {"name": gone.name, "into": kept.name}
    audit(Action.SUBJECTS_MERGED, target, merged=gone_id, number=counts.follow_ups, merge=merge_id, **names)
    shown = queries.get(tx, merge_id)
    return SubjectMergeResult.model_validate({**counts._mapping, "merge": shown})


def move(tx: Transaction, column: Column[Any], ids: Sequence[int], to: int) -> None:
    """Put some rows of a table on another lead or client."""
    if ids:
        tx.execute(update(column.table).where(among(column.table.c.id, ids)).values({column: to}))


def record(tx: Transaction, ids: Sequence[int], moved: Moved) -> None:
    """Note in the history of follow-ups that they are on another lead or client."""
    change = {"subject_id": {"from": moved.before, "to": moved.after}}
    details = {"changes": change, "merge": moved.merge_id}
    activities.record(tx, moved.actor_id, [(id_, "edited", details) for id_ in ids])


def write_fields(tx: Transaction, subject_id: int, values: Mapping[str, Any]) -> None:
    """Change what a lead or client says of itself."""
    if values:
        tx.execute(update(subjects).where(s.id == subject_id).values(values))


def _lock(tx: Transaction, subject_id: int) -> dict[Column[Any], list[int]]:
    """What is on a lead or client, locked, but for rows of `subjects`: those come last."""
    locked = (column for column in MOVED if column.table is not subjects)
    return {column: _ids_on(tx, column, subject_id, lock=True) for column in locked}


def _ids_on(tx: Transaction, column: Column[Any], subject_id: int, *, lock: bool = False) -> list[int]:
    mine = select(column.table.c.id).where(column == subject_id).order_by(column.table.c.id)
    return list(tx.execute(mine.limit(AT_ONCE + 1).with_for_update() if lock else mine).scalars())


def _both(
    tx: Transaction, kept_id: int, gone_id: int, body: SubjectMergeInput, tags: Tags
) -> tuple[Record, Record]:
    """The two as they are, locked unless it is a dry run."""
    wanted = select(s.id, s.kind, s.merged_into, TAG.label("etag"), *FIELDS)
    wanted = wanted.where(s.id.in_((kept_id, gone_id))).order_by(s.id)
    rows = {row.id: row for row in tx.execute(wanted if body.dry_run else wanted.with_for_update())}
    if kept_id not in rows:
        raise SubjectNotFound(kept_id)
    if gone_id not in rows:
        raise NoOther(gone_id)
    if kept_id == gone_id:
        raise SameSubject
    kept, gone = rows[kept_id], rows[gone_id]
    if kept.merged_into is not None or (tags is not None and kept.etag not in tags):
        raise ChangedSince(kept.merged_into or kept_id)
    if gone.merged_into is not None or body.other.etag not in (None, gone.etag):
        raise ChangedSince(gone.merged_into or gone_id)
    return kept, gone


def _counts(tx: Transaction, subject_id: int) -> Record:
    """How many follow-ups are on it, how many of them open, and how many series."""
    on_it = select(series.c.id).where(series.c.subject_id == subject_id).subquery()
    number_of_series = select(func.count()).select_from(on_it).scalar_subquery()
    return tx.execute(
        select(
            func.count().label("follow_ups"),
            func.count().filter(f.is_open).label("open"),
            number_of_series.label("series"),
        ).where(f.subject_id == subject_id)
    ).one()


def _taken(kept: Record, gone: Record, take: Sequence[str] | None) -> dict[str, Change]:
    """What the one that stays gets from the other, each field from what to what."""
    lacking = [name for name in TAKEABLE if getattr(kept, name) is None]
    names: list[str] = lacking if take is None else list(take)
    if kept.kind == gone.kind and kept.external_id is None:
        names.append("external_id")
    both = {name: (getattr(kept, name), getattr(gone, name)) for name in names}
    return {
        name: {"from": before, "to": after}
        for name, (before, after) in both.items()
        if after is not None and after != before
    }


def _write(
    tx: Transaction,
    actor_id: int,
    both: tuple[Record, Record],
    changes: Mapping[str, Change],
    moved: Mapping[Column[Any], list[int]],
) -> int:
    """All of it, under the locks; returns the number of the merge."""
    kept, gone = both
    tx.execute(CHANGED_BY, {"actor_id": actor_id})
    ids = moved[f.subject_id]
    values = {
        "survivor_id": kept.id,
        "merged_id": gone.id,
        "actor_id": actor_id,
        "changes": changes,
        "number": len(ids),
        "last_follow_up_id": select(func.coalesce(func.max(f.id), 0)).scalar_subquery(),
    }
    merge_id: int = tx.execute(
        insert(subject_merges).values(values).returning(subject_merges.c.id)
    ).scalar_one()
    external = {"external_id": None} if "external_id" in changes else {}
    write_fields(tx, gone.id, {"merged_into": kept.id, **external})
    write_fields(tx, kept.id, {name: change["to"] for name, change in changes.items()})
    items = []
    for column, rows in moved.items():
        move(tx, column, rows, kept.id)
        items += [{"merge_id": merge_id, "table_name": column.table.name, "row_id": id_} for id_ in rows]
    if items:
        tx.execute(insert(subject_merge_items), items)
    record(tx, ids, Moved(actor_id, gone.id, kept.id, merge_id))
    entry = {"subject_id": kept.id, "kind": "merged", "actor_id": actor_id, "merge_id": merge_id}
    tx.execute(insert(subject_changes).values(**entry, changes=changes))
    return merge_id
