"""`python -m followup_api`: the API as a service of its own."""

from __future__ import annotations

import signal
import sys

from followup_common import open_files
from followup_common.contracts import event_types
from followup_common.logging import configure_logging
from followup_common.messaging.broker import rabbitmq_broker
from followup_common.messaging.proof import Prover
from followup_common.messaging.publisher import Publisher
from followup_common.metrics import Meter
from followup_common.settings import load
from followup_common.tracing import tracing

from followup_api.app import create_app
from followup_api.ops.queues.queries import QueueReader
from followup_api.serving import Server, open_database
from followup_api.settings import ApiServiceSettings


def main() -> None:
    """Load the settings, build the application, and serve it until SIGTERM or Ctrl-C."""
    open_files.raise_limit()
    settings = load(ApiServiceSettings)
    configure_logging("api", log_format=settings.log_format, level=settings.log_level)
    database = open_database(settings)
    broker_url = settings.broker_url.get_secret_value()
    management = settings.rabbitmq_management_url
    meter = Meter()
    traces = tracing("api", settings)
    broker = rabbitmq_broker(broker_url)
    publisher = Publisher(broker, meter=meter)
    queues = sorted({event.queue for event in event_types().values()})
    prover = Prover(
        broker_url, queues, broker.confirmations, every=settings.broker_proof_seconds, meter=meter
    )
    app = create_app(
        settings,
        database=database,
        publisher=publisher,
        queues=QueueReader(broker_url, management.get_secret_value() if management else None),
        broker_problem=prover.problem,
        meter=meter,
        tracing=traces,
    )
    # uvicorn raises the signal that stopped it once more; by default that would end the process right
    # there, and what the publisher still holds with it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    publisher.start()
    prover.start()
    try:
        Server(app, settings).run()
    finally:
        publisher.stop()
        database.close()
        traces.close()


def _end(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
