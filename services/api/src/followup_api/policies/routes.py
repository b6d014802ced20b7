"""Policies: whom an overdue follow-up is escalated to, and when; drafted, published, ordered and archived."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from followup_api.audit import Audit
from followup_api.dependencies import App
from followup_api.downloads import EndingAnswer
from followup_api.etags import IfMatch
from followup_api.followups.scopes import scope_of
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.policies import queries, service, simulating
from followup_api.policies.ladder import ladder
from followup_api.policies.problems import PolicyNotFound
from followup_api.policies.schemas import (
    Ladder,
    LadderInput,
    Order,
    Policy,
    PolicyDetail,
    PolicyInput,
    PolicyQuery,
    Publication,
    Replay,
    Simulation,
    SimulationInput,
)
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/policies", tags=["Policies"])

Reader = Annotated[Caller, require(Permission.POLICIES_READ)]
Foreseer = Annotated[Caller, require(Permission.POLICIES_SIMULATE)]
Writer = Annotated[Caller, require(Permission.POLICIES_WRITE)]


@router.get("", summary="List policies")
def list_policies(work: Work, _caller: Reader, query: Annotated[PolicyQuery, Query()]) -> Page[Policy]:
    """Policies in the order in which they are tried: a follow-up gets the first whose conditions it meets."""
    return queries.page(work.tx, query)


@router.post("", summary="Add a policy", status_code=201, responses=documented(409))
def create_policy(
    work: Work, caller: Writer, body: PolicyInput, *, audit: Audit, response: Response, _once: Idempotent
) -> Policy:
    """Write the draft of a new policy. It is in force once it is published, before the one for everything."""
    added = service.make(work.tx, audit, body, by=caller.user_id)
    response.headers["Location"] = f"/api/v1/policies/{added.id}"
    return _tagged(added, response)


@router.put("/order", summary="Order policies", responses=documented(409))
def order_policies(work: Work, _caller: Writer, body: Order, *, audit: Audit) -> Page[Policy]:
    """Say in which order policies are tried. No open follow-up moves by it."""
    service.order(work.tx, audit, body.policies)
    return queries.page(work.tx, PolicyQuery(limit=200))


@router.post("/ladder", summary="Place a ladder on real days")
def place_ladder(work: Work, _caller: Reader, body: LadderInput) -> Ladder:
    """When each step and repeat of a follow-up that is due at a time would come, computed by the function
    that the services run. Nothing is stored."""
    return ladder(work.tx, body)


@router.post(
    "/simulate",
    summary="Simulate policies",
    responses={**simulating.ANSWER, **documented(404, 429, 503)},
)
def simulate_policies(
    work: Work, app: App, caller: Foreseer, body: SimulationInput
) -> Annotated[Simulation | Replay, Field(discriminator="window")]:
    """What policies would tell whom: now and in the days to come, if all open follow-ups moved to those that
    they would get, by day, by step and by person; or in the last 90 days, beside what was told in them.
    Computed by the functions that the services run; it changes nothing. Admins see everybody's follow-ups,
    managers their own and those of everyone below them."""
    asked = simulating.Asked(
        service.simulated(work.tx, body), body.window, scope_of(work.tx, caller), caller.time_zone
    )
    with simulating.place(app, caller, body.window):
        return asked.found(work.tx)


@router.post(
    "/simulate/stream",
    summary="Simulate policies, and follow how far it is",
    response_class=StreamingResponse,
    responses={**simulating.EVENT_STREAM, **documented(404, 429, 503)},
)
def stream_simulation(
    work: Work, app: App, caller: Foreseer, body: SimulationInput, response: Response
) -> StreamingResponse:
    """The same as server-sent events, for what takes long: `progress` from time to time, then `result` with
    what the other call answers. When the stream ends without one, it has failed: begin again."""
    asked = simulating.Asked(
        service.simulated(work.tx, body), body.window, scope_of(work.tx, caller), caller.time_zone
    )
    with ExitStack() as until_sent:
        until_sent.enter_context(simulating.place(app, caller, body.window))
        close = until_sent.pop_all().close
    headers = {**response.headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EndingAnswer(simulating.events(app, asked), close, media_type="text/event-stream", headers=headers)


@router.get("/{policy_id}", summary="Read a policy", responses=documented(404))
def get_policy(work: Work, _caller: Reader, policy_id: PathId, response: Response) -> PolicyDetail:
    """One policy, archived or not, with its versions and what each of them changed."""
    found = queries.detail(work.tx, policy_id)
    if found is None:
        raise PolicyNotFound(policy_id)
    response.headers["ETag"] = found.etag
    return found


@router.put("/{policy_id}/draft", summary="Write a draft", responses=documented(404, 409, 412))
def write_draft(
    work: Work,
    caller: Writer,
    policy_id: PathId,
    body: PolicyInput,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Policy:
    """Say as a whole what a policy is to be, in place of its draft of before. Nothing changes by it until it
    is published."""
    return _tagged(service.draft(work.tx, audit, policy_id, body, tags, by=caller.user_id), response)


@router.delete(
    "/{policy_id}/draft", summary="Discard a draft", status_code=204, responses=documented(404, 409, 412)
)
def discard_draft(work: Work, _caller: Writer, policy_id: PathId, *, tags: IfMatch, audit: Audit) -> None:
    """Take back what a policy was to say; it stays as it is in force. Of one that was never published nothing
    would be left: archive that."""
    service.discard(work.tx, audit, policy_id, tags)


@router.post("/{policy_id}/publish", summary="Publish a draft", responses=documented(404, 409, 412))
def publish_draft(
    work: Work,
    caller: Writer,
    policy_id: PathId,
    body: Publication,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Policy:
    """Put a draft into force, as a version that never changes. Open follow-ups keep the version of their run,
    unless `move_open` moves them too: then each that gets another version goes on there, and nobody is told
    again what they have been told."""
    return _tagged(service.publish(work, audit, policy_id, body, tags, by=caller.user_id), response)


@router.delete(
    "/{policy_id}", summary="Archive a policy", status_code=204, responses=documented(404, 409, 412)
)
def archive_policy(work: Work, _caller: Writer, policy_id: PathId, *, tags: IfMatch, audit: Audit) -> None:
    """Take a policy out of use; it can still be read, and its name is free again. Open follow-ups keep its
    version until they get another due time. The one for everything stays."""
    service.archive(work.tx, audit, policy_id, tags)


def _tagged(policy: Policy, response: Response) -> Policy:
    response.headers["ETag"] = policy.etag
    return policy
