"""Sequences: sets of follow-ups that are started on leads and clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.etags import IfMatch
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.sequences import queries, service
from followup_api.sequences.schemas import Sequence, SequenceCreate, SequencePatch
from followup_api.unit_of_work import Work

router = api_router(prefix="/sequences", tags=["Sequences"])

READS_SEQUENCES = require(Permission.FOLLOW_UPS_READ)
WRITES_SEQUENCES = require(Permission.SEQUENCES_WRITE)
Writer = Annotated[Caller, WRITES_SEQUENCES]


@router.get("", summary="List sequences", dependencies=[READS_SEQUENCES])
def list_sequences(work: Work, query: Annotated[PageQuery, Query()]) -> Page[Sequence]:
    """All of them, by name."""
    return queries.page(work.tx, query)


@router.post("", summary="Add a sequence", status_code=201, responses=documented(409))
def create_sequence(
    work: Work, caller: Writer, body: SequenceCreate, *, audit: Audit, response: Response, _once: Idempotent
) -> Sequence:
    """A set of follow-ups at offsets from the start, as a manager or an admin. Steps come in the order of
    their offsets; one that waits begins to count again."""
    added = service.create(work.tx, caller, audit, body)
    response.headers["Location"] = f"/api/v1/sequences/{added.id}"
    return _tagged(added, response)


@router.get(
    "/{sequence_id}",
    summary="Read a sequence",
    dependencies=[READS_SEQUENCES],
    responses=documented(404),
)
def get_sequence(work: Work, sequence_id: PathId, response: Response) -> Sequence:
    """Its steps, and on how many leads and clients it goes on."""
    return _tagged(queries.get(work.tx, sequence_id), response)


@router.patch(
    "/{sequence_id}",
    summary="Change a sequence",
    dependencies=[WRITES_SEQUENCES],
    responses=documented(404, 409, 412),
)
def change_sequence(
    work: Work,
    sequence_id: PathId,
    body: SequencePatch,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Sequence:
    """For those who start it from now on: where it goes on, it does with the steps that it had."""
    return _tagged(service.change(work.tx, audit, sequence_id, body, tags=tags), response)


@router.delete(
    "/{sequence_id}",
    summary="Delete a sequence",
    status_code=204,
    dependencies=[WRITES_SEQUENCES],
    responses=documented(404, 412),
)
def delete_sequence(work: Work, sequence_id: PathId, *, tags: IfMatch, audit: Audit) -> None:
    """It can be started no more. Where it goes on, it does to its end."""
    service.remove(work.tx, audit, sequence_id, tags=tags)


def _tagged(sequence: Sequence, response: Response) -> Sequence:
    response.headers["ETag"] = sequence.etag
    return sequence
