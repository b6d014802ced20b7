"""What people do with sequences on a lead or client: start and stop them."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import enrolment_steps, enrolments, follow_ups, sequences, subjects
from followup_common.policy import BeyondHorizon
from followup_common.policy.sequences import due, next_part
from sqlalchemy import func, insert, select, update

from followup_api.audit import Action, Trail
from followup_api.enrolments import queries
from followup_api.enrolments.going_on import STEPS, make, remove_open
from followup_api.enrolments.problems import (
    EnrolmentNotYours,
    EnrolmentStale,
    GoesOnAlready,
    MergedMeanwhile,
    TooFarAhead,
)
from followup_api.enrolments.schemas import Enrolment, EnrolmentStart
from followup_api.etags import Tags
from followup_api.followups.own_clock import clock_of
from followup_api.followups.scopes import scope_of
from followup_api.followups.service import check_assignable
from followup_api.permissions import Caller, Permission
from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.sequences import queries as sequences_queries
from followup_api.sequences.problems import SequenceNotFound
from followup_api.sequences.schemas import Sequence
from followup_api.subjects.survivors import survivor_of

e, f, m = enrolments.c, follow_ups.c, enrolment_steps.c


def start(tx: Transaction, caller: Caller, body: EnrolmentStart) -> Enrolment:
    """Start a sequence on a lead or client: its first part is planned at once.

    Raises:
        Invalid, NotAssignable: there is no such sequence, lead or client, or assignee.
        GoesOnAlready: it goes on there.
        MergedMeanwhile: the lead or client is another one by now.
        TooFarAhead: a step of it does.
    """
    scope, assignee_id = scope_of(tx, caller), body.assignee_id or caller.user_id
    check_assignable(tx, assignee_id, scope)
    sequence = _sequence(tx, body.sequence_id)
    _check_dates(tx, sequence, assignee_id)
    # Two at once would both start it: the second waits.
    wanted = select(subjects.c.id, subjects.c.name, subjects.c.merged_into)
    wanted = wanted.where(subjects.c.id == survivor_of(tx, body.subject_id)).with_for_update(key_share=True)
    subject = tx.execute(wanted).one_or_none()
    if subject is None:
        message = f"subject_id: there is no lead or client {body.subject_id}: choose another one."
        raise Invalid("subject_id", message)
    if subject.merged_into is not None:
        raise MergedMeanwhile(subject.name)
    same = (e.subject_id == subject.id, e.sequence_id == sequence.id, e.ended_at.is_(None))
    if tx.execute(select(e.id).where(*same)).first():
        raise GoesOnAlready(sequence.name, subject.name)
    values = {
        "sequence_id": sequence.id,
        "name": sequence.name,
        "steps": [step.model_dump(mode="json") for step in sequence.steps],
        "stops_on": sequence.stops_on,
        "subject_id": subject.id,
        "assignee_id": assignee_id,
        "created_by": caller.user_id,
    }
    row: Record = tx.execute(insert(enrolments).values(values).returning(enrolments)).one()
    make(tx, [row], {row.id: 0}, caller.user_id)
    return queries.get(tx, row.id, scope)


def stop(tx: Transaction, caller: Caller, audit: Trail, enrolment_id: int, *, tags: Tags) -> Enrolment:
    """Let nothing come of it any more, and delete those of its follow-ups that are open, as far as the caller
    sees them and may delete follow-ups. Harmless when it has ended.

    Raises:
        EnrolmentNotFound, EnrolmentNotYours, EnrolmentStale: it is not the caller's, or not as they saw it.
    """
    scope = scope_of(tx, caller)
    theirs = select(m.follow_up_id).where(m.enrolment_id == enrolment_id)
    tx.execute(select(f.id).where(f.id.in_(theirs)).order_by(f.id).with_for_update())
    tx.execute(select(e.id).where(e.id == enrolment_id).with_for_update())
    current = queries.get(tx, enrolment_id, scope)
    if not current.may_change:
        raise EnrolmentNotYours(current)
    if tags is not None and current.etag not in tags:
        raise EnrolmentStale(current)
    if current.ended_at is not None:
        return current
    ended = {"ended_at": func.now(), "ended_because": "stopped", "ended_by": caller.user_id}
    tx.execute(update(enrolments).where(e.id == enrolment_id).values(ended))
    gone: list[int] = []
    if Permission.FOLLOW_UPS_DELETE in caller.permissions:
        gone = remove_open(tx, [enrolment_id], caller.user_id, scope.condition()).get(enrolment_id, [])
    audit(Action.SEQUENCE_STOPPED, f"enrolments/{enrolment_id}", name=current.name, follow_ups=gone)
    return queries.get(tx, enrolment_id, scope)


def _sequence(tx: Transaction, sequence_id: int) -> Sequence:
    """A sequence, which nobody deletes before it is started."""
    sq = sequences.c
    tx.execute(select(sq.id).where(sq.id == sequence_id).with_for_update(read=True, key_share=True))
    try:
        return sequences_queries.get(tx, sequence_id)
    except SequenceNotFound as unknown:
        message = f"sequence_id: there is no sequence {unknown.sequence_id}: choose another one."
        raise Invalid("sequence_id", message) from None


def _check_dates(tx: Transaction, sequence: Sequence, assignee_id: int) -> None:
    """Make sure that the assignee's calendar has the days of what is planned at once."""
    calendar, zone, now = clock_of(tx, assignee_id)
    steps = STEPS.validate_python([step.model_dump() for step in sequence.steps])
    for place in next_part(steps, 0):
        try:
            due(steps[place].offset, calendar, zone, now)
        except BeyondHorizon as beyond:
            raise TooFarAhead(place, str(beyond)) from None
