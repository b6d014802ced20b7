"""The application, composed from its parts. No globals: tests and `followup run` build their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from followup_common.db import Database
from followup_common.db.metrics import watch_pool
from followup_common.health import PATIENCE_SECONDS, Bounded, Check
from followup_common.messaging.publisher import Publisher
from followup_common.metrics import Meter
from followup_common.tracing import Tracing
from starlette.middleware import Middleware

from followup_api import idempotency, metrics, openapi, problems
from followup_api.absences.routes import router as absences
from followup_api.action_links.routes import router as action_links
from followup_api.auth.oidc.routes import router as provider_log_in
from followup_api.auth.routes import router as session
from followup_api.body_limit import Allowance, BodyLimit
from followup_api.calendar_feeds.routes import by_address
from followup_api.calendar_feeds.routes import router as calendar_feeds
from followup_api.calendars.routes import router as calendars
from followup_api.choices.routes import kinds, outcomes
from followup_api.comments.routes import router as comments
from followup_api.cron.routes import router as cron
from followup_api.dependencies import AppContext
from followup_api.destinations.routes import channels
from followup_api.destinations.routes import of_people as destinations_of_people
from followup_api.destinations.routes import router as destinations
from followup_api.downloads import Downloads
from followup_api.enrolments import worker as enrolments_worker
from followup_api.enrolments.routes import router as enrolments
from followup_api.escalations.routes import router as escalations
from followup_api.followups.routes import router as follow_ups
from followup_api.handovers.routes import of_people as hand_overs_of_people
from followup_api.handovers.routes import router as hand_overs
from followup_api.headers import SecurityHeaders
from followup_api.health.queries import database_state
from followup_api.health.routes import router as health
from followup_api.imports.routes import router as imports
from followup_api.mail_answers import worker as mail_answers
from followup_api.me.routes import of_people as sessions_of_people
from followup_api.me.routes import router as me
from followup_api.merges.routes import of_subjects as merges_of_subjects
from followup_api.merges.routes import router as merges
from followup_api.notification_rules.routes import mine as my_rules
from followup_api.notification_rules.routes import of_company as company_rules
from followup_api.notifications import live
from followup_api.notifications.routes import router as notifications
from followup_api.observability import Observability
from followup_api.ops.gauges import Gauges
from followup_api.ops.open_follow_ups import OpenFollowUps
from followup_api.ops.queues.queries import QueueReader
from followup_api.ops.routes import routers as ops
from followup_api.organisation.routes import router as organisation
from followup_api.password_links.routes import by_link
from followup_api.password_links.routes import of_people as password_links_of_people
from followup_api.password_links.routes import router as invitations
from followup_api.policies.problems import replay_places
from followup_api.policies.routes import router as policies
from followup_api.push.routes import router as browsers
from followup_api.routing import API
from followup_api.saved_views.routes import router as saved_views
from followup_api.sequences.routes import router as sequences
from followup_api.series import worker as series_worker
from followup_api.series.routes import of_follow_ups as series_of_follow_ups
from followup_api.series.routes import router as series
from followup_api.settings import ApiSettings
from followup_api.slack.routes import router as slack
from followup_api.subjects.routes import router as subjects
from followup_api.sweeps.routes import router as sweeps
from followup_api.team.routes import router as team
from followup_api.threads import Threads
from followup_api.tokens.routes import of_people as tokens_of_people
from followup_api.tokens.routes import router as tokens
from followup_api.ui import Ui
from followup_api.unsubscribing.routes import router as unsubscribing
from followup_api.uploads import Uploads
from followup_api.users.routes import router as users
from followup_api.webhooks.routes import event_types
from followup_api.webhooks.routes import router as webhooks

if TYPE_CHECKING:
    from followup_api.auth.oidc.provider import Provider

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""What FastAPI itself is to tell OpenTelemetry: `tracing` records our spans, and else it would look for
somebody to tell at each request."""

LOG_IN_BYTES = 16 * 1024

ROUTERS: tuple[APIRouter, ...] = (
    session,
    by_link,
    provider_log_in,
    me,
    destinations,
    channels,
    destinations_of_people,
    browsers,
    tokens,
    tokens_of_people,
    sessions_of_people,
    invitations,
    password_links_of_people,
    users,
    absences,
    hand_overs_of_people,
    hand_overs,
    follow_ups,
    comments,
    series_of_follow_ups,
    series,
    sequences,
    enrolments,
    saved_views,
    calendar_feeds,
    kinds,
    outcomes,
    subjects,
    merges_of_subjects,
    merges,
    calendars,
    policies,
    my_rules,
    company_rules,
    organisation,
    escalations,
    team,
    notifications,
    sweeps,
    imports,
    webhooks,
    event_types,
    *ops,
)
"""Those of each domain folder, under /api/v1."""


def create_app(
    settings: ApiSettings,
    *,
    database: Database,
    publisher: Publisher,
    broker_problem: Check = lambda: None,
    queues: QueueReader | None = None,
    meter: Meter | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """Compose the application.

    Args:
        settings: what the environment says.
        database: where everything is kept; the caller closes it.
        publisher: sends committed events; the caller starts and stops it.
        broker_problem: why RabbitMQ does not take what is published; for /readyz, which reports it.
        queues: asks RabbitMQ about them; None where events are delivered in process.
        meter: keeps the figures that /metrics shows.
        tracing: records a span for each request.
    """
    meter = meter or Meter()
    meter.declare(*metrics.METRICS)
    watch_pool(database, meter)
    context = AppContext(
        settings=settings,
        database=database,
        publisher=publisher,
        meter=meter,
        tracing=tracing or Tracing(),
        gauges=Gauges(meter, database, settings.late_after),
        open_follow_ups=OpenFollowUps(meter, database),
        threads=Threads(settings.database_pool_size),
        uploads=_uploads(settings),
        downloads=Downloads(
            at_most=settings.max_downloads,
            of_one_person=settings.max_downloads_per_person,
            threads=settings.database_pool_size,
        ),
        replays=replay_places(settings.database_pool_size),
        broker_problem=broker_problem,
        queues=queues,
        database_state=Bounded(partial(database_state, database), PATIENCE_SECONDS),
        oidc=_provider(settings),
    )
    app = FastAPI(
        **openapi.ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=_middleware(context),
        lifespan=_lifespan,
        telemetry=NO_TELEMETRY,
    )
    app.state.context = context
    problems.install(app)
    idempotency.install(app)
    for router in (*ROUTERS, cron, by_address, action_links, unsubscribing, slack, health):
        app.include_router(router)
    openapi.install(app)
    app.router.default = Ui()
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What goes on as long as the application is served."""
    context = app.state.context
    async with (
        live.lifespan(app),
        mail_answers.running(context),
        series_worker.running(context),
        enrolments_worker.running(context),
    ):
        yield


def _provider(settings: ApiSettings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    # What it is made of takes a quarter of the time to start, and 20 MiB.
    from followup_api.auth.oidc.provider import Provider

    return Provider(settings)


def _uploads(settings: ApiSettings) -> Uploads:
    return Uploads(
        at_most=settings.max_uploads,
        of_one_person=settings.max_uploads_per_person,
        size=settings.max_uploads_bytes,
    )


def _middleware(context: AppContext) -> list[Middleware]:
    """From the outside in."""
    settings = context.settings
    https = settings.public_url is not None and settings.public_url.scheme == "https"
    limit = Allowance(settings.max_body_bytes, settings.body_seconds)
    others = (
        (f"{API}/imports/", Allowance(settings.max_import_bytes, settings.import_seconds, in_memory=False)),
        # Anybody may send one: an address and a password are short.
        (f"{API}/session", replace(limit, size=min(LOG_IN_BYTES, limit.size))),
    )
    return [
        Middleware(SecurityHeaders, https=https),
        Middleware(Observability, meter=context.meter, tracing=context.tracing),
        Middleware(BodyLimit, limit=limit, others=others),
    ]
