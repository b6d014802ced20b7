"""Claiming a batch: lock what is due, place it on its policy, advance it, record its escalations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction, clock
from followup_common.db.arrays import int_array, time_array, word_array
from followup_common.db.optimistic_insert import OptimisticInsert
from followup_common.db.plans import find_by_index
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging import outbox
from followup_common.policy import ALWAYS_OPEN, Policy, Severity, place
from sqlalchemy import Interval, bindparam, func, select, text

# The partial index on wake_at serves it in order, so that what has waited longest goes first
# and follow-ups that wait for a later step cost nothing. As long as a transaction is open that began
# before, entries of what has moved on stay in it: each batch of a sweep begins behind the one before.
CLAIM = text("""
    SELECT follow_up_id, run, policy_version_id, step, anchor_at, wake_at
    FROM escalation_states WHERE wake_at >= CAST(:since AS timestamptz) AND wake_at <= now()
    ORDER BY wake_at LIMIT :limit
    FOR NO KEY UPDATE SKIP LOCKED
""")

# "id = ANY" says once more which rows are meant: without it, the planner may walk through all of them.
ADVANCE = text("""
    UPDATE escalation_states s SET step = moved.step, severity = moved.severity, wake_at = moved.wake_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:steps AS smallint[]), CAST(:severities AS text[]),
                CAST(:wake_ats AS timestamptz[]))
        AS moved (id, step, severity, wake_at)
    WHERE s.follow_up_id = moved.id AND s.follow_up_id = ANY(CAST(:ids AS bigint[]))
""")

RECORD = OptimisticInsert(
    """
    INSERT INTO escalations
        (follow_up_id, run, step, policy_version_id, severity, status, ended_at, sweep_id)
    SELECT passed.id, passed.run, passed.step, passed.policy_version_id, passed.severity,
        CASE WHEN passed.step = passed.reached THEN 'raised' ELSE 'skipped' END,
        CASE WHEN passed.step < passed.reached THEN now() END, :sweep_id
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]),
                CAST(:reached AS smallint[]), CAST(:policies AS bigint[]), CAST(:severities AS text[]))
        AS passed (id, run, step, reached, policy_version_id, severity)
    {unless_recorded}
    """,
    unless_recorded="ON CONFLICT DO NOTHING",
)

# The step before ends where the next one is taken.
END_EARLIER = text("""
    UPDATE escalations e SET ended_at = now()
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:befores AS smallint[]))
        AS moved (id, run, before)
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[])) AND e.ended_at IS NULL
        AND (e.follow_up_id, e.run, e.step) = (moved.id, moved.run, moved.before)
""")

# Those that no dead letter names already, or each of these hours would add one about the same.
UNNAMED = text("""
    SELECT a.id FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[])) AS a (id, run)
    WHERE NOT EXISTS (
        SELECT FROM outbox o,
            jsonb_array_elements_text(o.payload -> 'follow_up_ids') WITH ORDINALITY AS named (id, number)
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type AND o.error = :error
            AND named.id::bigint = a.id
            AND (o.payload -> 'runs' ->> (named.number - 1)::integer)::integer = a.run
    )
""")

ASIDE_FOR = timedelta(hours=1)
"""How long a follow-up whose policy cannot be read waits until it is looked at again."""

SET_ASIDE = text("""
    UPDATE escalation_states SET wake_at = now() + :aside_for WHERE follow_up_id = ANY(CAST(:ids AS bigint[]))
""").bindparams(bindparam("aside_for", ASIDE_FOR, Interval))

# Those that were set aside while PostgreSQL's clock was ahead wait for longer than ever meant. A dead letter
# names each of them, with the step that it did not take. One that somebody holds is woken by the next sweep.
WAKE_SET_ASIDE = text("""
    UPDATE escalation_states SET wake_at = now()
    FROM (
        SELECT s.follow_up_id
        FROM outbox o,
            jsonb_array_elements_text(o.payload -> 'follow_up_ids') WITH ORDINALITY AS named (id, number),
            escalation_states s
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type
            AND s.follow_up_id = named.id::bigint AND s.wake_at > now() + :aside_for
            AND s.run = (o.payload -> 'runs' ->> (named.number - 1)::integer)::integer
            AND s.step + 1 = (o.payload -> 'steps' ->> (named.number - 1)::integer)::integer
        FOR NO KEY UPDATE OF s SKIP LOCKED
    ) aside
    WHERE escalation_states.follow_up_id = aside.follow_up_id
""").bindparams(
    bindparam("aside_for", ASIDE_FOR + clock.MAY_STEP, Interval),
    bindparam("type", EscalationsRaised.type),
)

# What the notifier passed over, because a later step had come by the clock of then, and that clock was set
# back before a sweep took the later step: the follow-up is still at this one, and nobody was told.
RAISE_AGAIN = text("""
    UPDATE escalations e SET status = 'raised'
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]))
        AS k (follow_up_id, run, step)
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[])) AND e.status = 'skipped' AND e.repeat = 0
        AND (e.follow_up_id, e.run, e.step) = (k.follow_up_id, k.run, k.step)
    RETURNING e.follow_up_id
""")


class Due(NamedTuple):
    """A claimed follow-up, as it is."""

    id: int
    run: int
    policy_version_id: int
    step: int
    anchor_at: datetime
    wake_at: datetime


class Move(NamedTuple):
    """A claimed follow-up, the step before, and where it goes."""

    id: int
    run: int
    policy_version_id: int
    before: int
    step: int
    severity: Severity | None
    wake_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Follow-ups that were claimed.

    Attributes:
        claimed: how many.
        reached: those that reached a step which is now to be announced.
        until: the latest time that one of them waited for; None when there was none.
    """

    claimed: int
    reached: Sequence[Move]
    until: datetime | None

    def raised(self, sweep_id: int | None) -> EscalationsRaised:
        """The event that announces what was reached, one at least."""
        return EscalationsRaised(
            sweep_id=sweep_id,
            follow_up_ids=tuple(move.id for move in self.reached),
            runs=tuple(move.run for move in self.reached),
            steps=tuple(move.step for move in self.reached),
            repeats=(0,) * len(self.reached),
        )


def claim_batch(tx: Transaction, sweep_id: int, limit: int, since: datetime | None = None) -> Batch:
    """Advance up to `limit` due follow-ups on their policies.

    Steps that were passed since the last sweep are recorded as skipped: only the current one is
    announced.

    Args:
        tx: the transaction that holds what is claimed until its end.
        sweep_id: what to record them under.
        limit: how many at most.
        since: where the batch before this one ended: what waits for an earlier time is left to the next
            sweep. None: everything that is due.
    """
    find_by_index(tx)
    due = _claim(tx, limit, since)
    now: datetime = tx.execute(select(func.now())).scalar_one()
    policies = load_policies(tx, {follow_up.policy_version_id for follow_up in due})
    readable = {number: policy for number, policy in policies.items() if isinstance(policy, Policy)}
    moves: list[Move] = []
    unreadable: dict[PolicyUnreadable, list[Due]] = {}
    for follow_up in due:
        policy = policies[follow_up.policy_version_id]
        if isinstance(policy, PolicyUnreadable):
            unreadable.setdefault(policy, []).append(follow_up)
        else:
            moves.append(_move(policy, follow_up, now))
    moves.sort()
    _advance(tx, moves)
    _record(tx, sweep_id, [move for move in moves if move.step > move.before], readable)
    for problem, aside in unreadable.items():
        _set_aside(tx, problem, aside)
    again = _raised_again(tx, [move for move in moves if move.step == move.before > 0])
    return Batch(
        claimed=len(due),
        reached=[move for move in moves if move.step > move.before or move.id in again],
        until=due[-1].wake_at if due else None,
    )


def wake_set_aside(tx: Transaction) -> None:
    """Let follow-ups be looked at again that were set aside by a clock that was ahead."""
    tx.execute(WAKE_SET_ASIDE)


def _claim(tx: Transaction, limit: int, since: datetime | None) -> list[Due]:
    rows = tx.execute(CLAIM, {"limit": limit, "since": since.isoformat() if since else "-infinity"})
    return [Due._make(row) for row in rows]


def _move(policy: Policy, follow_up: Due, now: datetime) -> Move:
    """Where the follow-up goes. That no step has come yet only sets the next time to look."""
    id_, run, policy_version_id, before, anchor_at, _ = follow_up
    step, _, wake_at = place(policy, ALWAYS_OPEN, anchor_at, now, reached=(before, 0))
    return Move(id_, run, policy_version_id, before, step, policy.severity(step), wake_at)


def _advance(tx: Transaction, moves: Sequence[Move]) -> None:
    """In the order of their ids: neighbours share pages of the indexes that are written to."""
    if not moves:
        return
    ids, _, _, _, steps, severities, wake_ats = zip(*moves, strict=True)
    moved = {"ids": int_array(ids), "steps": int_array(steps), "severities": word_array(severities)}
    tx.execute(ADVANCE, {**moved, "wake_ats": time_array(wake_ats)})


def _record(tx: Transaction, sweep_id: int, moves: Sequence[Move], policies: Mapping[int, Policy]) -> None:
    """Record each step that was passed, the last of them as raised, and end the one before."""
    if not moves:
        return
    passed = [
        (move.id, move.run, step, move.step, move.policy_version_id, policies[move.policy_version_id])
        for move in moves
        for step in range(move.before + 1, move.step + 1)
    ]
    *numbers, _ = zip(*passed, strict=True)
    columns = map(int_array, numbers)
    parameters = dict(zip(("ids", "runs", "steps", "reached", "policies"), columns, strict=True))
    severities = word_array(policy.severity(step) for _, _, step, _, _, policy in passed)
    RECORD(tx, {**parameters, "severities": severities, "sweep_id": sweep_id})
    earlier = [move for move in moves if move.before]
    if earlier:
        ids, runs, befores = zip(*((move.id, move.run, move.before) for move in earlier), strict=True)
        ended = {"ids": int_array(ids), "runs": int_array(runs), "befores": int_array(befores)}
        tx.execute(END_EARLIER, ended)


def _raised_again(tx: Transaction, moves: Sequence[Move]) -> set[int]:
    """Those whose step was passed over, though the clock says now that no later one has come."""
    if not moves:
        return set()
    parameters = {
        "ids": int_array(move.id for move in moves),
        "runs": int_array(move.run for move in moves),
        "steps": int_array(move.step for move in moves),
    }
    return set(tx.execute(RAISE_AGAIN, parameters).scalars())


def _set_aside(tx: Transaction, problem: PolicyUnreadable, follow_ups: Sequence[Due]) -> None:
    """Follow-ups that cannot be placed must not hold up the others: one dead letter names each of them."""
    parameters = {
        "ids": int_array(due.id for due in follow_ups),
        "runs": int_array(due.run for due in follow_ups),
        "type": EscalationsRaised.type,
        "error": str(problem),
    }
    tx.execute(SET_ASIDE, parameters)
    unnamed = set(tx.execute(UNNAMED, parameters).scalars())
    if unnamed:
        keys = (
            EscalationKey(follow_up_id=due.id, run=due.run, step=due.step + 1)
            for due in follow_ups
            if due.id in unnamed
        )
        stranded = EscalationsRaised.of(None, keys)
        outbox.store_failed(tx, stranded, source="followup/escalator", error=str(problem))
