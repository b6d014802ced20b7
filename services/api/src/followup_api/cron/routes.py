"""For external cron services: addresses with a secret, to start a sweep and to ask how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from followup_api.audit import Audit, Trail
from followup_api.auth.secrets import digest, same
from followup_api.dependencies import App
from followup_api.idempotency import Idempotent
from followup_api.permissions import Permission
from followup_api.problems import Unauthenticated, Unavailable, documented
from followup_api.routing import Route
from followup_api.schemas import PathId
from followup_api.sweeps import queries
from followup_api.sweeps.schemas import Sweep, SweepProgress
from followup_api.sweeps.service import request_sweep
from followup_api.unit_of_work import WRITES, UnitOfWork, Work

router = APIRouter(tags=["Cron"], prefix="/api/cron", route_class=Route)

_bearer = HTTPBearer(auto_error=False, scheme_name="cron", description="The configured FOLLOWUP_CRON_SECRET.")


class CronClosed(Unavailable):
    """No secret is configured, so nobody can have the right one."""

    def __init__(self) -> None:
        super().__init__("Set FOLLOWUP_CRON_SECRET to open this address.")


@dataclass(frozen=True)
class _CronSecret:
    permission: Permission = Permission.CRON_SECRET

    async def __call__(
        self, app: App, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> None:
        current, previous = app.settings.cron_secret, app.settings.cron_secret_previous
        if current is None:
            raise CronClosed
        given = digest(bearer.credentials if bearer else "")
        # Every secret is compared, whether or not one before it was the right one.
        right = [same(given, digest(secret.get_secret_value())) for secret in (current, previous) if secret]
        if not any(right):
            raise Unauthenticated("Send the secret as `Authorization: Bearer ...`.")


SECRET = Depends(_CronSecret())

ANSWER: dict[str, Any] = {
    "status_code": 202,
    "dependencies": [SECRET],
    "responses": documented(401, 503),
    "description": "Records an escalation run and returns at once; sweeping twice tells nobody twice. "
    "`Location` is where its status is read with the same secret.",
}

START_BY_GET = {**ANSWER, "dependencies": [WRITES, SECRET]}


@router.get("/followups", summary="Start an escalation run, for services that can only GET", **START_BY_GET)
def start_cron_sweep_by_get(work: Work, audit: Audit, response: Response) -> Sweep:
    return _ask(work, audit, response)


@router.post("/followups", summary="Start an escalation run", **ANSWER)
def start_cron_sweep(work: Work, audit: Audit, response: Response, _once: Idempotent) -> Sweep:
    return _ask(work, audit, response)


@router.get(
    "/followups/{sweep_id}",
    summary="Read how an escalation run went",
    dependencies=[SECRET],
    responses=documented(401, 404, 503),
)
def get_cron_sweep(work: Work, sweep_id: PathId) -> SweepProgress:
    """The same as `GET /api/v1/sweeps/{sweep_id}`, for callers that have only the secret."""
    return SweepProgress.model_validate(queries.get(work.tx, sweep_id))


def _ask(work: UnitOfWork, audit: Trail, response: Response) -> Sweep:
    row = request_sweep(work, audit, "cron", by="cron secret")
    response.headers["Location"] = f"{router.prefix}/followups/{row.id}"
    return Sweep.model_validate(row)
