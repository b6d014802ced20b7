"""What people do to sequences. None of it changes what has been started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import sequences
from followup_common.policy.sequences import SequenceStep, misplaced
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Action, Trail
from followup_api.choices.lists import KINDS, OUTCOMES
from followup_api.choices.queries import check_choice
from followup_api.etags import Tags
from followup_api.permissions import Caller
from followup_api.problems import Invalid, constraint_of
from followup_api.sequences import queries
from followup_api.sequences.problems import SequenceStale, SequenceTaken
from followup_api.sequences.schemas import Sequence as Shown
from followup_api.sequences.schemas import SequenceCreate, SequencePatch, SequenceStepInput

q = sequences.c


def create(tx: Transaction, caller: Caller, audit: Trail, body: SequenceCreate) -> Shown:
    """Add a sequence.

    Raises:
        Invalid, ChoiceUnknown, SequenceTaken: it cannot be like that.
    """
    _check(tx, body.steps, body.stops_on)
    values = {**_stored(body), "created_by": caller.user_id}
    with _refusing_taken(body.name):
        sequence_id = tx.execute(insert(sequences).values(values).returning(q.id)).scalar_one()
    audit(Action.SEQUENCE_CREATED, f"sequences/{sequence_id}", name=body.name)
    return queries.get(tx, sequence_id)


def change(tx: Transaction, audit: Trail, sequence_id: int, body: SequencePatch, *, tags: Tags) -> Shown:
    """Change a sequence; where it goes on, it does with the steps that it had.

    Raises:
        SequenceNotFound, SequenceStale: it is not there, or not as the caller has seen it.
        Invalid, ChoiceUnknown, SequenceTaken: it cannot be like that.
    """
    current = _locked(tx, sequence_id, tags)
    wanted = _stored(body)
    before = {name: value for name, value in current.model_dump().items() if name in wanted}
    if wanted == before:
        return current
    sent = body.model_fields_set
    _check(tx, body.steps if "steps" in sent else (), body.stops_on if "stops_on" in sent else ())
    with _refusing_taken(wanted.get("name", current.name)):
        tx.execute(update(sequences).where(q.id == sequence_id).values(wanted))
    after = queries.get(tx, sequence_id)
    audit(Action.SEQUENCE_CHANGED, f"sequences/{sequence_id}", name=after.name)
    return after


def remove(tx: Transaction, audit: Trail, sequence_id: int, *, tags: Tags) -> None:
    """Delete a sequence; where it goes on, it does to its end.

    Raises:
        SequenceNotFound, SequenceStale: it is not there, or not as the caller has seen it.
    """
    current = _locked(tx, sequence_id, tags)
    tx.execute(delete(sequences).where(q.id == sequence_id))
    audit(Action.SEQUENCE_DELETED, f"sequences/{sequence_id}", name=current.name)


def _locked(tx: Transaction, sequence_id: int, tags: Tags) -> Shown:
    tx.execute(select(q.id).where(q.id == sequence_id).with_for_update())
    current = queries.get(tx, sequence_id)
    if tags is not None and current.etag not in tags:
        raise SequenceStale(current)
    return current


def _stored(body: SequenceCreate | SequencePatch) -> dict[str, Any]:
    """What was sent, whole: a PATCH of steps says all of them."""
    names = body.model_fields_set if isinstance(body, SequencePatch) else {*SequenceCreate.model_fields}
    values = body.model_dump(include=names)
    if "stops_on" in values:
        values["stops_on"] = sorted(set(values["stops_on"]))
    return values


def _check(tx: Transaction, steps: Sequence[SequenceStepInput], stops_on: Sequence[str]) -> None:
    wrong = misplaced([SequenceStep.model_validate(step.model_dump()) for step in steps])
    if wrong:
        field = f"steps.{wrong.step}.{wrong.field}"
        raise Invalid(field, f"{field} {wrong.message}.")
    for number, step in enumerate(steps):
        with _within(f"steps.{number}.kind"):
            check_choice(tx, KINDS, step.kind)
    for number, name in enumerate(stops_on):
        with _within(f"stops_on.{number}"):
            check_choice(tx, OUTCOMES, name)


@contextmanager
def _within(field: str) -> Iterator[None]:
    """Name a field by its place in the request."""
    try:
        yield
    except Invalid as problem:
        [(named, message)] = problem.errors
        raise Invalid(field, f"{field}: {message.removeprefix(f'{named} ')}") from None


@contextmanager
def _refusing_taken(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "uq_sequences_name":
            raise
        raise SequenceTaken(name) from None
