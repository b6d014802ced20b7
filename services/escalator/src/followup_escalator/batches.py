"""Claiming a batch: lock what is due, place it on its policy, advance it, record its escalations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction, clock
from followup_common.db.arrays import int_array, time_array
from followup_common.db.once import InsertOnce
from followup_common.db.plans import row_by_row
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging import outbox
from followup_common.policy import ALWAYS_OPEN, Policy, place
from sqlalchemy import Interval, Row, bindparam, text

# The partial index on next_step_at serves it in order, so that what has waited longest goes first
# and follow-ups that wait for a later step cost nothing.
CLAIM = text("""
    SELECT id, due_version, policy_version_id, level, due_at, now() AS now
    FROM follow_ups WHERE next_step_at <= now()
    ORDER BY next_step_at LIMIT :limit
    FOR NO KEY UPDATE SKIP LOCKED
""")

# "id = ANY" says once more which rows are meant: without it, the planner may walk through all of them.
ADVANCE = text("""
    UPDATE follow_ups f SET level = moved.level, next_step_at = moved.wake_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:levels AS smallint[]), CAST(:wake_ats AS timestamptz[]))
        AS moved (id, level, wake_at)
    WHERE f.id = moved.id AND f.id = ANY(CAST(:ids AS bigint[]))
""")

RECORD = InsertOnce(
    """
    INSERT INTO escalations (follow_up_id, due_version, step, policy_version_id, status, sweep_id)
    SELECT moved.id, moved.due_version, passed.step, moved.policy_version_id,
        CASE WHEN passed.step = moved.level THEN 'raised' ELSE 'skipped' END, :sweep_id
    FROM unnest(CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]), CAST(:policies AS bigint[]),
                CAST(:befores AS smallint[]), CAST(:levels AS smallint[]))
            AS moved (id, due_version, policy_version_id, before, level)
        CROSS JOIN generate_series(moved.before + 1, moved.level) AS passed (step)
    {unless_recorded}
    """,
    unless_recorded="ON CONFLICT DO NOTHING",
)

# Those that no dead letter names already, or each of these hours would add one about the same.
UNNAMED = text("""
    SELECT a.id FROM unnest(CAST(:ids AS bigint[]), CAST(:due_versions AS integer[])) AS a (id, due_version)
    WHERE NOT EXISTS (
        SELECT FROM outbox o,
            jsonb_array_elements_text(o.payload -> 'follow_up_ids') WITH ORDINALITY AS named (id, number)
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type AND o.error = :error
            AND named.id::bigint = a.id
            AND (o.payload -> 'due_versions' ->> (named.number - 1)::integer)::integer = a.due_version
    )
""")

ASIDE_FOR = timedelta(hours=1)
"""How long a follow-up whose policy cannot be read waits until it is looked at again."""

SET_ASIDE = text("""
    UPDATE follow_ups SET next_step_at = now() + :aside_for WHERE id = ANY(CAST(:ids AS bigint[]))
""").bindparams(bindparam("aside_for", ASIDE_FOR, Interval))

# Those that were set aside while PostgreSQL's clock was ahead wait for longer than ever meant. A dead letter
# names each of them, with the step that it did not take. One that somebody holds is woken by the next sweep.
WAKE_SET_ASIDE = text("""
    UPDATE follow_ups SET next_step_at = now()
    FROM (
        SELECT f.id
        FROM outbox o,
            jsonb_array_elements_text(o.payload -> 'follow_up_ids') WITH ORDINALITY AS named (id, number),
            follow_ups f
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type
            AND f.id = named.id::bigint AND f.next_step_at > now() + :aside_for
            AND f.due_version = (o.payload -> 'due_versions' ->> (named.number - 1)::integer)::integer
            AND f.level + 1 = (o.payload -> 'steps' ->> (named.number - 1)::integer)::integer
        FOR NO KEY UPDATE OF f SKIP LOCKED
    ) aside
    WHERE follow_ups.id = aside.id
""").bindparams(
    bindparam("aside_for", ASIDE_FOR + clock.MAY_STEP, Interval),
    bindparam("type", EscalationsRaised.type),
)

# What the notifier passed over, because a later step had come by the clock of then, and that clock was set
# back before a sweep took the later step: the follow-up is still at this one, and nobody was told.
RAISE_AGAIN = text("""
    UPDATE escalations e SET status = 'raised'
    FROM unnest(CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]), CAST(:levels AS smallint[]))
        AS k (follow_up_id, due_version, step)
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[])) AND e.status = 'skipped' AND e.repeat = 0
        AND (e.follow_up_id, e.due_version, e.step) = (k.follow_up_id, k.due_version, k.step)
    RETURNING e.follow_up_id
""")


class Move(NamedTuple):
    """A claimed follow-up, the step before, and where it goes."""

    id: int
    due_version: int
    policy_version_id: int
    before: int
    level: int
    wake_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """How many follow-ups were claimed, and those that reached a step which is now to be announced."""

    claimed: int
    reached: Sequence[Move]

    def raised(self, sweep_id: int | None) -> EscalationsRaised:
        """The event that announces what was reached, one at least."""
        return EscalationsRaised(
            sweep_id=sweep_id,
            follow_up_ids=tuple(move.id for move in self.reached),
            due_versions=tuple(move.due_version for move in self.reached),
            steps=tuple(move.level for move in self.reached),
            repeats=(0,) * len(self.reached),
        )


def claim_batch(tx: Transaction, sweep_id: int, limit: int) -> Batch:
    """Advance up to `limit` due follow-ups on their policies.

    Steps that were passed since the last sweep are recorded as skipped: only the current one is
    announced.
    """
    row_by_row(tx)
    rows = tx.execute(CLAIM, {"limit": limit}).all()
    policies = load_policies(tx, {row.policy_version_id for row in rows})
    moves: list[Move] = []
    unreadable: dict[PolicyUnreadable, list[Row[Any]]] = {}
    for row in rows:
        policy = policies[row.policy_version_id]
        if isinstance(policy, PolicyUnreadable):
            unreadable.setdefault(policy, []).append(row)
        else:
            moves.append(_move(policy, row))
    _advance(tx, sweep_id, sorted(moves))
    for problem, aside in unreadable.items():
        _set_aside(tx, problem, aside)
    again = _raised_again(tx, [move for move in moves if move.level == move.before > 0])
    return Batch(
        claimed=len(rows), reached=[move for move in moves if move.level > move.before or move.id in again]
    )


def wake_set_aside(tx: Transaction) -> None:
    """Let follow-ups be looked at again that were set aside by a clock that was ahead."""
    tx.execute(WAKE_SET_ASIDE)


def _move(policy: Policy, row: Row[Any]) -> Move:
    placed = place(policy, ALWAYS_OPEN, row.due_at, row.now, reached=row.level)
    return Move(row.id, row.due_version, row.policy_version_id, row.level, placed.step, placed.wake_at)


def _advance(tx: Transaction, sweep_id: int, moves: Sequence[Move]) -> None:
    """In the order of their ids: neighbours share pages of the indexes that are written to."""
    if not moves:
        return
    *numbers, wake_ats = zip(*moves, strict=True)
    ids, due_versions, policies, befores, levels = map(int_array, numbers)
    moved = {"ids": ids, "levels": levels}
    tx.execute(ADVANCE, {**moved, "wake_ats": time_array(wake_ats)})
    passed = {"due_versions": due_versions, "policies": policies, "befores": befores}
    RECORD(tx, {**moved, **passed, "sweep_id": sweep_id})


def _raised_again(tx: Transaction, moves: Sequence[Move]) -> set[int]:
    """Those whose step was passed over, though the clock says now that no later one has come."""
    if not moves:
        return set()
    parameters = {
        "ids": int_array(move.id for move in moves),
        "due_versions": int_array(move.due_version for move in moves),
        "levels": int_array(move.level for move in moves),
    }
    return set(tx.execute(RAISE_AGAIN, parameters).scalars())


def _set_aside(tx: Transaction, problem: PolicyUnreadable, rows: Sequence[Row[Any]]) -> None:
    """Follow-ups that cannot be placed must not hold up the others: one dead letter names each of them."""
    parameters = {
        "ids": int_array(row.id for row in rows),
        "due_versions": int_array(row.due_version for row in rows),
        "type": EscalationsRaised.type,
        "error": str(problem),
    }
    tx.execute(SET_ASIDE, parameters)
    unnamed = set(tx.execute(UNNAMED, parameters).scalars())
    if unnamed:
        keys = (
            EscalationKey(follow_up_id=row.id, due_version=row.due_version, step=row.level + 1)
            for row in rows
            if row.id in unnamed
        )
        stranded = EscalationsRaised.of(None, keys)
        outbox.store_failed(tx, stranded, source="followup/escalator", error=str(problem))
