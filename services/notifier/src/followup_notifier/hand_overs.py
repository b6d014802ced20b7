"""Open work that went from one person to another in one go: everyone concerned is told once, of all of it.

Each follow-up has its notifications all the same, written as read: who was told of which is known, and nobody
is told of it again. One more sums them up, and that one is heard. So is one that tells the person from whom
the work went, of which there is nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

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
from followup_notifier.assignments import FIRST_OF_ITS_RUN, looked_at_again_after, others_told_now
from followup_notifier.settings import NotifierSettings

FOUND = text("SELECT * FROM hand_overs WHERE id = :id")
HOLD = text("""
    SELECT FROM escalation_states_hold(
        ARRAY(SELECT follow_up_id FROM hand_over_items WHERE hand_over_id = :id ORDER BY follow_up_id))
""")
# The stop check, behind HOLD: what moved on since is told by what moved it. `announced`: the step reached has
# been; else its announcement is to come, and goes by the new assignee.
CURRENT = text(f"""
    SELECT s.follow_up_id AS id, s.policy_version_id, s.run, s.step, s.repeat, s.anchor_at, s.holds,
        now() AS now, s.step > 0 AND EXISTS (
            SELECT FROM activities a
            WHERE (a.follow_up_id, a.run, a.step, a.repeat) = (s.follow_up_id, s.run, s.step, s.repeat)
        ) AS announced, {FIRST_OF_ITS_RUN} AS first
    FROM hand_over_items i
    JOIN follow_ups f ON f.id = i.follow_up_id
    JOIN escalation_states s ON s.follow_up_id = f.id
    WHERE i.hand_over_id = :id AND s.is_open AND s.assignee_id = :assignee_id
      AND f.assignment = i.assignment + :back
    ORDER BY s.follow_up_id
""")
TELL_ASSIGNEE = text("""
    INSERT INTO notifications (follow_up_id, run, step, repeat, policy_version_id, due_at, user_id, audience,
                               actor_id, fallback, read_at, summed_up, details)
    SELECT f.id, s.run, 0, f.assignment, s.policy_version_id, f.due_at, f.assignee_id, 'assignee', :actor_id,
        CASE WHEN away.id IS NOT NULL THEN 'absent' END, now(), away.id IS NULL, CAST(:details AS jsonb)
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
                                   audience, fallback, for_user_id, until, read_at, summed_up, details)
        SELECT s.follow_up_id, s.run, s.step, s.repeat, s.policy_version_id, f.due_at, person.user_id,
            person.audience, person.fallback, person.for_user_id, person.until,
            CASE WHEN person.fallback = 'absent' OR summary.is_to_come THEN now() END,
            person.fallback IS DISTINCT FROM 'absent' AND summary.is_to_come, CAST(:details AS jsonb)
        FROM escalation_states s JOIN follow_ups f ON f.id = s.follow_up_id,
            jsonb_to_recordset(CAST(:recipients AS jsonb))
                AS person (user_id bigint, audience text, fallback text, for_user_id bigint, until date),
            LATERAL (SELECT NOT EXISTS (
                SELECT FROM notifications n WHERE n.user_id = person.user_id AND n.audience = :audience
                    AND n.summary_of = :hand_over_id) AS is_to_come) summary
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
    SELECT user_id, count(*) AS number,
        bool_and(fallback IS DISTINCT FROM 'substitute' AND audience !~ '^(user|role)[(]') AS in_lists
    FROM told WHERE fallback IS DISTINCT FROM 'absent' GROUP BY user_id
""")
SUM_UP = text("""
    INSERT INTO notifications (user_id, audience, summary_of, actor_id, read_at, details)
    SELECT :user_id, :audience, :id, :actor_id,
        (SELECT now() FROM absent_now away WHERE away.user_id = :user_id), CAST(:details AS jsonb)
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL DO NOTHING
""")
# Who is away finds it unread: what sums up an absence does not tell of it. Who is inactive needs none.
TELL_GIVER = text("""
    INSERT INTO notifications (user_id, audience, summary_of, actor_id, details)
    SELECT u.id, 'handed_away', :id, :actor_id, CAST(:details AS jsonb) FROM users u
    WHERE u.id = :giver AND u.active AND u.id IS DISTINCT FROM CAST(:actor_id AS bigint) AND NOT EXISTS (
        SELECT FROM notifications n WHERE n.user_id = u.id AND n.audience = :audience AND n.summary_of = :id)
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL DO NOTHING
    RETURNING user_id
""")
# Of an undo hears who had heard of what it undoes, or had done that. `giver` is who had them until now.
TELL_UNDONE = text("""
    INSERT INTO notifications (user_id, audience, summary_of, actor_id, details)
    SELECT heard.user_id, CASE heard.user_id WHEN :giver THEN 'handed_away' ELSE 'handed_back' END, :id,
        :actor_id, CAST(:details AS jsonb) || jsonb_build_object('number', heard.number)
    FROM (
        SELECT side AS user_id, cardinality(CAST(:ids AS bigint[])) AS number
        FROM unnest(CAST(:sides AS bigint[])) AS side
        WHERE side = :by OR EXISTS (
            SELECT FROM notifications n
            WHERE n.user_id = side AND n.audience IN ('handed_over', 'handed_away') AND n.summary_of = :id
                AND NOT n.details ? 'ended')
        UNION ALL
        SELECT n.user_id, count(DISTINCT n.follow_up_id) FROM notifications n
        WHERE n.follow_up_id = ANY(CAST(:ids AS bigint[])) AND n.user_id <> ALL(CAST(:sides AS bigint[]))
            AND n.details @> jsonb_build_object('hand_over', CAST(:id AS bigint), 'back', false)
            AND n.fallback IS DISTINCT FROM 'absent'
        GROUP BY n.user_id
    ) heard JOIN users u ON u.id = heard.user_id AND u.active
    WHERE u.id IS DISTINCT FROM CAST(:actor_id AS bigint) AND NOT EXISTS (
        SELECT FROM notifications n WHERE n.user_id = u.id AND n.audience = :audience AND n.summary_of = :id)
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL DO NOTHING
    RETURNING user_id
""")


class Heard(NamedTuple):
    """What a summary tells somebody.

    Attributes:
        number: of how many follow-ups.
        in_lists: whether they see these in lists: neither named by a policy nor in place of somebody.
    """

    number: int
    in_lists: bool


@handles(FollowUpsHandedOver)
def announce_hand_over(event: FollowUpsHandedOver, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell who has them now, who had them, and those whom the steps reached tell now, each with one
    notification."""
    tx.execute(HOLD, {"id": event.hand_over_id})
    given = tx.execute(FOUND, {"id": event.hand_over_id}).one()  # after that: nobody gives it back meanwhile
    taker = given.from_user_id if event.back else given.to_user_id
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
        told[taker] = Heard(len(rows), in_lists=True)
    others = _sum_up(tx, event, given, told, rows)
    wake_inboxes(tx, {*told, *others})


def _sum_up(
    tx: Transaction,
    event: FollowUpsHandedOver,
    given: Row[Any],
    told: Mapping[int, Heard],
    rows: Sequence[Row[Any]],
) -> Iterable[int]:
    """Write the notification that is heard for each who is told of single ones, and for those who are told
    that work went from them, or of an undo; returns the latter."""
    giver, taker = given.from_user_id, given.to_user_id
    if event.back:
        giver, taker = taker, giver
    said = {"hand_over": given.id, "back": event.back, "from": giver, "to": taker}
    said["until"] = given.until and given.until.isoformat()
    went = given.given_back if event.back else given.number
    if given.ended_at is not None and not event.back:  # undone before anybody had heard of it
        said, went = said | {"ended": True}, went - given.given_back
    values = {
        "id": given.id,
        "giver": giver,
        "actor_id": event.actor_id if event.back else given.actor_id,
        "audience": "handed_back" if event.back else "handed_over",
    }
    for user_id, heard in told.items():
        details = json.dumps(said | heard._asdict())
        tx.execute(SUM_UP, values | {"user_id": user_id, "details": details})
    if event.silent:
        sides, by = int_array([giver, taker]), given.actor_id
        undone = {"ids": int_array([row.id for row in rows]), "sides": sides, "by": by}
        undone["details"] = json.dumps(said | {"undone": True})
        return tx.execute(TELL_UNDONE, values | undone).scalars().all()
    return tx.execute(TELL_GIVER, values | {"details": json.dumps(said | {"number": went})}).scalars().all()


def _tell_audience(
    tx: Transaction, rows: Sequence[Row[Any]], taker: int, details: Mapping[str, Any], audience: str
) -> tuple[dict[int, Heard], timedelta | None]:
    """Write for those whom the announced steps would tell now and have not told; the new assignee is not
    among them.

    Returns how many each of them is told of, and after how long to look again, as with a single one: a later
    step has come, whose announcement tells them, one waits, or working hours of somebody are to begin.
    """
    announced = [row for row in rows if row.announced]
    policies = _policies(tx, {row.policy_version_id for row in announced})
    clocks = load_clocks(tx, list(policies.values()), [taker])
    directory = load_directory(tx, [taker], policies.values(), with_absences=True)
    routes: dict[tuple[int, int, bool], list[int]] = {}
    again: list[timedelta] = []
    for row in announced:
        policy = policies[row.policy_version_id]
        later = looked_at_again_after(policy, clocks.of(policy, taker), row)
        if later is None:
            routes.setdefault((row.policy_version_id, row.step, row.first), []).append(row.id)
        else:
            again.append(later)
    told: dict[int, Heard] = {}
    common = {"details": json.dumps(details), "hand_over_id": details["hand_over"], "audience": audience}
    for (version, number, first), ids in routes.items():
        step, now = policies[version].tells(number, first=first), announced[0].now
        others, later = others_told_now(tx, policies[version], step, taker, directory, now=now)
        again += [] if later is None else [later]
        values = {**common, "ids": int_array(ids), "recipients": inbox.as_json(others)}
        for row in tx.execute(TELL_AUDIENCE, values):
            before = told.get(row.user_id, Heard(0, in_lists=True))
            told[row.user_id] = Heard(before.number + row.number, before.in_lists and row.in_lists)
    return told, min(again, default=None)


def _policies(tx: Transaction, versions: set[int]) -> dict[int, Policy]:
    found = {}
    for number, policy in load_policies(tx, versions).items():
        if isinstance(policy, PolicyUnreadable):
            raise policy
        found[number] = policy
    return found
