"""Open work that went from one person to another in one go: everyone concerned is told once, of all of it.

Each follow-up has its notifications all the same, written as read: who was told of which is known, and nobody
is told of it again. One more sums them up, and that one is heard.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from followup_common.contracts import FollowUpsHandedOver
from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.clocks import load_clocks
from followup_common.db.directory import load_directory
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.db.wakeups import wake_inboxes
from followup_common.messaging.handlers import Emitted, handles
from followup_common.messaging.outbox import Later
from followup_common.policy import Policy
from sqlalchemy import Row, text

from followup_notifier import inbox
from followup_notifier.assignments import looked_at_again_after, others_told_now
from followup_notifier.settings import NotifierSettings

FOUND = text("SELECT * FROM hand_overs WHERE id = :id")
HOLD = text("""
    SELECT FROM escalation_states_hold(
        ARRAY(SELECT follow_up_id FROM hand_over_items WHERE hand_over_id = :id ORDER BY follow_up_id))
""")
# The stop check, behind HOLD: what moved on since is told by what moved it. `announced`: the step reached has
# been; else its announcement is to come, and goes by the new assignee.
CURRENT = text("""
    SELECT s.follow_up_id AS id, s.policy_version_id, s.run, s.step, s.repeat, s.anchor_at, s.holds,
        now() AS now, s.step > 0 AND EXISTS (
            SELECT FROM activities a
            WHERE (a.follow_up_id, a.run, a.step, a.repeat) = (s.follow_up_id, s.run, s.step, s.repeat)
        ) AS announced
    FROM hand_over_items i
    JOIN follow_ups f ON f.id = i.follow_up_id
    JOIN escalation_states s ON s.follow_up_id = f.id
    WHERE i.hand_over_id = :id AND s.is_open AND s.assignee_id = :assignee_id
      AND f.assignment = i.assignment + :back
    ORDER BY s.follow_up_id
""")
TELL_ASSIGNEE = text("""
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at, user_id, audience,
                               actor_id, fallback, read_at, details)
    SELECT f.id, s.run, 0, f.assignment, s.policy_version_id, f.due_at, f.assignee_id, 'assignee', :actor_id,
        CASE WHEN away.id IS NOT NULL THEN 'absent' END, now(), CAST(:details AS jsonb)
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
    LEFT JOIN absent_now away ON away.user_id = f.assignee_id
    WHERE f.id = ANY(CAST(:ids AS bigint[])) AND NOT EXISTS (
        SELECT FROM notifications n
        WHERE n.follow_up_id = f.id AND n.step = 0 AND n.repeat = f.assignment AND n.user_id = f.assignee_id)
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
""")
# As for one that is reassigned: those who were told about this step before are not told again. Who is told
# only now, when one notification has summed up the others, hears of each.
TELL_AUDIENCE = text("""
    WITH told AS (
        INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at, user_id,
                                   audience, fallback, for_user_id, until, read_at, details)
        SELECT s.follow_up_id, s.run, s.step, s.repeat, s.policy_version_id, f.due_at, person.user_id,
            person.audience, person.fallback, person.for_user_id, person.until,
            CASE WHEN person.fallback = 'absent' OR NOT EXISTS (
                SELECT FROM notifications n WHERE n.user_id = person.user_id AND n.audience = :audience
                    AND n.summary_of = :hand_over_id) THEN now() END,
            CAST(:details AS jsonb)
        FROM escalation_states s JOIN follow_ups f ON f.id = s.follow_up_id,
            jsonb_to_recordset(CAST(:recipients AS jsonb))
                AS person (user_id bigint, audience text, fallback text, for_user_id bigint, until date)
        WHERE s.follow_up_id = ANY(CAST(:ids AS bigint[]))
        ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
        RETURNING *
    ), logged AS (
        INSERT INTO activities (kind, follow_up_id, run, step, repeat, policy_version_id, details)
        SELECT 'assignment_announced', told.follow_up_id, told.run, 0, f.assignment, told.policy_version_id,
            jsonb_build_object('due_at', told.due_at, 'step', told.step, 'recipients', jsonb_agg(
                jsonb_strip_nulls(jsonb_build_object(
                    'user_id', told.user_id, 'audience', told.audience, 'fallback', told.fallback,
                    'for_user_id', told.for_user_id, 'until', told.until)) ORDER BY told.id))
        FROM told JOIN follow_ups f ON f.id = told.follow_up_id
        GROUP BY told.follow_up_id, told.run, f.assignment, told.policy_version_id, told.due_at, told.step
        ON CONFLICT (follow_up_id, run, step, repeat) WHERE step IS NOT NULL DO NOTHING
    )
    SELECT user_id, count(*) AS number FROM told WHERE fallback IS DISTINCT FROM 'absent' GROUP BY user_id
""")
SUM_UP = text("""
    INSERT INTO notifications (user_id, audience, summary_of, actor_id, read_at, details)
    SELECT :user_id, :audience, :id, :actor_id,
        (SELECT now() FROM absent_now away WHERE away.user_id = :user_id), CAST(:details AS jsonb)
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL DO NOTHING
""")


@handles(FollowUpsHandedOver)
def announce_hand_over(event: FollowUpsHandedOver, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell who has them now, and those whom the steps reached tell now, each with one notification."""
    given = tx.execute(FOUND, {"id": event.hand_over_id}).one()
    giver, taker = given.from_user_id, given.to_user_id
    if event.back:
        giver, taker = taker, giver
    tx.execute(HOLD, {"id": given.id})
    rows = tx.execute(CURRENT, {"id": given.id, "assignee_id": taker, "back": int(event.back)}).all()
    if not rows:
        return
    details = {"hand_over": given.id, "back": event.back}
    audience = "handed_back" if event.back else "handed_over"
    told, later = _tell_audience(tx, rows, taker, details, audience)
    if later is not None:
        yield Later(event, later)
    actor = None if event.back else given.actor_id
    if actor != taker and not event.silent:
        ids = int_array([row.id for row in rows])
        tx.execute(TELL_ASSIGNEE, {"ids": ids, "actor_id": actor, "details": json.dumps(details)})
        told[taker] = len(rows)
    for user_id, number in told.items():
        values = {"user_id": user_id, "id": given.id, "actor_id": actor}
        said = {**details, "number": number, "from": giver, "to": taker}
        tx.execute(SUM_UP, {**values, "audience": audience, "details": json.dumps(said)})
    wake_inboxes(tx, told)


def _tell_audience(
    tx: Transaction, rows: Sequence[Row[Any]], taker: int, details: Mapping[str, Any], audience: str
) -> tuple[dict[int, int], timedelta | None]:
    """Write for those whom the announced steps would tell now and have not told; the new assignee is not
    among them.

    Returns how many each of them is told of, and after how long to look again, as with a single one: a later
    step has come, whose announcement tells them, one waits, or working hours of somebody are to begin.
    """
    announced = [row for row in rows if row.announced]
    policies = _policies(tx, {row.policy_version_id for row in announced})
    clocks = load_clocks(tx, list(policies.values()), [taker])
    directory = load_directory(tx, [taker], policies.values(), with_absences=True)
    routes: dict[tuple[int, int], list[int]] = {}
    again: list[timedelta] = []
    for row in announced:
        policy = policies[row.policy_version_id]
        later = looked_at_again_after(policy, clocks.of(policy, taker), row)
        if later is None:
            routes.setdefault((row.policy_version_id, row.step), []).append(row.id)
        else:
            again.append(later)
    told: Counter[int] = Counter()
    common = {"details": json.dumps(details), "hand_over_id": details["hand_over"], "audience": audience}
    for (version, number), ids in routes.items():
        step, now = policies[version].steps[number - 1], announced[0].now
        others, later = others_told_now(tx, policies[version], step, taker, directory, now=now)
        again += [] if later is None else [later]
        values = {**common, "ids": int_array(ids), "recipients": inbox.as_json(others)}
        told.update({row.user_id: row.number for row in tx.execute(TELL_AUDIENCE, values)})
    return dict(told), min(again, default=None)


def _policies(tx: Transaction, versions: set[int]) -> dict[int, Policy]:
    found = {}
    for number, policy in load_policies(tx, versions).items():
        if isinstance(policy, PolicyUnreadable):
            raise policy
        found[number] = policy
    return found
