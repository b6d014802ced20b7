"""Open follow-ups are placed again when what places them changes: a calendar, whose it is, or their policy.

Nothing is computed here: those concerned are woken, and the next sweep places them. A step that was taken
stays taken, so nobody is told anything twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from followup_common.contracts import CalendarsChanged, PoliciesPublished
from followup_common.db import Transaction
from followup_common.db.plans import find_by_index
from followup_common.messaging.handlers import Emitted, handles
from followup_common.messaging.outbox import Later
from followup_common.metrics import Measured
from sqlalchemy import text

from followup_escalator import metrics
from followup_escalator.settings import EscalatorSettings

AT_ONCE = 5_000
"""How many one transaction looks for: it holds them until it ends."""
MOVED_AT_ONCE = 1_000
"""Fewer: a policy is chosen for each of them while people wait who change them."""
WAIT = timedelta(seconds=2)
"""How long a change is held back while another one is at work: they would only wait for each other's rows."""

ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('followup_escalator.replacing'))")

# A newer version of the policy, for open ones too, moves whatever this one would: all get the newest.
OVERTAKEN = text("""
    SELECT EXISTS (
        SELECT FROM outbox o
        JOIN policy_versions newer ON newer.id = (o.payload ->> 'policy_version_id')::bigint
        JOIN policy_versions this ON this.policy_id = newer.policy_id AND this.version < newer.version
        WHERE o.type = :type AND o.handled_at IS NULL AND o.failed_at IS NULL AND this.id = :version
    )
""").bindparams(type=PoliciesPublished.type)

# Everybody below those who are named or have one of the calendars may count by theirs.
CONCERNED = text("""
    WITH RECURSIVE below AS (
        SELECT id FROM users
        WHERE id = ANY(CAST(:user_ids AS bigint[])) OR calendar_id = ANY(CAST(:calendar_ids AS bigint[]))
        UNION
        SELECT u.id FROM users u JOIN below ON u.manager_id = below.id
    )
    SELECT ARRAY(SELECT id FROM below) AS people, EXISTS (
        SELECT FROM organisation WHERE calendar_id = ANY(CAST(:calendar_ids AS bigint[]))) AS common
""")

# The versions that count in working time: by a calendar of their own, or by that of the assignee.
VERSIONS = text("""
    SELECT ARRAY(
            SELECT id FROM policy_versions_counting WHERE calendar_id = ANY(CAST(:calendar_ids AS bigint[]))
        ) AS own,
        ARRAY(SELECT id FROM policy_versions_counting WHERE calendar_id IS NULL) AS assignees
""")

# Waits for what somebody holds: a sweep that has it may have read the calendar as it was. So those that are
# due are looked for as well: the time that a sweep gives them is known once it lets them go.
POKE = text("""
    WITH batch AS MATERIALIZED (
        SELECT follow_up_id, wake_at FROM escalation_states
        WHERE follow_up_id > :after AND wake_at IS NOT NULL AND (
            policy_version_id = ANY(CAST(:own AS bigint[]))
            OR policy_version_id = ANY(CAST(:assignees AS bigint[]))
                AND (:everybody OR assignee_id = ANY(CAST(:people AS bigint[]))))
        ORDER BY follow_up_id LIMIT :at_once FOR NO KEY UPDATE
    ), poked AS (
        UPDATE escalation_states s SET wake_at = now() FROM batch b
        WHERE s.follow_up_id = b.follow_up_id AND b.wake_at > now()
        RETURNING s.follow_up_id
    )
    SELECT max(follow_up_id) AS until, count(*) AS number, (SELECT count(*) FROM poked) AS poked FROM batch
""").bindparams(at_once=AT_ONCE)

MOVE = text("SELECT until, moved FROM policies_move_open(:version, :actor_id, :after, :at_once)").bindparams(
    at_once=MOVED_AT_ONCE
)


# Those who write follow-ups in a transaction that goes on. What they plan may be on the version before: they
# looked for a policy before this one was in force, and nobody else sees it until they commit.
WRITING = text("""
    SELECT COALESCE(array_agg(DISTINCT virtualtransaction), '{}') FROM pg_locks
    WHERE relation = 'follow_ups'::regclass AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
GOES_ON = text("SELECT EXISTS (SELECT FROM pg_locks WHERE virtualtransaction = ANY(CAST(:beside AS text[])))")


@handles(CalendarsChanged)
def place_again(event: CalendarsChanged, tx: Transaction, _: EscalatorSettings) -> Iterator[Emitted]:
    """Wake the open follow-ups that may count by what has changed, a batch of them; the rest follows."""
    given = {"calendar_ids": list(event.calendar_ids), "user_ids": list(event.user_ids)}
    versions = tx.execute(VERSIONS, given).one()
    if not versions.own and not versions.assignees:
        return
    if not tx.execute(ALONE).scalar():
        yield Later(event, WAIT)
        return
    concerned = tx.execute(CONCERNED, given).one()
    find_by_index(tx)
    batch = tx.execute(
        POKE,
        {
            "after": event.after,
            "own": versions.own,
            "assignees": versions.assignees,
            "everybody": event.everybody or concerned.common,
            "people": concerned.people,
        },
    ).one()
    yield Measured(metrics.PLACED_AGAIN, batch.poked)
    if batch.number == AT_ONCE:
        yield event.model_copy(update={"after": batch.until})


@handles(PoliciesPublished)
def move_open(event: PoliciesPublished, tx: Transaction, _: EscalatorSettings) -> Iterator[Emitted]:
    """Move a batch of open follow-ups to the policy that applies to them now; the rest follows.

    Where others wrote follow-ups when the first batch was looked for, all are looked at again once those
    transactions have ended.
    """
    if tx.execute(OVERTAKEN, {"version": event.policy_version_id}).scalar():
        return
    again = event.after == 0 and bool(event.beside)
    waits = again and tx.execute(GOES_ON, {"beside": list(event.beside)}).scalar()
    if waits or not tx.execute(ALONE).scalar():
        yield Later(event, WAIT)
        return
    beside = event.beside
    if event.after == 0:
        beside = () if again else tuple(tx.execute(WRITING).scalar_one())
    find_by_index(tx)
    values = {"version": event.policy_version_id, "actor_id": event.actor_id, "after": event.after}
    batch = tx.execute(MOVE, values).one()
    yield Measured(metrics.POLICY_CHANGED, batch.moved)
    if batch.until is not None:
        yield event.model_copy(update={"after": batch.until, "beside": beside})
    elif beside:
        yield Later(event.model_copy(update={"after": 0, "beside": beside}), WAIT)
