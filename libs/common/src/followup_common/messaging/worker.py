"""Running a service that consumes events: dramatiq's own command line, with our settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dramatiq
from dramatiq import cli
from dramatiq.common import dq_name

from followup_common import open_files
from followup_common.db import Database, metrics
from followup_common.db.health import database_check
from followup_common.health import HealthServer, probes
from followup_common.logging import configure_logging
from followup_common.messaging.broker import rabbitmq_broker
from followup_common.messaging.consumer import Consumer
from followup_common.messaging.handlers import AnyHandler
from followup_common.messaging.proof import Prover
from followup_common.messaging.strict_encoder import StrictEncoder
from followup_common.metrics import Meter, Metric
from followup_common.settings import WorkerSettings
from followup_common.tracing import Tracing, tracing

SHUTDOWN_MS = 25_000
"""How long handlers in flight may take to finish after SIGTERM; what does not goes back to the queue."""


def run(service: str, settings: WorkerSettings) -> int:
    """Run the worker process until SIGTERM; returns the exit status.

    More processes are more instances of the service: each has a container, probes and figures of its own.

    Args:
        service: name of the service and of its queue; the process calls
            `followup_<service>.worker:set_up` to build its broker.
        settings: says how many threads.
    """
    open_files.raise_limit()  # its worker process inherits it
    arguments = cli.make_argument_parser().parse_args(
        [
            f"followup_{service}.worker:set_up",
            "--skip-logging",
            # Without it, publishing to another service's queue would start consuming that queue too.
            f"--queues={service}",
            "--processes=1",
            f"--threads={settings.worker_threads}",
            f"--worker-shutdown-timeout={SHUTDOWN_MS}",
        ]
    )
    return int(cli.main(arguments) or 0)


def set_up(
    service: str,
    handlers: Sequence[AnyHandler],
    settings: WorkerSettings,
    measures: Iterable[Metric] = (),
    *,
    publishes_to: Sequence[str],
) -> None:
    """Build everything the worker process of a service needs, and make its broker dramatiq's.

    Args:
        service: its name.
        handlers: what it handles.
        settings: what the environment says.
        measures: the metrics that its handlers give back.
        publishes_to: the queues of what its handlers emit.
    """
    configure_logging(service, log_format=settings.log_format, level=settings.log_level)
    database = Database.of(settings, application_name=f"followup-{service}")
    meter = Meter()
    meter.declare(*measures)
    metrics.watch_pool(database, meter)
    broker = rabbitmq_broker(settings.broker_url.get_secret_value(), retrying=settings.retrying)
    traces = tracing(service, settings)
    Consumer(
        service, handlers, settings=settings, database=database, broker=broker, meter=meter, tracing=traces
    )
    prover = Prover(
        settings.broker_url.get_secret_value(),
        (*publishes_to, dq_name(service)),  # where its retries wait
        broker.confirmations,
        every=settings.broker_proof_seconds,
        meter=meter,
    )
    broker.add_middleware(WorkerHealth(settings, database, meter, prover))
    broker.add_middleware(LastSpans(traces))
    dramatiq.set_encoder(StrictEncoder(broker, database, queue=service, meter=meter))
    dramatiq.set_broker(broker)


class WorkerHealth(dramatiq.Middleware):
    """Serves /healthz, /readyz and /metrics of the worker process.

    Args:
        settings: where to listen.
        database: has to answer for the service to be ready.
        meter: keeps the figures that /metrics shows.
        prover: knows whether RabbitMQ takes what is published.
    """

    def __init__(self, settings: WorkerSettings, database: Database, meter: Meter, prover: Prover) -> None:
        self._host, self._port = settings.health_host, settings.health_port
        self._prover = prover
        self._database = database
        self._meter = meter

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002 - dramatiq's hook
        """Dramatiq calls it once the worker's threads run."""
        self._prover.start()
        answer = probes(
            alive={"threads": lambda: _threads(worker)},
            ready={
                "database": database_check(self._database),
                "broker": lambda: _broker(worker) or self._prover.problem(),
            },
        )
        HealthServer(answer, self._meter).start(self._host, self._port)


class LastSpans(dramatiq.Middleware):
    """Sends the spans of a worker process that ends.

    Args:
        tracing: of this process.
    """

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002 - dramatiq's hook
        """Dramatiq calls it once the last handler has finished."""
        self._tracing.close()


def _threads(worker: dramatiq.Worker) -> str | None:
    ended = [thread for thread in (*worker.workers, *worker.consumers.values()) if not thread.is_alive()]
    return f"ended: {len(ended)} of its threads" if ended else None


def _broker(worker: dramatiq.Worker) -> str | None:
    # A consumer that lost its connection stays where it was until there is a new one.
    away = [
        name
        for name, thread in worker.consumers.items()
        if not (thread.consumer and thread.consumer.channel.is_open)  # type: ignore[attr-defined] # RabbitMQ's
    ]
    return f"not connected to RabbitMQ for {', '.join(sorted(away))}" if away else None
