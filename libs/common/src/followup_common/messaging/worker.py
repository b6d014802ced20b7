"""Running a service that consumes events: dramatiq's own command line, with our settings."""

from __future__ import annotations

from collections.abc import Sequence

import dramatiq
from dramatiq import cli

from followup_common.db import Database
from followup_common.health import HealthServer, database_check
from followup_common.logging import configure_logging
from followup_common.messaging.broker import rabbitmq_broker
from followup_common.messaging.consumer import Consumer
from followup_common.messaging.handlers import AnyHandler
from followup_common.messaging.junk import JunkRecorder
from followup_common.settings import WorkerSettings

SHUTDOWN_MS = 25_000
"""How long handlers in flight may take to finish after SIGTERM; what does not goes back to the queue."""


def run(service: str, settings: WorkerSettings) -> int:
    """Run worker processes until SIGTERM; returns the exit status.

    Args:
        service: name of the service and of its queue; each process calls
            `followup_<service>.worker:set_up` to build its broker.
        settings: says how many processes and threads.
    """
    arguments = cli.make_argument_parser().parse_args(
        [
            f"followup_{service}.worker:set_up",
            "--skip-logging",
            # Without it, publishing to another service's queue would start consuming that queue too.
            f"--queues={service}",
            f"--processes={settings.worker_processes}",
            f"--threads={settings.worker_threads}",
            f"--worker-shutdown-timeout={SHUTDOWN_MS}",
        ]
    )
    return int(cli.main(arguments) or 0)


def set_up(service: str, handlers: Sequence[AnyHandler], settings: WorkerSettings) -> None:
    """Build everything a worker process of a service needs, and make its broker dramatiq's."""
    configure_logging(service, log_format=settings.log_format, level=settings.log_level)
    database = Database.of(settings, application_name=f"followup-{service}")
    broker = rabbitmq_broker(settings.broker_url.get_secret_value())
    Consumer(service, handlers, settings=settings, database=database, broker=broker)
    broker.add_middleware(WorkerHealth(settings.health_port, database))
    dramatiq.set_encoder(JunkRecorder(broker, database, queue=service))
    dramatiq.set_broker(broker)


class WorkerHealth(dramatiq.Middleware):
    """Serves /healthz and /readyz of a worker process."""

    def __init__(self, port: int, database: Database) -> None:
        self._port = port
        self._database = database

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002 - dramatiq's hook
        """Dramatiq calls it once the worker's threads run."""

        def consuming() -> str | None:
            away = [name for name, thread in worker.consumers.items() if not thread.consumer]
            return f"not connected to RabbitMQ for {', '.join(sorted(away))}" if away else None

        checks = {"database": database_check(self._database), "broker": consuming}
        HealthServer(self._port, ready=checks).start()
