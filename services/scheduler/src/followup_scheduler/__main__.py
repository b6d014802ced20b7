"""`python -m followup_scheduler`: publish ticks until SIGTERM."""

from __future__ import annotations

import signal
import sys
import time

from followup_common.health import HealthServer
from followup_common.logging import configure_logging
from followup_common.messaging import rabbitmq_broker
from followup_common.settings import load

from followup_scheduler.clock import Clock, TickActor, ticks, use_utc
from followup_scheduler.settings import SchedulerSettings

STOPPED_AFTER_SECONDS = 180
"""The clock wakes every minute; one that has not for this long has stopped."""


def main() -> int:
    """Run the clock; returns the exit status."""
    settings = load(SchedulerSettings)
    configure_logging("scheduler", log_format=settings.log_format, level=settings.log_level)
    use_utc()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # One try: with RabbitMQ away, waiting would only make the next minute's tick late.
    broker = rabbitmq_broker(settings.broker_url.get_secret_value(), connection_attempts=1)
    clock = Clock([TickActor(broker, tick, spec) for tick, spec in ticks(settings.sweep_cron).items()])
    started = time.monotonic()

    def ticking() -> str | None:
        silent = time.monotonic() - (clock.last_wake or started)
        return f"no tick for {silent:.0f} s" if silent > STOPPED_AFTER_SECONDS else None

    HealthServer(
        settings.health_port, alive={"clock": ticking}, ready={"broker": lambda: clock.last_failure}
    ).start()
    try:
        clock.schedule()
        clock.loop()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
