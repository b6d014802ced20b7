"""Undoing: a person's own last change of a follow-up, put back as it was.

PostgreSQL keeps what was before the change and decides, under the lock of the row, whether that may come back
(`follow_ups_undo`): the API has no right on the table that says how far an escalation is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from followup_common.contracts import EscalationKey
from followup_common.db import Transaction
from followup_common.db.tables import users
from sqlalchemy import select, text

from followup_api.enrolments.going_on import enrolments_of, settle
from followup_api.enrolments.taking_back import take_back
from followup_api.followups import activities
from followup_api.followups.announcements import given_back, go_on
from followup_api.followups.facts import value_of
from followup_api.followups.next_ones import changed_next, remove_next
from followup_api.followups.scopes import Scope
from followup_api.rows import Record
from followup_api.series.going_on import go_on as go_on_with_series
from followup_api.series.taking_back import take_back_next
from followup_api.unit_of_work import UnitOfWork

UNDO_BY = text("""
    SELECT set_config(name, CAST(:actor_id AS text), true)
    FROM unnest('{followup.undo_by, followup.actor_id}'::text[]) name
""")
UNDO = text("SELECT * FROM follow_ups_undo(CAST(:ids AS bigint[]), :actor_id)")
RESTORED = (
    *("external_id", "title", "notes", "due_at", "assignee_id", "subject_id", "completed_at"),
    *("kind", "priority", "tags", "value"),
    "hold_changes",
)
"""Fields that an undo may put back."""

REFUSALS: Mapping[str, str] = {
    "nothing": "There is no change of yours to undo: only your own last one can be, for 10 minutes.",
    "changed": "It was changed again since: look at it as it is now.",
    "others": "Its last change is somebody else's: only they can undo it.",
    "taken": "Another follow-up has its old external id by now: change that one first.",
    "hidden": "It was of somebody whose follow-ups you may not see any more: ask their manager.",
    "late": "It is more than 10 minutes ago: change it back instead, which starts its escalation over.",
}
"""Why a change cannot be undone, by what `follow_ups_undo` says."""
INACTIVE = "{name}, whose it was, is inactive by now: reassign it to somebody else."


class Undone(NamedTuple):
    """What became of an attempt: the ids of what is as it was before, and of the others why not."""

    done: frozenset[int]
    refused: Mapping[int, str]


def keep_for_undo(tx: Transaction, actor_id: int) -> None:
    """Let PostgreSQL keep what this transaction changes as it was, for the person who may undo it, and say
    in the history that it was they who brought another policy."""
    tx.execute(UNDO_BY, {"actor_id": actor_id})


def undo_changes(work: UnitOfWork, ids: Collection[int], actor_id: int, scope: Scope) -> Undone:
    """Undo a person's last changes, where these are theirs, at most 10 minutes old, and still the last ones.

    What an escalation or an assignment would have told meanwhile and did not, because of the change that is
    undone, is told now; nobody hears anything again.

    Args:
        work: the unit of work of the request.
        ids: of follow-ups that the person may see.
        actor_id: the person.
        scope: whose follow-ups they may see: an undo hands none to anybody else.
    """
    with work.tx.begin_nested() as attempt:
        taken_back = take_back_next(work.tx, ids)
        of_sequences = take_back(work.tx, ids)
        undone, refused = _put_back(work.tx, ids, actor_id)
        barred = _barred(work.tx, undone, scope)
        # What stays completed keeps what came of that: another change of it was undone.
        stays = {row.follow_up_id for row in undone if not _is_opened(row)}
        again = barred or (taken_back | of_sequences.of) & (refused.keys() | stays)
        if again:
            attempt.rollback()
    if again:
        left = set(ids) - barred.keys() - refused.keys()
        take_back_next(work.tx, left - stays)
        of_sequences = take_back(work.tx, left - stays)
        undone, more = _put_back(work.tx, left, actor_id)
        refused |= more
    remove_next(work.tx, [row.follow_up_id for row in filter(_is_opened, undone)])
    activities.record(work.tx, actor_id, [(row.follow_up_id, "undone", _details(row)) for row in undone])
    go_on_with_series(work.tx, _ended_again(undone), actor_id)
    ended_or_opened = [row.follow_up_id for row in undone if _is_opened(row) or _is_ended(row)]
    settle(work.tx, enrolments_of(work.tx, ended_or_opened).values(), actor_id)
    for row in filter(_is_given_back, undone):
        work.emit(given_back(row.became))
    untold = [
        EscalationKey.model_validate(
            {
                "follow_up_id": row.follow_up_id,
                **{name: row.became[name] for name in ("run", "step", "repeat")},
            }
        )
        for row in undone
        if row.untold
    ]
    done = [row.follow_up_id for row in undone]
    go_on(work, [*done, *of_sequences.restored], untold)
    return Undone(frozenset(done), refused | barred)


def _put_back(
    tx: Transaction, ids: Collection[int], actor_id: int
) -> tuple[Sequence[Record], dict[int, str]]:
    """What PostgreSQL has undone, and of the others why not."""
    rows = tx.execute(UNDO, {"ids": sorted(ids), "actor_id": actor_id}).all()
    refused = {row.follow_up_id: REFUSALS[row.outcome] for row in rows if row.outcome != "undone"}
    return [row for row in rows if row.outcome == "undone"], refused


def _barred(tx: Transaction, undone: Sequence[Record], scope: Scope) -> dict[int, str]:
    """Of what was undone, what may not be: by that it would be of somebody out of sight, or given back to
    somebody inactive."""
    owners = {row.follow_up_id: row.became["assignee_id"] for row in filter(_is_given_back, undone)}
    inactive = select(users.c.id, users.c.name).where(users.c.id.in_(owners.values()), ~users.c.active)
    names = {person.id: person.name for person in tx.execute(inactive)} if owners else {}
    hidden = (row.follow_up_id for row in undone if row.became["assignee_id"] not in scope)
    return {
        **{id_: INACTIVE.format(name=names[owner]) for id_, owner in owners.items() if owner in names},
        **dict.fromkeys(hidden, REFUSALS["hidden"]),
        **changed_next(tx, [row.follow_up_id for row in filter(_is_opened, undone)]),
    }


def _is_opened(row: Record) -> bool:
    return row.was["completed_at"] is not None and row.became["completed_at"] is None


def _ended_again(undone: Sequence[Record]) -> set[int]:
    """The series of what is completed again, as its reopening is undone."""
    completed = (row.became for row in undone if row.became["completed_at"] is not None)
    return {became["series_id"] for became in completed if became["series_id"] is not None}


def _is_ended(row: Record) -> bool:
    return row.was["completed_at"] is None and row.became["completed_at"] is not None


def _is_given_back(row: Record) -> bool:
    return bool(row.was["assignee_id"] != row.became["assignee_id"])


def _details(row: Record) -> dict[str, Any]:
    was, became = (
        {**side, "value": value_of(side["value_amount"], side["value_currency"])}
        for side in (row.was, row.became)
    )
    changed = (name for name in RESTORED if was[name] != became[name])
    return {"changes": {name: {"from": was[name], "to": became[name]} for name in changed}}
