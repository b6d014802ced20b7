"""`python -m followup_scheduler`: publish ticks until SIGTERM."""

from __future__ import annotations

import signal
import sys

from followup_common import open_files
from followup_common.contracts import SweepTick
from followup_common.health import HealthServer, probes
from followup_common.logging import configure_logging
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.proof import Prover
from followup_common.metrics import Meter
from followup_common.settings import load
from followup_common.tracing import tracing

from followup_scheduler.clock import Clock, TickActor, ticks, use_utc
from followup_scheduler.settings import SchedulerSettings


def main() -> int:
    """Run the clock; returns the exit status."""
    open_files.raise_limit()
    settings = load(SchedulerSettings)
    configure_logging("scheduler", log_format=settings.log_format, level=settings.log_level)
    use_utc()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # One try: with RabbitMQ away, waiting would only make the next minute's tick late.
    url = settings.broker_url.get_secret_value()
    broker = rabbitmq_broker(url, connection_attempts=1)
    meter = Meter()
    traces = tracing("scheduler", settings)
    schedule = ticks(settings.sweep_cron)
    clock = Clock([TickActor(broker, tick, spec, traces) for tick, spec in schedule.items()], meter)

    prover = Prover(
        url, (SweepTick.queue,), broker.confirmations, every=settings.broker_proof_seconds, meter=meter
    )
    prover.start()
    answer = probes(alive={"clock": clock.stopped}, ready={"broker": prover.problem})
    HealthServer(answer, meter).start(settings.health_host, settings.health_port)
    try:
        clock.schedule()
        clock.loop()
    except KeyboardInterrupt:
        return 0
    finally:
        traces.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
