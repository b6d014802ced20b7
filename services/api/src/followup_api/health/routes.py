"""Probes and metrics."""

from __future__ import annotations

from fastapi import APIRouter, Response
from followup_common.metrics import CONTENT_TYPE

from followup_api.dependencies import App, AppContext
from followup_api.health.queries import OK
from followup_api.health.schemas import Alive, Readiness
from followup_api.permissions import Permission, require

router = APIRouter(tags=["Health"], dependencies=[require(Permission.PUBLIC)])


@router.get("/healthz", summary="Is the process alive", description="Asks nothing else.")
def read_health() -> Alive:
    return Alive()


@router.get(
    "/readyz",
    summary="Can it serve requests",
    description="The database has to answer, to take writes and to have the schema that this code needs. "
    "Without the broker everything works: events wait in the outbox.",
    responses={503: {"model": Readiness, "description": "Not ready; `checks` says why."}},
)
def read_readiness(app: App, response: Response) -> Readiness:
    database = _database(app)
    problem = app.broker_problem()
    broker = OK if problem is None else f"{problem}. Events wait in the outbox"
    response.status_code = 200 if database == OK else 503
    return Readiness(
        status="ready" if database == OK else "not ready", checks={"database": database, "broker": broker}
    )


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    description="Requests and latency by route, method and status, live inboxes, connections; what the "
    "database says about lag, outbox and the self-audit, at most 5 seconds old, and how many follow-ups are "
    "open by policy, at most a minute old. docs/metrics.md names all.",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Metrics."}},
)
def read_metrics(app: App) -> Response:
    app.gauges.refresh()
    app.open_follow_ups.refresh()
    return Response(app.meter.exposition(), media_type=CONTENT_TYPE)


def _database(app: AppContext) -> str:
    try:
        return app.database_state()
    except TimeoutError:
        return "away: it does not answer"
