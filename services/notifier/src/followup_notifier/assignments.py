"""A reassigned follow-up: its new assignee is told at once, and those whom the step reached tells now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from followup_common.contracts import FollowUpReassigned
from followup_common.db import Transaction
from followup_common.db.clocks import load_clocks
from followup_common.db.directory import load_directory
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.db.wakeups import wake_inboxes
from followup_common.messaging.handlers import Emitted, handles
from followup_common.messaging.outbox import Later
from followup_common.policy import (
    Calendar,
    Directory,
    Policy,
    Recipient,
    Step,
    Tell,
    held_back,
    holds_of,
    place,
    recipients,
)
from sqlalchemy import Row, text

from followup_notifier import hours, inbox, metrics
from followup_notifier.settings import NotifierSettings
from followup_notifier.summaries import Bundle, Told, sum_up

LOOK_AGAIN_AFTER = timedelta(minutes=15)
"""By then a sweep has come, as they come by default, and has taken the step that the clock said was there."""

HOLD = text("SELECT FROM escalation_states_hold(ARRAY[CAST(:id AS bigint)])")

FIRST_OF_ITS_RUN = """
    (s.already_told IS NULL AND NOT EXISTS (
        SELECT FROM activities a
        WHERE a.follow_up_id = s.follow_up_id AND a.run = s.run AND a.step > 0
            AND (a.step, a.repeat) < (s.step, s.repeat)))
"""
"""SQL: whether nothing of the run of a state `s` was announced before the step that it has reached."""

# The stop check, as in `escalations.py`; behind HOLD, in a statement of its own, so that it sees what was
# committed until the state was free. `repeat` is null when the step reached has not been announced: then its
# announcement is still to come, and goes by the new assignee. `changed_at`: what was reassigned in one
# transaction has one time.
CURRENT = text(f"""
    SELECT s.follow_up_id AS id, s.policy_version_id, s.run, s.step, s.anchor_at, s.holds, now() AS now, (
        SELECT a.repeat FROM activities a
        WHERE a.follow_up_id = s.follow_up_id AND a.run = s.run AND a.step = s.step AND a.repeat = s.repeat
            AND s.step > 0
    ) AS repeat, {FIRST_OF_ITS_RUN} AS first, f.assignee_id, (
        SELECT a.created_at FROM activities a
        WHERE a.follow_up_id = f.id AND a.details -> 'changes' ? 'assignee_id' ORDER BY a.id DESC LIMIT 1
    ) AS changed_at
    FROM escalation_states s JOIN follow_ups f ON f.id = s.follow_up_id
    WHERE s.follow_up_id = :id AND s.is_open AND s.assignee_id = :assignee_id AND f.assignment = :assignment
""")

# Step 0 is the assignment itself, and its repeat counts the assignments. It is told once, whatever the run:
# that is looked up under the follow-up's lock, since the unique key is about one run.
# One who is away finds it when they are back.
TELL_ASSIGNEE = text("""
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at,
                               user_id, audience, actor_id, fallback, bundle, read_at)
    SELECT f.id, s.run, 0, f.assignment, s.policy_version_id, f.due_at, f.assignee_id, 'assignee', :actor_id,
        CASE WHEN away.id IS NOT NULL THEN 'absent' END,
        CASE WHEN away.id IS NULL THEN CAST(:bundle AS bigint) END,
        CASE WHEN away.id IS NOT NULL THEN now() END
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
    LEFT JOIN absent_now away ON away.user_id = f.assignee_id
    WHERE f.id = :id AND NOT EXISTS (
        SELECT FROM notifications n
        WHERE n.follow_up_id = f.id AND n.step = 0 AND n.repeat = f.assignment AND n.user_id = f.assignee_id)
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
    RETURNING user_id, bundle
""")

# Those who were told about this step before are not told again: the unique key says so.
TELL_AUDIENCE = text("""
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at,
                               user_id, audience, fallback, for_user_id, until, bundle, read_at)
    SELECT s.follow_up_id, s.run, :step, :repeat, s.policy_version_id, f.due_at,
        told.user_id, told.audience, told.fallback, told.for_user_id, told.until,
        CASE WHEN told.fallback IS DISTINCT FROM 'absent' THEN CAST(:bundle AS bigint) END,
        CASE WHEN told.fallback = 'absent' THEN now() END
    FROM escalation_states s JOIN follow_ups f ON f.id = s.follow_up_id,
        jsonb_to_recordset(CAST(:recipients AS jsonb))
            AS told (user_id bigint, audience text, fallback text, for_user_id bigint, until date)
    WHERE s.follow_up_id = :id
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
    RETURNING user_id, bundle
""")

LOG = text("""
    INSERT INTO activities (kind, follow_up_id, run, step, repeat, policy_version_id, details)
    SELECT 'assignment_announced', f.id, s.run, 0, f.assignment, s.policy_version_id, jsonb_build_object(
        'due_at', f.due_at, 'step', CAST(:step AS integer), 'recipients', CAST(:recipients AS jsonb))
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = :id
    ON CONFLICT (follow_up_id, run, step, repeat) WHERE step IS NOT NULL DO NOTHING
""")


@handles(FollowUpReassigned)
def announce_assignment(event: FollowUpReassigned, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell the assignee, unless they took it themselves, and whom the step reached tells now.

    Nobody is told when it has moved on since. Where the clock says that a later step has come, the audience
    is left to that one's announcement, and looked at again: the clock may be set back before any sweep. So it
    is while the follow-up waits.
    """
    keys = {"id": event.follow_up_id, "assignee_id": event.assignee_id, "assignment": event.assignment}
    tx.execute(HOLD, {"id": event.follow_up_id})
    row = tx.execute(CURRENT, keys).first()
    if row is None:
        return
    told: list[Row[Any]] = []
    bundles = [_bundle(row, "assigned", event.actor_id)]
    if row.repeat is not None:  # else its announcement is to come, which tells all
        policy = _policy(tx, row)
        clocks = load_clocks(tx, [policy], [row.assignee_id])
        later = looked_at_again_after(policy, clocks.of(policy, row.assignee_id), row)
        if later is None:
            bundles.append(_bundle(row, policy.steps[row.step - 1].severity))
            told, later = _tell_audience(tx, row, policy, bundles[-1])
        if later is not None:
            yield Later(event, later)
    given: list[Row[Any]] = []
    if event.actor_id != event.assignee_id:
        values = {"id": event.follow_up_id, "actor_id": event.actor_id, "bundle": _number(bundles[0])}
        given = list(tx.execute(TELL_ASSIGNEE, values))
    sum_up(
        tx,
        {Told(each.user_id, each.bundle): 1 for each in (*told, *given) if each.bundle is not None},
        [bundle for bundle in bundles if bundle],
    )
    if told or event.actor_id != event.assignee_id:
        wake_inboxes(tx, {event.assignee_id, *(each.user_id for each in told)})
    if told:
        yield from metrics.notified({row.step: len(told)})


def looked_at_again_after(policy: Policy, calendar: Calendar, row: Row[Any]) -> timedelta | None:
    """When to look again at a step that was announced, whose new audience is not told now; None: it is.

    Args:
        policy: of its run.
        calendar: by which that counts.
        row: of `escalation_states`, with `now`.
    """
    here, holds = (row.step, row.repeat), holds_of(row.holds, row.run)
    now: datetime = row.now
    until = held_back(policy, calendar, row.anchor_at, now, here, holds=holds)
    if until is not None:
        return min(until - now, LOOK_AGAIN_AFTER)
    passed = place(policy, calendar, row.anchor_at, now, holds=holds).reached > here
    return LOOK_AGAIN_AFTER if passed else None


def others_told_now(
    tx: Transaction, policy: Policy, step: Step, assignee_id: int, directory: Directory, *, now: datetime
) -> tuple[list[Recipient], timedelta | None]:
    """Whom a step tells now beside the assignee, and after how long it tells the first who is not at work."""
    others = [each for each in recipients(step, assignee_id, directory) if each.user_id != assignee_id]
    if step.tell is not Tell.WORKING_HOURS:
        return others, None
    opens = hours.openings(tx, {found.user_id for found in others}, [policy], now)
    others = [found for found in others if found.user_id not in opens]
    return others, hours.until(min(opens.values()), now) if opens else None


def _policy(tx: Transaction, row: Row[Any]) -> Policy:
    policy = load_policies(tx, [row.policy_version_id])[row.policy_version_id]
    if isinstance(policy, PolicyUnreadable):
        raise policy
    return policy


def _bundle(row: Row[Any], severity: str, actor_id: int | None = None) -> Bundle | None:
    """What was told of the transaction that reassigned it; None: nobody knows which that was."""
    if row.changed_at is None:
        return None
    return Bundle(f"change/{row.changed_at.astimezone(UTC).isoformat()}", severity, actor_id)


def _number(bundle: Bundle | None) -> int | None:
    return bundle.number if bundle else None


def _tell_audience(
    tx: Transaction, row: Row[Any], policy: Policy, bundle: Bundle | None
) -> tuple[list[Row[Any]], timedelta | None]:
    """Tell those whom the announced step would tell now and has not told.

    Returns who they are, with the bundle where they have heard it, and after how long the working hours of
    the first begin who is told only then.

    The assignee is not among them: that the follow-up is theirs, and how late it is, is said to them anyway.
    The one who reassigned may be: what a policy promises does not depend on who does something.
    """
    step = policy.tells(row.step, first=row.first)
    directory = load_directory(tx, [row.assignee_id], [policy], with_absences=True)
    others, later = others_told_now(tx, policy, step, row.assignee_id, directory, now=row.now)
    values = {"id": row.id, "step": row.step, "repeat": row.repeat, "bundle": _number(bundle)}
    told = list(tx.execute(TELL_AUDIENCE, {**values, "recipients": inbox.as_json(others)}))
    if told:
        people = {each.user_id for each in told}
        news = inbox.as_json([found for found in others if found.user_id in people])
        tx.execute(LOG, {"id": row.id, "step": row.step, "recipients": news})
    return told, later
